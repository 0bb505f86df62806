import type { PlannedResource } from "../planned-resource";

const KINDS: Readonly<Record<string, string>> = { aws_iam_user: "user", aws_iam_role: "role", aws_iam_group: "group" };

/**
 * What a renamed, moved or replaced user or role loses. A trust, key or bucket policy that names a principal holds its
 * unique id once it is written: a principal that is created again under the same name is another one ("AWS JSON policy
 * elements: Principal").
 *
 * @param all resources of the plan, to find policies that name it
 */
export function changedPrincipals(resource: PlannedResource, all: readonly PlannedResource[]): readonly string[] {
  const { address, type, action, before, after } = resource;
  const kind = Object.hasOwn(KINDS, type) ? KINDS[type] : undefined;
  if (kind === undefined || (action !== "update" && action !== "replace")) return [];
  const arn = before.at("arn").text;
  const isSameName = ["name", "path"].every((part) => before.at(part).raw === after.at(part).raw);
  const named = arn === undefined ? [] : all.filter((each) => each.address !== address && mentions(each, arn)).map((each) => each.address); // prettier-ignore
  const others = named.length > 0 ? ` Here it is named by ${named.join(", ")}.` : "";
  const losers = `Policies and people that name ${arn ?? "its ARN"} lose it.${others}`;
  if (!isSameName) {
    const name = after.at("name").text;
    const path = after.at("path").text ?? "/";
    const becomes = name === undefined ? "another one" : `${arn?.split(":").slice(0, 5).join(":") ?? "…"}:${kind}${path}${name}`; // prettier-ignore
    return [`its ARN becomes ${becomes}. ${losers}`, ...credentials(resource)];
  }
  if (action !== "replace") return [];
  return [`is another ${kind} with the same ARN: policies that name it hold the id of the previous one, and must be written again.${others}`, ...credentials(resource)]; // prettier-ignore
}

/** A renamed user keeps its credentials; one that is replaced loses them. */
function credentials({ type, action }: PlannedResource): readonly string[] {
  return type === "aws_iam_user" && action === "replace"
    ? ["its password, access keys and MFA devices are deleted"]
    : [];
}

function mentions({ action, before }: PlannedResource, arn: string): boolean {
  return action !== "create" && JSON.stringify(before.raw ?? null).includes(arn);
}
