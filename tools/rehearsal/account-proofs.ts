import {
  GetRoleCommand,
  GetUserCommand,
  ListAccessKeysCommand,
  ListAttachedRolePoliciesCommand,
  ListUsersCommand,
} from "@aws-sdk/client-iam";
import { GetBucketVersioningCommand, GetPublicAccessBlockCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import type { StackSpec } from "../../config/layout";
import type { Account } from "../../config/model";
import { alarmRegions } from "../../config/resolve/account";
import type { Clients, ClientsOf } from "./clients";
import { trailProof } from "./organization-proofs";
import { expectDefined, expectEqual, type Proof } from "./proof";
import { ListRulesCommand, ListTargetsByRuleCommand } from "@aws-sdk/client-eventbridge";
import { GetTopicAttributesCommand, ListSubscriptionsByTopicCommand } from "@aws-sdk/client-sns";

interface TrustStatement {
  readonly Principal: { readonly AWS?: string | string[]; readonly Service?: string | string[] };
  readonly Condition?: Record<string, Record<string, string | string[]>>;
}

const asList = (value: string | string[] | undefined) => (typeof value === "string" ? [value] : (value ?? []));

/** The first statement of a role's trust policy, as AWS holds it. */
export async function trustOf(
  { iam }: Clients,
  role: string,
): Promise<{ principals: string[]; conditions: TrustStatement["Condition"] }> {
  const { Role } = await iam.send(new GetRoleCommand({ RoleName: role }));
  const policy = expectDefined(`trust policy of ${role}`, Role?.AssumeRolePolicyDocument);
  const document = JSON.parse(decodeURIComponent(policy)) as { Statement: TrustStatement[] };
  const [statement] = document.Statement;
  return { principals: asList(statement?.Principal.AWS), conditions: statement?.Condition };
}

/**
 * What must hold in every account: whose it is, its people's roles, its service users, where its states lie, and what
 * is told of it.
 */
export function accountProofs(account: Account, stacks: readonly StackSpec[], clientsOf: ClientsOf): Proof[] {
  const clients = clientsOf(account.id, account.region);
  const { iam, s3, sts } = clients;
  const proof = (claim: string, check: () => Promise<void>): Proof => ({ account: account.name, claim, check });
  const people = (role: string, principals: readonly string[], managed: string) =>
    proof(`${role} is for the people that the estate names, with MFA only`, async () => {
      const trust = await trustOf(clients, role);
      expectEqual("principals", [...trust.principals].sort(), [...principals].sort());
      expectEqual("MFA condition", trust.conditions?.["Bool"], { "aws:MultiFactorAuthPresent": "true" });
      expectEqual(
        "source addresses",
        asList(trust.conditions?.["IpAddress"]?.["aws:SourceIp"]),
        account.sourceIps ?? [],
      );
      const { AttachedPolicies = [] } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName: role }));
      expectEqual(
        "managed policies",
        AttachedPolicies.map(({ PolicyName }) => PolicyName),
        [managed],
      );
    });

  return [
    proof(`the account is ${account.id}`, async () => {
      const { Account: got } = await sts.send(new GetCallerIdentityCommand({}));
      expectEqual("account", got, account.id);
    }),
    people("Operator", account.operators, "ViewOnlyAccess"),
    people("Admin", account.admins, "AdministratorAccess"),
    proof("its users are the service users, with a boundary and without an access key", async () => {
      const { Users = [] } = await iam.send(new ListUsersCommand({}));
      expectEqual("users", Users.map(({ UserName }) => UserName).sort(), [...account.serviceUsers].sort());
      for (const UserName of account.serviceUsers) {
        const { User } = await iam.send(new GetUserCommand({ UserName }));
        const boundary = `arn:aws:iam::${account.id}:policy/service/${UserName}-boundary`;
        expectEqual(`boundary of ${UserName}`, User?.PermissionsBoundary?.PermissionsBoundaryArn, boundary);
        const { AccessKeyMetadata = [] } = await iam.send(new ListAccessKeysCommand({ UserName }));
        expectEqual(`access keys of ${UserName}`, AccessKeyMetadata.length, 0);
      }
    }),
    proof("its state bucket holds one state for each of its stacks, and nothing else", async () => {
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: account.stateBucket }));
      const expected = stacks.filter((stack) => stack.account.name === account.name).map(({ state }) => state.key);
      expectEqual("objects", Contents.map(({ Key }) => Key).sort(), expected.sort());
    }),
    proof("its state bucket is versioned and never public", async () => {
      const { Status } = await s3.send(new GetBucketVersioningCommand({ Bucket: account.stateBucket }));
      expectEqual("versioning", Status, "Enabled");
      const { PublicAccessBlockConfiguration: block = {} } = await s3.send(
        new GetPublicAccessBlockCommand({ Bucket: account.stateBucket }),
      );
      expectEqual("public access block", Object.values(block), [true, true, true, true]);
    }),
    ...(account.trail ? [trailProof(account, account.trail, false, clients)] : []),
    ...alarmProofs(account, clientsOf),
  ];
}

/**
 * What must hold where the use of Admin and of root is told: in the account's region, and in that of root's sign-in.
 */
export function alarmProofs(watched: Account, clientsOf: ClientsOf): Proof[] {
  const { name: account, id, alarm } = watched;
  if (!alarm) return [];
  return alarmRegions(watched).map((listening) => ({
    account,
    claim: `use of Admin and of root in ${listening} is told to ${alarm.emails.join(", ")}, by an encrypted topic`,
    check: async () => {
      const { events, sns } = clientsOf(id, listening);
      const { Rules = [] } = await events.send(new ListRulesCommand({}));
      const rules = Rules.filter(({ Name }) => Name?.startsWith(alarm.name));
      expectEqual(
        "rules",
        rules.map(({ Name }) => Name).sort(),
        ["assumed", "console", "root"].map((rule) => `${alarm.name}-${rule}`),
      );
      for (const { Name: Rule, State, EventPattern } of rules) {
        expectEqual(`state of ${Rule}`, State, "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS");
        expectEqual(
          `what ${Rule} hears of`,
          [`iam::${id}:role/Admin"`, `sts::${id}:assumed-role/Admin/`, '"Root"'].some((use) =>
            EventPattern?.includes(use),
          ),
          true,
        );
        const { Targets = [] } = await events.send(new ListTargetsByRuleCommand({ Rule }));
        expectEqual(`targets of ${Rule}`, Targets.length, 1);
        const TopicArn = Targets[0]?.Arn;
        const { Attributes } = await sns.send(new GetTopicAttributesCommand({ TopicArn }));
        expectEqual("a key of ours", Boolean(Attributes?.["KmsMasterKeyId"]), true);
        const { Subscriptions = [] } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
        expectEqual("subscriptions", Subscriptions.map(({ Endpoint }) => Endpoint).sort(), [...alarm.emails].sort());
      }
    },
  }));
}
