import { GetEbsEncryptionByDefaultCommand } from "@aws-sdk/client-ec2";
import {
  GetRoleCommand,
  GetUserCommand,
  ListAccessKeysCommand,
  ListAttachedRolePoliciesCommand,
  ListUsersCommand,
} from "@aws-sdk/client-iam";
import {
  GetBucketLifecycleConfigurationCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  ListObjectsV2Command,
} from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import type { StackSpec } from "../../config/layout";
import type { Account } from "../../config/model";
import { alarmRegions } from "../../config/resolve/account";
import type { Clients, ClientsOf } from "./clients";
import { trailProof } from "./organization-proofs";
import { expectDefined, expectEqual, expectOne, type Proof } from "./proof";
import { ListRulesCommand, ListTargetsByRuleCommand } from "@aws-sdk/client-eventbridge";
import { asList } from "../support/json";
import { GetTopicAttributesCommand, ListSubscriptionsByTopicCommand } from "@aws-sdk/client-sns";

interface TrustStatement {
  readonly Effect: "Allow" | "Deny";
  readonly Principal: "*" | { readonly AWS?: string | string[]; readonly Service?: string | string[] };
  readonly Condition?: Record<string, Record<string, string | string[]>>;
}

/** The principals and conditions of the only statement of a role's trust policy in AWS. */
export async function trustOf(
  { iam }: Clients,
  role: string,
): Promise<{
  effect: TrustStatement["Effect"];
  principals: readonly string[];
  conditions: TrustStatement["Condition"];
}> {
  const { Role } = await iam.send(new GetRoleCommand({ RoleName: role }));
  const policy = expectDefined(`trust policy of ${role}`, Role?.AssumeRolePolicyDocument);
  const { Statement: statements } = JSON.parse(decodeURIComponent(policy)) as { Statement: TrustStatement[] };
  const {
    Effect: effect,
    Principal,
    Condition: conditions,
  } = expectOne(`statements that trust in ${role}`, statements);
  return { effect, principals: Principal === "*" ? ["*"] : asList(Principal.AWS), conditions };
}

/** The managed policy of each role for people. */
const MANAGED = { Operator: "ViewOnlyAccess", Admin: "AdministratorAccess" } as const;

/**
 * The proofs of an account: its id, people's roles, users, state bucket, regional settings, trail and alarm.
 *
 * @param users names of the account's users that the estate names and does not create
 */
export function accountProofs(
  account: Account,
  users: readonly string[],
  stacks: readonly StackSpec[],
  clientsOf: ClientsOf,
): Proof[] {
  const clients = clientsOf(account.id, account.region);
  const { s3, sts } = clients;
  const proof = (claim: string, check: () => Promise<void>): Proof => ({ account: account.name, claim, check });
  return [
    proof(`the account is ${account.id}`, async () => {
      const { Account: got } = await sts.send(new GetCallerIdentityCommand({}));
      expectEqual("account", got, account.id);
    }),
    peopleProof(account, "Operator", account.operators, clients),
    peopleProof(account, "Admin", account.admins, clients),
    userProof(account, users, clients),
    proof("the state bucket contains one state for each stack of the account, and nothing else", async () => {
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: account.stateBucket }));
      const expected = stacks.filter((stack) => stack.account.name === account.name).map(({ state }) => state.key);
      expectEqual("objects", Contents.map(({ Key }) => Key).sort(), expected.sort());
    }),
    stateBucketProof(account, clients),
    ...(account.trail ? [trailProof(account, account.trail, false, clients)] : []),
    ...account.regions.map((region) =>
      proof(`in ${region}, new EBS volumes are encrypted by default`, async () => {
        const { ec2 } = clientsOf(account.id, region);
        const { EbsEncryptionByDefault } = await ec2.send(new GetEbsEncryptionByDefaultCommand({}));
        expectEqual("encryption by default", EbsEncryptionByDefault, true);
      }),
    ),
    ...alarmProofs(account, clientsOf),
  ];
}

/** The proof of who may assume a role for people. Without users, nobody may. */
function peopleProof(
  { name: account, sourceIps = [] }: Account,
  role: keyof typeof MANAGED,
  users: readonly string[],
  clients: Clients,
): Proof {
  const check = async (): Promise<void> => {
    const { effect, principals, conditions } = await trustOf(clients, role);
    const [expected, allowed] = users.length > 0 ? ["Allow", users] : ["Deny", ["*"]];
    expectEqual("effect and principals", [effect, ...[...principals].sort()], [expected, ...[...allowed].sort()]);
    expectEqual(
      "MFA condition",
      conditions?.["Bool"],
      users.length > 0 ? { "aws:MultiFactorAuthPresent": "true" } : undefined,
    );
    const networks = asList(conditions?.["IpAddress"]?.["aws:SourceIp"]);
    expectEqual("source addresses", networks, users.length > 0 ? sourceIps : []);
    const { AttachedPolicies = [] } = await clients.iam.send(new ListAttachedRolePoliciesCommand({ RoleName: role }));
    expectEqual(
      "managed policies",
      AttachedPolicies.map(({ PolicyName }) => PolicyName),
      [MANAGED[role]],
    );
  };
  return users.length > 0
    ? { account, claim: `only the people in the estate may assume ${role}, with MFA`, check }
    : { account, claim: `nobody may assume ${role}, because the estate names no user for it`, check };
}

function stateBucketProof({ name, stateBucket: Bucket, oldVersionDays }: Account, { s3 }: Clients): Proof {
  return {
    account: name,
    claim: "the state bucket is versioned, not public, and keeps the newest versions of each state",
    check: async () => {
      const { Status } = await s3.send(new GetBucketVersioningCommand({ Bucket }));
      expectEqual("versioning", Status, "Enabled");
      const { PublicAccessBlockConfiguration: block = {} } = await s3.send(new GetPublicAccessBlockCommand({ Bucket }));
      expectEqual("public access block", Object.values(block), [true, true, true, true]);
      if (oldVersionDays === undefined) return;
      const { Rules = [] } = await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
      const expiries = Rules.flatMap(({ NoncurrentVersionExpiration: expiry }) => (expiry ? [expiry] : []));
      const expected = { NewerNoncurrentVersions: 100, NoncurrentDays: oldVersionDays };
      expectEqual("expiries of old versions", expiries, [expected]);
      expectEqual("rules that delete states", Rules.filter(({ Expiration }) => Expiration !== undefined).length, 0);
    },
  };
}

/** The proofs of an account's alarm, in each region that it receives events from. */
function alarmProofs(accountWithAlarm: Account, clientsOf: ClientsOf): Proof[] {
  const { name: account, id, alarm, adminGroups } = accountWithAlarm;
  const [uses, expected, how] = alarm.ofAdmin
    ? ["Admin and root", ["assumed", "console", "root"], "an encrypted topic"]
    : ["root", ["root"], "a topic"];
  return alarmRegions(accountWithAlarm).map((region) => ({
    account,
    claim: `use of ${uses} in ${region} is mailed to ${alarm.emails.join(", ")}, through ${how}`,
    check: async () => {
      const { events, sns } = clientsOf(id, region);
      const { Rules = [] } = await events.send(new ListRulesCommand({}));
      const rules = Rules.filter(({ Name }) => Name?.startsWith(alarm.name));
      expectEqual(
        "rules",
        rules.map(({ Name }) => Name).sort(),
        expected.map((rule) => `${alarm.name}-${rule}`),
      );
      for (const { Name: Rule, State, EventPattern } of rules) {
        expectEqual(`state of ${Rule}`, State, "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS");
        expectEqual(
          `whether ${Rule} matches Admin or root`,
          [`iam::${id}:role/Admin"`, `sts::${id}:assumed-role/Admin/`, '"Root"'].some((use) =>
            EventPattern?.includes(use),
          ),
          true,
        );
        if (adminGroups.length > 0 && Rule?.endsWith("-root") === false)
          expectEqual(`whether ${Rule} matches Admin's permission set`, EventPattern?.includes("AWSReservedSSO_Admin_"), true); // prettier-ignore
        const { Targets = [] } = await events.send(new ListTargetsByRuleCommand({ Rule }));
        expectEqual(`targets of ${Rule}`, Targets.length, 1);
        const TopicArn = Targets[0]?.Arn;
        const { Attributes } = await sns.send(new GetTopicAttributesCommand({ TopicArn }));
        expectEqual("topic is encrypted", Boolean(Attributes?.["KmsMasterKeyId"]), alarm.ofAdmin);
        const { Subscriptions = [] } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
        expectEqual("subscriptions", Subscriptions.map(({ Endpoint }) => Endpoint).sort(), [...alarm.emails].sort());
      }
    },
  }));
}

function userProof(account: Account, users: readonly string[], { iam }: Clients): Proof {
  return {
    account: account.name,
    claim:
      "the only users are the people in the estate and the service users, with a boundary and without an access key",
    check: async () => {
      const nameOf = (user: (typeof account.serviceUsers)[number]) =>
        account.existing?.[user]?.user?.split("/").at(-1) ?? user;
      const { Users = [] } = await iam.send(new ListUsersCommand({}));
      const expected = [...users, ...account.serviceUsers.map(nameOf)];
      expectEqual("users", Users.map(({ UserName }) => UserName).sort(), expected.sort());
      for (const user of account.serviceUsers) {
        const UserName = nameOf(user);
        const { User } = await iam.send(new GetUserCommand({ UserName }));
        const boundary = `arn:aws:iam::${account.id}:policy/service/${user}-boundary`;
        expectEqual(`boundary of ${UserName}`, User?.PermissionsBoundary?.PermissionsBoundaryArn, boundary);
        const { AccessKeyMetadata = [] } = await iam.send(new ListAccessKeysCommand({ UserName }));
        expectEqual(`access keys of ${UserName}`, AccessKeyMetadata.length, 0);
      }
    },
  };
}
