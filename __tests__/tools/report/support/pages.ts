import "../../../support/kept-verdicts";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EXAMPLE_ESTATE } from "../../../../config/load";
import { accessFiles, readBaseline } from "../../../../tools/access/guard/access-files";
import type { ReportedPlan } from "../../../../tools/report/plan-file";
import { reportPage, type ReportInput } from "../../../../tools/report/report";
import { readStacks } from "../../../../tools/synth/read-stacks";
import { example } from "../../../support/estates";
import { synthesize } from "../../../support/synthesize";

const outdir = mkdtempSync(join(tmpdir(), "report-"));
synthesize(example()).writeTo(outdir);
afterAll(() => {
  rmSync(outdir, { recursive: true });
});

/** The shipped estate, synthesized. */
export const EXAMPLE: ReportInput = {
  estate: example(),
  stacks: readStacks(outdir),
  origin: ["config/example.ts", "commit 0a1b2c3"],
  before: {
    name: "the accepted baseline",
    baseline: readBaseline(accessFiles(EXAMPLE_ESTATE, EXAMPLE_ESTATE).baseline),
  },
  acceptances: [],
};

/** A plan's page in which the other tabs show only its stacks. What all others may do takes most of the time. */
export function planPage(plan: ReportedPlan, change: Partial<ReportInput> = {}): Promise<string> {
  const planned = new Set(plan.summary.stacks.map(({ id }) => id));
  const stacks = EXAMPLE.stacks.filter(({ id }) => planned.has(id));
  const before = { name: "the accepted baseline", problem: "The page shows a part of the estate." };
  return reportWith({ plan, stacks, before, ...change });
}

export const reportWith = (change: Partial<ReportInput>): Promise<string> => reportPage({ ...EXAMPLE, ...change });
