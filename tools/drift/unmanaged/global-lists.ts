import { everyPage } from "../../terraform/aws/every-page";
import { DescribeBudgetsCommand } from "@aws-sdk/client-budgets";
import {
  ListInstanceProfilesCommand,
  ListOpenIDConnectProvidersCommand,
  ListPoliciesCommand,
  ListRolesCommand,
  ListUsersCommand,
} from "@aws-sdk/client-iam";
import { ListBucketsCommand } from "@aws-sdk/client-s3";
import { existingPrincipals } from "../../rehearsal/preconditions";
import { GLOBAL_REGION, type ListScope, type ListedResource, type ResourceList } from "./listing";

/** Roles that AWS creates: service-linked roles, and those of IAM Identity Center. */
const PATHS_OF_AWS = /^\/aws-(service-role|reserved)\//;

/** What the estate names without creating it: people, the application's existing roles, and the roles that apply it. */
function isNamed({ estate, account }: ListScope, arn: string): boolean {
  const named = existingPrincipals(estate).map(
    ({ accountId, kind, path, name }) => `arn:aws:iam::${accountId}:${kind}${path}${name}`,
  );
  return [...named, ...account.maintainers, account.accessRoleArn ?? ""].some((pattern) => matchesText(pattern, arn));
}

/** Whether a text is what a pattern says. `*` matches any text. */
export function matchesText(pattern: string, text: string): boolean {
  const parts = pattern.split("*").map((part) => part.replaceAll(/[\\^$.|?+()[\]{}]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s").test(text);
}

const inIam = (type: string, id: string | undefined, key: string | undefined): ListedResource => ({
  ...{ type, id: id ?? "", key, region: GLOBAL_REGION },
});

const users: ResourceList = async (scope) => {
  const iam = await scope.clients.iam();
  const all = await everyPage(async (Marker) => {
    const page = await iam.send(new ListUsersCommand({ Marker }));
    return [page.Users, page.Marker];
  });
  return all.filter(({ Arn = "" }) => !isNamed(scope, Arn)).map(({ UserName, Arn }) => inIam("aws_iam_user", UserName, Arn)); // prettier-ignore
};

const roles: ResourceList = async (scope) => {
  const iam = await scope.clients.iam();
  const all = await everyPage(async (Marker) => {
    const page = await iam.send(new ListRolesCommand({ Marker }));
    return [page.Roles, page.Marker];
  });
  return all
    .filter(({ Arn = "", Path = "" }) => !PATHS_OF_AWS.test(Path) && !isNamed(scope, Arn))
    .map(({ RoleName, Arn }) => inIam("aws_iam_role", RoleName, Arn));
};

const policies: ResourceList = async ({ clients }) => {
  const iam = await clients.iam();
  const all = await everyPage(async (Marker) => {
    const page = await iam.send(new ListPoliciesCommand({ Scope: "Local", Marker }));
    return [page.Policies, page.Marker];
  });
  return all.map(({ PolicyName, Arn }) => inIam("aws_iam_policy", PolicyName, Arn));
};

const instanceProfiles: ResourceList = async ({ clients }) => {
  const iam = await clients.iam();
  const all = await everyPage(async (Marker) => {
    const page = await iam.send(new ListInstanceProfilesCommand({ Marker }));
    return [page.InstanceProfiles, page.Marker];
  });
  return all.map(({ InstanceProfileName, Arn }) => inIam("aws_iam_instance_profile", InstanceProfileName, Arn));
};

const identityProviders: ResourceList = async ({ clients }) => {
  const iam = await clients.iam();
  const { OpenIDConnectProviderList = [] } = await iam.send(new ListOpenIDConnectProvidersCommand({}));
  return OpenIDConnectProviderList.map(({ Arn = "" }) =>
    inIam("aws_iam_openid_connect_provider", Arn.replace(/^.*:oidc-provider\//, ""), Arn),
  );
};

const buckets: ResourceList = async ({ clients, account }) => {
  const s3 = await clients.s3();
  const all = await everyPage(async (ContinuationToken) => {
    const page = await s3.send(new ListBucketsCommand({ ContinuationToken }));
    return [page.Buckets, page.ContinuationToken];
  });
  return all.map(({ Name = "", BucketRegion: region = account.region }) => ({
    ...{ type: "aws_s3_bucket", id: Name, region },
  }));
};

const budgets: ResourceList = async ({ clients, account: { id: AccountId } }) => {
  const client = await clients.budgets();
  const all = await everyPage(async (NextToken) => {
    const page = await client.send(new DescribeBudgetsCommand({ AccountId, NextToken }));
    return [page.Budgets, page.NextToken];
  });
  return all.map(({ BudgetName = "" }) => ({
    ...{ type: "aws_budgets_budget", id: BudgetName, key: `${AccountId}:${BudgetName}`, region: GLOBAL_REGION },
  }));
};

/** What an account has outside of its regions. */
export const GLOBAL_LISTS: Readonly<Record<string, ResourceList>> = {
  aws_budgets_budget: budgets,
  aws_iam_instance_profile: instanceProfiles,
  aws_iam_openid_connect_provider: identityProviders,
  aws_iam_policy: policies,
  aws_iam_role: roles,
  aws_iam_user: users,
  aws_s3_bucket: buckets,
};
