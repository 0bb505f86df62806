import { relative } from "node:path";
import type { Bootstrapped, PlannedBootstrap } from "../accounts/bootstrap";
import { accountStackNames } from "../../config/layout";
import type { Estate } from "../../config/model";
import { stackId } from "../../config/naming";
import { countIn, idIn } from "../accounts/bootstrap/local-state";
import { namedResources } from "../accounts/bootstrap/stack-resources";
import type { Stack } from "../synth/stacks";

const WIDTH = 10;

/** What became of an account. */
export function bootstrappedLines(report: Bootstrapped): string[] {
  const { account, stack } = report;
  const title = (text: string) => `\n${account.name} (${account.id}): ${text}`;
  switch (report.status) {
    case "bootstrapped":
      return [
        title("bootstrapped"),
        ...report.made.map((what) => line("made", what)),
        ...report.adopted.map(({ what }) => line("adopted", what)),
        line("state", `${stateOf(stack)}, versioned; its plan is empty, and no local copy is left`),
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
        ...(report.localState ? [line("state", `local, it is needed: ${shown(report.localState)}`)] : []),
        ...(report.log ? [line("log", shown(report.log))] : []),
      ];
    case "not started":
      return [title("not started")];
  }
}

/** What comes next. */
export function nextLines(reports: readonly Bootstrapped[], { organization }: Pick<Estate, "organization">): string[] {
  const isDone = ({ status }: Bootstrapped) => status === "bootstrapped" || status === "already";
  const undone = reports.filter((report) => !isDone(report)).map(({ account }) => account.name);
  const stacks = reports.filter(isDone).flatMap(({ account }) =>
    accountStackNames(account)
      .filter((name) => name !== "bootstrap" && (name !== "organization" || organization !== undefined))
      .map((name) => stackId(account.name, name)),
  );
  return [
    "",
    ...(undone.length > 0
      ? [`next: mend what is said above, then go on: npm run bootstrap -- ${undone.join(" ")}`]
      : []),
    ...(stacks.length > 0 ? [`next: npm run plan -- ${stacks.join(" ")} (docs/first-day.md)`] : []),
  ];
}

/** What would become of an account, step by step. */
export function plannedLines(report: PlannedBootstrap): string[] {
  const { account, stack, localState } = report;
  const title = (text: string) => `\n${account.name} (${account.id}): ${text}`;
  if (report.status === "refused")
    return [title("would be refused"), ...report.error.message.split("\n").map((text) => line("", text))];
  if (report.status === "not started") return [title("not looked at")];
  const { plan } = report;
  const identity = line("identity", "the credentials are of this account");
  const end = [
    line("verify", "everything is there, versioned, and the plan is empty"),
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
    case "make": {
      const { adoptions, makes, local } = plan;
      const isNew = (address: string) =>
        idIn(local, address) === undefined && !adoptions.some(({ to }) => to === address);
      const made = namedResources(stack).filter(({ address }) => isNew(address));
      const left =
        local === undefined ? [] : [line("go on", `with ${shown(localState)}, which has ${countIn(local)} resources`)];
      return [
        title("would be bootstrapped"),
        identity,
        ...left,
        ...made.map(({ what }) => line("make", what)),
        ...adoptions.map(({ what }) => line("adopt", what)),
        line("in all", `${makes} to make, ${adoptions.length} to adopt, of ${stack.resourceCount} resources`),
        line("move", `the local state ${shown(localState)} to ${stateOf(stack)}`),
        ...end,
      ];
    }
  }
}

function line(what: string, text: string): string {
  return `  ${what.padEnd(WIDTH)}${text}`;
}

function stateOf({ state }: Stack): string {
  return `s3://${state.bucket}/${state.key}`;
}

function shown(file: string): string {
  return relative(process.cwd(), file);
}
