import { GetRoleCommand, paginateListRoles, type IAMClient } from "@aws-sdk/client-iam";
import type { StackSpec } from "../../config/layout";
import type { Estate } from "../../config/model";
import { environmentNames } from "../../config/naming";
import { awsErrorMessage } from "../terraform/aws/aws-problem";

/**
 * Lists the analysis roles in the account of a hardened member that lack a boundary of this estate: the profile
 * `documented` created them. The hardened role can neither pass nor change them, but what runs with them keeps their
 * permissions, so a person must limit or delete them.
 *
 * @returns the roles and what to do, as lines; none if there is no such role
 */
export async function unboundedRoleLines(
  { id, account }: StackSpec,
  estate: Estate,
  iam: IAMClient,
): Promise<string[]> {
  const boundaries = estate.environments
    .filter(
      ({ profile, members }) => profile === "hardened" && members.some((member) => member.account.id === account.id),
    )
    .map(({ namespace }) => `arn:aws:iam::${account.id}:policy/${environmentNames.analysisBoundary(namespace)}`);
  try {
    const roles = await rolesWithoutBoundary(iam, boundaries);
    if (roles.length === 0) return [];
    return [
      `${id}: the account ${account.id} has analysis roles without a boundary of a hardened profile:`,
      ...roles.map((arn) => `  ${arn}`),
      "The hardened role cannot pass or change them, but what runs with them keeps their permissions. Delete each of them, or run",
      `  aws iam put-role-permissions-boundary --permissions-boundary ${boundaries[0] ?? ""} --role-name <name>`,
      'See docs/people.md, "Changing the profile".',
    ];
  } catch (error) {
    return [
      `${id}: analysis roles without a boundary cannot be listed (${awsErrorMessage(error, "IAM")}). See docs/people.md, "Changing the profile".`,
    ];
  }
}

/** ListRoles does not return boundaries: each role is read. */
async function rolesWithoutBoundary(iam: IAMClient, boundaries: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for await (const { Roles = [] } of paginateListRoles({ client: iam }, {})) {
    // By the ARN, as in the documented policies: a path may begin with analysis-, too.
    for (const { Arn = "", RoleName } of Roles.filter((role) => role.Arn?.includes(":role/analysis-"))) {
      const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
      if (!boundaries.includes(Role?.PermissionsBoundary?.PermissionsBoundaryArn ?? "")) found.push(Arn);
    }
  }
  return found;
}
