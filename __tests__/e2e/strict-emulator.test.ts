import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  AttachInternetGatewayCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateInternetGatewayCommand,
  CreateNetworkInterfaceCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DeleteNetworkInterfaceCommand,
  DeleteSecurityGroupCommand,
  DeleteSubnetCommand,
  DeleteVpcCommand,
  DescribeRegionsCommand,
  DescribeVpcsCommand,
  DetachInternetGatewayCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import {
  CreateAccountAliasCommand,
  CreateGroupCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import { CreateKeyCommand, KMSClient, ListKeysCommand, PutKeyPolicyCommand } from "@aws-sdk/client-kms";
import {
  AttachPolicyCommand,
  CloseAccountCommand,
  CreateAccountCommand,
  CreateOrganizationCommand,
  CreatePolicyCommand as CreateServiceControlPolicyCommand,
  DeletePolicyCommand,
  DescribeCreateAccountStatusCommand,
  DetachPolicyCommand,
  EnableAWSServiceAccessCommand,
  ListRootsCommand,
  OrganizationsClient,
  RegisterDelegatedAdministratorCommand,
  UpdatePolicyCommand,
} from "@aws-sdk/client-organizations";
import {
  CreateDBInstanceCommand,
  type CreateDBInstanceCommandInput,
  CreateDBParameterGroupCommand,
  CreateDBSnapshotCommand,
  CreateDBSubnetGroupCommand,
  DeleteDBInstanceCommand,
  DeleteDBParameterGroupCommand,
  DeleteDBSubnetGroupCommand,
  DescribeDBInstancesCommand,
  ModifyDBInstanceCommand,
  type ModifyDBInstanceCommandInput,
  RDSClient,
} from "@aws-sdk/client-rds";
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  ListBucketsCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectLockConfigurationCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { CreateTopicCommand, SetTopicAttributesCommand, SNSClient } from "@aws-sdk/client-sns";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { type Emulator, LAUNCHER, startEmulator, turnOnIdentityCenter } from "../../tools/emulator/emulator";

/*
 * What AWS refuses, the emulator refuses. Each case is sent to the emulator with all patches, and to one without the
 * refusals, which must accept it: a case whose second answers equal the first shows that moto has the refusal by now.
 */

const ACCEPTED = "accepted";
const REGION = "eu-central-1";
const PATCHES = execFileSync("python3", [LAUNCHER, "--list-refusals"], { encoding: "utf8" })
  .trim()
  .split("\n")
  .map((line) => line.split("\t")[0] ?? "");
const folder = mkdtempSync(join(tmpdir(), "strict-emulator-"));

const emulators: Emulator[] = [];
beforeAll(async () => {
  const environment = { ...process.env, EMULATOR_URL: undefined };
  const start = (name: string, without: readonly string[]) =>
    startEmulator({ logFile: join(folder, `${name}.log`), environment, without });
  emulators.push(...(await Promise.all([start("strict", []), start("lenient", PATCHES)])));
});
afterAll(async () => {
  await Promise.all(emulators.map((emulator) => emulator.stop()));
  rmSync(folder, { recursive: true });
});

/** Clients of one account. */
class Account {
  readonly ec2: EC2Client;
  readonly iam: IAMClient;
  readonly kms: KMSClient;
  readonly organizations: OrganizationsClient;
  readonly rds: RDSClient;
  readonly s3: S3Client;
  readonly sns: SNSClient;

  constructor(
    readonly url: string,
    readonly id: string,
  ) {
    const settings = this.settings();
    this.ec2 = new EC2Client(settings);
    this.iam = new IAMClient(settings);
    this.kms = new KMSClient(settings);
    this.organizations = new OrganizationsClient(settings);
    this.rds = new RDSClient(settings);
    this.s3 = new S3Client(settings);
    this.sns = new SNSClient(settings);
  }

  get another(): Account {
    return new Account(this.url, String(Number(this.id) + 500));
  }

  settings(region = REGION) {
    const credentials = { accessKeyId: this.id, secretAccessKey: "any" };
    return { endpoint: this.url, region, credentials, maxAttempts: 1, forcePathStyle: true };
  }

  arn(entity: string): string {
    return `arn:aws:iam::${this.id}:${entity}`;
  }

  /** Sends JSON to a service whose SDK the project does not have. */
  async send(service: string, path: string, body: object, target?: string): Promise<string> {
    const { ok, status, text } = await this.post(service, path, body, target);
    if (ok) return ACCEPTED;
    const { __type = "no code" } = (text.startsWith("{") ? JSON.parse(text) : {}) as { __type?: string };
    return `${__type} ${status}`;
  }

  sso(operation: string, body: object): Promise<string> {
    return this.send("sso", "/", body, `SWBExternalService.${operation}`);
  }

  /** The answer to a call of a service whose SDK the project does not have. */
  async read<Result>(service: string, target: string, body: object): Promise<Result> {
    return JSON.parse((await this.post(service, "/", body, target)).text) as Result;
  }

  private async post(service: string, path: string, body: object, target?: string) {
    const scope = `${this.id}/20260101/us-east-1/${service}/aws4_request`;
    const response = await fetch(this.url + path, {
      method: "POST",
      body: JSON.stringify(body),
      headers: {
        Authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`,
        "Content-Type": target ? "application/x-amz-json-1.1" : "application/json",
        ...(target ? { "X-Amz-Target": target } : {}),
      },
    });
    return { ok: response.ok, status: response.status, text: await response.text() };
  }
}

/** "accepted", or the error's name and HTTP status. */
function outcome(attempt: Promise<unknown>): Promise<string> {
  return attempt.then(
    () => ACCEPTED,
    (error: unknown) => {
      const { name, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
      return `${name} ${$metadata?.httpStatusCode}`;
    },
  );
}

async function outcomes(attempts: readonly (() => Promise<unknown>)[]): Promise<string[]> {
  const seen: string[] = [];
  for (const attempt of attempts) seen.push(await outcome(attempt()));
  return seen;
}

const policy = (...statements: readonly object[]) =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements.map((each) => ({ Effect: "Allow", ...each })) });
const accepted = (count: number) => Array.from({ length: count }, () => ACCEPTED);
const rule = (GroupId: string) => [
  { IpProtocol: "tcp", FromPort: 5432, ToPort: 5432, UserIdGroupPairs: [{ GroupId }] },
];

interface Network {
  readonly vpc: string;
  readonly subnets: readonly string[];
  readonly groups: readonly string[];
}

async function createNetwork({ ec2 }: Account): Promise<Network> {
  const { Vpc: { VpcId: vpc = "" } = {} } = await ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/20" }));
  const subnet = async (zone: string, CidrBlock: string) => {
    const { Subnet } = await ec2.send(
      new CreateSubnetCommand({ VpcId: vpc, CidrBlock, AvailabilityZone: REGION + zone }),
    );
    return Subnet?.SubnetId ?? "";
  };
  const group = async (GroupName: string) => {
    const created = await ec2.send(new CreateSecurityGroupCommand({ GroupName, Description: "any", VpcId: vpc }));
    return created.GroupId ?? "";
  };
  return {
    vpc,
    subnets: [await subnet("a", "10.0.0.0/24"), await subnet("b", "10.0.1.0/24")],
    groups: [await group("one"), await group("other")],
  };
}

const instance = { DBInstanceIdentifier: "database" };
const createDatabase = ({ rds }: Account, props: Partial<CreateDBInstanceCommandInput> = {}) => {
  const size = { DBInstanceClass: "db.t4g.micro", AllocatedStorage: 20 };
  const user = { MasterUsername: "owner", MasterUserPassword: "unused-password" };
  return rds.send(
    new CreateDBInstanceCommand({
      ...instance,
      Engine: "postgres",
      EngineVersion: "16",
      ...size,
      ...user,
      ...props,
    }),
  );
};
const modify = ({ rds }: Account, props: Partial<ModifyDBInstanceCommandInput>) =>
  rds.send(new ModifyDBInstanceCommand({ ...instance, ...props }));
const now = { ApplyImmediately: true };
const major = { EngineVersion: "17", AllowMajorVersionUpgrade: true, ...now };
const createParameterGroup = ({ rds }: Account, version: string) =>
  rds.send(
    new CreateDBParameterGroupCommand({
      DBParameterGroupName: `group${version}`,
      DBParameterGroupFamily: `postgres${version}`,
      Description: "any",
    }),
  );
const createSubnetGroup = ({ rds }: Account, DBSubnetGroupName: string, { subnets }: Network) =>
  rds.send(
    new CreateDBSubnetGroupCommand({ DBSubnetGroupName, DBSubnetGroupDescription: "any", SubnetIds: [...subnets] }),
  );
async function shown({ rds }: Account) {
  const { DBInstances: [database] = [] } = await rds.send(new DescribeDBInstancesCommand(instance));
  const { EngineVersion, DBInstanceClass, DBParameterGroups, PendingModifiedValues } = database ?? {};
  const group = DBParameterGroups?.[0]?.DBParameterGroupName;
  return [EngineVersion, DBInstanceClass, group, PendingModifiedValues ?? {}];
}

const trust = (Principal: unknown) => policy({ Principal, Action: "sts:AssumeRole" });
const byService = trust({ Service: "ec2.amazonaws.com" });
const createRole = ({ iam }: Account, RoleName: string, AssumeRolePolicyDocument = byService, Path = "/") =>
  iam.send(new CreateRoleCommand({ RoleName, Path, AssumeRolePolicyDocument }));
const createPolicy = ({ iam }: Account, PolicyName: string, PolicyDocument: string) =>
  iam.send(new CreatePolicyCommand({ PolicyName, PolicyDocument }));
const ofLength = (length: number) => {
  const resource = "arn:aws:s3:::";
  const shortest = policy({ Action: "s3:*", Resource: resource }).length;
  return policy({ Action: "s3:*", Resource: resource + "x".repeat(length - shortest) });
};

const createBucket = ({ s3 }: Account, Bucket: string, ObjectLockEnabledForBucket = false) =>
  s3.send(
    new CreateBucketCommand({
      Bucket,
      ObjectLockEnabledForBucket,
      CreateBucketConfiguration: { LocationConstraint: REGION },
    }),
  );
const setVersioning = ({ s3 }: Account, Bucket: string, VersioningConfiguration: object) =>
  s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));

async function createOrganization({ organizations }: Account): Promise<string> {
  await organizations.send(new CreateOrganizationCommand({ FeatureSet: "ALL" }));
  const { Roots: [root] = [] } = await organizations.send(new ListRootsCommand({}));
  return root?.Id ?? "";
}
const denial = policy({ Effect: "Deny", Action: "s3:*", Resource: "*" });
async function createScp({ organizations }: Account, Name: string, Content = denial): Promise<string> {
  const { Policy } = await organizations.send(
    new CreateServiceControlPolicyCommand({ Name, Description: "any", Type: "SERVICE_CONTROL_POLICY", Content }),
  );
  return Policy?.PolicySummary?.Id ?? "";
}

async function createMember({ organizations, id }: Account, AccountName: string): Promise<string> {
  const member = { AccountName, Email: `${AccountName}@${id}.example.com` };
  const { CreateAccountStatus } = await organizations.send(new CreateAccountCommand(member));
  return CreateAccountStatus?.AccountId ?? "";
}

const identityCenter = { ServicePrincipal: "sso.amazonaws.com" };
const assigned = { TargetType: "AWS_ACCOUNT", PrincipalType: "GROUP" };
async function createInstance(account: Account): Promise<{ InstanceArn: string; IdentityStoreId: string }> {
  await createOrganization(account);
  await turnOnIdentityCenter(account.url, { account: account.id, region: "us-east-1" });
  const { Instances } = await account.read<{ Instances: { InstanceArn: string; IdentityStoreId: string }[] }>(
    "sso",
    "SWBExternalService.ListInstances",
    {},
  );
  return Instances[0] ?? { InstanceArn: "", IdentityStoreId: "" };
}
async function createPermissionSet(account: Account, InstanceArn: string, Name: string): Promise<string> {
  const body = { InstanceArn, Name };
  const created = await account.read<{ PermissionSet: { PermissionSetArn: string } }>(
    "sso",
    "SWBExternalService.CreatePermissionSet",
    body,
  );
  return created.PermissionSet.PermissionSetArn;
}
async function createGroup(account: Account, IdentityStoreId: string): Promise<string> {
  const body = { IdentityStoreId, DisplayName: "any" };
  return (await account.read<{ GroupId: string }>("identitystore", "AWSIdentityStore.CreateGroup", body)).GroupId;
}

const email = (name: number) => ({ SubscriptionType: "EMAIL", Address: `user-${name}@example.com` });
const topic = (name: string) => ({ SubscriptionType: "SNS", Address: `arn:aws:sns:${REGION}:111111111111:${name}` });
const emails = (count: number) => Array.from({ length: count }, (_, index) => email(index));

interface Case {
  readonly patch: string;
  readonly title: string;
  observe(account: Account): Promise<unknown>;
  readonly strict: unknown;
  readonly lenient: unknown;
}

const DATABASES: readonly Case[] = [
  {
    patch: "db-pending-changes",
    title:
      "changes wait in PendingModifiedValues until a call with ApplyImmediately, and the new version's group waits",
    observe: async (account) => {
      for (const version of ["16", "17"]) await createParameterGroup(account, version);
      await createDatabase(account, { DBParameterGroupName: "group16" });
      const group = { DBParameterGroupName: "group17" };
      await modify(account, { ...major, ...group, DBInstanceClass: "db.t4g.small", ApplyImmediately: false });
      const before = await shown(account);
      await modify(account, { BackupRetentionPeriod: 3, ApplyImmediately: true });
      return [before, await shown(account)];
    },
    strict: [
      ["16", "db.t4g.micro", "group16", { EngineVersion: "17", DBInstanceClass: "db.t4g.small" }],
      ["17", "db.t4g.small", "group17", {}],
    ],
    lenient: [
      ["17", "db.t4g.small", "group17", {}],
      ["17", "db.t4g.small", "group17", {}],
    ],
  },
  {
    patch: "db-engine-version",
    title: "a major version needs the flag and a group for a custom one, and there is no way back",
    observe: async (account) => {
      for (const version of ["16", "17"]) await createParameterGroup(account, version);
      await createDatabase(account, { DBParameterGroupName: "group16" });
      return outcomes([
        () => modify(account, { ...major, AllowMajorVersionUpgrade: false }),
        () => modify(account, major),
        () => modify(account, { ...major, DBParameterGroupName: "group17" }),
        () => modify(account, { ...major, EngineVersion: "16", DBParameterGroupName: "group16" }),
      ]);
    },
    strict: [
      "InvalidParameterCombination 400",
      "InvalidParameterCombination 400",
      ACCEPTED,
      "InvalidParameterCombination 400",
    ],
    lenient: accepted(4),
  },
  {
    patch: "db-parameter-group-family",
    title: "a group of another major version is refused at creation and at a change",
    observe: async (account) => {
      for (const version of ["16", "17"]) await createParameterGroup(account, version);
      return outcomes([
        () => createDatabase(account, { DBParameterGroupName: "group17", DBInstanceIdentifier: "another" }),
        () => createDatabase(account, { DBParameterGroupName: "group16" }),
        () => modify(account, { DBParameterGroupName: "group17", ...now }),
        () => modify(account, { DBParameterGroupName: "group17", ...major }),
      ]);
    },
    strict: ["InvalidParameterCombination 400", ACCEPTED, "InvalidParameterCombination 400", ACCEPTED],
    lenient: accepted(4),
  },
  {
    patch: "db-storage",
    title: "storage grows once in six hours and never shrinks",
    observe: async (account) => {
      await createDatabase(account);
      const grow = (AllocatedStorage: number) => () => modify(account, { AllocatedStorage, ...now });
      return outcomes([grow(20), grow(30), grow(20), grow(40)]);
    },
    strict: [ACCEPTED, ACCEPTED, "InvalidParameterCombination 400", "InvalidParameterCombination 400"],
    lenient: accepted(4),
  },
  {
    patch: "db-groups-in-use",
    title: "parameter groups and subnet groups are deleted once no instance uses them",
    observe: async (account) => {
      await createParameterGroup(account, "16");
      await createSubnetGroup(account, "subnets", await createNetwork(account));
      const parameters = { DBParameterGroupName: "group16" };
      const subnets = { DBSubnetGroupName: "subnets" };
      await createDatabase(account, { ...parameters, ...subnets });
      const remove = [
        () => account.rds.send(new DeleteDBParameterGroupCommand(parameters)),
        () => account.rds.send(new DeleteDBSubnetGroupCommand(subnets)),
      ];
      const used = await outcomes(remove);
      // Plain moto fails when it looks for the deleted group of an instance.
      await outcome(account.rds.send(new DeleteDBInstanceCommand({ ...instance, SkipFinalSnapshot: true })));
      return [...used, ...(await outcomes(remove))];
    },
    strict: ["InvalidDBParameterGroupStateFault 400", "InvalidDBSubnetGroupStateFault 400", ACCEPTED, ACCEPTED],
    lenient: [ACCEPTED, ACCEPTED, "DBParameterGroupNotFoundFault 404", "DBSubnetGroupNotFoundFault 404"],
  },
  {
    patch: "db-subnet-group-change",
    title: "an instance stays in its subnet group, or moves to another VPC",
    observe: async (account) => {
      const network = await createNetwork(account);
      for (const name of ["first", "second"]) await createSubnetGroup(account, name, network);
      await createSubnetGroup(account, "elsewhere", await createNetwork(account));
      await createDatabase(account, { DBSubnetGroupName: "first" });
      const move = (DBSubnetGroupName: string) => () => modify(account, { DBSubnetGroupName, ...now });
      return outcomes([move("first"), move("second"), move("elsewhere")]);
    },
    strict: [ACCEPTED, "InvalidVPCNetworkStateFault 400", ACCEPTED],
    lenient: accepted(3),
  },
  {
    patch: "db-master-user-name",
    title: "reserved words are no master users",
    observe: (account) =>
      outcomes(
        ["admin", "select", "pg_owner", "1owner", "owner"].map(
          (MasterUsername, index) => () =>
            createDatabase(account, { MasterUsername, DBInstanceIdentifier: `database-${index}` }),
        ),
      ),
    strict: [...Array.from({ length: 4 }, () => "InvalidParameterValue 400"), ACCEPTED],
    lenient: accepted(5),
  },
];

const NETWORKS: readonly Case[] = [
  {
    patch: "subnet-in-use",
    title: "a subnet of an interface or of a database's group is deleted after it",
    observe: async (account) => {
      const network = await createNetwork(account);
      const [SubnetId = "", other = ""] = network.subnets;
      const remove = (id: string) => outcome(account.ec2.send(new DeleteSubnetCommand({ SubnetId: id })));
      const { NetworkInterface } = await account.ec2.send(new CreateNetworkInterfaceCommand({ SubnetId }));
      await createSubnetGroup(account, "subnets", network);
      await createDatabase(account, { DBSubnetGroupName: "subnets" });
      const seen = [await remove(other)];
      await account.rds.send(new DeleteDBInstanceCommand({ ...instance, SkipFinalSnapshot: true }));
      seen.push(await remove(SubnetId));
      const interfaceId = { NetworkInterfaceId: NetworkInterface?.NetworkInterfaceId };
      await account.ec2.send(new DeleteNetworkInterfaceCommand(interfaceId));
      return [...seen, await remove(SubnetId)];
    },
    strict: ["DependencyViolation 400", "DependencyViolation 400", ACCEPTED],
    lenient: [ACCEPTED, ACCEPTED, "InvalidSubnetID.NotFound 400"],
  },
  {
    patch: "security-group-in-use",
    title: "a group that a rule names or a database has is deleted after them",
    observe: async (account) => {
      const { groups } = await createNetwork(account);
      const [one = "", other = ""] = groups;
      await account.ec2.send(
        new AuthorizeSecurityGroupIngressCommand({ GroupId: one, IpPermissions: [...rule(one), ...rule(other)] }),
      );
      await createDatabase(account, { VpcSecurityGroupIds: [one] });
      const remove = (GroupId: string) => () => account.ec2.send(new DeleteSecurityGroupCommand({ GroupId }));
      const used = await outcomes([remove(other), remove(one)]);
      await account.rds.send(new DeleteDBInstanceCommand({ ...instance, SkipFinalSnapshot: true }));
      return [...used, ...(await outcomes([remove(one), remove(other)]))];
    },
    strict: ["DependencyViolation 400", "DependencyViolation 400", ACCEPTED, ACCEPTED],
    lenient: [ACCEPTED, ACCEPTED, "InvalidGroup.NotFound 400", "InvalidGroup.NotFound 400"],
  },
  {
    patch: "vpc-in-use",
    title: "a VPC is deleted after its security groups and its gateway",
    observe: async (account) => {
      const { ec2 } = account;
      const { vpc: VpcId, subnets, groups } = await createNetwork(account);
      for (const SubnetId of subnets) await ec2.send(new DeleteSubnetCommand({ SubnetId }));
      const { InternetGateway } = await ec2.send(new CreateInternetGatewayCommand({}));
      const gateway = { InternetGatewayId: InternetGateway?.InternetGatewayId, VpcId };
      await ec2.send(new AttachInternetGatewayCommand(gateway));
      const remove = () => outcome(ec2.send(new DeleteVpcCommand({ VpcId })));
      const seen = [await remove()];
      for (const GroupId of groups) await outcome(ec2.send(new DeleteSecurityGroupCommand({ GroupId })));
      seen.push(await remove());
      await outcome(ec2.send(new DetachInternetGatewayCommand(gateway)));
      return [...seen, await remove()];
    },
    strict: ["DependencyViolation 400", "DependencyViolation 400", ACCEPTED],
    lenient: [ACCEPTED, "InvalidVpcID.NotFound 400", "InvalidVpcID.NotFound 400"],
  },
];

const NAMES = ["xn--bucket", "sthree-bucket", "amzn-s3-demo-bucket", "bucket-s3alias", "bucket--ol-s3"];
const BUCKETS: readonly Case[] = [
  {
    patch: "bucket-name",
    title: "reserved prefixes and suffixes, capitals and addresses are refused",
    observe: (account) =>
      outcomes(
        [...NAMES, "bucket--table-s3", "bucket-an", "Bucket", "a..b", "10.0.0.1", "fine"].map(
          (name) => () => createBucket(account, name),
        ),
      ),
    strict: [...Array.from({ length: 10 }, () => "InvalidBucketName 400"), ACCEPTED],
    lenient: accepted(11),
  },
  {
    patch: "bucket-versioning",
    title: "versioning with an object lock stays on, and MFA delete needs a code",
    observe: async (account) => {
      await createBucket(account, "locked", true);
      return outcomes([
        () => setVersioning(account, "locked", { Status: "Suspended" }),
        () => setVersioning(account, "locked", { Status: "Enabled", MFADelete: "Enabled" }),
        () => setVersioning(account, "locked", { Status: "Enabled" }),
      ]);
    },
    strict: ["InvalidBucketState 400", "AccessDenied 403", ACCEPTED],
    lenient: accepted(3),
  },
  {
    patch: "object-key",
    title: "an object is encrypted only with a key that exists",
    observe: async (account) => {
      await createBucket(account, "keyed");
      const { KeyMetadata } = await account.kms.send(new CreateKeyCommand({}));
      const missing = `arn:aws:kms:${REGION}:${account.id}:alias/missing`;
      return outcomes(
        [missing, missing.replace("alias/missing", "key/0"), KeyMetadata?.Arn].map((SSEKMSKeyId) => () => {
          const encryption = { ServerSideEncryption: "aws:kms", SSEKMSKeyId } as const;
          return account.s3.send(new PutObjectCommand({ Bucket: "keyed", Key: "a", Body: "a", ...encryption }));
        }),
      );
    },
    strict: ["KMS.NotFoundException 400", "KMS.NotFoundException 400", ACCEPTED],
    lenient: accepted(3),
  },
];

const IDENTITIES: readonly Case[] = [
  {
    patch: "account-alias",
    title: "an alias of another account is taken, and has AWS's form",
    observe: (account) => {
      const set = (of: Account, AccountAlias: string) => () =>
        of.iam.send(new CreateAccountAliasCommand({ AccountAlias }));
      const { another } = account;
      return outcomes([set(another, "estate"), set(account, "estate"), set(another, "estate"), set(account, "a--b")]);
    },
    strict: [ACCEPTED, "EntityAlreadyExistsException 409", ACCEPTED, "ValidationError 400"],
    lenient: accepted(4),
  },
  {
    patch: "iam-names",
    title: "names have AWS's characters, length and paths, and differ by more than case",
    observe: (account) => {
      const { iam } = account;
      return outcomes([
        () => createRole(account, "Operator"),
        () => createRole(account, "operator"),
        () => createRole(account, "x".repeat(65)),
        () => createRole(account, "other", byService, "/no-end"),
        () => iam.send(new CreateUserCommand({ UserName: "two words" })),
        () => iam.send(new CreateGroupCommand({ GroupName: "x".repeat(129) })),
        () => createPolicy(account, "a/b", denial),
        () => createPolicy(account, "billing", denial), // AWS has a policy named Billing
      ]);
    },
    strict: [
      ACCEPTED,
      "EntityAlreadyExistsException 409",
      ...Array.from({ length: 5 }, () => "ValidationError 400"),
      ACCEPTED,
    ],
    lenient: accepted(8),
  },
  {
    patch: "policy-size",
    title: "managed, inline and trust policies have AWS's limits, without white space",
    observe: async (account) => {
      const { iam } = account;
      await createRole(account, "holder");
      await iam.send(new CreateUserCommand({ UserName: "holder" }));
      const inline = (PolicyName: string, PolicyDocument: string) => () =>
        iam.send(new PutRolePolicyCommand({ RoleName: "holder", PolicyName, PolicyDocument }));
      const long = policy(...Array.from({ length: 40 }, (_, index) => ({ Sid: `Number${index}`, Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }))); // prettier-ignore
      return outcomes([
        () => createPolicy(account, "longest", ` ${ofLength(6144)} `),
        () => createPolicy(account, "longer", ofLength(6145)),
        inline("first", ofLength(5000)),
        inline("second", ofLength(5240)),
        inline("third", ofLength(200)),
        inline("second", ofLength(5241)),
        () =>
          iam.send(new PutUserPolicyCommand({ UserName: "holder", PolicyName: "own", PolicyDocument: ofLength(2049) })),
        () => createRole(account, "trusting", long),
      ]);
    },
    strict: [
      ACCEPTED,
      "LimitExceededException 409",
      ACCEPTED,
      ACCEPTED,
      ...Array.from({ length: 4 }, () => "LimitExceededException 409"),
    ],
    lenient: accepted(8),
  },
];

const POLICIES: readonly Case[] = [
  {
    patch: "policy-grammar",
    title: "identity, trust and resource policies follow the grammar",
    observe: async (account) => {
      await createBucket(account, "grammar");
      const bucketPolicy = (Policy: string) => () =>
        account.s3.send(new PutBucketPolicyCommand({ Bucket: "grammar", Policy }));
      const onBucket = { Action: "s3:*", Resource: "arn:aws:s3:::grammar" };
      return outcomes([
        () => createPolicy(account, "a", policy({ Action: "s3:*", Resource: "*", Principal: "*" })),
        () => createPolicy(account, "b", policy({ Action: "s3:*", Resource: "*", Sid: "two words" })),
        () => createRole(account, "c", policy({ Action: "sts:AssumeRole", Principal: "*", Resource: "*" })),
        () => createRole(account, "d", policy({ Action: "s3:*", Principal: "*" })),
        () => createRole(account, "e", policy({ Action: "sts:AssumeRole" })),
        bucketPolicy("{"),
        bucketPolicy(policy(onBucket)),
        bucketPolicy(policy({ ...onBucket, Principal: "*", Effect: "allow" })),
        bucketPolicy(policy({ ...onBucket, Principal: "*", Sid: "two words" })),
      ]);
    },
    strict: [
      ...Array.from({ length: 5 }, () => "MalformedPolicyDocumentException 400"),
      ...Array.from({ length: 3 }, () => "MalformedPolicy 400"),
      ACCEPTED,
    ],
    lenient: accepted(9),
  },
  {
    patch: "policy-principals",
    title: "trust, bucket, key and topic policies name existing principals",
    observe: async (account) => {
      await createRole(account, "existing", byService, "/path/");
      await createBucket(account, "principals");
      const topicArn = (await account.sns.send(new CreateTopicCommand({ Name: "topic" }))).TopicArn;
      const [existing, missing] = [account.arn("role/path/existing"), account.arn("user/missing")];
      const unknown = "arn:aws:iam::999999999999:role/of-an-account-that-nobody-called";
      const by = (...AWS: string[]) => ({ Principal: { AWS } });
      const onBucket = (...AWS: string[]) => {
        const Policy = policy({ ...by(...AWS), Action: "s3:*", Resource: "arn:aws:s3:::principals" });
        return account.s3.send(new PutBucketPolicyCommand({ Bucket: "principals", Policy }));
      };
      const onKey = (...AWS: string[]) =>
        account.kms.send(new CreateKeyCommand({ Policy: policy({ ...by(...AWS), Action: "kms:*", Resource: "*" }) }));
      const onTopic = (...AWS: string[]) => {
        const AttributeValue = policy({ ...by(...AWS), Action: "sns:Publish", Resource: "*" });
        const attribute = { TopicArn: topicArn, AttributeName: "Policy", AttributeValue };
        return account.sns.send(new SetTopicAttributesCommand(attribute));
      };
      return outcomes([
        () => createRole(account, "a", trust({ AWS: [account.id, account.arn("root"), existing, unknown] })),
        () => createRole(account, "b", trust({ AWS: missing })),
        () => createRole(account, "c", trust({ AWS: account.arn("role/existing") })), // without its path
        () => onBucket(existing, account.id),
        () => onBucket(existing, missing),
        () => onKey(existing),
        () => onKey(existing, missing),
        () => onTopic(existing),
        () => onTopic(missing),
      ]);
    },
    strict: [
      ACCEPTED,
      "MalformedPolicyDocumentException 400",
      "MalformedPolicyDocumentException 400",
      ...[ACCEPTED, "MalformedPolicy 400"],
      ...[ACCEPTED, "MalformedPolicyDocumentException 400"],
      ...[ACCEPTED, "InvalidParameterException 400"],
    ],
    lenient: accepted(9),
  },
  {
    patch: "resource-policy-size",
    title: "bucket and key policies have AWS's limits",
    observe: async (account) => {
      await createBucket(account, "sizes");
      const of = (Resource: string, length: number) => {
        const statement = { Principal: { AWS: account.id }, Action: ["s3:*", "kms:*"], Resource, Sid: "" };
        return policy({ ...statement, Sid: "x".repeat(length - policy(statement).length) });
      };
      const onBucket = (length: number) => () =>
        account.s3.send(new PutBucketPolicyCommand({ Bucket: "sizes", Policy: of("arn:aws:s3:::sizes", length) }));
      const onKey = (length: number) => () => account.kms.send(new CreateKeyCommand({ Policy: of("*", length) }));
      return outcomes([onBucket(20480), onBucket(20481), onKey(32768), onKey(32769)]);
    },
    strict: [ACCEPTED, "PolicyTooLarge 400", ACCEPTED, "LimitExceededException 400"],
    lenient: accepted(4),
  },
  {
    patch: "key-policy-lockout",
    title: "a key policy that its account cannot change is refused, unless the check is bypassed",
    observe: async (account) => {
      const { kms } = account;
      const of = (Action: string, AWS: string) => policy({ Action, Principal: { AWS }, Resource: "*" });
      const useless = of("kms:Encrypt", account.arn("root"));
      const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
      const put = (Policy: string) => () =>
        kms.send(new PutKeyPolicyCommand({ KeyId: KeyMetadata?.KeyId, PolicyName: "default", Policy }));
      return outcomes([
        () => kms.send(new CreateKeyCommand({ Policy: useless })),
        () => kms.send(new CreateKeyCommand({ Policy: useless, BypassPolicyLockoutSafetyCheck: true })),
        put(of("kms:*", account.another.id)),
        put(of("kms:Put*", account.id)),
      ]);
    },
    strict: ["MalformedPolicyDocumentException 400", ACCEPTED, "MalformedPolicyDocumentException 400", ACCEPTED],
    lenient: accepted(4),
  },
];

const ORGANIZATIONS: readonly Case[] = [
  {
    patch: "service-control-policy",
    title: "service control policies take IAM's grammar without principals, and 10240 characters",
    observe: async (account) => {
      await createOrganization(account);
      const id = await createScp(account, "first");
      const create = (name: string, content: string) => () => createScp(account, name, content);
      const deny = (statement: object) => policy({ Effect: "Deny", ...statement });
      return outcomes([
        create("principal", deny({ Action: "s3:*", Resource: "*", Principal: "*" })),
        create("sid", deny({ Action: "s3:*", Resource: "*", Sid: "two words" })),
        create("effect", policy({ Action: "s3:*", Resource: "*", Effect: "Refuse" })),
        create("version", JSON.stringify({ Statement: [{ Effect: "Deny", Action: "s3:*", Resource: "*" }] })),
        create("longer", ofLength(10241)),
        create("longest", ofLength(10240)),
        create(
          "new",
          policy({ NotAction: "s3:*", NotResource: "arn:aws:s3:::a", Condition: { Null: { "aws:a": "true" } } }),
        ),
        () => account.organizations.send(new UpdatePolicyCommand({ PolicyId: id, Content: "{}" })),
      ]);
    },
    strict: [
      ...Array.from({ length: 4 }, () => "MalformedPolicyDocumentException 400"),
      "ConstraintViolationException 400",
      ...accepted(2),
      "MalformedPolicyDocumentException 400",
    ],
    lenient: accepted(8),
  },
  {
    patch: "policy-attachments",
    title: "a target has 1 to 10 different service control policies",
    observe: async (account) => {
      const TargetId = await createOrganization(account);
      const ids: string[] = [];
      for (let number = 0; number < 10; number++) ids.push(await createScp(account, `policy-${number}`));
      const attach =
        (PolicyId = "") =>
        () =>
          account.organizations.send(new AttachPolicyCommand({ PolicyId, TargetId }));
      const detach = (PolicyId: string) => () =>
        account.organizations.send(new DetachPolicyCommand({ PolicyId, TargetId }));
      const seen = await outcomes(ids.slice(0, 9).map(attach));
      seen.push(...(await outcomes([attach(ids[9]), attach(ids[0]), ...ids.slice(0, 9).map(detach)])));
      return [...seen, ...(await outcomes([detach("p-FullAWSAccess")]))];
    },
    strict: [
      ...accepted(9),
      ...["ConstraintViolationException 400", "DuplicatePolicyAttachmentException 400"],
      ...[...accepted(9), "ConstraintViolationException 400"],
    ],
    lenient: accepted(21),
  },
  {
    patch: "budget-limits",
    title: "a budget has at most 10 notifications of at most 10 addresses and a topic",
    observe: async (account) => {
      const named = { AccountId: account.id, BudgetName: "monthly" };
      const call = (operation: string, body: object) =>
        account.send("budgets", "/", { ...named, ...body }, `AWSBudgetServiceGateway.${operation}`);
      const limit = { BudgetLimit: { Amount: "100", Unit: "USD" }, TimeUnit: "MONTHLY", BudgetType: "COST" };
      await call("CreateBudget", { Budget: { BudgetName: "monthly", ...limit } });
      const above = (Threshold: number) => ({
        Notification: { NotificationType: "ACTUAL", ComparisonOperator: "GREATER_THAN", Threshold },
      });
      const notify = (threshold: number, Subscribers: readonly object[]) =>
        call("CreateNotification", { ...above(threshold), Subscribers });
      const seen = [await notify(1, []), await notify(1, emails(11)), await notify(1, [topic("a"), topic("b")])];
      seen.push(await notify(2, [...emails(10), topic("a")]));
      seen.push(await call("CreateSubscriber", { ...above(2), Subscriber: email(10) }));
      for (let threshold = 3; threshold < 12; threshold++) seen.push(await notify(threshold, emails(1)));
      return [...seen, await notify(12, emails(1))];
    },
    strict: [
      "InvalidParameterException 400",
      "CreationLimitExceededException 400",
      "CreationLimitExceededException 400",
      ACCEPTED,
      "CreationLimitExceededException 400",
      ...accepted(9),
      "CreationLimitExceededException 400",
    ],
    // The notification of the first call is there, so the others are duplicates.
    lenient: [ACCEPTED, ...Array.from({ length: 2 }, () => "DuplicateRecordException 400"), ...accepted(12)],
  },
  {
    patch: "account-closure",
    title: "the management account is not closed, and of its members 10 in 30 days",
    observe: async (account) => {
      await createOrganization(account);
      const close = async (AccountId: string) =>
        outcome(account.organizations.send(new CloseAccountCommand({ AccountId })));
      const seen: string[] = [];
      for (let number = 0; number < 11; number++)
        seen.push(await close(await createMember(account, `closed-${number}`)));
      return [...seen, await close(account.id)];
    },
    strict: [...accepted(10), "ConstraintViolationException 400", "ConstraintViolationException 400"],
    lenient: accepted(12),
  },
  {
    patch: "delegation",
    title: "a delegated administrator needs trusted access, and Identity Center has one",
    observe: async (account) => {
      await createOrganization(account);
      const members = [await createMember(account, "one"), await createMember(account, "other")];
      const delegate = (AccountId: string) =>
        outcome(
          account.organizations.send(new RegisterDelegatedAdministratorCommand({ AccountId, ...identityCenter })),
        );
      const untrusted = await delegate(await createMember(account, "third"));
      await account.organizations.send(new EnableAWSServiceAccessCommand(identityCenter));
      return [untrusted, ...(await Promise.all(members.map(delegate))).sort()];
    },
    strict: ["ConstraintViolationException 400", "ConstraintViolationException 400", ACCEPTED],
    lenient: accepted(3),
  },
  {
    patch: "permission-sets",
    title: "a permission set has its own name, sessions of 1 to 12 hours and a limited inline policy",
    observe: async (account) => {
      const { InstanceArn } = await createInstance(account);
      const create = (Name: string, SessionDuration?: string) =>
        account.sso("CreatePermissionSet", { InstanceArn, Name, SessionDuration });
      const seen = [await create("a".repeat(32)), await create("a".repeat(33)), await create("two words")];
      seen.push(await create("short", "PT59M"), await create("long", "PT12H1S"), await create("longest", "PT12H"));
      seen.push(await create("longest"));
      const PermissionSetArn = await createPermissionSet(account, InstanceArn, "any");
      const put = (length: number) =>
        account.sso("PutInlinePolicyToPermissionSet", {
          InstanceArn,
          PermissionSetArn,
          InlinePolicy: ofLength(length),
        });
      seen.push(await put(32768), await put(32769));
      return [
        ...seen,
        await account.sso("UpdatePermissionSet", { InstanceArn, PermissionSetArn, SessionDuration: "1h" }),
      ];
    },
    strict: [
      ...[ACCEPTED, "ValidationException 400", "ValidationException 400"],
      ...["ValidationException 400", "ValidationException 400", ACCEPTED, "ConflictException 400"],
      ...[ACCEPTED, "ValidationException 400", "ValidationException 400"],
    ],
    lenient: accepted(10),
  },
  {
    patch: "account-assignments",
    title: "an assignment names an existing group and an account of the organization, and keeps its permission set",
    observe: async (account) => {
      const instance = await createInstance(account);
      const set = {
        InstanceArn: instance.InstanceArn,
        PermissionSetArn: await createPermissionSet(account, instance.InstanceArn, "any"),
      };
      const assign = (PrincipalId: string, TargetId: string) =>
        account.sso("CreateAccountAssignment", { ...set, ...assigned, PrincipalId, TargetId });
      const group = await createGroup(account, instance.IdentityStoreId);
      const { id, another } = account;
      const seen = [await assign("missing", id), await assign(group, another.id), await assign(group, id)];
      return [...seen, await account.sso("DeletePermissionSet", set)];
    },
    strict: ["ResourceNotFoundException 400", "ResourceNotFoundException 400", ACCEPTED, "ConflictException 400"],
    lenient: accepted(4),
  },
  {
    patch: "delegated-assignments",
    title: "the delegated administrator changes nothing that is assigned in the management account",
    observe: async (account) => {
      const { InstanceArn, IdentityStoreId } = await createInstance(account);
      const member = new Account(account.url, await createMember(account, "member"));
      await account.organizations.send(new EnableAWSServiceAccessCommand(identityCenter));
      await account.organizations.send(
        new RegisterDelegatedAdministratorCommand({ AccountId: member.id, ...identityCenter }),
      );
      const PermissionSetArn = await createPermissionSet(member, InstanceArn, "any");
      const set = { InstanceArn, PermissionSetArn };
      const group = { ...assigned, PrincipalId: await createGroup(member, IdentityStoreId) };
      const assign = (by: Account, TargetId: string) =>
        by.sso("CreateAccountAssignment", { ...set, ...group, TargetId });
      const update = () => member.sso("UpdatePermissionSet", { ...set, Description: "changed" });
      const seen = [await assign(member, member.id), await update(), await assign(member, account.id)];
      return [...seen, await assign(account, account.id), await update(), await assign(member, member.id)];
    },
    strict: [
      ...[ACCEPTED, ACCEPTED, "AccessDeniedException 400"],
      ...[ACCEPTED, "AccessDeniedException 400", "AccessDeniedException 400"],
    ],
    lenient: accepted(6),
  },
  {
    patch: "opt-in-regions",
    title: "a region that the account has disabled knows no credentials",
    observe: async (account) => {
      const turn = (way: string, RegionName: string) => account.send("account", `/${way}Region`, { RegionName });
      const there = account.settings("af-south-1");
      const identity = (of: Account) => new STSClient(of.settings("af-south-1")).send(new GetCallerIdentityCommand({}));
      const disabled = await turn("disable", "af-south-1");
      const seen = await outcomes([
        () => identity(account),
        () => new EC2Client(there).send(new DescribeVpcsCommand({})),
        () => new S3Client(there).send(new ListBucketsCommand({})),
        () => new KMSClient(there).send(new ListKeysCommand({})),
        () => identity(account.another),
      ]);
      const { Regions = [] } = await account.ec2.send(new DescribeRegionsCommand({ RegionNames: ["af-south-1"] }));
      const enabled = [await turn("enable", "af-south-1"), await turn("disable", REGION)];
      return [disabled, ...seen, Regions[0]?.OptInStatus, ...enabled, await outcome(identity(account))];
    },
    strict: [
      ACCEPTED,
      ...["InvalidClientTokenId 403", "AuthFailure 401", "InvalidToken 400", "UnrecognizedClientException 400"],
      ...[ACCEPTED, "not-opted-in", ACCEPTED, "ValidationException 400", ACCEPTED],
    ],
    lenient: [...["no code 404", ...accepted(5), "opt-in-not-required", "no code 404", "no code 404", ACCEPTED]],
  },
];

const CASES = [DATABASES, NETWORKS, BUCKETS, IDENTITIES, POLICIES, ORGANIZATIONS].flat();

test("every refusal has a case", () => {
  expect(CASES.map(({ patch }) => patch)).toEqual(PATCHES);
});

for (const [index, each] of CASES.entries())
  test(`${each.patch}: ${each.title}`, async () => {
    const accounts = emulators.map(({ url }) => new Account(url, String(100000000001 + index)));
    expect(await Promise.all(accounts.map((account) => each.observe(account)))).toEqual([each.strict, each.lenient]);
  });

/** Refusals that moto has. */
describe("without a patch", () => {
  const account = () => new Account(emulators[1]?.url ?? "", "200000000002");

  test("a database with deletion protection, or whose final snapshot exists, is not deleted", async () => {
    const { rds } = account();
    await createDatabase(account(), { DeletionProtection: true });
    await rds.send(new CreateDBSnapshotCommand({ ...instance, DBSnapshotIdentifier: "final" }));
    const remove = () => rds.send(new DeleteDBInstanceCommand({ ...instance, FinalDBSnapshotIdentifier: "final" }));
    const seen = await outcomes([remove, () => modify(account(), { DeletionProtection: false, ...now }), remove]);
    expect(seen).toEqual(["InvalidParameterCombination 400", ACCEPTED, "DBSnapshotAlreadyExistsFault 400"]);
  });

  test("a bucket is taken, not deleted with an object, and has no object lock without versioning", async () => {
    const { s3, another } = account();
    await createBucket(account(), "taken");
    await s3.send(new PutObjectCommand({ Bucket: "taken", Key: "any", Body: "any" }));
    const seen = await outcomes([
      () => createBucket(another, "taken"),
      () => createBucket(account(), "taken"),
      () => s3.send(new DeleteBucketCommand({ Bucket: "taken" })),
      () =>
        s3.send(
          new PutObjectLockConfigurationCommand({
            Bucket: "taken",
            ObjectLockConfiguration: { ObjectLockEnabled: "Enabled" },
          }),
        ),
    ]);
    expect(seen).toEqual([
      ...["BucketAlreadyExists 409", "BucketAlreadyOwnedByYou 409", "BucketNotEmpty 409", "InvalidBucketState 400"],
    ]);
  });

  test("a repository with an image is not deleted", async () => {
    const call = (operation: string, body: object) =>
      account().send("ecr", "/", body, `AmazonEC2ContainerRegistry_V20150921.${operation}`);
    const manifest = {
      schemaVersion: 2,
      mediaType: "application/vnd.docker.distribution.manifest.v2+json",
      layers: [],
    };
    const image = { repositoryName: "taken", imageManifest: JSON.stringify(manifest), imageTag: "first" };
    expect([
      await call("CreateRepository", { repositoryName: "taken" }),
      await call("PutImage", image),
      await call("DeleteRepository", { repositoryName: "taken" }),
      await call("DeleteRepository", { repositoryName: "taken", force: true }),
    ]).toEqual([ACCEPTED, ACCEPTED, "RepositoryNotEmptyException 400", ACCEPTED]);
  });

  test("an attached policy is not deleted, an address not used twice, an account not closed twice", async () => {
    const { organizations } = account();
    const TargetId = await createOrganization(account());
    const PolicyId = await createScp(account(), "attached");
    await organizations.send(new AttachPolicyCommand({ PolicyId, TargetId }));
    const create = async () => {
      const asked = await organizations.send(new CreateAccountCommand({ AccountName: "a", Email: "a@example.com" }));
      const CreateAccountRequestId = asked.CreateAccountStatus?.Id;
      return organizations.send(new DescribeCreateAccountStatusCommand({ CreateAccountRequestId }));
    };
    const [first, second] = [await create(), await create()];
    const close = () =>
      organizations.send(new CloseAccountCommand({ AccountId: first.CreateAccountStatus?.AccountId }));
    const seen = await outcomes([() => organizations.send(new DeletePolicyCommand({ PolicyId })), close, close]);
    expect(seen).toEqual(["PolicyInUseException 400", ACCEPTED, "AccountAlreadyClosedException 400"]);
    expect(second.CreateAccountStatus?.FailureReason).toBe("EMAIL_ALREADY_EXISTS");
  });
});
