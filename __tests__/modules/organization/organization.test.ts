import { TerraformOutput } from "cdktf";
import type { Construct } from "constructs";
import {
  Organization,
  type OrganizationMember,
  type OrganizationProps,
} from "../../../modules/organization/organization";
import { problemsOf, synthModule } from "../../support/module";
import type { StackReader } from "../../support/stack-reader";

const member = (name: string, changes: Partial<OrganizationMember> = {}): OrganizationMember => ({
  name,
  email: `${name}@example.com`,
  roleName: "OrganizationAccountAccessRole",
  ...changes,
});
const build =
  (changes: Partial<OrganizationProps> = {}) =>
  (scope: Construct) =>
    new Organization(scope, "organization", {
      existing: false,
      trail: true,
      units: ["dev", "prod"],
      allowedRegions: ["eu-west-1"],
      policyPrefix: "galileo",
      members: [],
      retired: [],
      ...changes,
    });
const organization = (changes?: Partial<OrganizationProps>) => synthModule(build(changes));

const made = "aws_organizations_organization";
const rootOf = (address: string) => `\${${address}.roots[0].id}`;
/** What the units of a stack are called, by the reference that stands for them. */
const unitsByReference = (stack: StackReader) =>
  new Map(
    stack
      .all("aws_organizations_organizational_unit")
      .map(({ address, values }) => [`\${${address}.id}`, values["name"]]),
  );

/** To which units, or to the root, each policy is attached. */
function targets(stack: StackReader): Record<string, unknown[]> {
  const units = unitsByReference(stack);
  return Object.fromEntries(
    stack.all("aws_organizations_policy").map(({ address, values }): [string, unknown[]] => {
      const attached = stack
        .all("aws_organizations_policy_attachment")
        .filter((each) => each.values["policy_id"] === `\${${address}.id}`);
      return [
        String(values["name"]),
        attached.map((each) => units.get(String(each.values["target_id"])) ?? each.values["target_id"]),
      ];
    }),
  );
}

describe("one of ours", () => {
  test("has all features and service control policies, and is not destroyed", () => {
    const stack = organization();
    expect(stack.one(made)).toMatchObject({
      feature_set: "ALL",
      enabled_policy_types: ["SERVICE_CONTROL_POLICY"],
      // Other types of policy, turned on by hand, are left alone; ours must be on.
      lifecycle: {
        prevent_destroy: true,
        ignore_changes: ["enabled_policy_types"],
        postcondition: [{ condition: '${contains(self.enabled_policy_types, "SERVICE_CONTROL_POLICY")}' }],
      },
    });
    expect(stack.json.data).toBeUndefined();
  });

  test("replaces no unit, and makes the new one first where an environment is renamed", () => {
    for (const { values } of organization().all("aws_organizations_organizational_unit")) {
      expect(values["lifecycle"]).toEqual({ prevent_destroy: true, create_before_destroy: true });
    }
  });

  test("trusts CloudTrail where there is a trail, and otherwise nobody", () => {
    expect(organization({ trail: true }).one(made)["aws_service_access_principals"]).toEqual([
      "cloudtrail.amazonaws.com",
    ]);
    expect(organization({ trail: false }).one(made)["aws_service_access_principals"]).toEqual([]);
  });

  test("trusts other services that are named, each once", () => {
    const trustedServices = ["sso.amazonaws.com", "cloudtrail.amazonaws.com"];
    const trusted = (trail: boolean) =>
      organization({ trail, trustedServices }).one(made)["aws_service_access_principals"];
    expect(trusted(true)).toEqual(["cloudtrail.amazonaws.com", "sso.amazonaws.com"]);
    expect(trusted(false)).toEqual(trustedServices);
  });

  test("binds all accounts, by its root; and suspends those of one unit alone", () => {
    const stack = organization();
    const root = rootOf(stack.resourceAt("organization/organization").address);
    expect(targets(stack)).toEqual({
      "galileo-guardrails": [root],
      "galileo-regions": [root],
      "galileo-suspended": ["Suspended"],
    });
  });
});

describe("one that exists", () => {
  const stack = organization({ existing: true });
  const read = (changes: Partial<OrganizationProps>) => {
    const { aws_organizations_organization: found = {} } = organization({ existing: true, ...changes }).json.data ?? {};
    const lifecycles = Object.values(found).map(
      (each) => each["lifecycle"] as { postcondition: Record<string, string>[] },
    );
    return lifecycles.flatMap(({ postcondition }) => postcondition);
  };

  test("is read and not made", () => {
    expect(stack.all(made)).toEqual([]);
    expect(Object.keys(stack.json.data?.[made] ?? {})).toHaveLength(1);
  });

  test("must have the required features, and an error names the remedy for each missing one", () => {
    expect(read({ trail: true }).map(({ condition }) => condition)).toEqual([
      '${self.feature_set == "ALL"}',
      '${contains(self.enabled_policy_types, "SERVICE_CONTROL_POLICY")}',
      '${contains(self.aws_service_access_principals, "cloudtrail.amazonaws.com")}',
    ]);
    for (const { error_message: message } of read({ trail: true }))
      expect(message).toMatch(/must .*In the master account: aws organizations /);
  });

  test("need not trust CloudTrail where there is no trail", () => {
    expect(JSON.stringify(read({ trail: false }))).not.toContain("cloudtrail");
  });

  test("binds our units alone: the root holds accounts that are none of ours", () => {
    const bound = ["Security", "dev", "prod"];
    expect(targets(stack)).toEqual({
      "galileo-guardrails": bound,
      "galileo-regions": bound,
      "galileo-suspended": ["Suspended"],
    });
  });

  test("has our units and members below its own root", () => {
    const withMember = organization({ existing: true, members: [member("analytics")] });
    const parents = ["aws_organizations_organizational_unit", "aws_organizations_account"]
      .flatMap((type) => withMember.all(type))
      .map(({ values }) => values["parent_id"]);
    const [address] = Object.keys(withMember.json.data?.[made] ?? {});
    expect(parents).toEqual(Array(5).fill(rootOf(`data.${made}.${address}`)));
  });
});

describe("units", () => {
  test("are Security, Suspended, and one for each environment, below the root", () => {
    const stack = organization();
    const units = stack.all("aws_organizations_organizational_unit");
    expect(units.map(({ values }) => values["name"]).sort()).toEqual(["Security", "Suspended", "dev", "prod"]);
    const root = rootOf(stack.resourceAt("organization/organization").address);
    for (const { values } of units) expect(values["parent_id"]).toBe(root);
  });

  test("stay where they are when another comes", () => {
    const before = organization({ units: ["prod"] }).resources.map(({ address }) => address);
    const after = organization({ units: ["dev", "prod", "staging"] }).resources.map(({ address }) => address);
    expect(after).toEqual(expect.arrayContaining(before));
  });

  test("differ in more than case, from ours too", () => {
    expect(problemsOf(build({ units: ["security", "dev", "DEV"] }))).toEqual([
      'units must differ in more than case, got "security" twice in Security, Suspended, security, dev, DEV',
      'units must differ in more than case, got "DEV" twice in Security, Suspended, security, dev, DEV',
    ]);
    expect(problemsOf(build({ units: ["Suspended"] }))).toHaveLength(1);
    expect(problemsOf(build({ units: ["dev", "dev"] }))).toHaveLength(1);
    expect(problemsOf(build())).toEqual([]);
  });
});

test("waits with its policies for the organization, made or read", () => {
  const stack = organization();
  for (const { values } of stack.all("aws_organizations_policy")) {
    expect(values["depends_on"]).toEqual([stack.resourceAt("organization/organization").address]);
  }
  const existing = organization({ existing: true });
  const [name] = Object.keys(existing.json.data?.[made] ?? {});
  for (const { values } of existing.all("aws_organizations_policy"))
    expect(values["depends_on"]).toEqual([`data.${made}.${name}`]);
});

describe("members", () => {
  const stack = organization({
    members: [
      member("analytics", { unit: "dev", id: "333333333333" }),
      member("tools"),
      member("old", { unit: "Suspended" }),
    ],
  });

  test("are accounts in their unit, or in the root", () => {
    const units = unitsByReference(stack);
    const places = stack
      .all("aws_organizations_account")
      .map(({ path, values }) => [path, units.get(String(values["parent_id"]))]);
    expect(places).toEqual([
      ["organization/member/analytics/account", "dev"],
      ["organization/member/old/account", "Suspended"],
      ["organization/member/tools/account", undefined],
    ]);
    expect(stack.at("organization/member/tools/account")["parent_id"]).toBe(
      rootOf(stack.resourceAt("organization/organization").address),
    );
  });

  test("have the id that is known, and any other is refused", () => {
    expect(JSON.stringify(stack.at("organization/member/analytics/account"))).toContain(
      'self.id == \\"333333333333\\"',
    );
    expect(stack.at("organization/member/tools/account")["lifecycle"]).not.toHaveProperty("postcondition");
  });

  test("are exposed by name, with the organization", () => {
    const told = synthModule((scope) => {
      const { id, memberIds } = build({ members: [member("analytics"), member("tools")] })(scope);
      new TerraformOutput(scope, "told", { value: { id, memberIds } });
    });
    const idOf = (path: string) => `\${${told.resourceAt(path).address}.id}`;
    expect(told.json.output?.["told"]?.value).toEqual({
      id: idOf("organization/organization"),
      memberIds: {
        analytics: idOf("organization/member/analytics/account"),
        tools: idOf("organization/member/tools/account"),
      },
    });
  });

  test("are in a unit that exists", () => {
    expect(problemsOf(build({ members: [member("analytics", { unit: "staging" })] }))).toEqual([
      'unit of member analytics must be one of Security, Suspended, dev, prod, got "staging"',
    ]);
    expect(problemsOf(build({ members: [member("analytics", { unit: "prod" }), member("tools")] }))).toEqual([]);
  });

  test("never move to the root because their unit does not exist", () => {
    expect(
      organization({ members: [member("analytics", { unit: "staging" })] }).all("aws_organizations_account"),
    ).toEqual([]);
  });
});

describe("retired members", () => {
  const removed = (changes: Partial<OrganizationProps>) => organization(changes).json.removed;
  const addressOf = (name: string) =>
    organization({ members: [member("first"), member(name)] }).resourceAt(`organization/member/${name}/account`)
      .address;

  test("are forgotten under the address that they had, and not destroyed", () => {
    expect(removed({ members: [member("first")], retired: ["second"] })).toEqual([
      { from: addressOf("second"), lifecycle: { destroy: false } },
    ]);
  });

  test("are each forgotten", () => {
    expect(removed({ retired: ["second", "third"] })?.map(({ from }) => from)).toEqual([
      addressOf("second"),
      addressOf("third"),
    ]);
  });

  test("leave nothing else behind", () => {
    const [before, after] = [organization(), organization({ retired: ["second"] })];
    expect(after.resources).toEqual(before.resources);
    expect(removed({})).toBeUndefined();
  });

  test("an organization that this stack created is forgotten, not destroyed, once it is declared existing", () => {
    const { address } = organization().resourceAt("organization/organization");
    expect(removed({ existing: true })).toEqual([{ from: address, lifecycle: { destroy: false } }]);
  });

  test("are members no longer", () => {
    expect(problemsOf(build({ members: [member("second")], retired: ["second"] }))).toEqual([
      "member second must be in members or in retired, got both",
    ]);
    expect(problemsOf(build({ members: [member("first")], retired: ["second"] }))).toEqual([]);
  });
});

test("equal names of different things get different addresses", () => {
  const names = [
    "organization",
    "unit",
    "member",
    "guardrails",
    "account",
    "policy",
    "on",
    "root",
    "suspended-",
    "Default",
    "Resource",
  ];
  const stack = organization({ existing: true, units: names, members: names.map((name) => member(name)) });
  const kinds = (type: string) => stack.all(type).length;
  expect(kinds("aws_organizations_organizational_unit")).toBe(names.length + 2);
  expect(kinds("aws_organizations_account")).toBe(names.length);
  // Both policies on every unit of ours but one, and one on that.
  expect(kinds("aws_organizations_policy_attachment")).toBe(2 * (names.length + 1) + 1);
});
