import { everyPage } from "../../terraform/aws/every-page";
import { isSameName, only, unlessNotFound } from "./answers";
import { NONE_FOUND } from "./network";
import type { Declared } from "../../plans/preflight/creations";
import { type FindContext, type Finder, type Finders } from "../finder";

const SDK = () => import("@aws-sdk/client-organizations");

/** The organization that this account manages. */
async function ownOrganization({ accountId, clients, once }: FindContext) {
  const client = await clients.organizations();
  const { DescribeOrganizationCommand, ListRootsCommand } = await SDK();
  return once("organization", async () => {
    const found = await unlessNotFound(client.send(new DescribeOrganizationCommand({})));
    const { Id: id = "", Arn: arn = "", MasterAccountId: managedBy } = found?.Organization ?? {};
    if (managedBy !== accountId) return undefined;
    const { Roots: [root] = [] } = await client.send(new ListRootsCommand({}));
    return { id, arn, rootId: root?.Id ?? "" };
  });
}

const organization: Finder = async (_, context) => {
  const own = await ownOrganization(context);
  if (!own) return NONE_FOUND;
  return only(own.id, own.arn, { arn: own.arn });
};

/** The id of a unit or root: the code refers to the root by its place in a list of the organization. */
async function placeOf(wanted: Declared, attribute: string, context: FindContext): Promise<string | undefined> {
  const isRoot = /^\$\{aws_organizations_organization\.[\w-]+\.roots\[0\]\.id\}$/.test(
    String(wanted.values[attribute]),
  );
  return isRoot ? (await ownOrganization(context))?.rootId : context.text(attribute);
}

const unit: Finder = async (wanted, context) => {
  const [name, ParentId] = [await context.text("name"), await placeOf(wanted, "parent_id", context)];
  if (name === undefined || ParentId === undefined || !(await ownOrganization(context))) return NONE_FOUND;
  const client = await context.clients.organizations();
  const { ListOrganizationalUnitsForParentCommand } = await SDK();
  const all = await context.once(`units of ${ParentId}`, () =>
    everyPage(async (NextToken) => {
      const page = await client.send(new ListOrganizationalUnitsForParentCommand({ ParentId, NextToken }));
      return [page.OrganizationalUnits, page.NextToken];
    }),
  );
  const found = all.filter(({ Name }) => Name === name);
  return {
    candidates: found.map(({ Id: id = "", Arn: arn = "" }) => ({ id, description: name, attributes: { arn } })),
  };
};

const policy: Finder = async ({ values }, context) => {
  const name = await context.text("name");
  if (name === undefined || !(await ownOrganization(context))) return NONE_FOUND;
  const client = await context.clients.organizations();
  const { ListPoliciesCommand, PolicyType } = await SDK();
  const Filter = Object.values(PolicyType).find((type) => type === values["type"]) ?? "SERVICE_CONTROL_POLICY";
  const all = await context.once(`policies of ${Filter}`, () =>
    everyPage(async (NextToken) => {
      const page = await client.send(new ListPoliciesCommand({ Filter, NextToken }));
      return [page.Policies, page.NextToken];
    }),
  );
  const found = all.filter(({ Name, AwsManaged }) => Name === name && AwsManaged !== true);
  return {
    candidates: found.map(({ Id: id = "", Arn: arn = "" }) => ({ id, description: name, attributes: { arn } })),
  };
};

const attachment: Finder = async (wanted, context) => {
  const [PolicyId, target] = [await context.text("policy_id"), await placeOf(wanted, "target_id", context)];
  if (PolicyId === undefined || target === undefined) return NONE_FOUND;
  const client = await context.clients.organizations();
  const { ListTargetsForPolicyCommand } = await SDK();
  const targets = await context.once(`targets of ${PolicyId}`, () =>
    everyPage(async (NextToken) => {
      const page = await client.send(new ListTargetsForPolicyCommand({ PolicyId, NextToken }));
      return [page.Targets, page.NextToken];
    }),
  );
  const isAttached = targets.some(({ TargetId }) => TargetId === target);
  return isAttached ? only(`${target}:${PolicyId}`, `${PolicyId} of ${target}`) : NONE_FOUND;
};

/** By its address, which belongs to one account of AWS. */
const account: Finder = async (_, context) => {
  const email = await context.text("email");
  if (email === undefined || !(await ownOrganization(context))) return NONE_FOUND;
  const client = await context.clients.organizations();
  const { ListAccountsCommand } = await SDK();
  const all = await context.once("accounts", () =>
    everyPage(async (NextToken) => {
      const page = await client.send(new ListAccountsCommand({ NextToken }));
      return [page.Accounts, page.NextToken];
    }),
  );
  const found = all.filter(({ Email }) => isSameName(Email, email));
  return {
    candidates: found.map(({ Id: id = "", Name, Arn: arn = "" }) => ({
      id,
      description: `${Name ?? id}, ${email}`,
      attributes: { arn },
    })),
  };
};

const delegatedAdministrator: Finder = async (_, context) => {
  const [accountId, ServicePrincipal] = [await context.text("account_id"), await context.text("service_principal")];
  if (accountId === undefined || !(await ownOrganization(context))) return NONE_FOUND;
  const client = await context.clients.organizations();
  const { ListDelegatedAdministratorsCommand } = await SDK();
  const administrators = await everyPage(async (NextToken) => {
    const page = await client.send(new ListDelegatedAdministratorsCommand({ ServicePrincipal, NextToken }));
    return [page.DelegatedAdministrators, page.NextToken];
  });
  const isDelegated = administrators.some(({ Id }) => Id === accountId);
  const id = `${accountId}/${String(ServicePrincipal)}`;
  return isDelegated ? only(id, `${accountId} administers ${String(ServicePrincipal)}`) : NONE_FOUND;
};

/** The organization, its units, policies and accounts. */
export const ORGANIZATION: Finders = {
  aws_organizations_organization: organization,
  aws_organizations_organizational_unit: unit,
  aws_organizations_policy: policy,
  aws_organizations_policy_attachment: attachment,
  aws_organizations_account: account,
  aws_organizations_delegated_administrator: delegatedAdministrator,
};
