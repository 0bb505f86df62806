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
  if (resource.action === "create") return removedAtFirst(resource, exclusive, owner);
  const who = `the ${exclusive.owner} ${resource.before.at(exclusive.ownerName).display}`;
  return addedPolicies(resource, all).map((policy) => sentence(policy, who));
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
  return outside(listed(owner.before), kept).map((policy) => sentence(policy, who));
}

/** The policies that an owner has outside the code, once the provider has read what it has. */
export function addedPolicies(resource: PlannedResource, all: readonly PlannedResource[]): readonly Value[] {
  const exclusive = EXCLUSIVES.get(resource.type);
  if (!exclusive) return [];
  const [had, kept] = [resource.before, resource.after].map((side) => side.at(exclusive.policies)) as [Value, Value];
  const singles = all.filter(({ type }) => type === exclusive.single[0]);
  // The access comparison reports what the same plan removes because the code no longer has it.
  const removed = singles.filter(({ action }) => action === "destroy" || action === "replace").map(({ before }) => before); // prettier-ignore
  // With a policy that is created, the list may be unknown as a whole.
  const added = kept.hasUnknown ? singles.filter(({ action }) => action !== "forget").map(({ after }) => after) : [];
  const ofOwner = [...removed, ...added].filter(
    (each) => each.at(exclusive.owner).raw === resource.before.at(exclusive.ownerName).raw,
  );
  const known = [...kept.elements().map(({ raw }) => raw), ...ofOwner.map((each) => each.at(exclusive.single[1]).raw)];
  return outside(had.elements(), known);
}

const outside = (found: readonly Value[], known: readonly unknown[]): readonly Value[] =>
  found.filter((policy) => policy.text !== undefined && !known.includes(policy.raw));

const sentence = ({ display }: Value, who: string): string => `removes ${display}, which ${who} has outside the code`;

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
