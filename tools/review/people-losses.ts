import { assignmentsIn, maybeSame, setNameOf, type Assignment, type Assignments } from "./people/assignments";
import { IdentityNames } from "./people/identity-names";
import type { PlanJson } from "./plan-json";
import { plannedResources, type PlannedResource } from "./planned-resource";
import type { Finding } from "./review";
import { distinct } from "../support/order";
import type { Value } from "./value";

/** Names in one list. A permission set may be in use in every account. */
const MOST_NAMES = 10;

const MEMBERSHIP = "aws_identitystore_group_membership";

interface People extends Assignments {
  readonly resources: readonly PlannedResource[];
  readonly names: IdentityNames;
}

/** What a plan takes from people, by the type of the resource that it removes. */
const LOSSES: Readonly<Record<string, (resource: PlannedResource, people: People) => readonly string[]>> = {
  aws_iam_role: usersOfRole,
  aws_ssoadmin_account_assignment: assignment,
  aws_ssoadmin_permission_set: permissionSet,
  aws_ssoadmin_managed_policy_attachment: (resource, people) =>
    policyOfSet(resource, people, `what ${resource.before.at("managed_policy_arn").display} allows`),
  aws_ssoadmin_permission_set_inline_policy: (resource, people) =>
    resource.action === "update"
      ? otherNetworks(resource, people)
      : policyOfSet(resource, people, "what its inline policy allows"),
  aws_identitystore_group: group,
  [MEMBERSHIP]: membership,
};

/**
 * What people lose: users that a role no longer trusts, and groups of IAM Identity Center, their members and their
 * permission sets.
 *
 * @param resources of one plan, unchanged ones included
 */
export function peopleLosses(resources: readonly PlannedResource[], names: IdentityNames): readonly Finding[] {
  const people = { ...assignmentsIn(resources, names), resources, names };
  return resources.flatMap((resource) => {
    const losses = Object.hasOwn(LOSSES, resource.type) ? LOSSES[resource.type]?.(resource, people) : undefined;
    return (losses ?? []).map((message) => ({ address: resource.address, message }));
  });
}

/** Groups that a plan deletes although they keep a permission set, such as one that the estate goes on naming. */
export function groupsInUse(resources: readonly PlannedResource[], names: IdentityNames): readonly Finding[] {
  const { existing, created } = assignmentsIn(resources, names);
  const kept = [...existing.filter(({ resource }) => !isRemoved(resource)), ...created];
  return resources
    .filter(({ type, action }) => type === "aws_identitystore_group" && action === "destroy")
    .flatMap(({ address, before }) => {
      const uses = kept
        .filter(({ principalId }) => principalId === before.at("group_id").display)
        .map(({ use }) => use);
      if (uses.length === 0) return [];
      const message = `the group ${before.at("display_name").display} is deleted, and nobody would have its ${listed(uses)} any more. Keep it in identityCenter.groups, or name another group in these accounts and apply that first.`;
      return [{ address, message }];
    });
}

const isRemoved = ({ action }: PlannedResource): boolean => action === "destroy" || action === "replace";

/** Users that may assume a role now, and no longer once the plan is applied. */
function usersOfRole({ action, before, after }: PlannedResource): readonly string[] {
  if (action !== "update" && action !== "replace" && action !== "destroy") return [];
  const kept = action === "destroy" ? [] : trustedUsers(after.at("assume_role_policy"));
  const lost = trustedUsers(before.at("assume_role_policy")).filter((user) => !kept.includes(user));
  const [account = "", tag] = [before.at("arn").display.split(":")[4], before.at("tags_all").at("Account").text];
  const place = tag === undefined ? account : `${tag} (${account})`;
  return lost.map((user) => `the user ${user} loses ${before.at("name").display} in ${place}`);
}

/** The ARNs of the IAM users that a trust policy allows. */
export function trustedUsers(policy: Value): readonly string[] {
  const statements = policy.json?.at("Statement");
  return distinct(
    (statements?.isObject ? [statements] : (statements?.elements() ?? []))
      .filter((statement) => statement.at("Effect").raw === "Allow")
      .flatMap((statement) => statement.at("Principal").at("AWS").elements())
      .map(({ display }) => display)
      .filter((principal) => /^arn:aws[\w-]*:iam::\d{12}:user\//.test(principal)),
  );
}

function assignment(resource: PlannedResource, people: People): readonly string[] {
  const lost = people.existing.find((each) => each.resource === resource);
  if (!lost || !isRemoved(resource)) return [];
  const { principal, use, accountId } = lost;
  const sessions = sessionsOf(lost, people);
  if (resource.action === "replace" && maybeSame(resource.before.at("principal_id"), resource.after.at("principal_id")))
    return [`${principal} is without ${use} until it is assigned again. ${sessions}`];
  const moved = people.created.find((each) => each.accountId === accountId && each.principal === principal && base(each) === base(lost)); // prettier-ignore
  return [`${principal} loses ${use}${moved ? `, and gets ${moved.set} instead` : ""}. ${sessions}`];
}

/** AWS deletes a permission set's role in an account with its last assignment there. */
function sessionsOf({ set, setId, accountId }: Assignment, people: People): string {
  const ofRole = (each: Assignment): boolean => each.accountId === accountId && each.set === set;
  if (people.existing.some((each) => ofRole(each) && !isRemoved(each.resource))) return openSessions(setId, people);
  const ends = people.created.some(ofRole)
    ? "AWS may delete its role there, and create another: open sessions may end"
    : "AWS deletes its role there: open sessions end";
  return people.names.appliedIn.includes(accountId) ? `${ends}. ${OWN_SESSION}` : ends;
}

/** Identity Center is administered in one of the accounts that it gives people access to. */
const OWN_SESSION =
  "An apply that uses such a session stops in the middle: apply as a user of breakGlass, or in a pipeline";

/** Networks from which people could use a permission set, and no longer can: an explicit deny ends open sessions too. */
function otherNetworks(resource: PlannedResource, people: People): readonly string[] {
  const [was, will] = [resource.before, resource.after].map((side) => networksIn(side.at("inline_policy")));
  const removed = was?.filter((network) => !will?.includes(network)) ?? [];
  if (!will || (was && removed.length === 0)) return [];
  const { display: arn } = resource.before.at("permission_set_arn");
  const uses = people.existing.filter(({ setId }) => setId === arn);
  if (uses.length === 0) return [];
  const lost = was ? `from ${listed(removed)}` : `from other networks than ${listed(will)}`;
  const accounts = listed(uses.map(({ accountId }) => people.names.account(accountId)));
  const own = uses.some(({ accountId }) => people.names.appliedIn.includes(accountId)) ? ` ${OWN_SESSION}.` : "";
  return [
    `people who use ${setNameOf(resource, people.names)} ${lost} lose it in ${accounts}, in open sessions too.${own}`,
  ];
}

/** The only networks that a policy of a permission set allows; undefined if it allows every network. */
function networksIn(policy: Value): readonly string[] | undefined {
  const denied = policy.json
    ?.at("Statement")
    .elements()
    .find((statement) => statement.at("Condition").at("NotIpAddress").isObject);
  return denied
    ?.at("Condition")
    .at("NotIpAddress")
    .at("aws:SourceIp")
    .elements()
    .map(({ display }) => display);
}

/** A role of an account in which no group has the permission set any more once a plan is applied. */
export interface LostLastGroup {
  /** The last assignment that is removed. */
  readonly address: string;
  readonly accountId: string;
  /** `Operator` or `Admin`. */
  readonly role: string;
}

export function lostLastGroups(plan: PlanJson): readonly LostLastGroup[] {
  const { existing, created } = assignmentsIn(plannedResources(plan), new IdentityNames(plan));
  const kept = [...existing.filter(({ resource }) => resource.action !== "destroy"), ...created];
  const lost = existing
    .filter((each) => !kept.some((other) => other.accountId === each.accountId && base(other) === base(each)))
    .map((each) => ({ address: each.resource.address, accountId: each.accountId, role: base(each) ?? "" }));
  return [...new Map(lost.map((each) => [`${each.accountId} ${each.role}`, each])).values()];
}

/** An account's own set is named after the role, and the account: `Operator-prod`. */
const base = ({ set }: Assignment): string | undefined => set.split("-")[0];

/** "AWS access portal sessions", IAM Identity Center User Guide: a session in an account outlasts what gave it. */
function openSessions(setId: string, { names }: People): string {
  const duration = names.sessionDuration(setId);
  return `Open sessions last until they expire${duration === undefined ? "" : ` (${duration} at most)`}`;
}

function permissionSet(resource: PlannedResource, people: People): readonly string[] {
  if (!isRemoved(resource)) return [];
  const { display: arn } = resource.before.at("arn");
  const used = people.existing.filter(({ setId }) => setId === arn);
  const users = used.length === 0 ? "nobody uses it" : `it is used by ${listed(used.map(({ principal, accountId }) => `${principal} in ${people.names.account(accountId)}`))}`; // prettier-ignore
  return resource.action === "replace"
    ? [`its role in each account is created again under another name, and open sessions end: ${users}`]
    : [`its role in each account is deleted, and open sessions end: ${users}`];
}

/** A policy that a permission set no longer has. That of a removed set goes with it. */
function policyOfSet(
  resource: PlannedResource,
  { resources, existing, names }: People,
  what: string,
): readonly string[] {
  // prettier-ignore
  const { display: arn } = resource.before.at("permission_set_arn");
  const set = resources.find(({ type, before }) => type === "aws_ssoadmin_permission_set" && before.at("arn").display === arn); // prettier-ignore
  if (!isRemoved(resource) || (set && isRemoved(set))) return [];
  const accounts = existing.filter(({ setId }) => setId === arn).map(({ accountId }) => names.account(accountId));
  const where = accounts.length === 0 ? "which no account has" : `in ${listed(accounts)}`;
  const until = resource.action === "replace" ? " until it is attached again" : "";
  return [`people who use ${setNameOf(resource, names)} lose ${what}${until}, ${where}`];
}

function group(resource: PlannedResource, people: People): readonly string[] {
  if (!isRemoved(resource)) return [];
  const { display: id } = resource.before.at("group_id");
  const members = people.resources
    .filter(
      ({ type, action, before }) => type === MEMBERSHIP && action !== "create" && before.at("group_id").display === id,
    )
    .map(({ before }) => people.names.user(before.at("member_id").display));
  const who = members.length === 0 ? "members that were added outside the code" : `${listed(members)}, and members that were added outside the code`; // prettier-ignore
  const uses = usesOf(id, people);
  const what = uses.length === 0 ? "no permission set" : listed(uses);
  return [`its members lose ${what}, and the applications that it is assigned to: ${who}`];
}

function membership(resource: PlannedResource, people: People): readonly string[] {
  if (!isRemoved(resource)) return [];
  const [groupId, userId] = ["group_id", "member_id"].map((key) => resource.before.at(key).display) as [string, string];
  const kept = people.resources
    .filter(({ type, action }) => type === MEMBERSHIP && action !== "destroy" && action !== "replace")
    .filter(({ after }) => after.at("member_id").display === userId)
    .flatMap(({ after }) => usesOf(after.at("group_id").display, people));
  const lost = usesOf(groupId, people).filter((use) => !kept.includes(use));
  const [user, group] = [people.names.user(userId), people.names.group(groupId)];
  const leaves = `the user ${user} leaves the group ${group}`;
  if (lost.length === 0) return [`${leaves}, and loses no permission set`];
  if (resource.action === "replace")
    return [`the user ${user} is without ${listed(lost)} until it is in the group ${group} again`];
  const sets = people.existing.filter(({ principalId }) => principalId === groupId).map(({ setId }) => setId);
  return [`${leaves}, and loses ${listed(lost)}. ${distinct(sets.map((set) => openSessions(set, people))).join("; ")}`];
}

/** What a group uses now, and where: "Operator in dev (222222222222)". */
const usesOf = (groupId: string, { existing }: People): readonly string[] =>
  distinct(existing.filter(({ principalId }) => principalId === groupId).map(({ use }) => use));

function listed(texts: readonly string[]): string {
  const all = distinct(texts);
  const more = all.length - MOST_NAMES;
  return [...all.slice(0, MOST_NAMES), ...(more > 0 ? [`and ${more} more`] : [])].join(", ");
}
