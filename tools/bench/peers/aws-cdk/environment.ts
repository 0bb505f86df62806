import { Duration, RemovalPolicy, Stack, type StackProps } from "aws-cdk-lib";
import {
  FlowLogDestination,
  GatewayVpcEndpointAwsService,
  InstanceType,
  IpAddresses,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from "aws-cdk-lib/aws-ec2";
import { Repository, TagMutability, TagStatus } from "aws-cdk-lib/aws-ecr";
import {
  AccountPrincipal,
  ArnPrincipal,
  CfnInstanceProfile,
  CompositePrincipal,
  type IPrincipal,
  ManagedPolicy,
  Policy,
  Role,
  ServicePrincipal,
} from "aws-cdk-lib/aws-iam";
import { Key } from "aws-cdk-lib/aws-kms";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import {
  DatabaseInstance,
  DatabaseInstanceEngine,
  ParameterGroup,
  PostgresEngineVersion,
  SubnetGroup,
} from "aws-cdk-lib/aws-rds";
import type { Construct } from "constructs";
import { privateBucket } from "./account";
import { allow } from "./policies";

export interface Environment {
  readonly name: string;
  readonly account: string;
  readonly production: boolean;
  readonly publicSubnets: boolean;
  readonly deletionProtection: boolean;
  readonly externalId: string;
  readonly webFrom?: string;
  readonly batch: boolean;
}

const REGION = "eu-west-1";
const namespaceOf = ({ name }: Environment) => `${name}-irl-galileo`;

/** Its zones are given, so that AWS CDK does not look them up in the account. */
abstract class ZonedStack extends Stack {
  override get availabilityZones(): string[] {
    return [`${REGION}a`, `${REGION}b`];
  }
}

export class NetworkStack extends ZonedStack {
  readonly vpc: Vpc;
  readonly web: SecurityGroup | undefined;

  constructor(scope: Construct, environment: Environment, props: StackProps) {
    super(scope, `${environment.name}-network`, props);
    const name = namespaceOf(environment);
    this.vpc = vpcOf(this, `${name}-vpc`, "10.0.0.0/20", environment.publicSubnets, true);
    if (environment.production)
      this.vpc.addFlowLog("flow", {
        destination: FlowLogDestination.toCloudWatchLogs(
          new LogGroup(this, "flow-log", { retention: RetentionDays.THREE_MONTHS }),
        ),
      });
    new SecurityGroup(this, "default", {
      vpc: this.vpc,
      securityGroupName: `${name}-default`,
      allowAllOutbound: false,
    });
    const { webFrom } = environment;
    if (webFrom === undefined) return;
    this.web = new SecurityGroup(this, "web", {
      vpc: this.vpc,
      securityGroupName: `${name}-web`,
      allowAllOutbound: false,
    });
    this.web.addIngressRule(Peer.ipv4(webFrom), Port.tcp(443), `TCP 443 from ${webFrom}`);
    this.web.addEgressRule(Peer.ipv4("10.0.8.0/23"), Port.tcp(5432), "TCP 5432 to 10.0.8.0/23");
    if (!environment.batch) return;
    const batch = new SecurityGroup(this, "batch", {
      vpc: this.vpc,
      securityGroupName: `${name}-batch`,
      allowAllOutbound: false,
    });
    batch.addEgressRule(Peer.anyIpv4(), Port.tcp(443), "TCP 443 to anywhere");
  }
}

export class DatabaseStack extends Stack {
  constructor(scope: Construct, environment: Environment, { vpc, web }: NetworkStack, props: StackProps) {
    super(scope, `${environment.name}-database`, props);
    const name = `${namespaceOf(environment)}-database`;
    const engine = DatabaseInstanceEngine.postgres({ version: PostgresEngineVersion.VER_17 });
    const key = environment.production ? new Key(this, "key", { alias: name, enableKeyRotation: true }) : undefined;
    const group = new SecurityGroup(this, "group", { vpc, securityGroupName: name, allowAllOutbound: false });
    group.addIngressRule(Peer.ipv4("10.0.8.0/23"), Port.tcp(5432), "PostgreSQL from 10.0.8.0/23");
    if (web) group.addIngressRule(web, Port.tcp(5432), "PostgreSQL from the web servers");
    const subnets = vpc.selectSubnets({ subnetType: SubnetType.PRIVATE_ISOLATED });
    new LogGroup(this, "log", {
      logGroupName: `/aws/rds/instance/${name}/postgresql`,
      retention: RetentionDays.ONE_MONTH,
    });
    new DatabaseInstance(this, "instance", {
      engine,
      vpc,
      vpcSubnets: subnets,
      instanceIdentifier: name,
      instanceType: new InstanceType("t4g.micro"),
      databaseName: "dagster",
      allocatedStorage: 20,
      storageEncrypted: true,
      storageEncryptionKey: key,
      iamAuthentication: true,
      publiclyAccessible: false,
      securityGroups: [group],
      subnetGroup: new SubnetGroup(this, "subnets", {
        vpc,
        vpcSubnets: subnets,
        subnetGroupName: name,
        description: `Private subnets of ${name}`,
      }),
      parameterGroup: new ParameterGroup(this, "parameters", { engine, parameters: { "rds.force_ssl": "1" } }),
      backupRetention: Duration.days(environment.production ? 14 : 7),
      cloudwatchLogsExports: ["postgresql"],
      deletionProtection: environment.deletionProtection,
      copyTagsToSnapshot: true,
      autoMinorVersionUpgrade: true,
      removalPolicy: environment.deletionProtection ? RemovalPolicy.RETAIN : RemovalPolicy.SNAPSHOT,
    });
  }
}

export class ApplicationStack extends Stack {
  constructor(scope: Construct, environment: Environment, assumable: readonly string[], props: StackProps) {
    super(scope, `${environment.name}-application`, props);
    const name = namespaceOf(environment);
    const services = () =>
      new CompositePrincipal(
        new ServicePrincipal("lambda.amazonaws.com"),
        new ServicePrincipal("states.amazonaws.com"),
      );
    for (const role of ["ApiHandler", "WorkflowLoopRunner"])
      roleWith(this, `${name}-${role}`, services(), [], {
        "assume-environment-roles": [["AssumeTheRolesOfThisEnvironment", ["sts:AssumeRole"], [...assumable]]],
      });
    const deployment = roleWith(
      this,
      `${name}-deployment`,
      new ServicePrincipal("ec2.amazonaws.com"),
      ["AmazonSSMManagedInstanceCore"],
      { plan: [["AssumePlanRoles", ["sts:AssumeRole"], ["arn:aws:iam::*:role/galileo-pipeline-plan"]]] },
    );
    new CfnInstanceProfile(this, "profile", { instanceProfileName: deployment.roleName, roles: [deployment.roleName] });
    privateBucket(this, "studydata", `${environment.account}-${name}-studydata`);
    new Repository(this, "dagster", {
      repositoryName: `${name}/dagster`,
      imageScanOnPush: true,
      imageTagMutability: TagMutability.IMMUTABLE,
      lifecycleRules: [{ tagStatus: TagStatus.UNTAGGED, maxImageAge: Duration.days(14) }],
    });
  }
}

/** The role in the master account that the environment's main account assumes. */
export class MasterRoleStack extends Stack {
  constructor(scope: Construct, environment: Environment, props: StackProps) {
    super(scope, `${environment.name}-master-role`, props);
    const main = new AccountPrincipal(environment.account).withConditions({
      StringEquals: { "sts:ExternalId": environment.externalId },
    });
    roleWith(this, `${namespaceOf(environment)}-prep-raas-master-MasterRole`, main, ["AWSOrganizationsFullAccess"], {
      "assume-organization-access": [
        [
          "AssumeOrganizationAccountAccessRole",
          ["sts:AssumeRole"],
          ["arn:aws:iam::*:role/OrganizationAccountAccessRole"],
        ],
      ],
    });
  }
}

/** A member account: the role across accounts, a key, and a network unless it has one. */
export class MemberStack extends ZonedStack {
  constructor(scope: Construct, environment: Environment, member: string, ownNetwork: boolean, props: StackProps) {
    super(scope, `${environment.name}-member-${member}`, props);
    const name = namespaceOf(environment);
    const callers = new CompositePrincipal(
      ...["ApiHandler", "WorkflowLoopRunner"].map((role) =>
        new ArnPrincipal(`arn:aws:iam::${environment.account}:role/${name}-${role}`).withConditions({
          StringEquals: { "sts:ExternalId": environment.externalId },
        }),
      ),
    );
    const wide = ["ce", "ec2", "elasticmapreduce", "s3", "sagemaker", "ssm"];
    roleWith(this, `${name}-cross-account-execution`, callers, [], {
      cloudformation: [
        [
          "CloudFormation",
          ["CreateStack", "DeleteStack", "DescribeStacks", "DescribeStackEvents"].map(
            (action) => `cloudformation:${action}`,
          ),
          ["*"],
        ],
      ],
      iam: [
        [
          "iamRoleAccess",
          [
            "GetRole",
            "CreateRole",
            "TagRole",
            "GetRolePolicy",
            "PutRolePolicy",
            "DeleteRolePolicy",
            "DeleteRole",
            "PassRole",
          ].map((action) => `iam:${action}`),
          ["arn:aws:iam::*:role/analysis-*"],
        ],
      ],
      ...Object.fromEntries(wide.map((service) => [service, [[service, [`${service}:*`], ["*"]]]])),
    });
    if (!ownNetwork) return;
    new Key(this, "key", { alias: `${name}-${member}`, enableKeyRotation: true });
    vpcOf(this, `${name}-${member}-vpc`, "10.0.0.0/16", true, false);
  }
}

/** No NAT: private subnets reach S3 only. */
function vpcOf(scope: Stack, vpcName: string, cidr: string, hasPublic: boolean, hasPrivate: boolean): Vpc {
  return new Vpc(scope, "network", {
    vpcName,
    ipAddresses: IpAddresses.cidr(cidr),
    maxAzs: hasPrivate ? 2 : 1,
    natGateways: 0,
    subnetConfiguration: [
      ...(hasPublic
        ? [{ name: "public", subnetType: SubnetType.PUBLIC, cidrMask: 24, mapPublicIpOnLaunch: false }]
        : []),
      ...(hasPrivate ? [{ name: "private", subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 24 }] : []),
    ],
    gatewayEndpoints: { s3: { service: GatewayVpcEndpointAwsService.S3 } },
  });
}

type Statements = readonly (readonly [sid: string, actions: string[], resources: string[]])[];

function roleWith(
  scope: Stack,
  roleName: string,
  assumedBy: IPrincipal,
  managed: string[],
  policies: Record<string, Statements>,
): Role {
  const role = new Role(scope, roleName, {
    roleName,
    assumedBy,
    managedPolicies: managed.map((each) => ManagedPolicy.fromAwsManagedPolicyName(each)),
  });
  for (const [policyName, statements] of Object.entries(policies))
    new Policy(role, policyName, { policyName, roles: [role], statements: statements.map((each) => allow(...each)) });
  return role;
}
