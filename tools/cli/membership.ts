import { accountsOf, type InAccount } from "../accounts/account-clients";
import { closableAccount, MEANING_OF_CLOSING } from "../accounts/close-account";
import { dayOf, invitationToAccept, invite, joiningAccount, meaningOf } from "../accounts/invitations";
import { membershipStatus } from "../accounts/membership-status";
import { accountStack } from "../../config/layout";
import { estateFile, loadEstate } from "../../config/load";
import type { Account, Estate } from "../../config/model";
import { masterOf } from "../../config/resolve/account";
import { UserError } from "../../config/user-error";
import { textTable } from "../support/table";
import { stateAt } from "../terraform/state/state-position";
import { confirm } from "./confirm";

/** What a step of a membership needs. */
interface Step {
  readonly profile?: string;
  /** The confirmation without a terminal: the account's name. */
  readonly yes?: string;
  readonly signal: AbortSignal;
}

interface World {
  readonly estate: Estate;
  readonly master: Account;
  readonly inAccount: InAccount;
}

/** `npm run accounts -- --invite <account>` */
export async function sendInvitation(name: string, step: Step): Promise<number> {
  const { estate, master, inAccount } = open(step);
  const account = joiningAccount(estate, name);
  const invited = await inAccount(master, ({ organizations }) => invite(account, organizations, new Date()));
  if (invited.status === "joined") return printJoined(account);
  const day = dayOf(invited.expires);
  console.log(
    invited.status === "sent"
      ? `invited ${name} (${account.id}) to the organization of ${master.name}, until ${day}`
      : `${name} (${account.id}) is invited already, until ${day}`,
  );
  console.log(`next: npm run accounts -- --accept ${name}, with credentials of ${name}`);
  return 0;
}

/** `npm run accounts -- --accept <account>` */
export async function acceptInvitation(name: string, step: Step): Promise<number> {
  const { estate, master, inAccount } = open(step);
  const account = joiningAccount(estate, name);
  return inAccount(account, async ({ organizations }) => {
    const joining = { account, master };
    const invitation = await invitationToAccept(joining, organizations, new Date());
    if (!invitation) return printJoined(account);
    for (const line of meaningOf(joining, invitation, estate)) console.log(line);
    await confirmed(name, step);
    await organizations.accept(invitation.id);
    return printJoined(account);
  });
}

function printJoined({ name, id }: Account): number {
  console.log(`${name} (${id}) has joined the organization`);
  console.log("next: npm run accounts, with credentials of the master account, which records it");
  return 0;
}

/** `npm run accounts -- --status` */
export async function printStatus(step: Step): Promise<number> {
  const { estate, master, inAccount } = open(step);
  const statuses = await inAccount(master, async ({ organizations, s3 }) =>
    membershipStatus(estate, {
      accounts: await organizations.accounts(),
      invitations: await organizations.sent(),
      state: await stateAt(s3, accountStack(master, "organization")),
      now: new Date(),
    }),
  );
  if (statuses.length === 0) {
    console.log("the estate has no member account");
    return 0;
  }
  const rows = statuses.map(({ name, inEstate, inAws, inState, next }) => [
    name,
    inEstate,
    inAws,
    inState ? "yes" : "no",
    next,
  ]);
  const head = ["account", "in the estate", "in AWS", "in the state", "next"];
  console.log(textTable(head, rows, { numbers: [], plain: !process.stdout.isTTY }));
  return 0;
}

/** `npm run accounts -- --close <account>` */
export async function closeMember(name: string, step: Step): Promise<number> {
  const { estate, master, inAccount } = open(step);
  const account = await closableAccount({ estate, estateFile: estateFile(), name, inAccount });
  console.log(`This closes the account ${name} (${account.id}, ${account.email}):`);
  for (const line of MEANING_OF_CLOSING) console.log(line);
  await confirmed(name, step);
  await inAccount(master, ({ organizations }) => organizations.close(account.id));
  console.log(`AWS is closing ${name} (${account.id})`);
  console.log(
    `next: npm run accounts -- --status; then remove ${name} from the estate file and the record, and commit`,
  );
  return 0;
}

function open({ profile }: Step): World {
  const estate = loadEstate();
  const master = masterOf(estate);
  if (!master)
    throw new UserError("the estate must have an account of kind master, which hosts the organization, got none.");
  return { estate, master, inAccount: accountsOf(estate, profile) };
}

/** @throws UserError if neither the option nor the terminal names the account */
async function confirmed(name: string, { yes, signal }: Step): Promise<void> {
  if (yes === name) return;
  if (yes !== undefined) throw new UserError(`nothing was changed: --yes must be ${name}, got ${yes}. Correct it.`);
  await confirm({ expected: name, option: `--yes ${name}`, signal });
}
