import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { z } from "zod";
import { parseJson } from "../../config/input";
import { UserError } from "../../config/user-error";
import { PLAN_JSON, readPlanFolder, stackFolder, SUMMARY_JSON } from "../plans/plan-folder";
import { attributeChanges } from "../review/attribute-changes";
import type { PlanJson } from "../review/plan-json";
import { plannedResources } from "../review/planned-resource";
import type { PlanSummary, StackSummary } from "../review/review";

/** The file calls a message words. */
const finding = z
  .object({ address: z.string(), words: z.string() })
  .transform(({ address, words }) => ({ address, message: words }));
const findings = z.array(finding);

const review = z.object({
  counts: z.object({
    ...{ create: z.number(), update: z.number(), replace: z.number(), destroy: z.number() },
    ...{ forget: z.number(), import: z.number(), move: z.number() },
  }),
  destroysState: findings,
  refused: findings.optional(),
  networkOpened: findings,
  protectionLowered: findings,
  accessLost: findings,
  networkLost: findings,
  replaced: findings,
  overwritten: findings.optional(),
  pending: findings.optional(),
  changes: z.array(
    z.object({
      address: z.string(),
      type: z.string(),
      action: z.enum(["create", "update", "replace", "destroy", "forget"]),
      attributes: z.array(
        z.object({ path: z.string(), before: z.string(), after: z.string(), forcesReplacement: z.boolean() }),
      ),
    }),
  ),
  outputChanges: z.array(z.string()),
  drifted: findings,
  imported: z.array(z.string()).optional(),
  moved: z.array(z.object({ from: z.string(), to: z.string() })).optional(),
});

const texts = z.record(z.string(), z.string());

/** A plan folder may come from anyone. */
const summarySchema = z.object({
  madeAt: z.iso.datetime(),
  kind: z.enum(["plan", "destroy"]),
  connections: z
    .object({
      ...{ providerSources: z.array(z.string()), passed: z.array(z.string()) },
      ...{ endpoints: texts, proxies: texts, caBundles: texts },
    })
    .optional(),
  rehearsedOn: z.string().optional(),
  commit: z.string().optional(),
  dirty: z.boolean(),
  stacks: z.array(
    z.object({
      ...{ id: z.string(), accountName: z.string(), accountId: z.string() },
      status: z.enum(["no changes", "changes", "waiting", "kept", "failed", "not started"]),
      reasons: z.array(z.string()).optional(),
      review: review.optional(),
      error: z.string().optional(),
      seconds: z.number().optional(),
    }),
  ),
  access: z.object({ widens: z.boolean(), lines: z.array(z.string()) }).optional(),
  costs: z
    .object({ before: z.number(), after: z.number(), byUse: z.number(), unknown: z.array(z.string()) })
    .optional(),
  abandoned: z.array(z.string()).optional(),
});

export interface ReportedPlan {
  readonly id: string;
  readonly summary: PlanSummary;
}

/**
 * The summary in a plan folder, whose files are checked against its manifest. Apply derives the same summary from the
 * plan files, and refuses the plan if they differ.
 *
 * @throws UserError if it is not a plan folder, or a file of it has changed
 */
export function readReportedPlan(path: string): ReportedPlan {
  const { folder } = readPlanFolder(path);
  try {
    const summary = summarySchema.parse(parseJson(readFileSync(join(folder, SUMMARY_JSON), "utf8")));
    const stacks = summary.stacks.map((stack) =>
      withWholeValues(stack, join(stackFolder(folder, stack.id), PLAN_JSON)),
    );
    return { id: basename(folder), summary: { ...summary, stacks } };
  } catch (error) {
    const [issue] = error instanceof z.ZodError ? error.issues : [];
    const where = issue ? `${issue.path.join(".")}: ${issue.message}` : "it is not JSON";
    throw new UserError(`${join(path, SUMMARY_JSON)} must be the summary of a plan, got another text (${where}). Plan again.`); // prettier-ignore
  }
}

/** A policy is readable in whole. */
const LONGEST_VALUE = 4000;

/** The summary cuts values after 80 characters. The page has room for what the plan's JSON holds, without secrets. */
function withWholeValues(stack: StackSummary, planJson: string): StackSummary {
  const { review: reviewed } = stack;
  if (!reviewed || !existsSync(planJson)) return stack;
  const resources = plannedResources(parseJson(readFileSync(planJson, "utf8")) as PlanJson);
  const byAddress = new Map(resources.map((resource) => [resource.address, resource]));
  const changes = reviewed.changes.map((change) => {
    const resource = byAddress.get(change.address);
    return resource ? { ...change, attributes: attributeChanges(resource, LONGEST_VALUE) } : change;
  });
  return { ...stack, review: { ...reviewed, changes } };
}
