import type { AccessGraph } from "../graph/access-graph";
import { compareTexts, groupedBy } from "../../support/order";
import { githubEventOf, type Names } from "./names";
import type { RolePermissions } from "./permissions";
import { type RowCell, foldedRows, rowTexts } from "./rows";

/** What the jobs of one repository reach. */
interface Pipeline {
  readonly repository: string;
  /** Event, what a person needs to start it, role, accounts, what the role may do there, accounts that it leads to. */
  readonly rows: readonly (readonly string[])[];
  /** Role, accounts, what the role may do there exactly; without administrators. */
  readonly exact: readonly (readonly string[])[];
}

/** Which GitHub job gets which role in which account, by repository. */
export function pipelinesOf(
  { actors, steps, paths }: AccessGraph,
  permissions: RolePermissions,
  names: Names,
): Pipeline[] {
  const jobs = actors.flatMap((actor) => {
    const job = githubEventOf(actor);
    return job ? [{ ...job, id: actor.id }] : [];
  });
  const byRepository = groupedBy(jobs, ({ repository }) => repository);
  return [...byRepository]
    .sort(([a], [b]) => compareTexts(a, b))
    .map(([repository, own]) => {
      const byEvent = [...groupedBy(own, ({ event }) => event)];
      const rows = byEvent
        .sort(([a], [b]) => orderOf(a) - orderOf(b) || compareTexts(a, b))
        .flatMap(([event, each]) => rowsOf(event, new Set(each.map(({ id }) => id))));
      const isAnyBranch = byEvent.some(([event]) => ANY_BRANCH.includes(event));
      const branches = byEvent.flatMap(([event]) => /^push to (.*)$/.exec(event)?.[1] ?? []);
      const rest = ["push to any branch", ...(branches.length > 0 ? [`but ${branches.join(", ")}`] : [])].join(" ");
      const none = [rest, PUSH, "none", "", "nothing", ""];
      const ids = new Set(own.map(({ id }) => id));
      return {
        repository,
        rows: [...(isAnyBranch ? [] : [none]), ...foldedRows(rows, names).map((row) => rowTexts(row, names))],
        exact: permissions.exact(new Set(steps.filter(({ from }) => ids.has(from)).map(({ to }) => to))),
      };
    });

  function rowsOf(event: string, ids: ReadonlySet<string>): [string, ...RowCell[]][] {
    const roles = steps
      .filter(({ from, way }) => ids.has(from) && way === "assume")
      .map(({ to }) => ({ ...names.actor(to), may: permissions.summary(to) }));
    const administered = names.accountsOf(paths.filter(({ from }) => ids.has(from)).map(({ accountId }) => accountId));
    return [...groupedBy(roles, ({ name, may }) => JSON.stringify([name, may])).values()].flatMap((alike) => {
      const accounts = names.accountsOf(alike.map(({ accountId = "" }) => accountId));
      const direct = roles.map(({ accountId = "" }) => names.account(accountId));
      const further = administered.filter((name) => !direct.includes(name));
      return alike
        .slice(0, 1)
        .map(({ name, may }): [string, ...RowCell[]] => [event, needsOf(event), name, accounts, may, further]);
    });
  }
}

const ANY_BRANCH = ["push to any branch", "job of any kind"];
const PUSH = "push rights";

function orderOf(event: string): number {
  return event.startsWith("environment") ? 2 : event.startsWith("push to") ? 1 : 0;
}

/** What a person needs to start such a job. */
function needsOf(event: string): string {
  if (event.startsWith("environment")) return `${PUSH} + environment rules`;
  if (ANY_BRANCH.includes(event) || event === "pull request") return PUSH;
  return event.startsWith("push") ? `${PUSH} + branch rules` : "see the subject";
}
