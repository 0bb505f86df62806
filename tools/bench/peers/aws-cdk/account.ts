import { type CfnResource, Duration, RemovalPolicy, Stack, type StackProps, Tags } from "aws-cdk-lib";
import { CfnAnalyzer } from "aws-cdk-lib/aws-accessanalyzer";
import { CfnBudget } from "aws-cdk-lib/aws-budgets";
import { CfnTrail } from "aws-cdk-lib/aws-cloudtrail";
import { Rule } from "aws-cdk-lib/aws-events";
import { SnsTopic } from "aws-cdk-lib/aws-events-targets";
import {
  ArnPrincipal,
  CfnInstanceProfile,
  ManagedPolicy,
  OidcProviderNative,
  Policy,
  type PolicyStatement,
  Role,
  ServicePrincipal,
  User,
  WebIdentityPrincipal,
} from "aws-cdk-lib/aws-iam";
import { Key } from "aws-cdk-lib/aws-kms";
import { CfnAccount, CfnOrganization, CfnOrganizationalUnit, CfnPolicy } from "aws-cdk-lib/aws-organizations";
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectLockRetention, ObjectOwnership } from "aws-cdk-lib/aws-s3";
import { Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import type { Construct } from "constructs";
import { allow, deny, keepOff, operatorDenials, operatorReads, planReads } from "./policies";

export interface Account {
  readonly name: string;
  readonly id: string;
  readonly email: string;
  readonly monthlyBudgetUsd: number;
  readonly environments: readonly string[];
  /** The others are covered by the organization's trail. */
  readonly ownTrail: boolean;
  readonly alarms: boolean;
  readonly stateKey: boolean;
}

const OPERATORS = ["platform-engineer", "on-call-engineer"].map((user) => `arn:aws:iam::111111111111:user/${user}`);
const ADMIN = "arn:aws:iam::111111111111:user/platform-lead";

export class AccountBootstrapStack extends Stack {
  constructor(scope: Construct, account: Account, props: StackProps) {
    super(scope, `${account.name}-bootstrap`, props);
    const key = account.stateKey
      ? new Key(this, "key", { alias: "galileo-terraform-state", enableKeyRotation: true })
      : undefined;
    privateBucket(this, "state", `${account.id}-galileo-terraform-state`, key);
    const github = new OidcProviderNative(this, "github", {
      url: "https://token.actions.githubusercontent.com",
      clientIds: ["sts.amazonaws.com"],
    });
    const trusted = (subject: string) =>
      new WebIdentityPrincipal(github.oidcProviderArn, {
        StringEquals: { "token.actions.githubusercontent.com:aud": "sts.amazonaws.com" },
        StringLike: { "token.actions.githubusercontent.com:sub": `repo:example-org/aws-estate:${subject}` },
      });
    const plan = new Role(this, "plan", { roleName: "galileo-pipeline-plan", assumedBy: trusted("pull_request") });
    inline(plan, "reads", planReads());
    inline(plan, "states", [
      allow("ReadStates", ["s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket", "s3:ListBucketVersions"]),
      allow("WriteLockFilesOnly", ["s3:PutObject", "s3:DeleteObject"], ["arn:aws:s3:::*/*.tflock"]),
    ]);
    inline(plan, "deny-data", [
      deny("NeverReadOtherObjects", ["s3:GetObject*"], ["arn:aws:s3:::other/*"]),
      deny("NeverReadApiKeysOrStageVariables", ["apigateway:GET"]),
    ]);
    for (const deployment of [`account-${account.name}`, ...account.environments]) {
      const apply = new Role(this, `apply-${deployment}`, {
        roleName: `galileo-pipeline-apply-${deployment}`,
        assumedBy: trusted(`environment:${deployment}`),
        managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName("AdministratorAccess")],
      });
      inline(apply, "keep-off", keepOff(account.id));
    }
  }
}

export class AccountIamStack extends Stack {
  constructor(scope: Construct, account: Account, props: StackProps) {
    super(scope, `${account.name}-iam`, props);
    const withMfa = (arn: string, seconds: number) =>
      new ArnPrincipal(arn).withConditions({
        Bool: { "aws:MultiFactorAuthPresent": "true" },
        NumericLessThan: { "aws:MultiFactorAuthAge": String(seconds) },
      });
    const admin = new Role(this, "admin", {
      roleName: "Admin",
      assumedBy: withMfa(ADMIN, 3600),
      maxSessionDuration: Duration.hours(1),
      managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName("AdministratorAccess")],
    });
    const operator = new Role(this, "operator", {
      roleName: "Operator",
      assumedBy: withMfa(OPERATORS[0] ?? "", 14400),
      managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName("job-function/ViewOnlyAccess")],
    });
    operator.assumeRolePolicy?.addStatements(
      ...OPERATORS.slice(1).map((arn) => {
        const statement = allow("AnotherPersonMayAssume", ["sts:AssumeRole"], []);
        statement.addPrincipals(withMfa(arn, 14400));
        return statement;
      }),
    );
    inline(operator, "read-operations", operatorReads());
    inline(operator, "database-power", [
      allow(
        "StartStopAndRebootEstateDatabases",
        ["rds:StartDBInstance", "rds:StopDBInstance", "rds:RebootDBInstance"],
        [`arn:aws:rds:*:${account.id}:db:*`],
      ),
    ]);
    inline(operator, "deny-data-and-iam", operatorDenials());
    const machine = new Role(this, "managed-instance", {
      roleName: "managed-instance",
      assumedBy: new ServicePrincipal("ec2.amazonaws.com"),
      managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName("AmazonSSMManagedInstanceCore")],
    });
    new CfnInstanceProfile(this, "profile", { instanceProfileName: "managed-instance", roles: [machine.roleName] });
    serviceUser(
      this,
      "elastic-container-registry-user",
      [allow("RegistryOnly", ["ecr:*"]), allow("SecretsOnly", ["secretsmanager:*"])],
      ["SecretsManagerReadWrite"],
    );
    serviceUser(
      this,
      "terraform-user",
      [
        allow("ReadDatabasesAndNetworks", [
          "ec2:DescribeVpcAttribute",
          "ec2:DescribeVpcs",
          "ec2:DescribeSubnets",
          "rds:Describe*",
          "rds:List*",
        ]),
      ],
      [],
    );
    if (account.ownTrail) trail(this, `galileo-${account.name}`, account.id, false);
    new CfnAnalyzer(this, "analyzer", { analyzerName: "account", type: "ACCOUNT" });
    new CfnBudget(this, "budget", {
      budget: {
        budgetName: `galileo-${account.name}-monthly`,
        budgetType: "COST",
        timeUnit: "MONTHLY",
        budgetLimit: { amount: account.monthlyBudgetUsd, unit: "USD" },
      },
      notificationsWithSubscribers: [80, 100].map((threshold) => ({
        notification: { comparisonOperator: "GREATER_THAN", notificationType: "ACTUAL", threshold },
        subscribers: [{ subscriptionType: "EMAIL", address: account.email }],
      })),
    });
    if (account.alarms) alarms(this, account.email, admin.roleArn);
  }
}

/** The organization with its units, created accounts and guardrails. */
export class OrganizationStack extends Stack {
  constructor(scope: Construct, account: Account, created: readonly Account[], props: StackProps) {
    super(scope, `${account.name}-organization`, props);
    const organization = new CfnOrganization(this, "organization", { featureSet: "ALL" });
    const root = organization.attrRootId;
    const units = new Map(
      ["Security", "Suspended", "dev", "ci", "staging", "prod"].map((name) => {
        const unit = new CfnOrganizationalUnit(this, `unit-${name}`, { name, parentId: root });
        unit.applyRemovalPolicy(RemovalPolicy.RETAIN);
        return [name, unit.attrId];
      }),
    );
    for (const { name, email } of created) {
      const [environment = ""] = name.split("-");
      const member = new CfnAccount(this, name, {
        accountName: name,
        email,
        parentIds: [units.get(environment) ?? root],
      });
      keep(member);
    }
    const guardrail = (name: string, targetIds: string[], ...statements: PolicyStatement[]) =>
      new CfnPolicy(this, `guardrail-${name}`, {
        name: `galileo-${name}`,
        type: "SERVICE_CONTROL_POLICY",
        targetIds,
        content: { Version: "2012-10-17", Statement: statements.map((each) => each.toStatementJson() as unknown) },
      });
    guardrail(
      "conduct",
      [root],
      deny("NobodyLeavesTheOrganization", ["organizations:LeaveOrganization"]),
      deny("NobodyTurnsOffATrail", [
        "cloudtrail:DeleteTrail",
        "cloudtrail:PutEventSelectors",
        "cloudtrail:StopLogging",
        "cloudtrail:UpdateTrail",
      ]),
    );
    guardrail("regions", [root], deny("OnlyAllowedRegions", ["ec2:*", "rds:*", "lambda:*", "ecs:*", "dynamodb:*"]));
    guardrail("suspended", [units.get("Suspended") ?? root], deny("NobodyDoesAnything", ["*"]));
    trail(this, "galileo-organization", account.id, true);
  }
}

function keep(resource: CfnResource): void {
  resource.applyRemovalPolicy(RemovalPolicy.RETAIN);
}

/** A policy of one role, as a resource of its own. */
function inline(role: Role, name: string, statements: PolicyStatement[]): void {
  new Policy(role, name, { policyName: name, statements, roles: [role] });
}

function serviceUser(scope: Stack, name: string, statements: PolicyStatement[], managed: string[]): void {
  const policy = (suffix: string) =>
    new ManagedPolicy(scope, `${name}${suffix}`, {
      managedPolicyName: `${name}${suffix}`,
      path: "/service/",
      statements,
    });
  new User(scope, name, {
    userName: name,
    path: "/service/",
    permissionsBoundary: policy("-boundary"),
    managedPolicies: [policy("-policy"), ...managed.map((each) => ManagedPolicy.fromAwsManagedPolicyName(each))],
  });
}

export function privateBucket(scope: Construct, id: string, bucketName: string, key?: Key, locked = false): Bucket {
  return new Bucket(scope, id, {
    bucketName,
    versioned: true,
    enforceSSL: true,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    encryption: key ? BucketEncryption.KMS : BucketEncryption.S3_MANAGED,
    encryptionKey: key,
    removalPolicy: RemovalPolicy.RETAIN,
    ...(locked ? { objectLockDefaultRetention: ObjectLockRetention.governance(Duration.days(365)) } : {}),
  });
}

function trail(scope: Stack, trailName: string, account: string, isOrganizationTrail: boolean): void {
  const bucket = privateBucket(scope, "trail-bucket", `${account}-${trailName}-trail`, undefined, true);
  const service = new ServicePrincipal("cloudtrail.amazonaws.com");
  for (const [sid, action, arn] of [
    ["TrailReadsTheAcl", "s3:GetBucketAcl", bucket.bucketArn],
    ["TrailWrites", "s3:PutObject", bucket.arnForObjects(`AWSLogs/${account}/*`)],
  ] as const) {
    const statement = allow(sid, [action], [arn]);
    statement.addPrincipals(service);
    bucket.addToResourcePolicy(statement);
  }
  new CfnTrail(scope, "trail", {
    trailName,
    s3BucketName: bucket.bucketName,
    isLogging: true,
    isMultiRegionTrail: true,
    includeGlobalServiceEvents: true,
    enableLogFileValidation: true,
    isOrganizationTrail,
  }).node.addDependency(bucket);
}

/** Production accounts report sign-ins of root and uses of Admin. */
function alarms(scope: Stack, email: string, adminArn: string): void {
  const topic = new Topic(scope, "alarm-topic", { topicName: "galileo-alarm" });
  topic.addSubscription(new EmailSubscription(email));
  const rules = {
    assumed: { source: ["aws.sts"], detail: { eventName: ["AssumeRole"], requestParameters: { roleArn: [adminArn] } } },
    console: { source: ["aws.signin"], detail: { eventName: ["SwitchRole"] } },
    root: { source: ["aws.signin"], detail: { userIdentity: { type: ["Root"] } } },
  };
  for (const [name, eventPattern] of Object.entries(rules))
    new Rule(scope, `alarm-${name}`, { eventPattern }).addTarget(new SnsTopic(topic));
  Tags.of(topic).add("Name", "galileo-alarm");
}
