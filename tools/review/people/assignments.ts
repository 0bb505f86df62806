import type { PlannedResource } from "../planned-resource";
import type { Value } from "../value";
import type { IdentityNames } from "./identity-names";

/** A group or user of IAM Identity Center that uses a permission set in an account. */
export interface Assignment {
  readonly resource: PlannedResource;
  readonly principalId: string;
  /** "the group engineers" */
  readonly principal: string;
  readonly setId: string;
  readonly set: string;
  readonly accountId: string;
  /** "Operator in dev (222222222222)" */
  readonly use: string;
}

const TYPE = "aws_ssoadmin_account_assignment";

/** Assignments that exist before a plan, and those that it creates. */
export interface Assignments {
  readonly existing: readonly Assignment[];
  readonly created: readonly Assignment[];
}

export function assignmentsIn(resources: readonly PlannedResource[], names: IdentityNames): Assignments {
  const all = resources.filter(({ type }) => type === TYPE);
  const read = (side: "before" | "after") => (resource: PlannedResource) =>
    assignmentOf(resource, side, resources, names);
  return {
    existing: all.filter(({ action }) => action !== "create").map(read("before")),
    created: all.filter(({ action }) => action === "create").map(read("after")),
  };
}

/** The permission set that a resource belongs to, by name. */
export const setNameOf = (resource: PlannedResource, names: IdentityNames): string =>
  names.permissionSet(idOf(resource, "before", "permission_set_arn"));

function assignmentOf(
  resource: PlannedResource,
  side: "before" | "after",
  all: readonly PlannedResource[],
  names: IdentityNames,
): Assignment {
  const [principalId, setId, accountId] = ["principal_id", "permission_set_arn", "target_id"].map((attribute) =>
    idOf(resource, side, attribute),
  ) as [string, string, string];
  const isUser = resource[side].at("principal_type").raw === "USER";
  const named = (attribute: string, name: string, known: string): string =>
    resource[side].at(attribute).isUnknown
      ? (referred(resource, attribute, all)?.after.at(name).display ?? known)
      : known;
  const principal = isUser
    ? `the user ${named("principal_id", "user_name", names.user(principalId))}`
    : `the group ${named("principal_id", "display_name", names.group(principalId))}`;
  const set = named("permission_set_arn", "name", names.permissionSet(setId));
  return { resource, principalId, principal, setId, set, accountId, use: `${set} in ${names.account(accountId)}` };
}

const idOf = (resource: PlannedResource, side: "before" | "after", attribute: string): string =>
  resource[side].at(attribute).display;

/** The resource that an attribute refers to. */
function referred(
  { reference }: PlannedResource,
  attribute: string,
  all: readonly PlannedResource[],
): PlannedResource | undefined {
  const address = reference(attribute)?.replace(/\.\w+$/, "");
  return all.find((each) => each.address === address);
}

/** Whether both are the same value, or the later one is not known yet. */
export const maybeSame = (before: Value, after: Value): boolean => after.isUnknown || before.raw === after.raw;
