import {
  DescribeGroupCommand,
  DescribeUserCommand,
  GetGroupIdCommand,
  ListGroupMembershipsCommand,
} from "@aws-sdk/client-identitystore";
import {
  DescribePermissionSetCommand,
  GetInlinePolicyForPermissionSetCommand,
  GetPermissionsBoundaryForPermissionSetCommand,
  ListAccountAssignmentsCommand,
  ListAccountsForProvisionedPermissionSetCommand,
  ListCustomerManagedPolicyReferencesInPermissionSetCommand,
  ListInstancesCommand,
  ListManagedPoliciesInPermissionSetCommand,
  ListPermissionSetsCommand,
  type InstanceMetadata,
  type SSOAdminClient,
} from "@aws-sdk/client-sso-admin";
import { everyPage } from "../../terraform/aws/every-page";
import { keyOf, type ListedResource, type ListScope, type ResourceList } from "./listing";

/*
 * What somebody adds by hand to permission sets and groups of the project: each addition is a resource of its own in
 * Terraform, which reads only those that it created. Of other permission sets and groups nothing is listed.
 */

type Client = Pick<SSOAdminClient, "send">;

/** A permission set, with what identifies it in requests. */
interface PermissionSet {
  readonly about: { readonly InstanceArn: string | undefined; readonly PermissionSetArn: string };
  /** The end of the ids of what belongs to it: its ARN and that of the instance. */
  readonly key: string;
}

/** Something that belongs to a permission set, as a state identifies it. */
interface Part {
  readonly key: string;
  /** Follows the name of the permission set. Only what no state holds is named. */
  readonly name: () => string | Promise<string>;
}

/** The instances, in the account that manages IAM Identity Center and in its region; none elsewhere. */
async function instancesOf({ account, region, clients }: ListScope): Promise<readonly InstanceMetadata[]> {
  if (account.identityRegion !== region) return [];
  const client = await clients.ssoAdmin();
  return (await client.send(new ListInstancesCommand({}))).Instances ?? [];
}

async function setsOf(scope: ListScope): Promise<PermissionSet[]> {
  const instances = await instancesOf(scope);
  const found = instances.map(async ({ InstanceArn }) => {
    const client = await scope.clients.ssoAdmin();
    const arns = await everyPage(async (NextToken) => {
      const page = await client.send(new ListPermissionSetsCommand({ InstanceArn, NextToken }));
      return [page.PermissionSets, page.NextToken];
    });
    return arns.map((PermissionSetArn) => ({
      about: { InstanceArn, PermissionSetArn },
      key: `${PermissionSetArn},${InstanceArn ?? ""}`,
    }));
  });
  return (await Promise.all(found)).flat();
}

async function nameOf({ about }: PermissionSet, client: Client): Promise<string> {
  const { PermissionSet: set } = await client.send(new DescribePermissionSetCommand(about));
  return set?.Name ?? about.PermissionSetArn;
}

const permissionSets: ResourceList = async (scope) => {
  const unknown = (await setsOf(scope)).filter(({ about }) => !scope.isHeld(about.PermissionSetArn));
  return Promise.all(
    unknown.map(async (set) => ({
      ...{ type: "aws_ssoadmin_permission_set", region: scope.region },
      ...{ id: await nameOf(set, await scope.clients.ssoAdmin()), key: set.about.PermissionSetArn },
    })),
  );
};

/** Lists what belongs to the permission sets that a state holds, one after the other: AWS answers 20 requests a second. */
const ofSets =
  (type: string, partsOf: (set: PermissionSet, client: Client, scope: ListScope) => Promise<Part[]>): ResourceList =>
  async (scope) => {
    const client = await scope.clients.ssoAdmin();
    const listed: ListedResource[] = [];
    for (const set of (await setsOf(scope)).filter(({ about }) => scope.isHeld(about.PermissionSetArn)))
      for (const { key: id, name } of await partsOf(set, client, scope)) {
        const key = keyOf(type, id);
        if (!scope.isHeld(key))
          listed.push({ type, id: `${await nameOf(set, client)} ${await name()}`, key, region: scope.region });
      }
    return listed;
  };

const assignments = ofSets("aws_ssoadmin_account_assignment", async ({ about, key }, client, scope) => {
  const accountIds = await everyPage(async (NextToken) => {
    const page = await client.send(new ListAccountsForProvisionedPermissionSetCommand({ ...about, NextToken }));
    return [page.AccountIds, page.NextToken];
  });
  const parts: Part[] = [];
  for (const AccountId of accountIds) {
    const found = await everyPage(async (NextToken) => {
      const page = await client.send(new ListAccountAssignmentsCommand({ ...about, AccountId, NextToken }));
      return [page.AccountAssignments, page.NextToken];
    });
    const account = scope.estate.accounts.find(({ id }) => id === AccountId)?.name ?? AccountId;
    for (const { PrincipalId = "", PrincipalType = "" } of found)
      parts.push({
        key: `${PrincipalId},${PrincipalType},${AccountId},AWS_ACCOUNT,${key}`,
        name: async () => `in ${account}: ${await principalName(PrincipalId, PrincipalType, scope)}`,
      });
  }
  return parts;
});

async function principalName(id: string, type: string, scope: ListScope): Promise<string> {
  const [IdentityStoreId] = (await instancesOf(scope)).map((instance) => instance.IdentityStoreId);
  const store = await scope.clients.identitystore();
  if (type === "USER") return `user ${await userName(IdentityStoreId, id, scope)}`;
  const name = await store
    .send(new DescribeGroupCommand({ IdentityStoreId, GroupId: id }))
    .then(({ DisplayName }) => DisplayName, unlessMissing);
  return `group ${name ?? id}`;
}

async function userName(IdentityStoreId: string | undefined, UserId: string, { clients }: ListScope): Promise<string> {
  const store = await clients.identitystore();
  const user = store.send(new DescribeUserCommand({ IdentityStoreId, UserId }));
  return (await user.then(({ UserName }) => UserName, unlessMissing)) ?? UserId;
}

const managedPolicies = ofSets("aws_ssoadmin_managed_policy_attachment", async ({ about, key }, client) => {
  const attached = await everyPage(async (NextToken) => {
    const page = await client.send(new ListManagedPoliciesInPermissionSetCommand({ ...about, NextToken }));
    return [page.AttachedManagedPolicies, page.NextToken];
  });
  return attached.map(({ Arn = "", Name = Arn }) => ({ key: `${Arn},${key}`, name: () => `policy ${Name}` }));
});

const customerPolicies = ofSets("aws_ssoadmin_customer_managed_policy_attachment", async ({ about, key }, client) => {
  const attached = await everyPage(async (NextToken) => {
    const page = await client.send(
      new ListCustomerManagedPolicyReferencesInPermissionSetCommand({ ...about, NextToken }),
    );
    return [page.CustomerManagedPolicyReferences, page.NextToken];
  });
  return attached.map(({ Name = "", Path = "/" }) => ({
    key: `${Name},${Path},${key}`,
    name: () => `policy ${Path}${Name}`,
  }));
});

const inlinePolicies = ofSets("aws_ssoadmin_permission_set_inline_policy", async ({ about, key }, client) => {
  const { InlinePolicy = "" } = await client.send(new GetInlinePolicyForPermissionSetCommand(about));
  return InlinePolicy === "" ? [] : [{ key, name: () => "inline policy" }];
});

const boundaries = ofSets("aws_ssoadmin_permissions_boundary_attachment", async ({ about, key }, client) => {
  const boundary = client.send(new GetPermissionsBoundaryForPermissionSetCommand(about));
  const found = await boundary.then(({ PermissionsBoundary }) => PermissionsBoundary, unlessMissing);
  return found === undefined ? [] : [{ key, name: () => "permissions boundary" }];
});

/** Members of the groups that the estate creates. The identity source has the others. */
const memberships: ResourceList = async (scope) => {
  const type = "aws_identitystore_group_membership";
  const listed: ListedResource[] = [];
  for (const { IdentityStoreId } of await instancesOf(scope)) {
    const store = await scope.clients.identitystore();
    for (const { name } of scope.estate.identity?.groups ?? []) {
      const UniqueAttribute = { AttributePath: "displayName", AttributeValue: name };
      const asked = store.send(new GetGroupIdCommand({ IdentityStoreId, AlternateIdentifier: { UniqueAttribute } }));
      const GroupId = await asked.then((group) => group.GroupId, unlessMissing);
      if (GroupId === undefined || !scope.isHeld(`${IdentityStoreId ?? ""}/${GroupId}`)) continue;
      const members = await everyPage(async (NextToken) => {
        const page = await store.send(new ListGroupMembershipsCommand({ IdentityStoreId, GroupId, NextToken }));
        return [page.GroupMemberships, page.NextToken];
      });
      for (const { MembershipId = "", MemberId } of members) {
        const key = keyOf(type, `${IdentityStoreId ?? ""}/${MembershipId}`);
        if (scope.isHeld(key)) continue;
        const id = `${name}: user ${await userName(IdentityStoreId, MemberId?.UserId ?? MembershipId, scope)}`;
        listed.push({ type, id, key, region: scope.region });
      }
    }
  }
  return listed;
};

function unlessMissing(error: unknown): undefined {
  if ((error as Error).name !== "ResourceNotFoundException") throw error;
}

/** What IAM Identity Center has in its region. */
export const IDENTITY_LISTS: Readonly<Record<string, ResourceList>> = {
  aws_ssoadmin_permission_set: permissionSets,
  aws_ssoadmin_account_assignment: assignments,
  aws_ssoadmin_managed_policy_attachment: managedPolicies,
  aws_ssoadmin_customer_managed_policy_attachment: customerPolicies,
  aws_ssoadmin_permission_set_inline_policy: inlinePolicies,
  aws_ssoadmin_permissions_boundary_attachment: boundaries,
  aws_identitystore_group_membership: memberships,
};
