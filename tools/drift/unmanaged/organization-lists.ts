import { everyPage } from "../../terraform/aws/every-page";
import {
  ListAccountsCommand,
  ListOrganizationalUnitsForParentCommand,
  ListPoliciesCommand,
  ListRootsCommand,
  type OrganizationsClient,
} from "@aws-sdk/client-organizations";
import { DescribePermissionSetCommand, ListInstancesCommand, ListPermissionSetsCommand } from "@aws-sdk/client-sso-admin"; // prettier-ignore
import { GLOBAL_REGION, type ListedResource, type ResourceList } from "./listing";

type Organizations = Pick<OrganizationsClient, "send">;

/** Only the account that manages the organization of the estate lists what is in it. */
const ofManager =
  (list: (organizations: Organizations) => Promise<readonly ListedResource[]>): ResourceList =>
  async ({ clients, account, estate }) =>
    account.kind === "master" && estate.organization !== undefined ? list(await clients.organizations()) : [];

const organizationalUnits = ofManager(async (organizations) => {
  const { Roots = [] } = await organizations.send(new ListRootsCommand({}));
  const below = async (ParentId: string | undefined): Promise<ListedResource[]> => {
    const units = await everyPage(async (NextToken) => {
      const page = await organizations.send(new ListOrganizationalUnitsForParentCommand({ ParentId, NextToken }));
      return [page.OrganizationalUnits, page.NextToken];
    });
    const type = "aws_organizations_organizational_unit";
    const found = units.map(({ Id: id = "", Name: name }) => ({ type, id, name, region: GLOBAL_REGION }));
    return [...found, ...(await Promise.all(units.map(({ Id }) => below(Id)))).flat()];
  };
  return (await Promise.all(Roots.map(({ Id }) => below(Id)))).flat();
});

const policies = ofManager(async (organizations) => {
  const all = await everyPage(async (NextToken) => {
    const page = await organizations.send(new ListPoliciesCommand({ Filter: "SERVICE_CONTROL_POLICY", NextToken }));
    return [page.Policies, page.NextToken];
  });
  return all
    .filter(({ AwsManaged }) => AwsManaged !== true)
    .map(({ Id: id = "", Name: name }) => ({ type: "aws_organizations_policy", id, name, region: GLOBAL_REGION }));
});

/** Without the accounts of the estate: it does not create all of them. Closed accounts are listed for 90 days. */
const accounts: ResourceList = async (scope) => {
  const { accounts: own, retired } = scope.estate;
  const known = new Set([...own, ...retired].map(({ id }) => id));
  const list = ofManager(async (organizations) => {
    const all = await everyPage(async (NextToken) => {
      const page = await organizations.send(new ListAccountsCommand({ NextToken }));
      return [page.Accounts, page.NextToken];
    });
    return all
      .filter(({ Id = "", Status }) => Status === "ACTIVE" && !known.has(Id))
      .map(({ Id: id = "", Name: name }) => ({ type: "aws_organizations_account", id, name, region: GLOBAL_REGION }));
  });
  return list(scope);
};

/** In the account that manages IAM Identity Center, in its region. */
const permissionSets: ResourceList = async ({ clients, account, region, isHeld }) => {
  if (account.identityRegion !== region) return [];
  const client = await clients.ssoAdmin();
  const { Instances = [] } = await client.send(new ListInstancesCommand({}));
  const found = Instances.map(async ({ InstanceArn }) => {
    const arns = await everyPage(async (NextToken) => {
      const page = await client.send(new ListPermissionSetsCommand({ InstanceArn, NextToken }));
      return [page.PermissionSets, page.NextToken];
    });
    const unknown = arns.filter((arn) => !isHeld(arn));
    return Promise.all(
      unknown.map(async (PermissionSetArn) => {
        const answer = await client.send(new DescribePermissionSetCommand({ InstanceArn, PermissionSetArn }));
        const { Name: id = PermissionSetArn } = answer.PermissionSet ?? {};
        return { type: "aws_ssoadmin_permission_set", id, key: PermissionSetArn, region };
      }),
    );
  });
  return (await Promise.all(found)).flat();
};

/** What an organization has, once. */
export const ORGANIZATION_LISTS: Readonly<Record<string, ResourceList>> = {
  aws_organizations_account: accounts,
  aws_organizations_organizational_unit: organizationalUnits,
  aws_organizations_policy: policies,
};

/** What IAM Identity Center has in its region. */
export const IDENTITY_LISTS: Readonly<Record<string, ResourceList>> = {
  aws_ssoadmin_permission_set: permissionSets,
};
