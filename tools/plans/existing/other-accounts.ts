import { EXTERNAL_STACKS } from "../../../config/external-model";
import { TRAIL_BUCKET } from "../../../config/layout";
import type { Account, Estate } from "../../../config/model";
import { accountNames, stackId, stateKey } from "../../../config/naming";
import { lostLastGroups } from "../../review/people-losses";
import type { PlanJson } from "../../review/plan-json";
import type { Finding } from "../../review/review";
import { parsedJson, listOf, objectOf } from "../../support/json";
import { groupedBy } from "../../support/order";
import type { Stack } from "../../synth/stacks";
import { awsErrorMessage, isDenied, statusOf } from "../../terraform/aws/aws-problem";
import { everyPage } from "../../terraform/aws/every-page";
import type { SettingClients } from "../../terraform/aws/setting-clients";
import { stateAt } from "../../terraform/state/state-position";
import { unlessMissing } from "./look";
import { usersIn } from "./last-user";

/** What Terraform creates for an account that must be in the organization, with the attribute that has its id. */
const OF_MEMBERS: Readonly<Record<string, readonly [attribute: string, refusal: string]>> = {
  aws_ssoadmin_account_assignment: ["target_id", "IAM Identity Center assigns nobody in it"],
  aws_organizations_delegated_administrator: ["account_id", "it administers no service for the organization"],
};

type ClientsOf = (stack: Stack, region: string) => Promise<Pick<SettingClients, "call" | "iam" | "s3">>;

/**
 * What a plan needs of other accounts than its own: AWS refuses it in the middle of an apply if an account is not in the
 * organization, and nobody could work in an account that loses its last group before its role trusts a user.
 *
 * @param isApply roles in accounts that the credentials do not reach are not looked at again: those of a pipeline's apply
 *   reach the accounts of its deployment alone, and the plan has been compared with all of them
 */
export async function otherAccounts(
  plan: PlanJson,
  stack: Stack,
  estate: Estate,
  clientsOf: ClientsOf,
  isApply = false,
): Promise<Finding[]> {
  const found = await Promise.all([
    outsideOrganization(plan, stack, estate, clientsOf),
    withoutUsers(plan, stack, estate, clientsOf, isApply),
    foreignBuckets(plan, stack, estate, clientsOf, isApply),
    statesElsewhere(plan, stack, estate, clientsOf, isApply),
  ]);
  return found.flat();
}

const nameOf = (id: string, { accounts }: Estate): string => accounts.find((each) => each.id === id)?.name ?? id;

async function outsideOrganization(
  plan: PlanJson,
  stack: Stack,
  estate: Estate,
  clientsOf: ClientsOf,
): Promise<Finding[]> {
  const wanted = (plan.resource_changes ?? []).flatMap(({ address, type, change }) => {
    const [attribute, refusal] = (Object.hasOwn(OF_MEMBERS, type) ? OF_MEMBERS[type] : undefined) ?? [];
    const id = attribute === undefined ? undefined : objectOf(change.after)[attribute];
    // An unknown id is that of an account that the plan creates.
    return change.actions.includes("create") && typeof id === "string" ? [{ address, id, refusal }] : [];
  });
  const [first] = wanted;
  if (!first) return [];
  const members = await membersOf(stack, clientsOf).catch((error: unknown) => unread(error, stack));
  if (typeof members === "string") return [{ address: first.address, message: members }];
  const missing = wanted.filter(({ id }) => !members.has(id));
  return [...groupedBy(missing, ({ id }) => id).values()].flatMap(([each]) => {
    if (!each) return [];
    const name = nameOf(each.id, estate);
    const message = `the account ${name} (${each.id}) is not an active account of the organization, so ${each.refusal}. Set joins: true in accounts.${name}, run npm run accounts -- --invite ${name}, accept the invitation in the account, and plan again (docs/organization.md, "Inviting a member").`;
    return [{ address: each.address, message }];
  });
}

/** The ids of the active accounts, that of the master account included. */
async function membersOf(stack: Stack, clientsOf: ClientsOf): Promise<ReadonlySet<unknown>> {
  const { call } = await clientsOf(stack, stack.region);
  const target = "AWSOrganizationsV20161128.ListAccounts";
  try {
    const accounts = await everyPage(async (NextToken) => {
      const page = await call("organizations", { target, input: NextToken === undefined ? {} : { NextToken } });
      return [listOf(page["Accounts"]).map(objectOf), page["NextToken"] as string | undefined];
    });
    // AWS replaces Status by State.
    return new Set(accounts.filter((each) => (each["State"] ?? each["Status"]) === "ACTIVE").map((each) => each["Id"]));
  } catch (error) {
    if (error instanceof Error && error.name === "AWSOrganizationsNotInUseException") return new Set();
    throw error;
  }
}

/** Roles whose last group a plan removes, and that no user may assume yet: that is decided in another stack, and account. */
async function withoutUsers(
  plan: PlanJson,
  stack: Stack,
  estate: Estate,
  clientsOf: ClientsOf,
  isApply: boolean,
): Promise<Finding[]> {
  const found = await Promise.all(
    lostLastGroups(plan).map(async ({ address, accountId, role }) => {
      // In an account that the estate no longer has, nobody is to work.
      const account = estate.accounts.find(({ id }) => id === accountId);
      if (!account) return [];
      const users = await trustedBy(role, account, stack, clientsOf).catch((error: unknown) =>
        isApply && isOutOfReach(error) ? undefined : unread(error, stack),
      );
      if (typeof users === "string") return [{ address, message: users }];
      if (users === undefined || users.length > 0) return [];
      const iam = stackId(account.name, "iam");
      const message = `nobody could work as ${role} in ${account.name} (${accountId}): its last group is removed, and the role trusts no user there yet. Name users in accounts.${account.name}, apply ${iam} first, let them assume the role once, and plan again (docs/planning.md, "From users to groups").`;
      return [{ address, message }];
    }),
  );
  return found.flat();
}

async function trustedBy(
  role: string,
  account: Account,
  stack: Stack,
  clientsOf: ClientsOf,
): Promise<readonly string[]> {
  const { id: accountId } = account;
  const { iam } = await clientsOf(stackIn(account, "iam", stack), account.region);
  const { GetRoleCommand } = await import("@aws-sdk/client-iam");
  const RoleName = role === accountNames.admin ? accountNames.admin : accountNames.operator;
  const answer = await unlessMissing(iam.send(new GetRoleCommand({ RoleName })));
  // Every account has a role of this name: that of another account says nothing.
  const owner = answer?.Role?.Arn?.split(":")[4];
  if (answer && owner !== accountId) throw new OtherAccount(`the credentials must be of ${account.name} (${accountId}), got those of account ${owner ?? "none"}`); // prettier-ignore
  const policy = decodeURIComponent(answer?.Role?.AssumeRolePolicyDocument ?? "");
  return parsedJson(policy) === undefined ? [] : usersIn({ assume_role_policy: policy });
}

/** A stack of another account, for its clients. */
const stackIn = (
  { name, id: accountId, region, assumedRoleArn: accessRoleArn }: Account,
  of: string,
  stack: Stack,
) => ({
  ...stack,
  ...{ id: stackId(name, of), accountId, region, accessRoleArn },
});

/**
 * Trails whose bucket is not of the account that the estate names. The names of buckets are global and can be guessed: the
 * log files of the organization would be written into the bucket of anyone who took the name first. Only credentials of
 * that account show whose it is. A missing bucket is reported where the trail is looked at.
 */
async function foreignBuckets(
  plan: PlanJson,
  stack: Stack,
  estate: Estate,
  clientsOf: ClientsOf,
  isApply: boolean,
): Promise<Finding[]> {
  const trails = (plan.resource_changes ?? []).filter(({ type, change }) => type === "aws_cloudtrail" && change.actions.includes("create")); // prettier-ignore
  const found = trails.map(async ({ address, change }) => {
    const Bucket = objectOf(change.after)["s3_bucket_name"];
    const account = estate.accounts.find(
      ({ trailBucket }) => trailBucket !== undefined && trailBucket.bucket === Bucket,
    );
    if (!account || typeof Bucket !== "string") return [];
    const { HeadBucketCommand } = await import("@aws-sdk/client-s3");
    try {
      const { s3 } = await clientsOf(stackIn(account, TRAIL_BUCKET, stack), account.region);
      await (await s3()).send(new HeadBucketCommand({ Bucket, ExpectedBucketOwner: account.id }));
      return [];
    } catch (error) {
      if (statusOf(error) === 404 || (isApply && isOutOfReach(error))) return [];
      const message = `its bucket ${Bucket} must be of the account ${account.name} (${account.id}), and AWS does not confirm it: ${awsErrorMessage(error, stack.id)}. Apply ${stackId(account.name, TRAIL_BUCKET)} first, and plan again with credentials of that account.`;
      return [{ address, message }];
    }
  });
  return (await Promise.all(found)).flat();
}

/**
 * What a stack of a provider outside AWS would create although the state in another account has it: the estate names
 * another account for it, and its state was not moved. The providers accept two applications or projects of one name.
 */
async function statesElsewhere(
  plan: PlanJson,
  stack: Stack,
  estate: Estate,
  clientsOf: ClientsOf,
  isApply: boolean,
): Promise<Finding[]> {
  const owner = estate.accounts.find(({ id }) => id === stack.accountId);
  const name = EXTERNAL_STACKS.find((each) => owner && stack.id === stackId(owner.name, each));
  const [first] = (plan.resource_changes ?? []).filter(({ change }) => change.actions.includes("create"));
  if (!name || !first) return [];
  const others = estate.accounts.filter(({ id }) => id !== stack.accountId);
  const found = others.map(async (account) => {
    const other = stackIn(account, name, stack);
    const state = { bucket: account.stateBucket, key: stateKey(account.name, name) };
    try {
      const { s3 } = await clientsOf(other, account.region);
      const { resources = [] } = (await stateAt(await s3(), { id: other.id, state })) ?? {};
      if (!resources.some(({ mode }) => mode === "managed")) return [];
    } catch (error) {
      if (isApply && isOutOfReach(error)) return [];
      return [{ address: first.address, message: unread(error, stack) }];
    }
    const [from, to] = [state, stack.state].map(({ bucket, key }) => `s3://${bucket}/${key}`);
    const message = `the state of ${other.id} has resources already, which the plan would create again. Copy ${from} to ${to}, delete the first one, and plan again.`;
    return [{ address: first.address, message }];
  });
  return (await Promise.all(found)).flat();
}

class OtherAccount extends Error {}

/** Whether there are no credentials for an account, or they may not read there. */
const isOutOfReach = (error: unknown): boolean =>
  error instanceof OtherAccount ||
  isDenied(error) ||
  (error instanceof Error && error.name === "CredentialsProviderError");

const unread = (error: unknown, { id }: Stack): string =>
  `what other accounts have cannot be read: ${awsErrorMessage(error, id)}. Plan with credentials that reach them, and plan again.`;
