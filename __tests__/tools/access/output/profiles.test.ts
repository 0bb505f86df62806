import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadSharedConfigFiles } from "@smithy/core/config";
import type { AccessModel, Principal } from "../../../../tools/access/read/model";
import { profilesOf } from "../../../../tools/access/output/profiles";
import type { SynthesizedStack } from "../../../../tools/synth/synthesized";
import { UserError } from "../../../../config/user-error";
import { accessOf, stacksOf } from "../../../support/access";
import { example, exampleWithUsers, found, usersWith } from "../../../support/estates";
import { setRole } from "../identity";
import { accountsNamed } from "./graphs";
import { lets, roleWith } from "./principals";

const ANN = "arn:aws:iam::999999999999:user/staff/ann";
const BOB = "arn:aws:iam::999999999999:user/bob";
const HOME = "111111111111";

/** A text, parsed by AWS's own loader. */
async function parsed(text: string): Promise<Record<string, Record<string, string | undefined>>> {
  const directory = mkdtempSync(join(tmpdir(), "profiles-"));
  try {
    const file = join(directory, "config");
    writeFileSync(file, text);
    const { configFile } = await loadSharedConfigFiles({
      configFilepath: file,
      filepath: join(directory, "credentials"),
      ignoreCache: true,
    });
    return configFile;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function stack(id: string, accountId: string, environment: string): SynthesizedStack {
  const provider = {
    region: "eu-west-1",
    allowed_account_ids: [accountId],
    default_tags: [{ tags: { Account: "x", Environment: environment } }],
  };
  return { id, json: { provider: { aws: [provider] } } };
}

function modelOf(principals: readonly Principal[]): AccessModel {
  return { accounts: accountsNamed("dev", "ci"), principals, guardedResources: [], managedPolicies: [], resources: [] };
}

const stacks = [
  stack("b", "222222222222", "dev"),
  stack("a", HOME, "dev"),
  stack("c", HOME, "dev"),
  stack("d", HOME, "account-wide"),
];

test("writes what a role's trust policy requires, in the format that AWS reads", async () => {
  const condition = {
    Bool: { "aws:MultiFactorAuthPresent": "true" },
    StringEquals: { "sts:ExternalId": "key-1", "aws:RequestedRegion": ["us-east-1", "eu-central-1"] },
    IpAddress: { "aws:SourceIp": "192.0.2.0/24" },
  };
  const role = roleWith(HOME, "Admin", [lets([ANN], condition)], {
    maxSessionSeconds: 7200,
    tags: { Solution: "acme" },
  });
  const text = profilesOf(modelOf([role]), stacks, "dev");
  expect(await parsed(text)).toEqual({
    "acme-dev-admin": {
      ...{ role_arn: role.arn, source_profile: "<your profile>", external_id: "key-1", region: "us-east-1" },
      ...{
        mfa_serial: "arn:aws:iam::999999999999:mfa/<your user name>",
        role_session_name: "<your name>",
        duration_seconds: "7200",
      },
    },
  });
  expect(text).toContain("# for ann, from 192.0.2.0/24\n[profile acme-dev-admin]");
});

test("writes only what the trust policy requires", async () => {
  const profiles = await parsed(profilesOf(modelOf([roleWith(HOME, "Reader", [lets([BOB])])]), stacks, "dev"));
  expect(Object.keys(profiles["dev-dev-reader"] ?? {}).sort()).toEqual([
    "region",
    "role_arn",
    "role_session_name",
    "source_profile",
  ]);
});

test.each([
  [
    "a Deny of requests without it",
    [
      lets([BOB]),
      {
        Effect: "Deny",
        Action: "sts:AssumeRole",
        Principal: "*",
        Condition: { BoolIfExists: { "aws:MultiFactorAuthPresent": "false" } },
      },
    ],
  ],
  ["its age", [lets([BOB], { NumericLessThan: { "aws:MultiFactorAuthAge": "3600" } })]],
])("writes the MFA device if MFA is required by %s", (_, statements) => {
  expect(profilesOf(modelOf([roleWith(HOME, "Reader", statements)]), stacks, "dev")).toContain("mfa_serial");
});

test("merges users with the same conditions, and writes separate profiles for others", async () => {
  const role = roleWith(HOME, "Reader", [
    lets([BOB]),
    lets([ANN]),
    lets(["arn:aws:iam::888888888888:user/cy"], { Bool: { "aws:MultiFactorAuthPresent": "true" } }),
  ]);
  const text = profilesOf(modelOf([role]), stacks, "dev");
  expect(text).toContain("# for ann, bob\n");
  expect(text).toContain("# for cy\n");
  expect(Object.keys(await parsed(text)).sort()).toEqual(["dev-dev-reader", "dev-dev-reader-2"]);
});

test("leaves out roles that name no user, and reports if none is left", () => {
  const service = {
    Effect: "Allow",
    Action: "sts:AssumeRole",
    Principal: { Service: "ec2.amazonaws.com", AWS: `arn:aws:iam::${HOME}:root` },
  };
  expect(profilesOf(modelOf([roleWith(HOME, "Machine", [service])]), stacks, "dev")).toContain("# None: ");
});

test("begins with the account that has most of the environment's stacks", () => {
  const roles = ["222222222222", HOME].map((id) => roleWith(id, "Reader", [lets([BOB])]));
  const text = profilesOf(modelOf(roles), stacks, "dev");
  expect([...text.matchAll(/^\[profile (.*)\]$/gm)].map(([, name]) => name)).toEqual([
    "dev-dev-reader",
    "dev-ci-reader",
  ]);
  expect(profilesOf(modelOf(roles.toReversed()), stacks.toReversed(), "dev")).toBe(text);
});

describe("with Identity Center", () => {
  const identityCenter = { accountId: HOME, region: "eu-central-1", groups: [] };
  const admin = (account: string) => roleWith(account, "Admin", [lets([BOB])], { tags: { Solution: "acme" } });
  const sets = [
    setRole("222222222222", "Operator-ci", ["on call"]),
    setRole(HOME, "Operator", ["on call", "leads"]),
    setRole(HOME, "Admin", ["leads"]),
  ];
  const model = { ...modelOf([admin(HOME), ...sets]), identityCenter };

  test("writes the session, a profile for each permission set in each account, and the roles for emergencies", async () => {
    const text = profilesOf(model, stacks);
    const { "acme-dev-admin-emergency": emergency, ...others } = await parsed(text);
    expect(others).toEqual({
      "sso-session.acme": {
        ...{ sso_start_url: "<start URL>", sso_region: "eu-central-1" },
        sso_registration_scopes: "sso:account:access",
      },
      "acme-dev-admin": {
        ...{ sso_session: "acme", sso_account_id: HOME, sso_role_name: "Admin", region: "eu-west-1" },
      },
      "acme-dev-operator": {
        ...{ sso_session: "acme", sso_account_id: HOME, sso_role_name: "Operator", region: "eu-west-1" },
      },
      "acme-ci-operator": {
        ...{ sso_session: "acme", sso_account_id: "222222222222", sso_role_name: "Operator-ci", region: "eu-west-1" },
      },
    });
    expect(emergency).toMatchObject({ role_arn: admin(HOME).arn, source_profile: "<your profile>" });
    expect(text).toContain("# for the groups leads, on call\n[profile acme-dev-operator]");
    expect(text).toContain("# for bob, if Identity Center fails\n[profile acme-dev-admin-emergency]");
    expect(text).toContain("#   <start URL> ");
  });

  test("an environment gets the permission sets of its accounts alone", async () => {
    const text = profilesOf(
      { ...model, principals: sets },
      [stack("a", HOME, "dev"), stack("b", "222222222222", "ci")],
      "ci",
    );
    expect(Object.keys(await parsed(text))).toEqual(["sso-session.estate", "estate-ci-operator"]);
    expect(text).not.toContain("<your profile>");
  });
});

test("rejects an unknown environment, and lists the known ones", () => {
  const ask = () => profilesOf(modelOf([]), [...stacks, stack("e", HOME, "alpha")], "prd");
  expect(ask).toThrow(UserError);
  expect(ask).toThrow('--profiles must be one of alpha, dev, got "prd"');
});

describe("the example estate with users", () => {
  const estate = exampleWithUsers();
  const { model } = accessOf(estate);

  test.each([
    ["dev", ["dev", "master", "dev-analytics", "partner-lab"]],
    ["ci", ["ci", "master"]],
    ["staging", ["staging", "master"]],
    ["prod", ["prod", "master", "prod-analytics"]],
  ])("the profiles of %s are those of Operator and Admin in its accounts", async (environment, accounts) => {
    const profiles = await parsed(profilesOf(model, stacksOf(estate), environment));
    const names = accounts.flatMap((account) => [`galileo-${account}-admin`, `galileo-${account}-operator`]);
    expect(Object.keys(profiles).sort()).toEqual(names.sort());
    for (const profile of Object.values(profiles)) {
      expect(model.principals.map(({ arn }) => arn)).toContain(profile["role_arn"]);
      expect(profile["mfa_serial"]).toBe("arn:aws:iam::111111111111:mfa/<your user name>");
    }
    expect(profiles[`galileo-${environment}-admin`]?.["duration_seconds"]).toBeUndefined();
    expect(profiles[`galileo-${environment}-operator`]?.["duration_seconds"]).toBe(
      environment === "prod" ? "14400" : "28800",
    );
  });
});

test("the shipped estate has profiles for groups, and those of the roles for emergencies", async () => {
  const estate = example();
  const { model } = accessOf(estate);
  const profiles = await parsed(profilesOf(model, stacksOf(estate), "prod"));
  // The invited member has no groups: there, the roles are for every day.
  expect(profilesOf(model, stacksOf(estate), "dev")).toContain(
    "# for emergency\n[profile galileo-partner-lab-admin]\n",
  );
  expect(Object.keys(profiles).sort()).toEqual([
    "galileo-master-admin",
    "galileo-master-admin-emergency",
    "galileo-master-operator",
    "galileo-prod-admin",
    "galileo-prod-admin-emergency",
    "galileo-prod-analytics-admin",
    "galileo-prod-analytics-operator",
    "galileo-prod-operator",
    "sso-session.galileo",
  ]);
  expect(profiles["galileo-prod-admin"]).toMatchObject({ sso_account_id: "555555555555", sso_role_name: "Admin-prod" });
  expect(profiles["galileo-prod-admin-emergency"]).toMatchObject({ role_arn: "arn:aws:iam::555555555555:role/Admin" });
});

test("writes the home region of IAM Identity Center, also if a member manages it, and no profile of that member", async () => {
  const estate = usersWith((file) => {
    file.identityCenter = { account: "dev-analytics", region: "eu-central-1" };
    Object.assign(found(file.accounts, "ci"), { operators: ["group:engineers"], admins: ["group:leads"] });
  });
  const { model } = accessOf(estate);
  expect(model.identityCenter).toMatchObject({ accountId: "666666666666", region: "eu-central-1" });
  const profiles = await parsed(profilesOf(model, stacksOf(estate)));
  const ofGroups = Object.entries(profiles).filter(([, profile]) => profile["sso_account_id"] !== undefined);
  const account = { sso_session: "galileo", sso_account_id: "333333333333", region: "eu-west-1" };
  expect(ofGroups).toEqual([
    ["galileo-ci-admin", { ...account, sso_role_name: "Admin" }],
    ["galileo-ci-operator", { ...account, sso_role_name: "Operator" }],
  ]);
});
