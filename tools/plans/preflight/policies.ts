import { deniedByOrganization } from "../../access/decide/denied-by-organization";
import { distinct, groupedBy } from "../../support/order";
import type { Answers } from "./answers";
import type { PreflightClients } from "./clients";
import type { NeededAction } from "./create-actions";
import { organizationOf, type OrganizationPolicies } from "./organization-policies";

interface Administrator {
  readonly accountId: string;
  /** The ARN of the user or role that applies. */
  readonly arn: string;
  readonly call: PreflightClients["call"];
}

/** The policies of an organization by the account that manages it. Undefined without credentials of that account. */
export type PoliciesOf = (managementAccountId: string) => Promise<OrganizationPolicies | undefined>;

/** AWS's own policy, which allows everything. */
const FULL_ACCESS = "p-FullAWSAccess ";

/**
 * Finds service control policies of an existing organization that deny what first applies request.
 *
 * @returns how many policies it decided with
 */
export async function findDenials(
  needed: readonly NeededAction[],
  { accountId, arn, call }: Administrator,
  policiesOf: PoliciesOf,
  answers: Answers,
): Promise<number> {
  const organization = await answers.ask("the organization of the account", () => organizationOf(call));
  // Its policies do not bind the management account.
  if (!organization || organization.managementAccountId === accountId) return 0;
  const { id, managementAccountId } = organization;
  const policiesText = `the service control policies of the organization ${id}`;
  const read = await answers.ask(policiesText, async () => {
    const policies = await policiesOf(managementAccountId);
    return { path: await policies?.pathTo(accountId) };
  });
  if (!read) return 0;
  const { path: organizationPath } = read;
  if (!organizationPath) {
    answers.unknown(
      policiesText,
      `the account ${managementAccountId} manages it, and is not in the estate. Ask its team`,
    );
    return 0;
  }
  const policies = organizationPath
    .flatMap((level) => level.policies)
    .filter(({ source }) => !source.startsWith(FULL_ACCESS));
  const denials = policies.length > 0 ? await deniedByOrganization({ arn, accountId, organizationPath }, needed) : [];
  for (const same of groupedBy(denials, ({ reason, request }) => `${request.region} ${reason}`).values()) {
    const [{ reason, isDenied, request } = { reason: "", isDenied: false, request: { region: "" } }] = same;
    const actions = someOf(same.map((each) => each.request.action));
    const stacks = someOf(same.map((each) => each.request.stackId));
    const what = `${actions} in ${request.region} (${stacks})`;
    if (isDenied) answers.problem("policy", `${what}: ${reason}`);
    else answers.unknown(what, reason);
  }
  return policies.length;
}

/** Enough to recognize them: a policy that allows only other regions denies every action. */
const MOST = 5;

function someOf(texts: readonly string[]): string {
  const all = distinct(texts);
  return all.length <= MOST ? all.join(", ") : `${all.slice(0, MOST).join(", ")} and ${all.length - MOST} more`;
}
