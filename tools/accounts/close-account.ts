import { ListBucketsCommand } from "@aws-sdk/client-s3";
import { realpathSync } from "node:fs";
import { dirname } from "node:path";
import { formatValue } from "../../config/estate-error";
import { accountStack } from "../../config/layout";
import { filesNextTo } from "../../config/read-estate-file";
import type { Account, Estate } from "../../config/model";
import { accountNames, stateKey } from "../../config/naming";
import { masterOf } from "../../config/resolve/account";
import { UserError } from "../../config/user-error";
import { firstPaths } from "../support/text";
import { checkoutOf } from "../synth/git/checkout";
import { isMissingBucket } from "../terraform/aws/aws-problem";
import { filledStates } from "../terraform/state/bucket-states";
import type { S3 } from "../terraform/state/state-lock";
import { stateAt } from "../terraform/state/state-position";
import type { StateDocument } from "../terraform/terraform";
import type { InAccount } from "./account-clients";
import { accountIn } from "./membership-status";
import type { OrganizationCalls } from "./organization-calls";

interface ClosingOptions {
  readonly estate: Estate;
  /** Its path. */
  readonly estateFile: string;
  /** The name of the account to close. */
  readonly name: string;
  readonly inAccount: InAccount;
}

/**
 * The account that may be closed: a created member that the committed estate retires, that the organization's stack no
 * longer manages, in which no group is assigned, and whose states list no resource.
 *
 * @throws UserError that lists everything that forbids it
 */
export async function closableAccount({ estate, estateFile, name, inAccount }: ClosingOptions): Promise<Account> {
  const account = estate.retired.find((each) => each.name === name);
  const problems = [...estateProblems(estate, name), ...uncommitted(estateFile)];
  const master = masterOf(estate);
  const center = estate.accounts.find((each) => each.name === estate.identity?.account);
  if (account && master && account.membership === "created") {
    const looks = [
      inAccount(master, async ({ organizations, s3 }) => [
        ...(await stateProblems(master, account, s3)),
        ...(await listingProblems(account, organizations)),
      ]),
      ...(center ? [inAccount(center, ({ s3 }) => assignmentProblems(center, account, s3))] : []),
      // Pipelines have no role in an account without stacks: it is reached through its access role.
      inAccount({ ...account, assumedRoleArn: account.accessRoleArn }, ({ s3 }) => ownStates(account, s3)),
    ];
    for (const look of await Promise.allSettled(looks)) problems.push(...outcomeOf(look));
  }
  if (problems.length > 0 || !account)
    throw new UserError(
      [`${name} cannot be closed:`, ...[...new Set(problems)].map((problem) => `  ${problem}`)].join("\n"),
    );
  return account;
}

/** What closing means, in lines. */
export const MEANING_OF_CLOSING = [
  "  - Nobody can sign in to it or use it any more. AWS may still send a last bill.",
  "  - For 90 days AWS Support can reopen it. Then AWS deletes what is left in it for good.",
  "  - AWS closes 10 % of the member accounts of an organization within 30 days, at least 10 and at most 1000.",
];

function outcomeOf(look: PromiseSettledResult<string[]>): string[] {
  if (look.status === "fulfilled") return look.value;
  if (look.reason instanceof UserError) return [look.reason.message];
  throw look.reason;
}

function estateProblems({ accounts, waiting, retired, organization }: Estate, name: string): string[] {
  const remedy = "Retire it first (docs/organization.md).";
  const account = [...accounts, ...retired].find((each) => each.name === name);
  if (account && account.membership !== "created")
    return [`accounts.${name} must be a created member, got one of kind ${account.kind}${account.membership ? `, ${account.membership}` : ""}. Only its owner closes it.`]; // prettier-ignore
  if (account) return retired.includes(account) ? [] : [`accounts.${name}.retired must be true, got false. ${remedy}`];
  if (waiting.some((each) => each.account === name))
    return [`accounts.${name}.retired must be true, got false. ${remedy}`];
  if (organization?.retired.includes(name))
    return [`accounts.${name}.id must be the id of the account, got nothing. Without one, AWS never created it.`];
  const names = retired.map((each) => each.name).join(", ");
  return [`the account must be a retired one (${names || "there is none"}), got ${formatValue(name)}.`];
}

/** The committed estate retires the account: reviewers have seen it. */
function uncommitted(estateFile: string): string[] {
  const file = realpathSync(estateFile);
  const { commit, changedPaths } = checkoutOf(dirname(file), [file, ...filesNextTo(file)]);
  if (commit === undefined) return [`${estateFile} must be committed, got no commit. Commit it.`];
  if (changedPaths.length === 0) return [];
  return [`the checkout must have no uncommitted changes, got ${firstPaths(changedPaths)}. Commit or stash them.`];
}

async function stateProblems(master: Account, account: Account, s3: S3): Promise<string[]> {
  const stack = accountStack(master, "organization");
  const state = await stateAt(s3, stack);
  if (!state) return [`${stack.id} must have a state, got none. ${applyFirst(stack.id)}`];
  const address = accountIn(state, account);
  if (address === undefined) return [];
  return [`the state of ${stack.id} must not list the account, got ${address}. ${applyFirst(stack.id)}`];
}

const applyFirst = (stackId: string) => `Run npm run plan -- ${stackId}, apply that plan, then close the account.`;

/** IAM Identity Center cannot change a permission set as long as a closed account has it. */
async function assignmentProblems(center: Account, account: Account, s3: S3): Promise<string[]> {
  const stack = accountStack(center, "identity");
  const address = assignmentIn(await stateAt(s3, stack), account);
  if (address === undefined) return [];
  return [`the state of ${stack.id} must assign nobody in the account, got ${address}. ${applyFirst(stack.id)}`];
}

function assignmentIn(state: StateDocument | undefined, { id }: Account): string | undefined {
  const found = state?.resources.find(
    ({ type, instances }) =>
      type === "aws_ssoadmin_account_assignment" &&
      instances.some(({ attributes = {} }) => attributes["target_id"] === id),
  );
  return found && `${found.type}.${found.name}`;
}

async function listingProblems({ id, email }: Account, organizations: OrganizationCalls): Promise<string[]> {
  const listed = (await organizations.accounts()).find((each) => each.id === id);
  if (!listed) return [`the account ${id} must be in the organization, got none there.`];
  const problems: string[] = [];
  if (listed.state !== "ACTIVE") problems.push(`the account ${id} must be ACTIVE, got ${listed.state}.`);
  if (listed.joinedMethod !== "CREATED")
    problems.push(`the organization must have created the account ${id}, got ${listed.joinedMethod}.`);
  if (listed.email.toLowerCase() !== email.toLowerCase())
    problems.push(`the address of the account ${id} must be ${email}, got ${listed.email}. Correct its email or id.`);
  return problems;
}

/** The key of a bootstrap's state, which has the state bucket: no command destroys that. */
const BOOTSTRAP = /^[^/]+\/bootstrap\.tfstate$/;

/**
 * The states in the account that list resources. Another estate may have taken the account over: it has a state bucket of
 * its own there.
 */
async function ownStates({ id, name, stateBucket }: Account, s3: S3): Promise<string[]> {
  const own = stateKey(name, "bootstrap");
  const { Buckets: buckets = [] } = await s3.send(new ListBucketsCommand({}));
  const others = buckets.flatMap(({ Name: bucket = "" }) => (isStateBucket(bucket, id) && bucket !== stateBucket ? [bucket] : [])); // prettier-ignore
  const filled = await Promise.all([
    statesIn(s3, stateBucket, (key) => key !== own),
    ...others.map((bucket) => statesIn(s3, bucket, (key) => !BOOTSTRAP.test(key))),
  ]);
  const remedy = `Destroy them at a commit that has the stack (npm run destroy).`;
  return filled.flat().map((line) => `its states must list no resources, got ${line}. ${remedy}`);
}

/** Whether a bucket is named as that of some estate's states in the account. */
const isStateBucket = (bucket: string, id: string): boolean =>
  new RegExp(`^${accountNames.stateBucket(".+", id)}$`).test(bucket);

async function statesIn(s3: S3, bucket: string, isChecked: (key: string) => boolean): Promise<string[]> {
  try {
    return await filledStates(s3, bucket, isChecked);
  } catch (error) {
    if (isMissingBucket(error)) return []; // no stack of it was ever applied
    throw error;
  }
}
