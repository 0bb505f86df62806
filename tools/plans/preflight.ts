import type { Account } from "../../config/model";
import { awsAccount } from "../accounts/bootstrap/aws-account";
import type { Stack } from "../synth/stacks";
import { awsClients, expectCallerAccount, type AwsClients } from "../terraform/aws/aws-clients";
import type { AwsRun } from "../terraform/aws/aws-run";
import { runGraph } from "../terraform/graph";
import { stateAt } from "../terraform/state/state-position";
import { Answers, type Findings } from "./preflight/answers";
import { checkAccount, type Checked } from "./preflight/check-account";
import { preflightClients } from "./preflight/lists";
import { creationsOf, declaredIn } from "./preflight/creations";
import { OrganizationPolicies } from "./preflight/policies";
import type { PoliciesOf } from "./preflight/policies";

export interface PreflightOptions {
  readonly accounts: readonly Account[];
  /** Every synthesized stack of the estate. */
  readonly stacks: readonly Stack[];
  readonly env: AwsRun["env"];
  /** How many accounts are looked at at once. @default the number of cores */
  readonly parallel?: number;
  readonly signal?: AbortSignal;
}

/** What would make the first applies of an account's stacks fail. */
export interface Preflight extends Findings, Checked {
  readonly account: Account;
}

/**
 * Looks at accounts before the first applies of their stacks: names that are taken, quotas, service control policies, IAM
 * Identity Center. Reads only, and without Terraform. What AWS does not answer is in the result as unknown.
 */
export async function preflights(options: PreflightOptions): Promise<Preflight[]> {
  const { accounts, parallel, signal } = options;
  const found = new Map<string, Preflight>();
  const policies = organizationPolicies(options);
  const nodes = accounts.map((account) => ({ id: account.name, dependencies: [], account }));
  const results = await runGraph(
    nodes,
    async ({ account }) => {
      found.set(account.name, await preflight(account, options, policies));
    },
    { parallel, signal },
  );
  for (const result of results.values()) if (result.status === "failed") throw result.error;
  return [...found.values()];
}

/** The policies of an organization that an account of the estate manages, read with the credentials of that account. */
function organizationPolicies({ stacks, env }: PreflightOptions): PoliciesOf {
  const known = new Map<string, OrganizationPolicies>();
  return async (managementAccountId) => {
    const stack = stacks.find(({ accountId }) => accountId === managementAccountId);
    if (!stack) return undefined;
    const { call } = await preflightClients(stack, env(stack))(stack.region);
    const policies = known.get(managementAccountId) ?? new OrganizationPolicies(call);
    known.set(managementAccountId, policies);
    return policies;
  };
}

async function preflight(account: Account, options: PreflightOptions, policiesOf: PoliciesOf): Promise<Preflight> {
  const stacks = options.stacks.filter(({ accountId }) => accountId === account.id);
  const [first] = stacks;
  if (!first) throw new Error(`no stack of the account ${account.name} was synthesized`);
  const env = options.env(first);
  const clients = awsClients(first, env);
  const answers = new Answers(account.name);
  const arn = await answers.ask("everything", async () => {
    await expectCallerAccount(clients.sts, account.id, first.id, env);
    return callerArn(first, clients);
  });
  if (arn === undefined) return { account, ...answers.findings(), quotas: [], looked: "nothing" };
  const read = stacks.map((stack) =>
    answers.ask(`what ${stack.id} holds`, async () => [stack, await stateAt(clients.s3, stack)] as const),
  );
  const states = new Map((await Promise.all(read)).filter((each) => each !== undefined));
  const owner = awsAccount(first, env);
  const { quotas, looked } = await checkAccount(
    { ...account, arn, creations: creationsOf(states), data: dataOf(stacks) },
    { clientsOf: preflightClients(first, env), findBucket: (name) => owner.findBucket(name), policiesOf },
    answers,
  );
  return { account, ...answers.findings(), quotas, looked };
}

const dataOf = (stacks: readonly Stack[]) => stacks.flatMap((stack) => declaredIn(stack, "data"));

/** The user or role of the credentials, without the session. STS does not return the path of a role. */
async function callerArn(stack: Stack, { sts, iam }: Pick<AwsClients, "sts" | "iam">): Promise<string> {
  const { GetCallerIdentityCommand } = await import("@aws-sdk/client-sts");
  const { GetRoleCommand } = await import("@aws-sdk/client-iam");
  const { Arn: arn = "" } = await sts.send(new GetCallerIdentityCommand({}));
  const RoleName = /:assumed-role\/([^/]+)\//.exec(arn)?.[1];
  if (RoleName === undefined) return arn;
  const pathless = `arn:aws:iam::${stack.accountId}:role/${RoleName}`;
  return iam.send(new GetRoleCommand({ RoleName })).then(
    ({ Role }) => Role?.Arn ?? pathless,
    () => pathless,
  );
}
