import type { PlanJson, ResourceChange } from "../review/plan-json";
import type { Finding } from "../review/review";
import { UNIQUE_NAMES } from "../review/taken-names";
import { listOf, objectOf, type JsonObject } from "../support/json";
import { groupedBy } from "../support/order";
import { stackJson, type Stack } from "../synth/stacks";
import { statusOf } from "../terraform/aws/aws-problem";
import type { ReadingClients } from "../terraform/aws/reading-clients";
import { resourceRegion } from "./destruction/destroyed-resources";
import { LISTS, loadedClients } from "./preflight/lists";

/** Creates the clients that read the account of a stack, in a region. */
export type ReadersOf = (stack: Stack, region: string) => Promise<ReadingClients>;

/** The clients of AWS, loaded when they are first needed. */
export function readersOfAws(env: (stack: Stack) => NodeJS.ProcessEnv): ReadersOf {
  return async (stack, region) => {
    const { readingClients } = await import("../terraform/aws/reading-clients.js");
    return readingClients(stack, env(stack), region);
  };
}

/** Whether a stack imports what exists: then what it creates may exist, too. */
export function isAdopting(stack: Stack, { resource_changes: changes = [] }: PlanJson): boolean {
  return changes.some(({ change }) => change.importing) || listOf(objectOf(stackJson(stack))["import"]).length > 0;
}

/**
 * What a plan that imports would create although the account has it: under the same name, in the same range, or in the
 * place of which there is only one. AWS would create a second one, refuse it in the middle of the apply, or overwrite it.
 */
export async function duplicates(plan: PlanJson, stack: Stack, readersOf: ReadersOf): Promise<Finding[]> {
  const created = (plan.resource_changes ?? []).filter(
    ({ mode, change }) => mode === "managed" && change.actions.join() === "create",
  );
  const byPlace = groupedBy(created, (each) => `${each.type} ${resourceRegion(each, plan, stack)}`);
  const found = [...byPlace.values()].map(async (resources) => {
    const [first] = resources;
    if (!first || !(Object.hasOwn(LOOKS, first.type) || nameOf(first) !== undefined)) return [];
    const clients = await readersOf(stack, resourceRegion(first, plan, stack));
    return Object.hasOwn(LOOKS, first.type) ? inPlace(resources, clients) : named(resources, clients, stack.accountId);
  });
  return (await Promise.all(found)).flat();
}

const REMEDY = "Run npm run adopt, which writes its id into <estate>.adopt.json, and plan again.";

const second = ({ address }: ResourceChange, existing: string): Finding => ({
  address,
  message: `${existing} exists, and the plan would create it again. ${REMEDY}`,
});

function nameOf({ type, change }: ResourceChange): string | undefined {
  const attribute = type === "aws_organizations_account" ? "email" : UNIQUE_NAMES[type]?.[0];
  const name = attribute === undefined ? undefined : objectOf(change.after)[attribute];
  return typeof name === "string" ? name : undefined;
}

/** Names of IAM and e-mail addresses are not distinguished by case. */
const compared = (type: string, name: string): string =>
  /^aws_(iam|organizations)_/.test(type) ? name.toLowerCase() : name;

/** @param resources of one type in one region */
async function named(
  resources: readonly ResourceChange[],
  clients: ReadingClients,
  accountId: string,
): Promise<Finding[]> {
  const { type = "" } = resources[0] ?? {};
  const list = LISTS[type];
  const names = resources.flatMap((each) => nameOf(each) ?? []);
  if (!list || names.length === 0) return [];
  const present = await list.read(await loadedClients(clients), names, accountId);
  const taken = new Set(present.map((name) => compared(type, name)));
  return resources.flatMap((each) => {
    const name = nameOf(each);
    return name !== undefined && taken.has(compared(type, name)) ? [second(each, `${list.what} ${name}`)] : [];
  });
}

/** What the account has in the place of a resource. Undefined if there is nothing. */
type Present = (planned: JsonObject, clients: ReadingClients) => Promise<string | undefined>;

async function inPlace(resources: readonly ResourceChange[], clients: ReadingClients): Promise<Finding[]> {
  const found = resources.map(async (each) => {
    const existing = await LOOKS[each.type]?.(objectOf(each.change.after), clients);
    return existing === undefined ? [] : [second(each, existing)];
  });
  return (await Promise.all(found)).flat();
}

/** EC2's filters by planned attributes. Undefined if one is known only after the apply: then the place is new, too. */
function filters(planned: JsonObject, names: Readonly<Record<string, string>>) {
  const all = Object.entries(names).map(([Name, attribute]) => ({ Name, value: planned[attribute] }));
  if (!all.every(({ value }) => typeof value === "string")) return undefined;
  return all.map(({ Name, value }) => ({ Name, Values: [String(value)] }));
}

/** @param ask the ids of what EC2 has under the filters */
function inEc2(
  what: string,
  names: Readonly<Record<string, string>>,
  ask: (
    ec2: Awaited<ReturnType<ReadingClients["ec2"]>>,
    Filters: { Name: string; Values: string[] }[],
  ) => Promise<readonly (string | undefined)[]>,
): Present {
  return async (planned, clients) => {
    const Filters = filters(planned, names);
    const [id] = Filters ? await ask(await clients.ec2(), Filters) : [];
    return id === undefined ? undefined : `${what} (${id})`;
  };
}

const EC2 = () => import("@aws-sdk/client-ec2");
const IAM = () => import("@aws-sdk/client-iam");
const S3 = () => import("@aws-sdk/client-s3");

/** Types without a name of their own, of which a place has one, or whose creation overwrites what is there. */
const LOOKS: Readonly<Record<string, Present>> = {
  aws_vpc: inEc2("a VPC with this range", { cidr: "cidr_block" }, async (ec2, Filters) => {
    const { Vpcs = [] } = await ec2.send(new (await EC2()).DescribeVpcsCommand({ Filters }));
    return Vpcs.map(({ VpcId }) => VpcId);
  }),
  aws_subnet: inEc2(
    "a subnet with this range",
    { "vpc-id": "vpc_id", "cidr-block": "cidr_block" },
    async (ec2, Filters) => {
      const { Subnets = [] } = await ec2.send(new (await EC2()).DescribeSubnetsCommand({ Filters }));
      return Subnets.map(({ SubnetId }) => SubnetId);
    },
  ),
  aws_internet_gateway: inEc2("the gateway of the VPC", { "attachment.vpc-id": "vpc_id" }, async (ec2, Filters) => {
    const { InternetGateways = [] } = await ec2.send(new (await EC2()).DescribeInternetGatewaysCommand({ Filters }));
    return InternetGateways.map(({ InternetGatewayId }) => InternetGatewayId);
  }),
  aws_security_group: inEc2(
    "a security group of this name",
    { "vpc-id": "vpc_id", "group-name": "name" },
    async (ec2, Filters) => {
      const { SecurityGroups = [] } = await ec2.send(new (await EC2()).DescribeSecurityGroupsCommand({ Filters }));
      return SecurityGroups.map(({ GroupId }) => GroupId);
    },
  ),
  aws_route_table_association: inEc2(
    "the route table of the subnet",
    { "association.subnet-id": "subnet_id" },
    async (ec2, Filters) => {
      const { RouteTables = [] } = await ec2.send(new (await EC2()).DescribeRouteTablesCommand({ Filters }));
      return RouteTables.map(({ RouteTableId }) => RouteTableId);
    },
  ),
  aws_vpc_endpoint: inEc2(
    "an endpoint of this service",
    { "vpc-id": "vpc_id", "service-name": "service_name" },
    async (ec2, Filters) => {
      const { VpcEndpoints = [] } = await ec2.send(new (await EC2()).DescribeVpcEndpointsCommand({ Filters }));
      return VpcEndpoints.filter(({ State }) => !/^delet/i.test(State ?? "")).map(({ VpcEndpointId }) => VpcEndpointId);
    },
  ),
  aws_iam_role_policy: async ({ role, name }, clients) => {
    if (typeof role !== "string" || typeof name !== "string") return undefined;
    const [iam, { GetRolePolicyCommand }] = await Promise.all([clients.iam(), IAM()]);
    const found = await unless404(iam.send(new GetRolePolicyCommand({ RoleName: role, PolicyName: name })));
    return found && `the inline policy ${name} of the role ${role}`;
  },
  aws_s3_bucket_policy: async ({ bucket: Bucket }, clients) => {
    if (typeof Bucket !== "string") return undefined;
    const [s3, { GetBucketPolicyCommand }] = await Promise.all([clients.s3(), S3()]);
    return (await unless404(s3.send(new GetBucketPolicyCommand({ Bucket })))) && `the policy of the bucket ${Bucket}`;
  },
  aws_s3_bucket_lifecycle_configuration: async ({ bucket: Bucket }, clients) => {
    if (typeof Bucket !== "string") return undefined;
    const [s3, { GetBucketLifecycleConfigurationCommand }] = await Promise.all([clients.s3(), S3()]);
    const found = await unless404(s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket })));
    return found && `the lifecycle of the bucket ${Bucket}`;
  },
};

/** A role or bucket that the same plan creates is missing as well. */
async function unless404<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}
