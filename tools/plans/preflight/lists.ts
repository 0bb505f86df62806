import type { KMSClient } from "@aws-sdk/client-kms";
import type { RDSClient } from "@aws-sdk/client-rds";
import { listOf, objectOf, type JsonObject } from "../../support/json";
import type { Stack } from "../../synth/stacks";
import { everyPage } from "../../terraform/aws/every-page";
import type { ReadingClients } from "../../terraform/aws/reading-clients";
import type { SettingClients } from "../../terraform/aws/setting-clients";

/** AWS clients that read an account in a region, before anything of the estate is in it. */
export interface PreflightClients extends SettingClients {
  readonly kms: Pick<KMSClient, "send">;
  readonly rds: Pick<RDSClient, "send">;
}

export type PreflightClientsOf = (region: string) => Promise<PreflightClients>;

/** Clients that act like Terraform for a stack, one set for each region. */
export function preflightClients(stack: Stack, env: NodeJS.ProcessEnv): PreflightClientsOf {
  const clients = new Map<string, Promise<PreflightClients>>();
  const inRegion = async (region: string): Promise<PreflightClients> => {
    // Lazily: `npm run plan` needs the lists, and loads the clients while Terraform plans.
    const { readingClients } = await import("../../terraform/aws/reading-clients.js");
    return loadedClients(readingClients(stack, env, region));
  };
  return (region) => {
    const known = clients.get(region) ?? inRegion(region);
    clients.set(region, known);
    return known;
  };
}

/** The clients that lists need, loaded. */
export async function loadedClients(clients: ReadingClients): Promise<PreflightClients> {
  const { call, s3, s3control } = clients;
  const [ec2, iam, kms, rds] = await Promise.all([clients.ec2(), clients.iam(), clients.kms(), clients.rds()]);
  return { call, ec2, iam, kms, rds, s3, s3control };
}

/** How AWS lists what an account has of a type in a region. */
interface List {
  /** A thing of the type, for messages. */
  readonly what: string;
  /** @param wanted the names in question, for a service that is asked by name */
  readonly read: (clients: PreflightClients, wanted: readonly string[], accountId: string) => Promise<string[]>;
}

const IAM = () => import("@aws-sdk/client-iam");
const KMS = () => import("@aws-sdk/client-kms");
const RDS = () => import("@aws-sdk/client-rds");
const EC2 = () => import("@aws-sdk/client-ec2");

/** Lists of names, and of ids where AWS gives no names, by Terraform's type. */
export const LISTS: Readonly<Record<string, List>> = {
  aws_iam_role: {
    what: "the role",
    read: ({ iam }) =>
      namesIn("Roles", "RoleName", async (Marker) => iam.send(new (await IAM()).ListRolesCommand({ Marker }))),
  },
  aws_iam_user: {
    what: "the user",
    read: ({ iam }) =>
      namesIn("Users", "UserName", async (Marker) => iam.send(new (await IAM()).ListUsersCommand({ Marker }))),
  },
  aws_iam_group: {
    what: "the group",
    read: ({ iam }) =>
      namesIn("Groups", "GroupName", async (Marker) => iam.send(new (await IAM()).ListGroupsCommand({ Marker }))),
  },
  aws_iam_policy: {
    what: "the policy",
    read: ({ iam }) =>
      namesIn("Policies", "PolicyName", async (Marker) =>
        iam.send(new (await IAM()).ListPoliciesCommand({ Marker, Scope: "Local" })),
      ),
  },
  aws_iam_instance_profile: {
    what: "the instance profile",
    read: ({ iam }) =>
      namesIn("InstanceProfiles", "InstanceProfileName", async (Marker) =>
        iam.send(new (await IAM()).ListInstanceProfilesCommand({ Marker })),
      ),
  },
  aws_iam_openid_connect_provider: {
    what: "the OIDC provider",
    read: ({ iam }) =>
      namesIn("OpenIDConnectProviderList", "Arn", async () =>
        iam.send(new (await IAM()).ListOpenIDConnectProvidersCommand({})),
      ),
  },
  aws_kms_alias: {
    what: "the alias of a key",
    read: ({ kms }) =>
      namesIn("Aliases", "AliasName", async (Marker) => kms.send(new (await KMS()).ListAliasesCommand({ Marker }))),
  },
  aws_db_instance: {
    what: "the database",
    read: ({ rds }) =>
      namesIn("DBInstances", "DBInstanceIdentifier", async (Marker) =>
        rds.send(new (await RDS()).DescribeDBInstancesCommand({ Marker })),
      ),
  },
  aws_db_subnet_group: {
    what: "the database subnet group",
    read: ({ rds }) =>
      namesIn("DBSubnetGroups", "DBSubnetGroupName", async (Marker) =>
        rds.send(new (await RDS()).DescribeDBSubnetGroupsCommand({ Marker })),
      ),
  },
  aws_db_parameter_group: {
    what: "the database parameter group",
    read: ({ rds }) =>
      namesIn("DBParameterGroups", "DBParameterGroupName", async (Marker) =>
        rds.send(new (await RDS()).DescribeDBParameterGroupsCommand({ Marker })),
      ),
  },
  aws_vpc: {
    what: "the VPC",
    read: ({ ec2 }) =>
      namesIn("Vpcs", "VpcId", async (NextToken) => ec2.send(new (await EC2()).DescribeVpcsCommand({ NextToken }))),
  },
  aws_internet_gateway: {
    what: "the internet gateway",
    read: ({ ec2 }) =>
      namesIn("InternetGateways", "InternetGatewayId", async (NextToken) =>
        ec2.send(new (await EC2()).DescribeInternetGatewaysCommand({ NextToken })),
      ),
  },
  aws_eip: {
    what: "the Elastic IP",
    read: ({ ec2 }) =>
      namesIn("Addresses", "AllocationId", async () => ec2.send(new (await EC2()).DescribeAddressesCommand({}))),
  },
  aws_ecr_repository: {
    what: "the repository",
    read: ({ call }) =>
      namesIn("repositories", "repositoryName", (nextToken) =>
        call("ecr", { target: "AmazonEC2ContainerRegistry_V20150921.DescribeRepositories", input: { nextToken } }),
      ),
  },
  // An account may have thousands of log groups: each name is asked for as a prefix.
  aws_cloudwatch_log_group: {
    what: "the log group",
    read: async ({ call }, wanted) => {
      const found = wanted.map((logGroupNamePrefix) =>
        namesIn("logGroups", "logGroupName", (nextToken) =>
          call("logs", { target: "Logs_20140328.DescribeLogGroups", input: { logGroupNamePrefix, nextToken } }),
        ),
      );
      return (await Promise.all(found)).flat();
    },
  },
  aws_budgets_budget: {
    what: "the budget",
    read: ({ call }, _, AccountId) =>
      namesIn("Budgets", "BudgetName", (NextToken) =>
        call("budgets", { target: "AWSBudgetServiceGateway.DescribeBudgets", input: { AccountId, NextToken } }),
      ),
  },
  aws_organizations_account: {
    what: "a member of the organization with the e-mail address",
    read: (clients) => ofOrganization(clients, "ListAccounts", "Accounts", "Email"),
  },
  // The estate's units are in the root.
  aws_organizations_organizational_unit: {
    what: "the organization's unit",
    read: async (clients) => {
      const [ParentId] = await ofOrganization(clients, "ListRoots", "Roots", "Id");
      if (ParentId === undefined) return [];
      const list = ["ListOrganizationalUnitsForParent", "OrganizationalUnits", "Name"] as const;
      return ofOrganization(clients, ...list, { ParentId });
    },
  },
  aws_organizations_policy: {
    what: "the organization's policy",
    read: (clients) =>
      ofOrganization(clients, "ListPolicies", "Policies", "Name", { Filter: "SERVICE_CONTROL_POLICY" }),
  },
};

/** The names in a list that AWS answers in pages. */
async function namesIn(
  list: string,
  name: string,
  ask: (marker: string | undefined) => Promise<object>,
): Promise<string[]> {
  return everyPage(async (marker) => {
    const page = objectOf(await ask(marker));
    const names = listOf(page[list]).map((item) => String(objectOf(item)[name]));
    return [names, ["Marker", "NextMarker", "NextToken", "nextToken"].map((token) => page[token]).find(isToken)];
  });
}

const isToken = (value: unknown): value is string => typeof value === "string" && value !== "";

/** A list of the organization: empty if the account is in none. */
async function ofOrganization(
  { call }: PreflightClients,
  ...[operation, list, name, input]: [string, string, string, JsonObject?]
): Promise<string[]> {
  const target = `AWSOrganizationsV20161128.${operation}`;
  try {
    return await namesIn(list, name, (NextToken) => call("organizations", { target, input: { ...input, NextToken } }));
  } catch (error) {
    if (error instanceof Error && error.name === "AWSOrganizationsNotInUseException") return [];
    throw error;
  }
}
