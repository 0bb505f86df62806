import { formatValue } from "../../config/estate-error";
import type { Account, Estate } from "../../config/model";
import { UserError } from "../../config/user-error";
import { canBeAccepted, type Invitation, type OrganizationCalls } from "./organization-calls";

/** Accounts that the estate lets join, and the account whose organization they join. */
interface Joining {
  readonly account: Account;
  readonly master: Account;
}

/**
 * The account with this name, which must be one that joins the organization.
 * @throws UserError if it is another
 */
export function joiningAccount({ accounts }: Estate, name: string): Account {
  const account = accounts.find((each) => each.name === name);
  if (account?.joins) return account;
  if (account && (account.kind === "main" || account.membership === "invited"))
    throw new UserError(
      `accounts.${name}.joins must be true, got false. Set it in the estate file, then run the command again.`,
    );
  if (account)
    throw new UserError(
      `accounts.${name} must be a main account or an invited member, got ${account.membership === "created" ? "a created member" : `one of kind ${account.kind}`}. It is in the organization without an invitation.`,
    );
  const joining = accounts.filter(({ joins }) => joins).map((each) => each.name);
  const expected = joining.length > 0 ? joining.join(", ") : "there is none";
  throw new UserError(
    `the account must be one that joins the organization (${expected}), got ${formatValue(name)}. Correct the name, or set joins: true in its entry.`,
  );
}

/** What became of an invitation. */
type Invited =
  | { readonly status: "joined" }
  /** It was sent now, or earlier. */
  | { readonly status: "sent" | "open"; readonly expires: Date };

/** Sends the organization's invitation to an account, unless one is open or the account has joined. */
export async function invite(account: Account, calls: OrganizationCalls, now: Date): Promise<Invited> {
  if ((await calls.accounts()).some(({ id }) => id === account.id)) return { status: "joined" };
  const open = invitationsOf(await calls.sent(), account).find((each) => canBeAccepted(each, now));
  if (open) return { status: "open", expires: open.expires };
  const { expires } = await calls.invite(account.id);
  return { status: "sent", expires };
}

/** The invitations to an account, which name its id, or its address if they were sent by hand. */
export function invitationsOf(sent: readonly Invitation[], { id, email }: Pick<Account, "id" | "email">): Invitation[] {
  return sent.filter(({ invited }) =>
    invited.some((each) => each === id || each.toLowerCase() === email.toLowerCase()),
  );
}

/**
 * The open invitation of the estate's organization that an account has received; undefined if the account has joined.
 *
 * @param calls with the account's own credentials
 * @throws UserError if there is no such invitation, or the account is in another organization
 */
export async function invitationToAccept(
  { account, master }: Joining,
  calls: OrganizationCalls,
  now: Date,
): Promise<Invitation | undefined> {
  const masterId = await calls.masterId();
  if (masterId === master.id) return undefined;
  if (masterId !== undefined)
    throw new UserError(
      `${account.name} (${account.id}) must be in no organization, got that of the account ${masterId}. Remove it from there first: aws organizations leave-organization.`,
    );
  const open = (await calls.received()).filter((each) => canBeAccepted(each, now));
  const own = open.find((each) => each.masterId === master.id);
  if (own) return own;
  const others = open.map((each) => `one of the account ${each.masterId}`).join(", ");
  throw new UserError(
    `${account.name} (${account.id}) must have an open invitation of ${master.name} (${master.id}), got ${others || "none"}. ` +
      `Run npm run accounts -- --invite ${account.name}, with the master account's credentials.`,
  );
}

/** What accepting an invitation means for an account, in lines. */
export function meaningOf({ account, master }: Joining, invitation: Invitation, estate: Estate): string[] {
  const { allowedRegions = [], trail, centralRootAccess } = estate.organization ?? {};
  const host = `${master.name} (${master.id})`;
  return [
    `The organization of ${host} invites ${account.name} (${account.id}) until ${dayOf(invitation.expires)}. Once it has joined:`,
    `  - The organization's policies limit every principal in it, root included. Its unit allows ${allowedRegions.join(", ")}.`,
    "  - It cannot leave by itself: these policies deny it.",
    `  - ${host} pays its bill and sees its costs.`,
    ...(trail ? ["  - The organization's trail records its events."] : []),
    ...(centralRootAccess
      ? [`  - Administrators of ${host} may delete its root credentials, and unlock its buckets and queues.`]
      : []),
    "  - AWS creates no OrganizationAccountAccessRole in it: joining gives the master account no other access.",
  ];
}

/** A time as a day in UTC, as in 2026-12-14. */
export const dayOf = (time: Date): string => time.toISOString().slice(0, 10);
