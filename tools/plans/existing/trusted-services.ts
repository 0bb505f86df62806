import { listOf, objectOf, type JsonObject } from "../../support/json";
import { administratorsOf, refused, unlessMissing, type Found, type Look } from "./look";

/**
 * The list of trusted services is complete, so a service that it lacks loses its access to every account. It blocks the
 * plan if AWS says that the service is in use and the plan keeps that use.
 */
export async function disabledServices(look: Look): Promise<Found> {
  const kept = listOf(look.planned["aws_service_access_principals"]);
  const disabled = listOf(look.before["aws_service_access_principals"]).filter((service) => !kept.includes(service));
  const uses = await Promise.all(disabled.map((service) => useOf(String(service), look)));
  const texts = uses.flat();
  if (texts.length === 0) return undefined;
  return refused(
    `services that are in use would lose their access to the organization: ${texts.join("; ")}. Name them in organization.trustedServices, or end their use first (docs/organization.md, "AWS services that work for the organization").`,
  );
}

/** What uses a service across the organization, as far as AWS can be asked. */
async function useOf(service: string, look: Look): Promise<string[]> {
  const uses = [...(await accountsThatAdminister(service, look)), ...((await USES[service]?.(look)) ?? [])];
  return uses.length === 0 ? [] : [`${service} (${uses.join(", ")})`];
}

async function accountsThatAdminister(service: string, { call, changes }: Look): Promise<string[]> {
  const administrators = await administratorsOf(call, service);
  const removed = destroyed(changes, "aws_organizations_delegated_administrator").filter(
    (each) => each["service_principal"] === service,
  );
  return administrators
    .filter((id) => removed.every((each) => each["account_id"] !== id))
    .map((id) => `the account ${String(id)} administers it`);
}

/** By service, what AWS has for the organization besides delegated administrators. */
const USES: Readonly<Record<string, (look: Look) => Promise<string[]>>> = {
  "cloudtrail.amazonaws.com": async ({ call, changes }) => {
    const { trailList } = await call("cloudtrail", { target: "CloudTrail_20131101.DescribeTrails", input: {} });
    const removed = destroyed(changes, "aws_cloudtrail").map((each) => each["arn"]);
    return listOf(trailList)
      .map(objectOf)
      .filter((each) => each["IsOrganizationTrail"] === true && !removed.includes(each["TrailARN"]))
      .map((each) => `the trail ${String(each["Name"])}`);
  },
  "iam.amazonaws.com": async ({ iam, changes }) => {
    if (destroyed(changes, "aws_iam_organizations_features").length > 0) return [];
    const { ListOrganizationsFeaturesCommand } = await import("@aws-sdk/client-iam");
    const { EnabledFeatures = [] } = await iam.send(new ListOrganizationsFeaturesCommand({}));
    return EnabledFeatures.map((feature) => `the feature ${feature}`);
  },
  // The instance may be in any region. The role is in none, and AWS creates it with the instance.
  "sso.amazonaws.com": async ({ iam }) => {
    const { GetRoleCommand } = await import("@aws-sdk/client-iam");
    const RoleName = "AWSServiceRoleForSSO";
    const role = await unlessMissing(iam.send(new GetRoleCommand({ RoleName })));
    return role ? [`Identity Center's role ${RoleName} exists`] : [];
  },
};

/** The resources of a type that a plan destroys, as they are. */
const destroyed = (changes: Look["changes"], type: string): JsonObject[] =>
  changes
    .filter((each) => each.type === type && each.change.actions.join() === "delete")
    .map(({ change }) => objectOf(change.before));
