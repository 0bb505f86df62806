import type { AccessGraph } from "../graph/access-graph";
import { compareTexts, distinct, groupedBy } from "../../support/order";
import { covers } from "../policy/patterns";
import { decisiveConditions, type Names } from "./names";
import { pipelineEventOf, subjectOf } from "./pipeline-events";
import type { RolePermissions } from "./permissions";
import { type RowCell, foldedRows, rowTexts } from "./rows";

/** What the jobs of one repository reach. */
interface Pipeline {
  readonly service: Job["service"];
  readonly repository: string;
  /** Event, what a person needs to start it, role, accounts, what the role may do there, accounts that it leads to. */
  readonly rows: readonly (readonly string[])[];
  /** Role, accounts, what the role may do there exactly; without administrators. */
  readonly exact: readonly (readonly string[])[];
}

/** Which job of a service gets which role in which account, by repository. */
export function pipelinesOf(graph: AccessGraph, permissions: RolePermissions, names: Names): Pipeline[] {
  const jobs = graph.actors.flatMap((actor): Job[] => {
    const event = pipelineEventOf(actor);
    return event ? [{ ...event, ...subjectOf(actor), id: actor.id }] : [];
  });
  const startedBy = reachOfEvents(graph, jobs);
  // No other subject matches every branch: most name one branch or environment, and a large estate has a thousand.
  const patterns = distinct(jobs.map(({ subject }) => subject)).filter((subject) => subject.includes("*"));
  return [...groupedBy(jobs, ({ repository, service }) => `${repository} ${service}`)]
    .sort(([a], [b]) => compareTexts(a, b))
    .flatMap(([, own]) =>
      own.slice(0, 1).map(({ service, repository }) => {
        const events = [...groupedBy(own, ({ event }) => event)].map(([event, each]) => {
          return { event, jobs: each, ...startedBy({ service, repository, event }) };
        });
        const rows = events
          .sort((a, b) => orderOf(a.event) - orderOf(b.event) || compareTexts(a.event, b.event))
          .flatMap((event) => rowsOf(event, permissions, names));
        const branches = events.flatMap(({ event }) => /^push to (.*)$/.exec(event)?.[1] ?? []);
        const rest =
          service === "Azure DevOps"
            ? "any other service connection"
            : ["push to any branch", ...(branches.length > 0 ? [`but ${branches.join(", ")}`] : [])].join(" ");
        const pushes = distinct(own.flatMap((job) => anyBranchOf(job) ?? []));
        const isNamed = pushes.some((push) => patterns.some((pattern) => covers(pattern, push)));
        const roles = events.flatMap(({ steps }) => steps.map(({ to }) => to));
        return {
          service,
          repository,
          rows: [
            ...(isNamed ? [] : [[rest, PUSH, "none", "", "nothing", ""]]),
            ...foldedRows(rows, names).map((row) => rowTexts(row, names)),
          ],
          exact: permissions.exact(new Set(roles)),
        };
      }),
    );
}

/** An event of a repository: the same subject is a job for each account's identity provider. */
interface JobsOfEvent extends Pick<AccessGraph, "steps" | "paths"> {
  readonly event: string;
  readonly jobs: readonly Job[];
}

/** The steps and paths that begin at the jobs of an event. */
function reachOfEvents({ steps, paths }: AccessGraph, jobs: readonly Job[]) {
  const keyOf = ({ service, repository, event }: Pick<Job, "service" | "repository" | "event">) =>
    JSON.stringify([service, repository, event]);
  const keys = new Map(jobs.map((job) => [job.id, keyOf(job)]));
  const byEvent = <T extends { readonly from: string }>(all: readonly T[]) =>
    groupedBy(all, ({ from }) => keys.get(from) ?? "");
  const [stepsByEvent, pathsByEvent] = [byEvent(steps), byEvent(paths)];
  return (started: Pick<Job, "service" | "repository" | "event">) => {
    const key = keyOf(started);
    return { steps: stepsByEvent.get(key) ?? [], paths: pathsByEvent.get(key) ?? [] };
  };
}

function rowsOf(
  { event, jobs, steps, paths }: JobsOfEvent,
  permissions: RolePermissions,
  names: Names,
): [string, ...RowCell[]][] {
  const byId = new Map(jobs.map((job) => [job.id, job]));
  const roles = steps.flatMap(({ from, to, way, conditions }) => {
    const job = byId.get(from);
    const { name, accountId = "" } = names.actor(to);
    const needs = job && [needsOf(job), ...decisiveConditions(conditions)].join(" + ");
    return needs !== undefined && way === "assume" ? [{ name, accountId, needs, may: permissions.summary(to) }] : [];
  });
  const direct = names.accountsOf(roles.map(({ accountId }) => accountId));
  const all = names.accountsOf(paths.map(({ accountId }) => accountId));
  const further = all.filter((name) => !direct.includes(name));
  return [...groupedBy(roles, ({ name, needs, may }) => JSON.stringify([name, needs, may])).values()].flatMap(
    (alike) => {
      const accounts = names.accountsOf(alike.map(({ accountId }) => accountId));
      return alike
        .slice(0, 1)
        .map(({ name, needs, may }): [string, ...RowCell[]] => [event, needs, name, accounts, may, further]);
    },
  );
}

interface Job extends NonNullable<ReturnType<typeof pipelineEventOf>> {
  readonly id: string;
  readonly subject: string;
}

const PUSH = "push rights";

function orderOf(event: string): number {
  return /^(environment|connection) /.test(event) ? 2 : event.startsWith("push to") ? 1 : 0;
}

/** The subjects of pushes to every branch of a job's repository, as a pattern; none in Azure DevOps. */
function anyBranchOf({ service, subject }: Job): string | undefined {
  if (service === "Azure DevOps") return undefined; // no subject has a branch
  const [repository = "repo:*"] = /^(repo|project_path|project_id):[^:]*/.exec(subject) ?? [];
  return `${repository}:${service === "GitLab" ? "ref_type:branch:ref:*" : "ref:refs/heads/*"}`;
}

/** What a person needs to start such a job. */
function needsOf(job: Job): string {
  const { event, subject } = job;
  const push = anyBranchOf(job);
  if (event.startsWith("environment")) return `${PUSH} + environment rules`;
  if (event.startsWith("connection")) return `${PUSH} + checks of the connection`;
  if (event === "pull request" || (push !== undefined && covers(subject, push))) return PUSH;
  if (!event.startsWith("push")) return "see the subject";
  return [PUSH, "branch rules", ...(event.endsWith("protected environment") ? ["environment rules"] : [])].join(" + ");
}
