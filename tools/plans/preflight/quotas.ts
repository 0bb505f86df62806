import { groupedBy } from "../../support/order";
import type { Answers } from "./answers";
import type { PreflightClients, PreflightClientsOf } from "./lists";
import type { Declared } from "./creations";
import { LISTS } from "./lists";

/** A quota of AWS that first applies use more of. */
export interface QuotaUse {
  /** For example `VPCs in eu-west-1`. */
  readonly quota: string;
  readonly inUse?: number;
  /** How many the first applies of the estate add. */
  readonly adds: number;
  readonly limit?: number;
  readonly verdict: "enough" | "passed" | "unknown";
}

/** Quotas that IAM answers with GetAccountSummary, by type: the name there, and its label. */
const OF_SUMMARY: Readonly<Record<string, readonly [key: string, label: string]>> = {
  aws_iam_role: ["Roles", "IAM roles"],
  aws_iam_user: ["Users", "IAM users"],
  aws_iam_group: ["Groups", "IAM groups"],
  aws_iam_policy: ["Policies", "customer managed policies"],
  aws_iam_instance_profile: ["InstanceProfiles", "instance profiles"],
};

interface ListedQuota {
  readonly label: string;
  /** The service and code in Service Quotas. */
  readonly code: readonly [service: string, quota: string];
  /** Whether it counts all regions together, and is asked for in us-east-1. @default false */
  readonly isGlobal?: boolean;
  /** What counts although no list has it. @default 0 */
  readonly least?: number;
}

/** Quotas that Service Quotas answers, by type. */
const OF_SERVICE_QUOTAS: Readonly<Record<string, ListedQuota>> = {
  aws_vpc: { label: "VPCs", code: ["vpc", "L-F678F1CE"] },
  aws_internet_gateway: { label: "internet gateways", code: ["vpc", "L-A4707A72"] },
  aws_eip: { label: "Elastic IPs", code: ["ec2", "L-0263D0A3"] },
  aws_db_instance: { label: "database instances", code: ["rds", "L-7B6409FD"] },
  // The summary of IAM counts them together with SAML providers, and has no quota.
  aws_iam_openid_connect_provider: { label: "OIDC providers", code: ["iam", "L-858F3967"], isGlobal: true },
  // The master account counts, also before it has an organization.
  aws_organizations_account: { label: "accounts of the organization", code: ["organizations", "L-E619E033"], isGlobal: true, least: 1 }, // prettier-ignore
};

const GLOBAL_REGION = "us-east-1";

/**
 * How much of its quotas an account uses before and after the first applies. Only quotas of what they create are asked
 * for.
 */
export async function readQuotas(
  creations: readonly Declared[],
  { id, clientsOf }: { readonly id: string; readonly clientsOf: PreflightClientsOf },
  answers: Answers,
): Promise<QuotaUse[]> {
  const count = (type: string) => creations.filter((each) => each.type === type).length;
  const { iam } = await clientsOf(GLOBAL_REGION);
  const summary = await answers.ask("what IAM has in use, and its quotas", () => accountSummary(iam));
  const ofSummary = Object.entries(OF_SUMMARY).map(([type, [key, quota]]) =>
    useOf({ quota, adds: count(type), inUse: summary?.[key], limit: summary?.[`${key}Quota`] }),
  );
  const listed = Object.entries(OF_SERVICE_QUOTAS).flatMap(([type, quota]) => {
    const ofType = creations.filter((each) => each.type === type);
    const byRegion = groupedBy(ofType, ({ region }) => (quota.isGlobal ? GLOBAL_REGION : region));
    return [...byRegion].map(async ([region, { length: adds }]) => {
      const clients = await clientsOf(region);
      const label = quota.isGlobal ? quota.label : `${quota.label} in ${region}`;
      const list = await answers.ask(`${label} in use`, async () => LISTS[type]?.read(clients, [], id));
      const limit = await limitOf(quota, label, clients, answers);
      return useOf({ quota: label, adds, limit, inUse: list && Math.max(list.length, quota.least ?? 0) });
    });
  });
  return [...ofSummary, ...(await Promise.all(listed))].filter(({ adds }) => adds > 0);
}

function useOf(use: Omit<QuotaUse, "verdict">): QuotaUse {
  const { inUse, adds, limit } = use;
  if (inUse === undefined || limit === undefined) return { ...use, verdict: "unknown" };
  return { ...use, verdict: inUse + adds > limit ? "passed" : "enough" };
}

async function accountSummary(iam: PreflightClients["iam"]): Promise<Readonly<Record<string, number>>> {
  const { GetAccountSummaryCommand } = await import("@aws-sdk/client-iam");
  return (await iam.send(new GetAccountSummaryCommand({}))).SummaryMap ?? {};
}

/** The value that applies to the account. AWS has none for a quota that was never raised, and then the default applies. */
async function limitOf(
  { code: [ServiceCode, QuotaCode] }: ListedQuota,
  label: string,
  { call }: PreflightClients,
  answers: Answers,
): Promise<number | undefined> {
  const page = `https://console.aws.amazon.com/servicequotas/home/services/${ServiceCode}/quotas/${QuotaCode}`;
  const read = (operation: string) =>
    call("servicequotas", { target: `ServiceQuotasV20190624.${operation}`, input: { ServiceCode, QuotaCode } });
  const answer = await answers.ask(`the quota of ${label} (look at ${page})`, () =>
    read("GetServiceQuota").catch((error: unknown) => {
      if (error instanceof Error && error.name === "NoSuchResourceException") return read("GetAWSDefaultServiceQuota");
      throw error;
    }),
  );
  const { Value: value } = (answer?.["Quota"] ?? {}) as { readonly Value?: number };
  return value;
}
