import { deniedByOrganization } from "../../access/decide/denied-by-organization";
import { distinct, groupedBy } from "../../support/order";
import type { Answers } from "./answers";
import type { PreflightClients } from "./lists";
import type { NeededAction } from "./create-actions";
import { NotAPolicy, parsePolicy, type Policy } from "../../access/policy/policy";
import { listOf, objectOf, type JsonObject } from "../../support/json";
import { everyPage } from "../../terraform/aws/every-page";
import { UserError } from "../../../config/user-error";

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

type Call = PreflightClients["call"];

/** The root, a unit or an account, with the service control policies that are attached to it. */
interface Level {
  readonly name: string;
  readonly policies: readonly Policy[];
}

/** The organization of an account. Undefined if it is in none. */
async function organizationOf(
  call: Call,
): Promise<{ readonly id: string; readonly managementAccountId: string } | undefined> {
  try {
    const { Id: id, MasterAccountId: managementAccountId } = objectOf(
      (await ask(call, "DescribeOrganization", {}))["Organization"],
    );
    return { id: String(id), managementAccountId: String(managementAccountId) };
  } catch (error) {
    if (error instanceof Error && error.name === "AWSOrganizationsNotInUseException") return undefined;
    throw error;
  }
}

/**
 * Reads the service control policies of an organization, with credentials of the account that manages it. Each unit and
 * policy is read once, for all accounts.
 */
export class OrganizationPolicies {
  private readonly paths = new Map<string, Promise<readonly Level[]>>();
  private readonly policies = new Map<string, Promise<Policy>>();

  constructor(private readonly call: Call) {}

  /**
   * The levels from the root to an account, each with its policies. A level without any is left out: only an
   * organization that does not use service control policies has one.
   */
  async pathTo(accountId: string): Promise<readonly Level[]> {
    return (await this.pathOf(accountId)).filter(({ policies }) => policies.length > 0);
  }

  private pathOf(id: string): Promise<readonly Level[]> {
    const path = this.paths.get(id) ?? this.readPath(id);
    this.paths.set(id, path);
    return path;
  }

  private async readPath(id: string): Promise<readonly Level[]> {
    const isRoot = id.startsWith("r-");
    const [parent] = isRoot ? [] : listOf((await ask(this.call, "ListParents", { ChildId: id }))["Parents"]);
    const above = parent === undefined ? [] : await this.pathOf(String(objectOf(parent)["Id"]));
    const attached = await everyItem(this.call, "ListPoliciesForTarget", "Policies", { TargetId: id, Filter: "SERVICE_CONTROL_POLICY" }); // prettier-ignore
    const policies = await Promise.all(attached.map((summary) => this.policyOf(summary, id)));
    return [...above, { name: id, policies }];
  }

  private policyOf({ Id, Name }: JsonObject, target: string): Promise<Policy> {
    const id = String(Id);
    const policy = this.policies.get(id) ?? this.readPolicy(id, String(Name), target);
    this.policies.set(id, policy);
    return policy;
  }

  /** @throws UserError if it is not a policy that the access model knows */
  private async readPolicy(id: string, name: string, target: string): Promise<Policy> {
    const { Policy: described } = await ask(this.call, "DescribePolicy", { PolicyId: id });
    try {
      return parsePolicy(String(objectOf(described)["Content"]), name, `${id} at ${target}`);
    } catch (error) {
      if (error instanceof NotAPolicy)
        throw new UserError(`the service control policy ${name} (${id}) ${error.message}`);
      throw error;
    }
  }
}

const ask = (call: Call, operation: string, input: JsonObject): Promise<JsonObject> =>
  call("organizations", { target: `AWSOrganizationsV20161128.${operation}`, input });

/** Every item of a list of the organization. */
const everyItem = (call: Call, operation: string, list: string, input: JsonObject): Promise<JsonObject[]> =>
  everyPage(async (NextToken) => {
    const page = await ask(call, operation, { ...input, NextToken });
    const { NextToken: next } = page;
    return [listOf(page[list]).map(objectOf), typeof next === "string" ? next : undefined];
  });
