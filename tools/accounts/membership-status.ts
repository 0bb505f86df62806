import type { Account, Estate } from "../../config/model";
import { organizationStack } from "../../config/waiting";
import type { StateDocument } from "../terraform/terraform";
import { dayOf, invitationsOf } from "./invitations";
import { canBeAccepted, type Invitation, type ListedAccount } from "./organization-calls";

/** What AWS and the state of the organization's stack have. */
interface Found {
  /** Empty if there is no organization. */
  readonly accounts: readonly ListedAccount[];
  readonly invitations: readonly Invitation[];
  /** Undefined if the stack was never applied. */
  readonly state?: StateDocument;
  readonly now: Date;
}

/** A member account of the estate. */
interface Member {
  readonly name: string;
  /** Undefined until AWS has created the account. */
  readonly id?: string;
  /** Undefined if only the record has the account. */
  readonly email?: string;
  readonly kind: "created" | "joins" | "outside";
  readonly retired: boolean;
  readonly account?: Account;
}

/** Where a member account is. */
interface MembershipStatus {
  readonly name: string;
  readonly inEstate: string;
  readonly inAws: string;
  readonly inState: boolean;
  /** What to do next; "" if nothing. */
  readonly next: string;
}

/** The status of each member account of the estate. */
export function membershipStatus(estate: Estate, found: Found): MembershipStatus[] {
  return membersOf(estate).map((member) => {
    const listed = found.accounts.find((account) => isMember(account, member));
    const inState = accountIn(found.state, member) !== undefined;
    const about = { member, listed, inState };
    return {
      name: member.name,
      inEstate: `${member.kind}${member.retired ? ", retired" : ""}`,
      inAws: inAws(about, found),
      inState,
      next: nextStep(about, estate, found),
    };
  });
}

/** An address belongs to one account of AWS. A name does not: another estate of the organization may have it too. */
function isMember(account: ListedAccount, { id, email, name }: Member): boolean {
  if (id !== undefined) return account.id === id;
  return email === undefined ? account.name === name : account.email.toLowerCase() === email.toLowerCase();
}

/** The resource of an account in the state of the organization's stack, by the account's id, or else by its name. */
export function accountIn(
  state: StateDocument | undefined,
  { id, name }: Pick<Member, "id" | "name">,
): string | undefined {
  const resource = state?.resources.find(
    ({ type, instances }) =>
      type === "aws_organizations_account" &&
      instances.some(({ attributes = {} }) =>
        id === undefined ? attributes["name"] === name : attributes["id"] === id,
      ),
  );
  return resource && `${resource.type}.${resource.name}`;
}

function membersOf({ accounts, waiting, retired, organization }: Estate): Member[] {
  const kindOf = ({ membership, joins }: Account): Member["kind"] =>
    membership === "created" ? "created" : joins ? "joins" : "outside";
  const forgotten = organization?.retired ?? [];
  const known = [...accounts, ...retired]
    .filter(({ name, membership, joins }) => membership !== undefined || joins || forgotten.includes(name))
    .map((account) => ({
      name: account.name,
      id: account.id,
      email: account.email,
      kind: kindOf(account),
      account,
      retired: forgotten.includes(account.name) || retired.includes(account),
    }));
  const waitingForId = waiting.map(({ account }) => ({
    name: account,
    email: organization?.members.find(({ name }) => name === account)?.email,
    kind: "created" as const,
    retired: false,
  }));
  const retiredWithoutId = (organization?.retired ?? [])
    .filter((name) => !known.some((each) => each.name === name))
    .map((name) => ({ name, kind: "created" as const, retired: true }));
  return [...known, ...waitingForId, ...retiredWithoutId];
}

interface About {
  readonly member: Member;
  /** The account in the organization. */
  readonly listed?: ListedAccount;
  readonly inState: boolean;
}

function inAws({ member, listed }: About, { invitations, now }: Found): string {
  if (listed) {
    if (listed.state === "ACTIVE") return listed.joinedMethod === "INVITED" ? "joined" : "created";
    return listed.state.toLowerCase().replaceAll("_", " ");
  }
  if (member.kind === "created") return "not created";
  if (member.kind === "outside" || !member.account) return "outside";
  const sent = invitationsOf(invitations, member.account);
  const open = sent.find((each) => canBeAccepted(each, now));
  if (open) return `invited until ${dayOf(open.expires)}`;
  return sent.some(({ state }) => state === "DECLINED") ? "invitation declined" : "not invited";
}

function nextStep(about: About, estate: Estate, found: Found): string {
  const { member, listed, inState } = about;
  const plan = `npm run plan -- ${organizationStack(estate)}`;
  if (member.retired) {
    if (inState) return plan;
    const isOpen = listed?.state === "ACTIVE" && member.kind === "created";
    const remove =
      member.account?.kind === "main" ? "remove its line in the record" : "remove its entry and its line in the record";
    return isOpen ? `npm run accounts -- --close ${member.name}, or ${remove}` : remove;
  }
  if (member.kind === "outside") return listed ? "set joins: true" : "";
  if (listed && listed.state !== "ACTIVE") {
    // A main account keeps its stacks.
    const leaving = member.account?.kind === "main" ? "remove joins" : "set retired: true";
    return `${leaving}, then ${plan}`;
  }
  if (member.kind === "created") return nextOfCreated(about, plan);
  return nextOfJoining(about, estate, found, plan);
}

function nextOfCreated({ member, listed, inState }: About, plan: string): string {
  // Terraform would ask AWS for a new account in place of one that has left.
  if (inState && !listed) return `set retired: true, then ${plan}`;
  if (inState) return member.id === undefined ? "npm run accounts" : "";
  return listed ? `import ${listed.id} (docs/applying.md), then ${plan}` : plan;
}

function nextOfJoining({ member, listed, inState }: About, estate: Estate, found: Found, plan: string): string {
  if (listed) {
    if (inState) return "";
    const isRecorded = estate.organization?.members.some(({ name }) => name === member.name);
    return isRecorded ? plan : "npm run accounts";
  }
  if (found.accounts.length === 0) return plan; // there is no organization to join
  const open =
    member.account && invitationsOf(found.invitations, member.account).some((each) => canBeAccepted(each, found.now));
  return open ? `npm run accounts -- --accept ${member.name}` : `npm run accounts -- --invite ${member.name}`;
}
