import { realpathSync } from "node:fs";
import { dirname } from "node:path";
import { formatValue } from "../../config/estate-error";
import { accountStack } from "../../config/layout";
import { membersFile } from "../../config/members-record";
import type { Account, Estate } from "../../config/model";
import { stateKey } from "../../config/naming";
import { masterOf } from "../../config/resolve/account";
import { UserError } from "../../config/user-error";
import { firstPaths } from "../support/text";
import { checkoutOf } from "../synth/git/checkout";
import { isMissingBucket } from "../terraform/aws/aws-problem";
import { filledStates } from "../terraform/state/bucket-states";
import type { S3 } from "../terraform/state/state-lock";
import { stateAt } from "../terraform/state/state-position";
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
 * longer manages, and whose states list no resource.
 *
 * @throws UserError that lists everything that forbids it
 */
export async function closableAccount({ estate, estateFile, name, inAccount }: ClosingOptions): Promise<Account> {
  const account = estate.retired.find((each) => each.name === name);
  const problems = [...estateProblems(estate, name), ...uncommitted(estateFile)];
  const master = masterOf(estate);
  if (account && master && account.membership === "created") {
    const looks = [
      inAccount(master, async ({ organizations, s3 }) => [
        ...(await stateProblems(master, account, s3)),
        ...(await listingProblems(account, organizations)),
      ]),
      // Pipelines have no role in an account without stacks: it is reached through its access role.
      inAccount({ ...account, assumedRoleArn: account.accessRoleArn }, ({ s3 }) => ownStates(account, s3)),
    ];
    for (const look of await Promise.allSettled(looks)) problems.push(...outcomeOf(look));
  }
  if (problems.length > 0 || !account)
    throw new UserError([`${name} cannot be closed:`, ...problems.map((problem) => `  ${problem}`)].join("\n"));
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
  const { commit, changedPaths } = checkoutOf(dirname(file), [file, membersFile(file)]);
  if (commit === undefined) return [`${estateFile} must be committed, got no commit. Commit it.`];
  if (changedPaths.length === 0) return [];
  return [`the checkout must have no uncommitted changes, got ${firstPaths(changedPaths)}. Commit or stash them.`];
}

async function stateProblems(master: Account, account: Account, s3: S3): Promise<string[]> {
  const stack = accountStack(master, "organization");
  const remedy = `Run npm run plan -- ${stack.id}, apply that plan, then close the account.`;
  const state = await stateAt(s3, stack);
  if (!state) return [`${stack.id} must have a state, got none. ${remedy}`];
  const address = accountIn(state, account);
  return address === undefined ? [] : [`the state of ${stack.id} must not list the account, got ${address}. ${remedy}`];
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

/** The states of the account that list resources. That of its bootstrap has the state bucket, which no command destroys. */
async function ownStates({ name, stateBucket }: Account, s3: S3): Promise<string[]> {
  const own = stateKey(name, "bootstrap");
  try {
    const filled = await filledStates(s3, stateBucket, (key) => key !== own);
    const remedy = `Destroy them at a commit that has the stack (npm run destroy).`;
    return filled.map((line) => `its states must list no resources, got ${line}. ${remedy}`);
  } catch (error) {
    if (isMissingBucket(error)) return []; // no stack of it was ever applied
    throw error;
  }
}
