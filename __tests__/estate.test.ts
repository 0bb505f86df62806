import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEFAULT_ESTATE, loadEstate } from "../config/load";
import { synthesizeGroups } from "../stacks";
import { groupsOf } from "../stacks/groups";

test("the estate of config/estate.ts, including a team's changes, is valid and synthesizes", () => {
  const outdir = mkdtempSync(join(tmpdir(), "estate-"));
  try {
    const estate = loadEstate(DEFAULT_ESTATE);
    synthesizeGroups(groupsOf(estate), outdir);
    expect(readdirSync(join(outdir, "stacks")).length).toBeGreaterThanOrEqual(2 * estate.accounts.length);
  } finally {
    rmSync(outdir, { recursive: true });
  }
});
