import pc from "picocolors";
import type { Estate } from "../../../config/model";
import { utc } from "../../support/ago";
import { columns } from "../../support/columns";
import { shortContent } from "./content";
import type { Standing } from "./standings";
import { oneLine } from "../../support/words";

/**
 * Which content each environment, and each account, holds, and what may be applied next. Without trailing line break.
 */
export function promotionsText(standings: readonly Standing[], { environments }: Pick<Estate, "environments">): string {
  const ofEnvironments = standings.filter(({ spec }) => spec.environment);
  const ofAccounts = standings.filter(({ spec }) => !spec.environment);
  const inOrder = environments.map(({ name }) => name);
  const accounts = [...new Set(ofAccounts.map(({ spec }) => spec.account.name))];
  return [
    table("environment", inOrder, ofEnvironments, ({ spec }) => spec.environment?.name),
    "",
    table("account", accounts, ofAccounts, ({ spec }) => spec.account.name),
    "",
    `= holds what this code makes of it   < may be applied   . waits for the one before it   ? can't be read   - never applied`,
    ...notes(standings),
  ].join("\n");
}

const MARKS: Readonly<Record<Standing["status"], string>> = {
  "up to date": "=",
  ready: "<",
  waiting: ".",
  unknown: "?",
};

function table(
  head: string,
  owners: readonly string[],
  standings: readonly Standing[],
  ownerOf: (standing: Standing) => string | undefined,
): string {
  const names = [...new Set(standings.map(({ spec }) => spec.name))];
  const cell = (owner: string, name: string): string => {
    const standing = standings.find((each) => ownerOf(each) === owner && each.spec.name === name);
    if (!standing) return "";
    const { applied, status } = standing;
    return `${applied ? shortContent(applied.content) : "-"} ${MARKS[status]}`;
  };
  return columns([[head, ...names], ...owners.map((owner) => [owner, ...names.map((name) => cell(owner, name))])]);
}

function notes(standings: readonly Standing[]): string[] {
  const ids = (chosen: readonly Standing[]) => chosen.map(({ spec }) => spec.id).join(" ");
  const ready = standings.filter(({ status }) => status === "ready");
  return [
    ...(ready.length > 0 ? ["", `to apply next: npm run plan -- ${ids(ready)}`] : []),
    ...standings.flatMap(({ spec, status, predecessor }) =>
      status === "waiting" && predecessor ? [`${spec.id} waits for ${predecessor.id}`] : [],
    ),
    ...standings.flatMap(({ problem }) => (problem === undefined ? [] : [pc.red(problem)])),
    ...standings.flatMap(({ spec, applied }) =>
      applied?.skippedPromotion === undefined
        ? []
        : [
            pc.yellow(
              `${spec.id} went ahead of its turn on ${utc(new Date(applied.appliedAt))}: ${oneLine(applied.skippedPromotion)}`,
            ),
          ],
    ),
  ];
}
