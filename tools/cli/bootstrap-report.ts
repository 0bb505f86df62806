import { relative } from "node:path";
import type { Bootstrapped, PlannedBootstrap } from "../accounts/bootstrap";
import { accountStackNames } from "../../config/layout";
import type { Estate } from "../../config/model";
import { stackId } from "../../config/naming";
import { countIn, idIn } from "../accounts/bootstrap/local-state";
import { namedResources } from "../accounts/bootstrap/stack-resources";
import type { Preflight } from "../plans/preflight";
import type { Stack } from "../synth/stacks";
import { preflightLines } from "./preflight-report";
import { counted } from "../support/text";

const WIDTH = 10;

/** The result of bootstrapping an account. */
export function bootstrappedLines(report: Bootstrapped): string[] {
  const { account, stack } = report;
  const title = (text: string) => `\n${account.name} (${account.id}): ${text}`;
  switch (report.status) {
    case "bootstrapped":
      return [
        title("bootstrapped"),
        ...report.made.map((what) => line("created", what)),
        ...report.adopted.map(({ what }) => line("adopted", what)),
        line("state", `${stateOf(stack)}, versioned; its plan is empty, the local copy was removed`),
      ];
    case "already":
      return [
        title(
          report.hasChanges
            ? `already bootstrapped, but its plan has changes: npm run plan -- ${stack.id}`
            : "already bootstrapped",
        ),
        line("state", stateOf(stack)),
      ];
    case "failed":
      return [
        title("not bootstrapped: see above"),
        ...(report.localState ? [line("state", `local, do not delete it: ${shown(report.localState)}`)] : []),
        ...(report.log ? [line("log", shown(report.log))] : []),
      ];
    case "not started":
      return [title("not started")];
  }
}

/** The next steps. */
export function nextLines(reports: readonly Bootstrapped[], { organization }: Pick<Estate, "organization">): string[] {
  const isDone = ({ status }: Bootstrapped) => status === "bootstrapped" || status === "already";
  const undone = reports.filter((report) => !isDone(report)).map(({ account }) => account.name);
  const done = reports.filter(isDone).map(({ account }) => account);
  const stacks = done.flatMap((account) =>
    accountStackNames(account)
      .filter((name) => name !== "bootstrap" && name !== "identity" && (name !== "organization" || organization))
      .map((name) => stackId(account.name, name)),
  );
  // It can only be turned on in an account that has the organization.
  const people = done.filter(({ identityRegion }) => identityRegion !== undefined);
  return [
    "",
    ...(undone.length > 0 ? [`next: fix the errors above, then run npm run bootstrap -- ${undone.join(" ")}`] : []),
    ...(stacks.length > 0 ? [`next: npm run plan -- ${stacks.join(" ")} (docs/first-day.md)`] : []),
    ...people.map(({ name }) => `then: turn on IAM Identity Center (docs/identity-center.md), and run npm run plan -- ${stackId(name, "identity")}`), // prettier-ignore
  ];
}

/**
 * The steps that a bootstrap of an account would take, and what its preflight found.
 *
 * @param preflight undefined if the run was interrupted before
 */
export function plannedLines(report: PlannedBootstrap, preflight?: Preflight): string[] {
  return [...bootstrapLines(report), ...(preflight ? preflightLines(preflight, line) : [])];
}

function bootstrapLines(report: PlannedBootstrap): string[] {
  const { account, stack, localState } = report;
  const title = (text: string) => `\n${account.name} (${account.id}): ${text}`;
  if (report.status === "refused")
    return [title("would be refused"), ...report.error.message.split("\n").map((text) => line("", text))];
  if (report.status === "not started") return [title("not checked")];
  const { plan } = report;
  const identity = line("identity", "the credentials are of this account");
  const end = [
    line("verify", "all resources exist, the bucket is versioned, and the plan is empty"),
    line("remove", `the local state ${shown(localState)}`),
  ];
  switch (plan.kind) {
    case "already there":
      return [
        title(
          report.hasChanges
            ? `already bootstrapped, but its plan has changes: npm run plan -- ${stack.id}`
            : "already bootstrapped",
        ),
        identity,
        line("state", stateOf(stack)),
      ];
    case "verify":
      return [title("would be verified: its state was moved already"), identity, line("state", stateOf(stack)), ...end];
    case "create": {
      const { adoptions, createCount, local } = plan;
      const isNew = (address: string) =>
        idIn(local, address) === undefined && !adoptions.some(({ to }) => to === address);
      const made = namedResources(stack).filter(({ address }) => isNew(address));
      const left =
        local === undefined
          ? []
          : [line("continue", `with ${shown(localState)}, which has ${counted(countIn(local), "resource")}`)];
      return [
        title("would be bootstrapped"),
        identity,
        ...left,
        ...made.map(({ what }) => line("create", what)),
        ...adoptions.map(({ what }) => line("adopt", what)),
        line(
          "total",
          `${createCount} to create, ${adoptions.length} to adopt, of ${counted(stack.resourceCount, "resource")}`,
        ),
        line("move", `the local state ${shown(localState)} to ${stateOf(stack)}`),
        ...end,
      ];
    }
  }
}

const line = (what: string, text: string): string => `  ${what.padEnd(WIDTH)}${text}`;

function stateOf({ state }: Stack): string {
  return `s3://${state.bucket}/${state.key}`;
}

const shown = (file: string): string => relative(process.cwd(), file);
