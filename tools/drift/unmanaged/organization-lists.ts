import { everyPage } from "../../terraform/aws/every-page";
import {
  ListAccountsCommand,
  ListOrganizationalUnitsForParentCommand,
  ListPoliciesCommand,
  ListRootsCommand,
  type OrganizationsClient,
} from "@aws-sdk/client-organizations";
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

/** What an organization has, once. */
export const ORGANIZATION_LISTS: Readonly<Record<string, ResourceList>> = {
  aws_organizations_account: accounts,
  aws_organizations_organizational_unit: organizationalUnits,
  aws_organizations_policy: policies,
};
