import type { Group, Principal } from "./model";
import { IdentityPolicies, type ManagedPolicies, type Owner, OWNERS } from "./identity-policies";
import type { Problems } from "./problems";
import type { StackResource, StackScope } from "./resolver";

/** Tags by which stacks say what they belong to. */
export const TAGS = { account: "Account", environment: "Environment" } as const;

/** What stacks of an account, and of no environment, are tagged with. */
const ACCOUNT_WIDE = "account-wide";

/** The environment that a stack says it belongs to. */
export function environmentOf(tags: Readonly<Record<string, string>>): string | undefined {
  const environment = tags[TAGS.environment];
  return environment === ACCOUNT_WIDE ? undefined : environment;
}

/** Every role, user and group of the stacks, with all its policies, wherever they are attached. */
export function readPrincipals(
  scopes: readonly StackScope[],
  managed: ManagedPolicies,
  problems: Problems,
): { principals: Principal[]; groups: Group[] } {
  const policies = new IdentityPolicies(scopes, managed, problems);
  policies.tellOwnerless(scopes.flatMap((scope) => ownersOf(scope, problems)));
  const principals = scopes.flatMap((scope) =>
    scope.resources("aws_iam_role", "aws_iam_user").flatMap((resource) => {
      const principal = problems.attempt(resource.address, () =>
        readPrincipal(scope, resource, policies, managed, problems),
      );
      return principal ? [principal] : [];
    }),
  );
  const groups = scopes.flatMap((scope) =>
    scope.resources("aws_iam_group").flatMap((resource) => {
      const group = problems.attempt(resource.address, () => readGroup(scope, resource, policies));
      return group ? [group] : [];
    }),
  );
  return { principals, groups };
}

function readGroup(scope: StackScope, resource: StackResource, policies: IdentityPolicies): Group {
  const { accountId } = resource;
  const name = resource.argument("name");
  const arn = String(scope.resolve(`\${aws_iam_group.${resource.name}.arn}`));
  return {
    arn,
    name,
    accountId,
    policies: policies.of(accountId, "group", name),
    users: policies.usersOf(accountId, name),
  };
}

/** The roles, users and groups that a stack makes. */
function ownersOf(scope: StackScope, problems: Problems): (readonly [accountId: string, owner: Owner, name: string])[] {
  return OWNERS.flatMap((owner) =>
    scope.resources(`aws_iam_${owner}`).flatMap((resource) => {
      const name = problems.attempt(resource.address, () => resource.argument("name"));
      return name === undefined ? [] : [[resource.accountId, owner, name] as const];
    }),
  );
}

function readPrincipal(
  scope: StackScope,
  resource: StackResource,
  policies: IdentityPolicies,
  managed: ManagedPolicies,
  problems: Problems,
): Principal {
  const { accountId, address, values } = resource;
  const kind = resource.type === "aws_iam_role" ? "role" : "user";
  const name = resource.argument("name");
  const arn = String(scope.resolve(`\${${resource.type}.${resource.name}.arn}`));
  const boundaryArn =
    values["permissions_boundary"] === undefined ? undefined : resource.argument("permissions_boundary");
  const session = resource.resolved("max_session_duration");
  return {
    ...{ kind, name, arn, accountId },
    environment: environmentOf(scope.defaultTags(values)),
    policies: policies.of(accountId, kind, name),
    boundary: boundaryArn === undefined ? undefined : managed.find(boundaryArn, address),
    trust: kind === "role" ? problems.policy(resource, "assume_role_policy", "trust policy", "trust") : undefined,
    tags: resource.tags(),
    // AWS's default ("CreateRole", in the API reference of IAM).
    maxSessionSeconds: kind === "role" ? Number(session ?? 3600) : undefined,
    source: address,
  };
}
