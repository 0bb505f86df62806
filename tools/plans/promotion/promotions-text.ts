import pc from "picocolors";
import type { Estate } from "../../../config/model";
import { shortContent } from "./content";
import type { PromotionStatus } from "./promotion-status";
import { utc } from "../../support/time";
import { alignColumns } from "../../support/table";
import { oneLine } from "../../support/text";

/** The content of each environment and account, and what may be applied next. Without trailing line break. */
export function promotionsText(
  statuses: readonly PromotionStatus[],
  { environments }: Pick<Estate, "environments">,
): string {
  const ofEnvironments = statuses.filter(({ spec }) => spec.environment);
  const ofAccounts = statuses.filter(({ spec }) => !spec.environment);
  const inOrder = environments.map(({ name }) => name);
  const accounts = [...new Set(ofAccounts.map(({ spec }) => spec.account.name))];
  return [
    table("environment", inOrder, ofEnvironments, ({ spec }) => spec.environment?.name),
    "",
    table("account", accounts, ofAccounts, ({ spec }) => spec.account.name),
    "",
    `= holds what this code describes   ~ waits for its maintenance window   < may be applied   . waits for the environment before it   ? cannot be read   - was never applied`,
    ...notes(statuses),
  ].join("\n");
}

const MARKS: Readonly<Record<PromotionStatus["status"], string>> = {
  "up to date": "=",
  pending: "~",
  ready: "<",
  waiting: ".",
  unknown: "?",
};

function table(
  head: string,
  owners: readonly string[],
  statuses: readonly PromotionStatus[],
  ownerOf: (found: PromotionStatus) => string | undefined,
): string {
  const names = [...new Set(statuses.map(({ spec }) => spec.name))];
  const cell = (owner: string, name: string): string => {
    const found = statuses.find((each) => ownerOf(each) === owner && each.spec.name === name);
    if (!found) return "";
    const { applied, status } = found;
    return `${applied ? shortContent(applied.content) : "-"} ${MARKS[status]}`;
  };
  return alignColumns([[head, ...names], ...owners.map((owner) => [owner, ...names.map((name) => cell(owner, name))])]);
}

function notes(statuses: readonly PromotionStatus[]): string[] {
  const ids = (chosen: readonly PromotionStatus[]) => chosen.map(({ spec }) => spec.id).join(" ");
  const ready = statuses.filter(({ status }) => status === "ready");
  return [
    ...(ready.length > 0 ? ["", `to apply next: npm run plan -- ${ids(ready)}`] : []),
    ...statuses.flatMap(({ spec, status, predecessor }) =>
      status === "waiting" && predecessor ? [`${spec.id} waits for ${predecessor.id}`] : [],
    ),
    ...statuses.flatMap(({ spec, pending }) =>
      pending === undefined
        ? []
        : [
            `${spec.id} is pending until ${utc(new Date(pending.until))}; plan it then, to record it:`,
            ...pending.changes.map((change) => `  ${oneLine(change)}`),
          ],
    ),
    ...statuses.flatMap(({ problem }) => (problem === undefined ? [] : [pc.red(problem)])),
    ...statuses.flatMap(({ spec, applied }) =>
      applied?.skippedPromotion === undefined
        ? []
        : [
            pc.yellow(
              `${spec.id} skipped promotion on ${utc(new Date(applied.appliedAt))}: ${oneLine(applied.skippedPromotion)}`,
            ),
          ],
    ),
  ];
}
