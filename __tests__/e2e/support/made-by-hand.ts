import {
  AssociateRouteTableCommand,
  AttachInternetGatewayCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateInternetGatewayCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  CreateVpcEndpointCommand,
  ModifyVpcAttributeCommand,
  type ResourceType,
} from "@aws-sdk/client-ec2";
import {
  AttachUserPolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
  UpdateAccountPasswordPolicyCommand,
} from "@aws-sdk/client-iam";
import {
  AttachPolicyCommand,
  CreateAccountCommand,
  CreateOrganizationalUnitCommand,
  CreateOrganizationCommand,
  CreatePolicyCommand,
  EnablePolicyTypeCommand,
  ListRootsCommand,
  MoveAccountCommand,
} from "@aws-sdk/client-organizations";
import { CreateDBInstanceCommand, CreateDBSubnetGroupCommand } from "@aws-sdk/client-rds";
import type { Clients } from "../../../tools/rehearsal/clients";

/* Accounts in which somebody clicked everything together in the console. */

export interface NetworkByHand {
  readonly region: string;
  /** The name of a part, from the end of the name that the wizard gives it: `vpc`, `rtb-public`. */
  readonly nameOf: (part: string) => string;
  readonly cidrBlock: string;
  /** Public subnets, one in each zone: by the zone's letter. */
  readonly publicSubnets: Readonly<Record<string, string>>;
  readonly privateSubnets: Readonly<Record<string, string>>;
}

/** The ids of the parts of a VPC. */
export interface MadeNetwork {
  readonly vpcId: string;
  readonly publicSubnetIds: readonly string[];
  readonly privateSubnetIds: readonly string[];
}

/** The VPC of the console's wizard "VPC and more", with an endpoint of S3 and no NAT gateway. */
export async function makeNetwork({ ec2 }: Pick<Clients, "ec2">, props: NetworkByHand): Promise<MadeNetwork> {
  const { region, nameOf, cidrBlock } = props;
  const tags = (ResourceType: ResourceType, part: string) => [
    { ResourceType, Tags: [{ Key: "Name", Value: nameOf(part) }] },
  ];
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: cidrBlock, TagSpecifications: tags("vpc", "vpc") }));
  const VpcId = Vpc?.VpcId ?? "";
  await ec2.send(new ModifyVpcAttributeCommand({ VpcId, EnableDnsHostnames: { Value: true } }));
  const { InternetGateway } = await ec2.send(
    new CreateInternetGatewayCommand({ TagSpecifications: tags("internet-gateway", "igw") }),
  );
  const InternetGatewayId = InternetGateway?.InternetGatewayId ?? "";
  await ec2.send(new AttachInternetGatewayCommand({ InternetGatewayId, VpcId }));
  const tableIds: string[] = [];
  const table = async (suffix: string): Promise<string> => {
    const { RouteTable } = await ec2.send(
      new CreateRouteTableCommand({ VpcId, TagSpecifications: tags("route-table", suffix) }),
    );
    tableIds.push(RouteTable?.RouteTableId ?? "");
    return RouteTable?.RouteTableId ?? "";
  };
  const subnet = async (zone: string, CidrBlock: string, suffix: string, RouteTableId: string): Promise<string> => {
    const AvailabilityZone = `${region}${zone}`;
    const TagSpecifications = tags("subnet", `subnet-${suffix}-${AvailabilityZone}`);
    const { Subnet } = await ec2.send(
      new CreateSubnetCommand({ VpcId, CidrBlock, AvailabilityZone, TagSpecifications }),
    );
    const SubnetId = Subnet?.SubnetId ?? "";
    await ec2.send(new AssociateRouteTableCommand({ RouteTableId, SubnetId }));
    return SubnetId;
  };
  const publicSubnetIds: string[] = [];
  const publicTable = await table("rtb-public");
  await ec2.send(
    new CreateRouteCommand({
      RouteTableId: publicTable,
      DestinationCidrBlock: "0.0.0.0/0",
      GatewayId: InternetGatewayId,
    }),
  );
  for (const [zone, range] of Object.entries(props.publicSubnets))
    publicSubnetIds.push(await subnet(zone, range, `public${publicSubnetIds.length + 1}`, publicTable));
  const privateSubnetIds: string[] = [];
  for (const [zone, range] of Object.entries(props.privateSubnets)) {
    const suffix = `private${privateSubnetIds.length + 1}`;
    privateSubnetIds.push(await subnet(zone, range, suffix, await table(`rtb-${suffix}-${region}${zone}`)));
  }
  await ec2.send(
    new CreateVpcEndpointCommand({
      VpcId,
      ServiceName: `com.amazonaws.${region}.s3`,
      VpcEndpointType: "Gateway",
      RouteTableIds: tableIds.filter((id) => id !== publicTable), // as the wizard does
      TagSpecifications: tags("vpc-endpoint", "vpce-s3"),
    }),
  );
  return { vpcId: VpcId, publicSubnetIds, privateSubnetIds };
}

export interface GroupByHand {
  readonly name: string;
  readonly description: string;
  readonly port: number;
  /** Networks that may connect. */
  readonly from: readonly string[];
}

/** A security group with the rule that the console gives it: all traffic may leave. */
export async function makeSecurityGroup(
  { ec2 }: Pick<Clients, "ec2">,
  VpcId: string,
  { name, description, port, from }: GroupByHand,
): Promise<string> {
  const { GroupId = "" } = await ec2.send(
    new CreateSecurityGroupCommand({ VpcId, GroupName: name, Description: description }),
  );
  await ec2.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId,
      IpPermissions: [
        { IpProtocol: "tcp", FromPort: port, ToPort: port, IpRanges: from.map((CidrIp) => ({ CidrIp })) },
      ],
    }),
  );
  return GroupId;
}

export interface DatabaseByHand {
  readonly identifier: string;
  readonly instanceClass: string;
  readonly engineVersion: string;
  /** @default none: the console creates no database */
  readonly databaseName?: string;
  readonly isPublic: boolean;
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
}

/** A PostgreSQL of the console, "Dev/Test", whose subnet group has the console's name. */
export async function makeDatabase(
  { rds }: Pick<Clients, "rds">,
  vpcId: string,
  { subnetIds, securityGroupIds, ...props }: DatabaseByHand,
): Promise<void> {
  const DBSubnetGroupName = `default-${vpcId}`;
  await rds.send(
    new CreateDBSubnetGroupCommand({
      DBSubnetGroupName,
      DBSubnetGroupDescription: "Created from the RDS Management Console",
      SubnetIds: [...subnetIds],
    }),
  );
  await rds.send(
    new CreateDBInstanceCommand({
      DBInstanceIdentifier: props.identifier,
      DBInstanceClass: props.instanceClass,
      Engine: "postgres",
      EngineVersion: props.engineVersion,
      AllocatedStorage: 20,
      StorageType: "gp2",
      StorageEncrypted: true,
      DBName: props.databaseName,
      MasterUsername: "postgres",
      MasterUserPassword: "made-by-hand", // "self managed" in the console
      DBSubnetGroupName,
      VpcSecurityGroupIds: [...securityGroupIds],
      PubliclyAccessible: props.isPublic,
      BackupRetentionPeriod: 7,
    }),
  );
}

/**
 * A user with a policy attached and one inline, a role with an inline policy, and a weak password policy.
 *
 * @returns the unique id of the user
 */
export async function makePeople(
  { iam }: Pick<Clients, "iam">,
  {
    user: UserName,
    policyArn,
    role: RoleName,
  }: { readonly user: string; readonly policyArn: string; readonly role: string },
): Promise<string | undefined> {
  const policy = (statement: object) => JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  const PolicyDocument = policy({ Effect: "Allow", Action: "s3:ListAllMyBuckets", Resource: "*" });
  const trust = policy({ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" });
  const { User } = await iam.send(new CreateUserCommand({ UserName, Tags: [{ Key: "made", Value: "by hand" }] }));
  await iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn: policyArn }));
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: "by-hand", PolicyDocument }));
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust }));
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "by-hand", PolicyDocument }));
  await iam.send(new UpdateAccountPasswordPolicyCommand({ MinimumPasswordLength: 8 }));
  return User?.UserId;
}

/** An organization with units of its own, one with a policy and a member. */
export async function makeOrganization(
  { organizations }: Pick<Clients, "organizations">,
  {
    units,
    member,
  }: { readonly units: readonly string[]; readonly member: { readonly name: string; readonly email: string } },
): Promise<void> {
  await organizations.send(new CreateOrganizationCommand({ FeatureSet: "ALL" }));
  const { Roots: [root] = [] } = await organizations.send(new ListRootsCommand({}));
  const RootId = root?.Id ?? "";
  const PolicyType = "SERVICE_CONTROL_POLICY" as const;
  await organizations.send(new EnablePolicyTypeCommand({ RootId, PolicyType }));
  const ids: string[] = [];
  for (const Name of units) {
    const made = await organizations.send(new CreateOrganizationalUnitCommand({ ParentId: RootId, Name }));
    ids.push(made.OrganizationalUnit?.Id ?? "");
  }
  const own = ids.at(-1) ?? "";
  const statement = { Effect: "Deny", Action: "account:CloseAccount", Resource: "*" };
  const { Policy } = await organizations.send(
    new CreatePolicyCommand({
      Name: "by-hand",
      Description: "made by hand",
      Type: PolicyType,
      Content: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }),
    }),
  );
  await organizations.send(new AttachPolicyCommand({ PolicyId: Policy?.PolicySummary?.Id, TargetId: own }));
  const { CreateAccountStatus: made } = await organizations.send(
    new CreateAccountCommand({ AccountName: member.name, Email: member.email }),
  );
  await organizations.send(
    new MoveAccountCommand({ AccountId: made?.AccountId, SourceParentId: RootId, DestinationParentId: own }),
  );
}
