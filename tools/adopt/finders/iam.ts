import { everyPage } from "../../terraform/aws/every-page";
import {
  GetAccountPasswordPolicyCommand,
  GetInstanceProfileCommand,
  GetOpenIDConnectProviderCommand,
  GetRoleCommand,
  GetUserCommand,
  ListAccountAliasesCommand,
  ListOrganizationsFeaturesCommand,
  ListPoliciesCommand,
  ListRolesCommand,
} from "@aws-sdk/client-iam";
import { oidcProviderArn } from "../../accounts/bootstrap/aws-account";
import { bestOf, type Finder, type Finders } from "../finder";
import { isSameName, only, unlessNotFound } from "./answers";
import { NONE_FOUND } from "./network";

const role: Finder = async (_, { clients, text }) => {
  const RoleName = await text("name");
  if (RoleName === undefined) return NONE_FOUND;
  const iam = await clients.iam();
  const found = (await unlessNotFound(iam.send(new GetRoleCommand({ RoleName }))))?.Role;
  return found ? only(found.RoleName ?? "", found.Arn ?? "", { arn: found.Arn ?? "" }) : NONE_FOUND;
};

const user: Finder = async (_, { clients, text }) => {
  const UserName = await text("name");
  if (UserName === undefined) return NONE_FOUND;
  const iam = await clients.iam();
  const found = (await unlessNotFound(iam.send(new GetUserCommand({ UserName }))))?.User;
  return found ? only(found.UserName ?? "", found.Arn ?? "", { arn: found.Arn ?? "" }) : NONE_FOUND;
};

const instanceProfile: Finder = async (_, { clients, text }) => {
  const InstanceProfileName = await text("name");
  if (InstanceProfileName === undefined) return NONE_FOUND;
  const iam = await clients.iam();
  const found = await unlessNotFound(iam.send(new GetInstanceProfileCommand({ InstanceProfileName })));
  const profile = found?.InstanceProfile;
  return profile ? only(profile.InstanceProfileName ?? "", profile.Arn ?? "", { arn: profile.Arn ?? "" }) : NONE_FOUND;
};

/** An account has one policy of a name, whatever its path. */
const policy: Finder = async (_, { clients, text, once }) => {
  const name = await text("name");
  if (name === undefined) return NONE_FOUND;
  const iam = await clients.iam();
  const all = await once("policies", () =>
    everyPage(async (Marker) => {
      const page = await iam.send(new ListPoliciesCommand({ Marker, Scope: "Local" }));
      return [page.Policies, page.Marker];
    }),
  );
  const found = all.filter(({ PolicyName }) => isSameName(PolicyName, name));
  return { candidates: found.map(({ Arn: arn = "" }) => ({ id: arn, description: arn, attributes: { arn } })) };
};

const openIdProvider: Finder = async (_, { accountId, clients, text }) => {
  const url = await text("url");
  if (url === undefined) return NONE_FOUND;
  const arn = oidcProviderArn(accountId, url);
  const iam = await clients.iam();
  const asked = iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn }));
  return (await unlessNotFound(asked)) ? only(arn, arn, { arn }) : NONE_FOUND;
};

const passwordPolicy: Finder = async (_, { clients }) => {
  const iam = await clients.iam();
  const found = await unlessNotFound(iam.send(new GetAccountPasswordPolicyCommand({})));
  return found ? only("iam-account-password-policy", "the password policy of the account") : NONE_FOUND;
};

/** An account has one alias. Another one is no candidate: AWS would replace it, and with it the address of its sign-in page. */
const alias: Finder = async (_, { clients, text }) => {
  const wanted = await text("account_alias");
  const iam = await clients.iam();
  const { AccountAliases = [] } = await iam.send(new ListAccountAliasesCommand({}));
  return bestOf(AccountAliases, [(each) => each === wanted], (each) => ({ id: each, description: each }));
};

const serviceLinkedRole: Finder = async (_, { clients, text }) => {
  const service = await text("aws_service_name");
  if (service === undefined) return NONE_FOUND;
  const iam = await clients.iam();
  const roles = await everyPage(async (Marker) => {
    const page = await iam.send(new ListRolesCommand({ PathPrefix: `/aws-service-role/${service}/`, Marker }));
    return [page.Roles, page.IsTruncated ? page.Marker : undefined];
  });
  return { candidates: roles.map(({ Arn: arn = "" }) => ({ id: arn, description: arn, attributes: { arn } })) };
};

/** Terraform imports features only if one is on. */
const organizationFeatures: Finder = async (_, { clients }) => {
  const iam = await clients.iam();
  const answer = await unlessNotFound(iam.send(new ListOrganizationsFeaturesCommand({})));
  const { OrganizationId: id = "", EnabledFeatures: features = [] } = answer ?? {};
  return features.length > 0 ? only(id, `${features.join(" and ")} of ${id}`) : NONE_FOUND;
};

/** Users, roles, policies, and what IAM has once in an account. */
export const IAM: Finders = {
  aws_iam_role: role,
  aws_iam_user: user,
  aws_iam_instance_profile: instanceProfile,
  aws_iam_policy: policy,
  aws_iam_openid_connect_provider: openIdProvider,
  aws_iam_account_password_policy: passwordPolicy,
  aws_iam_account_alias: alias,
  aws_iam_service_linked_role: serviceLinkedRole,
  aws_iam_organizations_features: organizationFeatures,
};
