import { awkward, example, exampleWith, found } from "../support/estates";
import { synthesize } from "../support/synthesize";

const shipped = synthesize(example());
const stack = shipped.stack("master-organization");
const units = (from: typeof stack) => from.namesOf("aws_organizations_organizational_unit");

test("the organization stack and its state are in the master account", () => {
  expect(stack.provider).toMatchObject({ allowed_account_ids: ["111111111111"] });
  expect(stack.backend).toMatchObject({
    bucket: "111111111111-galileo-terraform-state",
    key: "master/organization.tfstate",
  });
});

test("has a unit for each environment, and Security and Suspended", () => {
  expect(units(stack).sort()).toEqual(["Security", "Suspended", "ci", "dev", "prod", "staging"]);
});

test("has each created member in the unit of its environment, and no invited member", () => {
  const unitOf = (reference: unknown) =>
    stack.all("aws_organizations_organizational_unit").find(({ address }) => reference === `\${${address}.id}`)?.values[
      "name"
    ];
  const members = stack
    .all("aws_organizations_account")
    .map(({ values }) => [values["name"], values["email"], unitOf(values["parent_id"])]);
  expect(members).toEqual([
    ["dev-analytics", "aws-dev-analytics@example.com", "dev"],
    ["prod-analytics", "aws-prod-analytics@example.com", "prod"],
  ]);
});

test("requires each member to have the id in the estate", () => {
  const condition = JSON.stringify(stack.at("organization/member/dev-analytics/account")["lifecycle"]);
  expect(condition).toContain("666666666666");
  expect(condition).not.toContain("888888888888");
});

test("outputs the account id of each member", () => {
  const { address } = stack.resourceAt("organization/member/dev-analytics/account");
  expect(stack.outputs["account-id-dev-analytics"]).toMatchObject({ value: `\${${address}.id}` });
});

test("allows members the regions of the estate, or those that its file lists", () => {
  const allowed = (from: typeof shipped, id: string) =>
    from.stack(id).policy("organization/guardrails/regions/policy", "content").Statement[0]?.Condition;
  expect(allowed(shipped, "master-organization")).toEqual({
    StringNotEquals: { "aws:RequestedRegion": ["eu-west-1"] },
  });
  const more = exampleWith((file) => (file.organization = { allowedRegions: ["eu-west-1", "eu-west-2"] }));
  expect(allowed(synthesize(more), "master-organization")).toEqual({
    StringNotEquals: { "aws:RequestedRegion": ["eu-west-1", "eu-west-2"] },
  });
});

describe("the trail", () => {
  test("records the whole organization, and depends on it", () => {
    expect(stack.one("aws_cloudtrail")).toMatchObject({ name: "galileo-organization", is_organization_trail: true });
    const { address } = stack.resourceAt("organization/organization");
    expect(stack.one("aws_cloudtrail")["depends_on"]).toContain(address);
  });

  test("does not exist if the estate disables it, and then CloudTrail is not trusted", () => {
    const without = synthesize(exampleWith((file) => (file.organization = { trail: false }))).stack(
      "master-organization",
    );
    expect(without.all("aws_cloudtrail")).toEqual([]);
    expect(without.one("aws_organizations_organization")["aws_service_access_principals"]).toEqual([
      "iam.amazonaws.com",
      "sso.amazonaws.com",
    ]);
  });

  test("locks its objects for the master account's lock period", () => {
    const long = exampleWith((file) => (found(file.accounts, "master").trailLockDays = 2555));
    const lock = synthesize(long).stack("master-organization").one("aws_s3_bucket_object_lock_configuration");
    expect(lock).toMatchObject({ rule: { default_retention: { days: 2555 } } });
  });
});

describe("an existing organization", () => {
  const existing = synthesize(awkward()).stack("hub-organization");

  test("is read and not created", () => {
    expect(existing.all("aws_organizations_organization")).toEqual([]);
    expect(Object.keys(existing.json.data ?? {})).toContain("aws_organizations_organization");
  });

  test("has no policy on its root: policies are attached to each managed unit", () => {
    const targets = existing
      .all("aws_organizations_policy_attachment")
      .map(({ values }) => String(values["target_id"]));
    expect(targets.length).toBeGreaterThan(2);
    for (const target of targets) expect(target).toMatch(/aws_organizations_organizational_unit/);
  });
});

describe("a retired member", () => {
  const retired = exampleWith((file) => {
    Object.assign(found(file.accounts, "dev-analytics"), { retired: true });
    delete found(file.environments, "dev").members?.["analytics"];
  });
  const after = synthesize(retired);

  test("is removed from the state at its former address, and not destroyed", () => {
    const { address } = stack.resourceAt("organization/member/dev-analytics/account");
    expect((after.stack("master-organization").json as { removed?: unknown }).removed).toEqual([
      { from: address, lifecycle: { destroy: false } },
    ]);
    expect(after.stack("master-organization").all("aws_organizations_account")).toHaveLength(1);
  });

  test("has no stack, and no stack refers to it", () => {
    expect(after.stacks.filter(({ id }) => id.startsWith("dev-analytics"))).toEqual([]);
    expect([...after.texts.values()].filter((text) => text.includes("666666666666"))).toEqual([]);
  });
});
