import type { PlannedResource } from "./planned-resource";
import type { Value } from "./value";

/** A resource that removes every other policy of its owner. */
interface Exclusive {
  readonly owner: "role" | "user" | "group";
  readonly ownerName: string;
  readonly policies: string;
  /** The resource that adds one policy, and its attribute that names the policy. */
  readonly single: readonly [type: string, attribute: string];
  /** What the state of a role lists. */
  readonly listed: (owner: Value) => readonly Value[];
  /** The command that lists what the owner has. */
  readonly command: string;
}

const OWNERS = ["role", "user", "group"] as const;

const EXCLUSIVES: ReadonlyMap<string, Exclusive> = new Map(
  OWNERS.flatMap((owner): (readonly [string, Exclusive])[] => [
    [
      `aws_iam_${owner}_policies_exclusive`,
      {
        ...{ owner, ownerName: `${owner}_name`, policies: "policy_names", command: `list-${owner}-policies` },
        single: [`aws_iam_${owner}_policy`, "name"],
        listed: (role) => role.at("inline_policy").elements().map((each) => each.at("name")), // prettier-ignore
      },
    ],
    [
      `aws_iam_${owner}_policy_attachments_exclusive`,
      {
        ...{ owner, ownerName: `${owner}_name`, policies: "policy_arns", command: `list-attached-${owner}-policies` },
        single: [`aws_iam_${owner}_policy_attachment`, "policy_arn"],
        listed: (role) => role.at("managed_policy_arns").elements(),
      },
    ],
  ]),
);

/**
 * Policies that were added to a user, role or group outside the code, and that an apply removes. A first apply of the
 * resource does not know them: it removes what it finds. The state of a role lists them.
 *
 * @param all resources of the plan
 */
export function detachedPolicies(resource: PlannedResource, all: readonly PlannedResource[]): readonly string[] {
  const exclusive = EXCLUSIVES.get(resource.type);
  if (!exclusive || !["create", "update", "replace"].includes(resource.action)) return [];
  const owner = ownerOf(resource, exclusive, all);
  if (owner?.action === "create" || owner?.action === "replace") return [];
  return resource.action === "create"
    ? removedAtFirst(resource, exclusive, owner)
    : removedLater(resource, exclusive, all);
}

/** The first apply of the resource, for an owner that exists. */
function removedAtFirst(
  { after }: PlannedResource,
  { owner: kind, ownerName, policies, listed, command }: Exclusive,
  owner: PlannedResource | undefined,
): readonly string[] {
  const name = owner ? owner.before.at("name") : after.at(ownerName);
  const who = `the ${kind} ${name.display}`;
  if (kind !== "role" || !owner)
    return [`removes every other policy of ${who}, which exists: aws iam ${command} lists them`];
  const kept = after.at(policies).elements().map(({ raw }) => raw); // prettier-ignore
  return outside(listed(owner.before), kept, who);
}

/** The provider has read what the owner has. */
function removedLater(
  { before, after }: PlannedResource,
  exclusive: Exclusive,
  all: readonly PlannedResource[],
): readonly string[] {
  const { owner, ownerName, policies } = exclusive;
  const name = before.at(ownerName);
  const kept = after.at(policies).elements().map(({ raw }) => raw); // prettier-ignore
  const known = [...kept, ...removedByCode(exclusive, name, all)];
  return outside(before.at(policies).elements(), known, `the ${owner} ${name.display}`);
}

function outside(found: readonly Value[], known: readonly unknown[], who: string): readonly string[] {
  return found
    .filter((policy) => policy.text !== undefined && !known.includes(policy.raw))
    .map(({ display }) => `removes ${display}, which ${who} has outside the code`);
}

function ownerOf(
  resource: PlannedResource,
  { owner, ownerName }: Exclusive,
  all: readonly PlannedResource[],
): PlannedResource | undefined {
  const name = resource.after.at(ownerName).text;
  const referred = resource.reference(ownerName)?.replace(/\.\w+$/, "");
  const owners = all.filter(({ type }) => type === `aws_iam_${owner}`);
  return owners.find(({ address, before, after }) =>
    address === referred || (name !== undefined && [before, after].some((side) => side.at("name").raw === name)),
  ); // prettier-ignore
}

/** Policies that the same plan removes because the code no longer has them: the access comparison reports these. */
function removedByCode({ single: [type, attribute], owner }: Exclusive, name: Value, all: readonly PlannedResource[]): readonly unknown[] {
  return all
    .filter((each) => each.type === type && (each.action === "destroy" || each.action === "replace"))
    .filter(({ before }) => before.at(owner).raw === name.raw)
    .map(({ before }) => before.at(attribute).raw);
} // prettier-ignore
