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
/** The names of a stack's units, by their references. */
const unitsByReference = (stack: StackReader) =>
  new Map(
    stack
      .all("aws_organizations_organizational_unit")
      .map(({ address, values }) => [`\${${address}.id}`, values["name"]]),
  );

/** The targets (units or the root) of each policy. */
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

describe("an organization managed by this project", () => {
  test("has all features and service control policies, and is not destroyed", () => {
    const stack = organization();
    expect(stack.one(made)).toMatchObject({
      feature_set: "ALL",
      enabled_policy_types: ["SERVICE_CONTROL_POLICY"],
      // Policy types enabled by hand are ignored. Service control policies must be enabled.
      lifecycle: {
        prevent_destroy: true,
        ignore_changes: ["enabled_policy_types"],
        postcondition: [{ condition: '${contains(self.enabled_policy_types, "SERVICE_CONTROL_POLICY")}' }],
      },
    });
    expect(stack.json.data).toBeUndefined();
  });

  test("creates the new unit before destroying the old one if an environment is renamed", () => {
    for (const { values } of organization().all("aws_organizations_organizational_unit")) {
      expect(values["lifecycle"]).toEqual({ prevent_destroy: true, create_before_destroy: true });
    }
  });

  test("trusts CloudTrail only if there is a trail", () => {
    expect(organization({ trail: true }).one(made)["aws_service_access_principals"]).toEqual([
      "cloudtrail.amazonaws.com",
    ]);
    expect(organization({ trail: false }).one(made)["aws_service_access_principals"]).toEqual([]);
  });

  test("trusts each additional service once", () => {
    const trustedServices = ["sso.amazonaws.com", "cloudtrail.amazonaws.com"];
    const trusted = (trail: boolean) =>
      organization({ trail, trustedServices }).one(made)["aws_service_access_principals"];
    expect(trusted(true)).toEqual(["cloudtrail.amazonaws.com", "sso.amazonaws.com"]);
    expect(trusted(false)).toEqual(trustedServices);
  });

  test("manages the root users of members on request, and trusts IAM for it", () => {
    const stack = organization({ trail: false, centralRootAccess: true });
    expect(stack.one(made)["aws_service_access_principals"]).toEqual(["iam.amazonaws.com"]);
    expect(stack.one("aws_iam_organizations_features")).toEqual({
      enabled_features: ["RootCredentialsManagement", "RootSessions"],
      depends_on: [stack.resourceAt("organization/organization").address],
    });
    expect(organization().all("aws_iam_organizations_features")).toEqual([]);
  });

  test("lets other accounts administer services, which it then trusts", () => {
    const stack = organization({
      trail: false,
      identityCenter: true,
      members: [member("watch", { unit: "Security", id: "333333333333" })],
      delegations: [
        { service: "access-analyzer.amazonaws.com", account: "watch", accountId: "333333333333" },
        { service: "sso.amazonaws.com", account: "main", accountId: "222222222222" },
      ],
    });
    expect(stack.one(made)["aws_service_access_principals"]).toEqual([
      "sso.amazonaws.com",
      "access-analyzer.amazonaws.com",
    ]);
    const depends_on = [stack.resourceAt("organization/organization").address];
    expect(stack.all("aws_organizations_delegated_administrator").map(({ path, values }) => [path, values])).toEqual([
      [
        "organization/delegated/access-analyzer",
        {
          service_principal: "access-analyzer.amazonaws.com",
          account_id: stack.reference("organization/member/watch/account"),
          depends_on,
        },
      ],
      [
        "organization/delegated/sso",
        { service_principal: "sso.amazonaws.com", account_id: "222222222222", depends_on },
      ],
    ]);
  });

  test("attaches guardrails to its root, and the suspension to one unit only", () => {
    const stack = organization();
    const root = rootOf(stack.resourceAt("organization/organization").address);
    expect(targets(stack)).toEqual({
      "galileo-guardrails": [root],
      "galileo-regions": [root],
      "galileo-suspended": ["Suspended"],
    });
  });
});

describe("an existing organization", () => {
  const stack = organization({ existing: true });
  const read = (changes: Partial<OrganizationProps>) => {
    const { aws_organizations_organization: found = {} } = organization({ existing: true, ...changes }).json.data ?? {};
    const lifecycles = Object.values(found).map(
      (each) => each["lifecycle"] as { postcondition: Record<string, string>[] },
    );
    return lifecycles.flatMap(({ postcondition }) => postcondition);
  };

  test("is read and not created", () => {
    expect(stack.all(made)).toEqual([]);
    expect(Object.keys(stack.json.data?.[made] ?? {})).toHaveLength(1);
  });

  test("must have the required features, and an error names the remedy for each missing one", () => {
    expect(read({ trail: true }).map(({ condition }) => condition)).toEqual([
      '${self.feature_set == "ALL"}',
      '${contains(self.enabled_policy_types, "SERVICE_CONTROL_POLICY")}',
      '${contains(self.aws_service_access_principals, "cloudtrail.amazonaws.com")}',
    ]);
    expect(read({ trail: false, centralRootAccess: true }).at(-1)?.["condition"]).toBe(
      '${contains(self.aws_service_access_principals, "iam.amazonaws.com")}',
    );
    for (const { error_message: message } of read({ trail: true, centralRootAccess: true }))
      expect(message).toMatch(/must .*In the master account: aws organizations /);
  });

  test("need not trust CloudTrail if there is no trail", () => {
    expect(JSON.stringify(read({ trail: false }))).not.toContain("cloudtrail");
  });

  test("attaches policies to managed units only, because the root contains unmanaged accounts", () => {
    const bound = ["Security", "dev", "prod"];
    const suspended = { "galileo-suspended": ["Suspended"] };
    expect(targets(stack)).toEqual({ "galileo-guardrails": bound, "galileo-regions": bound, ...suspended });
  });

  test("has the managed units and members below its own root", () => {
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

  test("keep their addresses when another unit is added", () => {
    const before = organization({ units: ["prod"] }).resources.map(({ address }) => address);
    const after = organization({ units: ["dev", "prod", "staging"] }).resources.map(({ address }) => address);
    expect(after).toEqual(expect.arrayContaining(before));
  });

  test("must differ in more than case, also from Security and Suspended", () => {
    expect(problemsOf(build({ units: ["security", "dev", "DEV"] }))).toEqual([
      'units must differ in more than case, got "security" twice in Security, Suspended, security, dev, DEV',
      'units must differ in more than case, got "DEV" twice in Security, Suspended, security, dev, DEV',
    ]);
    expect(problemsOf(build({ units: ["Suspended"] }))).toHaveLength(1);
    expect(problemsOf(build({ units: ["dev", "dev"] }))).toHaveLength(1);
    expect(problemsOf(build())).toEqual([]);
  });
});

test("its policies depend on the organization, whether created or read", () => {
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

  test("must have the configured id, if there is one", () => {
    expect(JSON.stringify(stack.at("organization/member/analytics/account"))).toContain(
      'self.id == \\"333333333333\\"',
    );
    expect(stack.at("organization/member/tools/account")["lifecycle"]).not.toHaveProperty("postcondition");
  });

  test("are exposed by name, together with the organization", () => {
    const exposed = synthModule((scope) => {
      const { id, memberIds } = build({ members: [member("analytics"), member("tools")] })(scope);
      new TerraformOutput(scope, "exposed", { value: { id, memberIds } });
    });
    const idOf = (name: string) => exposed.reference(`organization/member/${name}/account`);
    expect(exposed.json.output?.["exposed"]?.value).toEqual({
      id: exposed.reference("organization/organization"),
      memberIds: { analytics: idOf("analytics"), tools: idOf("tools") },
    });
  });

  test("must be in a unit that exists", () => {
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

  test("are removed from the state at their former address, and not destroyed", () => {
    expect(removed({ members: [member("first")], retired: ["second"] })).toEqual([
      { from: addressOf("second"), lifecycle: { destroy: false } },
    ]);
  });

  test("are each removed from the state", () => {
    const retired = ["second", "third"];
    expect(removed({ retired })?.map(({ from }) => from)).toEqual(retired.map(addressOf));
  });

  test("have no other resource", () => {
    const [before, after] = [organization(), organization({ retired: ["second"] })];
    expect(after.resources).toEqual(before.resources);
    expect(removed({})).toBeUndefined();
  });

  test("an organization that this stack created is removed from the state, not destroyed, once it is declared existing", () => {
    const { address } = organization().resourceAt("organization/organization");
    expect(removed({ existing: true })).toEqual([{ from: address, lifecycle: { destroy: false } }]);
  });

  test("must not be members", () => {
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
  // Every managed unit has both policies, except Suspended, which has one.
  expect(kinds("aws_organizations_policy_attachment")).toBe(2 * (names.length + 1) + 1);
});
