import { stacksOf } from "../../config/layout";
import type { Estate } from "../../config/model";
import { ACCOUNT_WIDE } from "../../config/naming";
import type { StackSummary } from "../review/review";
import type { Stack } from "../synth/stacks";
import { resourcesOfStack, type ReportedResource } from "./resources";

export interface ReportedStack {
  readonly id: string;
  /** Its own. @default none: an account-wide stack */
  readonly environment?: string;
  /**
   * Where a filter finds it: in its own; of an account-wide stack, in those that run in its account, too. Who filters by
   * prod must not miss a change of Admin in the account of prod.
   */
  readonly environments: readonly string[];
  readonly accountId: string;
  readonly region: string;
  /** `s3://bucket/key`. */
  readonly state: string;
  readonly resources: readonly ReportedResource[];
  /** Its status in the plan. @default no plan, or the stack is not in it */
  readonly status?: StackSummary["status"];
  /** Stacks to apply before. */
  readonly dependencies: readonly string[];
}

export interface ReportedAccount {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly stacks: readonly ReportedStack[];
}

/** Accounts of the estate with their stacks, in the order of the estate file. */
export function reportedAccounts(
  estate: Estate,
  stacks: readonly Stack[],
  planned: readonly StackSummary[] = [],
): readonly ReportedAccount[] {
  const specs = new Map(stacksOf(estate).map((spec) => [spec.id, spec]));
  const order = [...specs.keys()];
  const runIn = (id: string) => estate.environments.filter(({ account }) => account.id === id).map(({ name }) => name);
  // Every environment has a role in the master account.
  const ofAccount = new Map(
    estate.accounts.map(({ id, kind, deployments }) => [id, kind === "master" ? runIn(id) : deployments]),
  );
  const statuses = new Map(planned.map(({ id, status }) => [id, status]));
  const inOrder = [...stacks].sort((one, other) => order.indexOf(one.id) - order.indexOf(other.id));
  const reported = inOrder.map((stack): ReportedStack => {
    const { id, accountId, region, state, dependencies } = stack;
    const environment = specs.get(id)?.environment?.name;
    return {
      ...{ id, accountId, region, dependencies, environment },
      environments: environment === undefined ? [...(ofAccount.get(accountId) ?? []), ACCOUNT_WIDE] : [environment],
      state: `s3://${state.bucket}/${state.key}`,
      resources: resourcesOfStack(stack),
      status: statuses.get(id),
    };
  });
  return estate.accounts
    .map(({ id, name, kind }) => ({ id, name, kind, stacks: reported.filter(({ accountId }) => accountId === id) }))
    .filter((account) => account.stacks.length > 0);
}
