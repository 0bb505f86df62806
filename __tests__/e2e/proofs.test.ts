import {
  CreateNatGatewayCommand,
  CreateRouteCommand,
  CreateSubnetCommand,
  DescribeInternetGatewaysCommand,
  DescribeRouteTablesCommand,
  DescribeVpcsCommand,
} from "@aws-sdk/client-ec2";
import { AttachRolePolicyCommand, CreateAccessKeyCommand, CreateUserCommand, UpdateAssumeRolePolicyCommand } from "@aws-sdk/client-iam";
import { PutBucketVersioningCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { clientsFor, type Clients } from "../../rehearsal/clients";
import { proofsOf } from "../../rehearsal/rehearse";
import { tryProofs, type Proof } from "../../rehearsal/proof";
import { selectStacks } from "../../rehearsal/selection";
import { startWorkplace, type Workplace } from "./support/workplace";

/* A proof that cannot fail proves nothing: what it claims is broken in AWS, and it must say so. */

const STACKS = ["dev-bootstrap", "dev-iam", "dev-network"];

let workplace: Workplace;
let dev: Clients;
let proofs: Proof[];
let vpcId: string;

beforeAll(async () => {
  workplace = await startWorkplace("proofs");
  await workplace.apply(...STACKS);
  dev = clientsFor(workplace.url, "222222222222", "eu-west-1");
  const environments = workplace.estate.environments.slice(0, 1);
  const specs = selectStacks(workplace.estate, environments).filter(({ id }) => STACKS.includes(id));
  // Of the environment, only what those stacks make.
  proofs = proofsOf(workplace.estate, specs, environments, workplace.url).filter(
    ({ account, claim }) => account === "dev" && !/^dev: .*(database|application|bucket)/.test(claim),
  );
  const { Vpcs = [] } = await dev.ec2.send(new DescribeVpcsCommand({ Filters: [{ Name: "tag:Stack", Values: ["dev-network"] }] }));
  vpcId = Vpcs[0]?.VpcId ?? "none";
}, 300_000);

afterAll(() => workplace.stop());

/** The claims that do not hold, with what each says. */
async function broken(): Promise<Record<string, string>> {
  const failed = (await tryProofs(proofs)).filter(({ error }) => error !== undefined);
  return Object.fromEntries(failed.map(({ proof, error }) => [proof.claim, error?.message ?? ""]));
}

test("all nine hold of what Terraform made", async () => {
  expect(proofs).toHaveLength(9);
  expect(await broken()).toEqual({});
});

test("a NAT gateway, a foreign subnet and a private way out are found", async () => {
  const { ec2 } = dev;
  const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId: vpcId, CidrBlock: "10.0.4.0/24" }));
  await ec2.send(new CreateNatGatewayCommand({ SubnetId: Subnet?.SubnetId ?? "none", ConnectivityType: "private" }));
  const { RouteTables = [] } = await ec2.send(
    new DescribeRouteTablesCommand({ Filters: [{ Name: "tag:Name", Values: ["dev-irl-galileo-vpc-private-eu-west-1a"] }] }),
  );
  const { InternetGateways = [] } = await ec2.send(
    new DescribeInternetGatewaysCommand({ Filters: [{ Name: "attachment.vpc-id", Values: [vpcId] }] }),
  );
  await ec2.send(
    new CreateRouteCommand({
      RouteTableId: RouteTables[0]?.RouteTableId ?? "none",
      DestinationCidrBlock: "0.0.0.0/0",
      GatewayId: InternetGateways[0]?.InternetGatewayId ?? "none",
    }),
  );
  expect(await broken()).toEqual({
    "dev: the VPC is 10.0.0.0/20, with 2 public and 2 private subnets": expect.stringContaining("10.0.4.0/24") as string,
    "dev: there is no NAT gateway": "NAT gateways: got 1, expected 0",
    "dev: only the public tier has a route to the internet": expect.stringContaining("10.0.8.0/24") as string,
  });
});

test("a widened trust, a foreign policy, user and key are found", async () => {
  const { iam } = dev;
  const statement = { Effect: "Allow", Principal: { AWS: "arn:aws:iam::222222222222:root" }, Action: "sts:AssumeRole" };
  await iam.send(
    new UpdateAssumeRolePolicyCommand({
      RoleName: "Operator",
      PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }),
    }),
  );
  await iam.send(new AttachRolePolicyCommand({ RoleName: "Admin", PolicyArn: "arn:aws:iam::aws:policy/ReadOnlyAccess" }));
  await iam.send(new CreateUserCommand({ UserName: "somebody-else" }));
  await iam.send(new CreateAccessKeyCommand({ UserName: "terraform-user" }));
  expect(await broken()).toMatchObject({
    "Operator is for the people that the estate names, with MFA only": expect.stringContaining("root") as string,
    "Admin is for the people that the estate names, with MFA only": expect.stringContaining("ReadOnlyAccess") as string,
    "its users are the service users, with a boundary and without an access key": expect.stringContaining("somebody-else") as string,
  });
});

test("a foreign policy and a changed trust are drift for Terraform too, and the next apply undoes them", async () => {
  const terraform = workplace.terraform(workplace.stack("dev-iam"));
  await terraform.init();
  const { text } = await terraform.plan();
  expect(text).toMatch(/- "arn:aws:iam::aws:policy\/ReadOnlyAccess"/);
  expect(text).toMatch(/Plan: 0 to add, 2 to change, 0 to destroy/);
  await terraform.apply();
  expect(Object.keys(await broken())).not.toContain("Admin is for the people that the estate names, with MFA only");
  expect(Object.keys(await broken())).not.toContain("Operator is for the people that the estate names, with MFA only");
});

test("a foreign object among the states, and versioning turned off, are found", async () => {
  const { s3 } = dev;
  const Bucket = "222222222222-galileo-terraform-state";
  await s3.send(new PutObjectCommand({ Bucket, Key: "dev/other.tfstate", Body: "{}" }));
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Suspended" } }));
  expect(await broken()).toMatchObject({
    "its state bucket holds one state for each of its stacks, and nothing else": expect.stringContaining("dev/other.tfstate") as string,
    "its state bucket is versioned and never public": 'versioning: got "Suspended", expected "Enabled"',
  });
});
