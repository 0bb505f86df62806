import { everyPage } from "../../terraform/aws/every-page";
import { declaredIn, type Declared } from "../../plans/preflight/creations";
import { asList, objectOf } from "../../support/json";
import { type FindContext, type Finder, type Finders } from "../finder";
import { only, unlessNotFound } from "./answers";
import { NONE_FOUND } from "./network";

const SSO = () => import("@aws-sdk/client-sso-admin");
const STORE = () => import("@aws-sdk/client-identitystore");

/** The instance of IAM Identity Center. Undefined if it is off. */
async function instanceOf({ clients, once }: FindContext) {
  const client = await clients.ssoAdmin();
  const { ListInstancesCommand } = await SSO();
  return once("instance", async () => {
    const { Instances: [found] = [] } = await client.send(new ListInstancesCommand({}));
    const { InstanceArn, IdentityStoreId } = found ?? {};
    return InstanceArn === undefined || IdentityStoreId === undefined ? undefined : { InstanceArn, IdentityStoreId };
  });
}

async function permissionSets(InstanceArn: string, { clients, once }: FindContext) {
  const client = await clients.ssoAdmin();
  const { DescribePermissionSetCommand, ListPermissionSetsCommand } = await SSO();
  return once("permission sets", async () => {
    const arns = await everyPage(async (NextToken) => {
      const page = await client.send(new ListPermissionSetsCommand({ InstanceArn, NextToken }));
      return [page.PermissionSets, page.NextToken];
    });
    const found = [];
    // One after the other: Identity Center allows few calls a second.
    for (const PermissionSetArn of arns)
      found.push(
        (await client.send(new DescribePermissionSetCommand({ InstanceArn, PermissionSetArn }))).PermissionSet,
      );
    return found;
  });
}

const permissionSet: Finder = async (_, context) => {
  const [name, instance] = [await context.text("name"), await instanceOf(context)];
  if (name === undefined || !instance) return NONE_FOUND;
  const all = await permissionSets(instance.InstanceArn, context);
  const arns = all.flatMap((set) => (set?.Name === name ? (set.PermissionSetArn ?? []) : []));
  return {
    candidates: arns.map((arn) => ({ id: `${arn},${instance.InstanceArn}`, description: name, attributes: { arn } })),
  };
};

/** The instance, and the permission set that a part of it names. */
async function ownerOf(context: FindContext) {
  const [PermissionSetArn, instance] = [await context.text("permission_set_arn"), await instanceOf(context)];
  if (PermissionSetArn === undefined || !instance) return undefined;
  return { PermissionSetArn, InstanceArn: instance.InstanceArn };
}

const inlinePolicy: Finder = async (_, context) => {
  const owner = await ownerOf(context);
  if (!owner) return NONE_FOUND;
  const client = await context.clients.ssoAdmin();
  const { GetInlinePolicyForPermissionSetCommand } = await SSO();
  const { InlinePolicy = "" } =
    (await unlessNotFound(client.send(new GetInlinePolicyForPermissionSetCommand(owner)))) ?? {};
  const { PermissionSetArn, InstanceArn } = owner;
  return InlinePolicy === "" ? NONE_FOUND : only(`${PermissionSetArn},${InstanceArn}`, `of ${PermissionSetArn}`);
};

const managedPolicy: Finder = async (_, context) => {
  const [owner, policy] = [await ownerOf(context), await context.text("managed_policy_arn")];
  if (!owner) return NONE_FOUND;
  const client = await context.clients.ssoAdmin();
  const { ListManagedPoliciesInPermissionSetCommand } = await SSO();
  const { AttachedManagedPolicies = [] } = await client.send(new ListManagedPoliciesInPermissionSetCommand(owner));
  const isAttached = AttachedManagedPolicies.some(({ Arn }) => Arn === policy);
  const { PermissionSetArn, InstanceArn } = owner;
  return isAttached
    ? only([policy, PermissionSetArn, InstanceArn].join(), `${String(policy)} of ${PermissionSetArn}`)
    : NONE_FOUND;
};

const assignment: Finder = async (wanted, context) => {
  const [owner, AccountId] = [await ownerOf(context), await context.text("target_id")];
  const principal = await principalOf(wanted, "principal_id", context);
  if (!owner || AccountId === undefined || principal === undefined) return NONE_FOUND;
  const client = await context.clients.ssoAdmin();
  const { ListAccountAssignmentsCommand } = await SSO();
  const all = await context.once(`assignments of ${owner.PermissionSetArn} in ${AccountId}`, () =>
    everyPage(async (NextToken) => {
      const page = await client.send(new ListAccountAssignmentsCommand({ ...owner, AccountId, NextToken }));
      return [page.AccountAssignments, page.NextToken];
    }),
  );
  const type = wanted.values["principal_type"];
  const found = all.find(({ PrincipalId, PrincipalType }) => PrincipalId === principal && PrincipalType === type);
  if (!found) return NONE_FOUND;
  const id = [principal, type, AccountId, "AWS_ACCOUNT", owner.PermissionSetArn, owner.InstanceArn].join();
  return only(id, `${owner.PermissionSetArn} for ${principal} in ${AccountId}`);
};

/** The id of a group or user: of one that the stack creates, or of one that it looks up by its name. */
async function principalOf(wanted: Declared, attribute: string, context: FindContext): Promise<string | undefined> {
  const value = wanted.values[attribute];
  const [, kind, address] = /^\$\{data\.((aws_identitystore_(?:group|user))\.[^.]+)\./.exec(String(value)) ?? [];
  if (kind === undefined) return context.text(attribute);
  const looked = declaredIn(wanted.stack, "data").find((each) => each.address === kind);
  const [alternate] = asList(looked?.values["alternate_identifier"]).map(objectOf);
  const [unique] = asList(alternate?.["unique_attribute"]).map(objectOf);
  const { attribute_path: path, attribute_value: name } = unique ?? {};
  const instance = await instanceOf(context);
  if (!instance || typeof path !== "string" || typeof name !== "string") return undefined;
  const { IdentityStoreId } = instance;
  const AlternateIdentifier = { UniqueAttribute: { AttributePath: path, AttributeValue: name } };
  return idInStore(
    address === "aws_identitystore_user" ? "user" : "group",
    { IdentityStoreId, AlternateIdentifier },
    context,
  );
}

interface Asked {
  readonly IdentityStoreId: string;
  readonly AlternateIdentifier: {
    readonly UniqueAttribute: { readonly AttributePath: string; readonly AttributeValue: string };
  };
}

async function idInStore(kind: "group" | "user", asked: Asked, { clients }: FindContext): Promise<string | undefined> {
  const client = await clients.identitystore();
  const { GetGroupIdCommand, GetUserIdCommand } = await STORE();
  if (kind === "user") return (await unlessNotFound(client.send(new GetUserIdCommand(asked))))?.UserId;
  return (await unlessNotFound(client.send(new GetGroupIdCommand(asked))))?.GroupId;
}

const group: Finder = async (_, context) => {
  const [name, instance] = [await context.text("display_name"), await instanceOf(context)];
  if (name === undefined || !instance) return NONE_FOUND;
  const { IdentityStoreId } = instance;
  const AlternateIdentifier = { UniqueAttribute: { AttributePath: "DisplayName", AttributeValue: name } };
  const id = await idInStore("group", { IdentityStoreId, AlternateIdentifier }, context);
  return id === undefined ? NONE_FOUND : only(`${IdentityStoreId}/${id}`, name, { group_id: id });
};

const membership: Finder = async (wanted, context) => {
  const [GroupId, UserId] = [
    await principalOf(wanted, "group_id", context),
    await principalOf(wanted, "member_id", context),
  ];
  const instance = await instanceOf(context);
  if (!instance || GroupId === undefined || UserId === undefined) return NONE_FOUND;
  const { IdentityStoreId } = instance;
  const client = await context.clients.identitystore();
  const { GetGroupMembershipIdCommand } = await STORE();
  const asked = client.send(new GetGroupMembershipIdCommand({ IdentityStoreId, GroupId, MemberId: { UserId } }));
  const { MembershipId: id } = (await unlessNotFound(asked)) ?? {};
  return id === undefined ? NONE_FOUND : only(`${IdentityStoreId}/${id}`, `${UserId} in ${GroupId}`);
};

/** Permission sets, groups, and who is assigned. */
export const IDENTITY_CENTER: Finders = {
  aws_ssoadmin_permission_set: permissionSet,
  aws_ssoadmin_permission_set_inline_policy: inlinePolicy,
  aws_ssoadmin_managed_policy_attachment: managedPolicy,
  aws_ssoadmin_account_assignment: assignment,
  aws_identitystore_group: group,
  aws_identitystore_group_membership: membership,
};
