import {
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
  type IAMClient,
} from "@aws-sdk/client-iam";
import type { IdentityConfig, PermissionSetConfig } from "../../config/organization-model";
import type { StackSpec } from "../../config/layout";
import type { Estate } from "../../config/model";
import { accountNames, stackId } from "../../config/naming";
import { asList, objectOf, parsedJson } from "../support/json";
import { clientsFor, IdentityCenter } from "./clients";
import { expectDefined, expectEqual, expectOne, type Proof } from "./proof";

/** What a role or permission set allows: names of managed policies, and the statements of its inline policies. */
interface Allowed {
  readonly managed: readonly unknown[];
  readonly statements: readonly string[];
}

/** Reads IAM Identity Center, and the roles that it has created in accounts. */
interface Reader {
  /** What the instance has of each permission set, by name. */
  sets(): Promise<Map<string, { readonly arn: string; readonly session: unknown; readonly allowed: Allowed }>>;
  /** The display names of groups, or the user names of users, by id. */
  names(kind: "Group" | "User"): Promise<Map<unknown, string>>;
  list: IdentityCenter["list"];
  iamOf(accountId: string): IAMClient;
}

/** The proofs of IAM Identity Center: its groups, permission sets, assignments, and the roles in the accounts. */
export function identityProofs(estate: Estate, stacks: readonly StackSpec[], emulatorUrl: string): Proof[] {
  const { identity, accounts } = estate;
  const manager = accounts.find(({ name }) => name === identity?.account);
  if (!identity || !manager) return [];
  const proof = (claim: string, check: (reader: Reader) => Promise<void>): Proof => ({
    account: manager.name,
    claim,
    check: async () =>
      check(readerOf(await IdentityCenter.of(emulatorUrl, manager.id, identity.region), emulatorUrl, manager.region)),
  });
  const { groups, permissionSets } = identity;
  const used = permissionSets.flatMap(({ name, assignments }) =>
    assignments.map(({ account }) => `${name} in ${account}`),
  );
  return [
    proof(`each group has exactly its permission sets in exactly its accounts: ${used.join(", ")}`, (reader) =>
      checkAssignments(estate, identity, reader),
    ),
    ...permissionSets.map((set) =>
      proof(
        `${set.name} is as long as the estate says, and allows the same as the role in ${accountsOf(set)}`,
        (reader) => checkSet(set, stacks, reader),
      ),
    ),
    ...(groups.length > 0
      ? [
          proof(
            `each created group has the members in the estate: ${groups.map(({ name }) => name).join(", ")}`,
            (reader) => checkMembers(identity, reader),
          ),
        ]
      : []),
  ];
}

const accountsOf = ({ assignments }: PermissionSetConfig): string =>
  assignments.map(({ account }) => account).join(", ");

async function checkAssignments(estate: Estate, { permissionSets }: IdentityConfig, reader: Reader): Promise<void> {
  const groups = await reader.names("Group");
  const accounts = new Map<unknown, string>(estate.accounts.map(({ id, name }) => [id, name]));
  const found: string[] = [];
  for (const [set, { arn: PermissionSetArn }] of await reader.sets())
    for (const AccountId of await reader.list("sso", "ListAccountsForProvisionedPermissionSet", "AccountIds", {
      PermissionSetArn,
    }))
      for (const each of await reader.list("sso", "ListAccountAssignments", "AccountAssignments", {
        AccountId,
        PermissionSetArn,
      })) {
        const { PrincipalId: id, PrincipalType } = objectOf(each);
        found.push(
          `${set} in ${accounts.get(AccountId) ?? String(AccountId)}: ${groups.get(id) ?? `${String(PrincipalType)} ${String(id)}`}`,
        );
      }
  const expected = permissionSets.flatMap(({ name, assignments }) =>
    assignments.flatMap((each) => each.groups.map((group) => `${name} in ${each.account}: ${group}`)),
  );
  expectEqual("assignments", found.sort(), expected.sort());
}

async function checkSet(set: PermissionSetConfig, stacks: readonly StackSpec[], reader: Reader): Promise<void> {
  const found = expectDefined(`permission set ${set.name}`, (await reader.sets()).get(set.name));
  expectEqual("session seconds", secondsOf(found.session), set.sessionSeconds);
  const limits = found.allowed.statements.filter((statement) => statement.includes("NotIpAddress"));
  const networks = limits.map(
    (limit) => objectOf(objectOf(objectOf(parsedJson(limit))["Condition"])["NotIpAddress"])["aws:SourceIp"],
  );
  expectEqual("networks", networks, set.sourceIps ? [set.sourceIps] : []);
  for (const { account, accountId } of set.assignments) {
    const iam = reader.iamOf(accountId);
    const { Roles = [] } = await iam.send(new ListRolesCommand({ PathPrefix: "/aws-reserved/sso.amazonaws.com/" }));
    const names = Roles.flatMap(({ RoleName = "" }) =>
      RoleName.replace(/_[0-9a-f]{16}$/, "") === `AWSReservedSSO_${set.name}` ? [RoleName] : [],
    );
    const own = await allowedOf(iam, expectOne(`roles of ${set.name} in ${account}`, names), accountId);
    expectEqual(`what the role of ${set.name} in ${account} allows`, own, found.allowed);
    // Without its stack, this rehearsal did not create the account's own role.
    if (stacks.every(({ id }) => id !== stackId(account, "iam"))) continue;
    const { managed, statements } = await allowedOf(iam, accountNames[set.as], accountId);
    const allowed = { managed, statements: [...statements, ...limits].sort() };
    expectEqual(`what ${set.name} allows in ${account}`, found.allowed, allowed);
  }
}

async function checkMembers({ groups }: IdentityConfig, reader: Reader): Promise<void> {
  const users = await reader.names("User");
  const ids = new Map([...(await reader.names("Group"))].map(([id, name]) => [name, id]));
  for (const { name, members } of groups) {
    const GroupId = expectDefined(`group ${name}`, ids.get(name));
    const found = await reader.list("identitystore", "ListGroupMemberships", "GroupMemberships", { GroupId });
    const names = found.map((each) => users.get(objectOf(objectOf(each)["MemberId"])["UserId"]));
    expectEqual(`members of ${name}`, names.sort(), [...members].sort());
  }
}

function readerOf(center: IdentityCenter, emulatorUrl: string, region: string): Reader {
  return {
    list: (...args) => center.list(...args),
    iamOf: (accountId) => clientsFor(emulatorUrl, accountId, region).iam,
    names: async (kind) => {
      const all = await center.list("identitystore", `List${kind}s`, `${kind}s`);
      return new Map(
        all
          .map(objectOf)
          .map((each) => [each[`${kind}Id`], String(each[kind === "User" ? "UserName" : "DisplayName"])]),
      );
    },
    sets: async () => {
      const arns = (await center.list("sso", "ListPermissionSets", "PermissionSets")).map(String);
      return new Map(await Promise.all(arns.map((arn) => setOf(center, arn))));
    },
  };
}

async function setOf(center: IdentityCenter, arn: string) {
  const about = { PermissionSetArn: arn };
  const { PermissionSet } = await center.call("sso", "DescribePermissionSet", about);
  const { Name, SessionDuration: session } = objectOf(PermissionSet);
  const attached = await center.list("sso", "ListManagedPoliciesInPermissionSet", "AttachedManagedPolicies", about);
  const { InlinePolicy } = await center.call("sso", "GetInlinePolicyForPermissionSet", about);
  const allowed: Allowed = {
    managed: attached.map((each) => objectOf(each)["Name"]),
    statements: statementsOf([InlinePolicy]),
  };
  return [String(Name), { arn, session, allowed }] as const;
}

/** What a role allows, with `*` for its account's id. */
async function allowedOf(iam: IAMClient, RoleName: string, accountId: string): Promise<Allowed> {
  const { AttachedPolicies = [] } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
  const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
  const documents = await Promise.all(
    PolicyNames.map(async (PolicyName) => {
      const { PolicyDocument = "" } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
      return decodeURIComponent(PolicyDocument).replaceAll(`:${accountId}:`, ":*:");
    }),
  );
  return { managed: AttachedPolicies.map(({ PolicyName }) => PolicyName), statements: statementsOf(documents) };
}

/** The statements of documents in one order, each as text. */
const statementsOf = (documents: readonly unknown[]): string[] =>
  documents
    .flatMap((document) => asList<unknown>(objectOf(parsedJson(document))["Statement"]))
    .map((statement) => JSON.stringify(statement))
    .sort();

/** The seconds of a length of time as in ISO 8601. */
function secondsOf(duration: unknown): number {
  const [, hours = 0, minutes = 0, seconds = 0] = /^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?$/.exec(String(duration)) ?? [];
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}
