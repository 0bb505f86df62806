import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CreateUserCommand } from "@aws-sdk/client-iam";
import { stacksOf } from "../../config/layout";
import type { EstateFile } from "../../config/schema";
import { turnOnIdentityCenter } from "../../tools/emulator/emulator";
import { trustOf } from "../../tools/rehearsal/account-proofs";
import { IdentityCenter } from "../../tools/rehearsal/clients";
import { identityProofs } from "../../tools/rehearsal/identity-proofs";
import { existingIdentityCenter } from "../../tools/rehearsal/preconditions";
import { tryProofs } from "../../tools/rehearsal/proof";
import { accessOf } from "../support/access";
import { NOBODY, startClone, startProcess, type Clone, type Ended } from "./support/clone";
import { stepsOf, untruthOf, type DocStep } from "./support/doc-steps";
import { DEV, identityEstate, joinOrganization, MASTER, settingsOf, USERS } from "./support/identity-estate";

/*
 * IAM Identity Center: what is missing or taken, the page on moving from users to groups, each key, and what the proofs
 * find. identity-throttling.test.ts plans many assignments.
 */

const PAGE = readFileSync(join(__dirname, "../../docs/identity-center.md"), "utf8");
const [, SECTION = ""] = PAGE.split("## From IAM users to groups");
const [both = {}, groupsOnly = {}] = settingsOf(SECTION);
const STEPS = stepsOf(SECTION);
const STACKS = ["master-iam", "dev-iam", "master-identity"];
const EMERGENCY = `arn:aws:iam::${MASTER}:user/emergency`;
const ADMIN = `arn:aws:iam::${DEV}:role/Admin`;

let clone: Clone;
let center: IdentityCenter;

beforeAll(async () => {
  clone = await startClone("identity", { estate: identityEstate({}) });
  for (const account of ["master", "dev"]) await clone.makeStateBucket(account);
  await clone.apply("master-organization", "master-iam", "dev-iam");
});

afterAll(() => clone.stop());

const apply = (): Promise<Ended> =>
  clone.run("apply", clone.lastPlan(), "--skip-promotion", "--reason", "a test of people");

const estateOf = ({ identityCenter, ...people }: typeof both, change?: (file: EstateFile) => void): EstateFile =>
  identityEstate(people, (file) => {
    file.identityCenter = structuredClone(identityCenter ?? both.identityCenter);
    change?.(file);
  });

/** Terraform's text without its line breaks. */
const words = (text: string): string => text.replaceAll(/\s+/g, " ");

/** Plans and applies a change of the estate; the plan after it must be empty. Returns the plan's output. */
async function changeTo(file: EstateFile): Promise<string> {
  clone.change(file);
  const planned = await clone.run("plan", ...STACKS);
  expect(planned).toExitWith(2);
  expect(await apply()).toExitWith(0);
  expect(await clone.run("plan", ...STACKS)).toExitWith(0);
  return planned.output;
}

/** The claims about Identity Center that do not hold for the estate, with their messages. */
async function broken(): Promise<string[]> {
  const proofs = identityProofs(clone.estate, stacksOf(clone.estate), clone.url);
  expect(proofs.length).toBeGreaterThan(2);
  return (await tryProofs(proofs)).flatMap(({ error }) => error?.message ?? []);
}

describe("what is missing", () => {
  test("the instance: the plan fails, with the account, the region and the remedy", async () => {
    clone.change(estateOf(both));
    const { output, ...ended } = await clone.run("plan", "master-identity");
    expect({ ...ended, output }).toExitWith(1);
    expect(words(output)).toContain(
      `The account master (${MASTER}) must see one instance of IAM Identity Center in eu-west-1, got 0. Turn it on in the console of the master account`,
    );
  });

  test("a group that the estate only names: the plan fails, and names it", async () => {
    const existing = existingIdentityCenter(clone.estate);
    if (existing === undefined) throw new Error("the estate must have identityCenter");
    await turnOnIdentityCenter(clone.url, existing);
    center = await IdentityCenter.of(clone.url, MASTER, "eu-west-1");
    clone.change(estateOf(both, (file) => file.accounts["dev"]?.operators.push("group:auditors")));
    const { output, ...ended } = await clone.run("plan", "master-identity");
    expect({ ...ended, output }).toExitWith(1);
    expect(words(output)).toMatch(/GROUP not found.*data\.aws_identitystore_group\.group_existing_auditors/);
  });

  test("the account's place in the organization: the plan is blocked, and names the invitation", async () => {
    clone.change(estateOf(both));
    const { output, ...ended } = await clone.run("plan", "master-identity");
    expect({ ...ended, output }).toExitWith(2);
    expect(words(output)).toContain(
      `the account dev (${DEV}) is not an active account of the organization, so IAM Identity Center assigns nobody in it. Set joins: true in accounts.dev, run npm run accounts -- --invite dev`,
    );
    await joinOrganization(clone, DEV);
  });
});

/** Who can become Admin in an account, as the emulator says: users by the role, groups with a member by an assignment. */
async function waysIn(account: string): Promise<string[]> {
  const { effect, principals } = await trustOf(clone.clients(account), "Admin");
  const groups: string[] = [];
  for (const set of await center.list("sso", "ListPermissionSetsProvisionedToAccount", "PermissionSets", {
    AccountId: account,
  })) {
    const about = { AccountId: account, PermissionSetArn: set };
    const { PermissionSet } = await center.call("sso", "DescribePermissionSet", { PermissionSetArn: set });
    if (!(PermissionSet as { Name: string }).Name.startsWith("Admin")) continue;
    for (const each of await center.list("sso", "ListAccountAssignments", "AccountAssignments", about)) {
      const { PrincipalId: GroupId } = each as { PrincipalId: string };
      const { DisplayName } = await center.call("identitystore", "DescribeGroup", { GroupId });
      const members = await center.list("identitystore", "ListGroupMemberships", "GroupMemberships", { GroupId });
      if (members.length > 0) groups.push(`group ${String(DisplayName)}`);
    }
  }
  return [...(effect === "Allow" ? principals : []).map((arn) => arn.replace(/.*:user\//, "user ")), ...groups];
}

describe("from IAM users to groups, as the page says", () => {
  /** What the page prints, with its commands run in the clone. */
  async function follow(step: DocStep | undefined): Promise<void> {
    const { commands, printed } = step ?? { commands: [], printed: ["a step"] };
    const environment = { ...clone.environment, ...NOBODY, NO_COLOR: "1" };
    let all = "";
    for (const { text, exitCode } of commands) {
      const line = text
        .replace(/^npm run (\w+) --/, "node --require ./tools/support/typescript.cjs tools/cli/$1.ts")
        .replace("plans/<id>", () => clone.lastPlan());
      const { code, output } = await startProcess("sh", ["-c", line], { directory: clone.directory, environment })
        .ended;
      expect({ code, output: `${line}\n${output}` }).toExitWith(exitCode);
      all += output;
    }
    expect({ untruth: untruthOf(printed, all), all }).toEqual({ untruth: undefined, all });
  }

  test("has two steps that change the estate", () => {
    expect(STEPS).toHaveLength(2);
    expect([both.breakGlass, groupsOnly.breakGlass]).toEqual([undefined, [EMERGENCY]]);
  });

  test("before, the users get in", async () => {
    for (const account of [MASTER, DEV]) expect(await waysIn(account)).toEqual(["user platform-lead"]);
  });

  test("with groups and users together, both get in", async () => {
    clone.change(estateOf(both));
    await follow(STEPS[0]);
    for (const account of [MASTER, DEV])
      expect(await waysIn(account)).toEqual(["user platform-lead", "group platform-leads"]);
    expect(await broken()).toEqual([]);
  });

  test("with groups only, the groups get in, and the emergency user with MFA alone", async () => {
    await clone.clients(MASTER).iam.send(new CreateUserCommand({ UserName: "emergency" }));
    clone.change(estateOf(groupsOnly));
    await follow(STEPS[1]);
    for (const account of [MASTER, DEV])
      expect(await waysIn(account)).toEqual(["user emergency", "group platform-leads"]);
    expect((await trustOf(clone.clients(DEV), "Operator")).effect).toBe("Deny");
    const access = accessOf(clone.estate);
    await expect(access).toAllowAssume({ from: EMERGENCY, to: ADMIN, mfa: true });
    await expect(access).not.toAllowAssume({ from: EMERGENCY, to: ADMIN, mfa: false });
    await expect(access).not.toAllowAssume({ from: `arn:aws:iam::${MASTER}:user/platform-lead`, to: ADMIN, mfa: true });
  });
});

test("back to users, the groups stay until the users may assume the roles", async () => {
  clone.change(
    identityEstate({ ...USERS, admins: [EMERGENCY] }, (file) => (file.identityCenter = both.identityCenter)),
  );
  const { output, ...ended } = await clone.run("plan", "master-identity");
  expect({ ...ended, output }).toExitWith(2);
  const blocked = [
    ...words(output).matchAll(/nobody could work as (\w+) in (\w+) \(\d+\): its last group is removed/g),
  ];
  // Admin trusts the emergency user in both accounts.
  expect(blocked.map(([, role, account]) => [role, account]).sort()).toEqual([
    ["Operator", "dev"],
    ["Operator", "master"],
  ]);
});

describe("each key", () => {
  test("a group that exists, another description, members, session and emergency user are planned and applied in place", async () => {
    await center.call("identitystore", "CreateGroup", { DisplayName: "auditors" });
    await center.call("identitystore", "CreateUser", {
      UserName: "second@example.com",
      DisplayName: "Second",
      Name: { GivenName: "Second", FamilyName: "Lead" },
    });
    const output = await changeTo(
      estateOf(groupsOnly, ({ accounts, identityCenter }) => {
        accounts["dev"]?.operators.push("group:auditors");
        if (accounts["dev"]) accounts["dev"].breakGlass = [`arn:aws:iam::${MASTER}:user/platform-lead`];
        Object.assign(identityCenter?.groups?.["platform-leads"] ?? {}, {
          description: "People who decide",
          members: ["second@example.com"],
        });
      }),
    );
    expect(output).toMatch(/master-identity: .*2 to create/);
    expect(await broken()).toEqual([]);
    expect(await waysIn(DEV)).toEqual(["user platform-lead", "group platform-leads"]);
  });

  test("networks and session length of an account give it sets of its own, and leave the others", async () => {
    await changeTo(
      estateOf(groupsOnly, ({ accounts }) => {
        Object.assign(accounts["dev"] ?? {}, { sourceIps: ["198.51.100.0/24"], operatorSessionSeconds: 14400 });
      }),
    );
    expect(await broken()).toEqual([]);
    expect(await waysIn(MASTER)).toEqual(["user emergency", "group platform-leads"]);
    expect(await waysIn(DEV)).toEqual(["user emergency", "group platform-leads"]);
  });
});

/** What `npm run drift -- --unmanaged` lists of Identity Center, without the region. */
async function unmanaged(): Promise<string[]> {
  const { output } = await clone.run("drift", "--unmanaged", "account:master");
  expect(output).toMatch(/^master: \d+ resources? without a state$/m); // its state bucket
  return [...output.matchAll(/^ {2}aws_((?:ssoadmin|identitystore)_\w+ {2}.*?) {2}eu-west-1/gm)].map(
    ([, found = ""]) => found,
  );
}

describe("what somebody adds by hand", () => {
  beforeAll(async () => {
    expect(await broken()).toEqual([]);
    expect(await unmanaged()).toEqual([]);
    const sets = new Map<unknown, string>();
    for (const PermissionSetArn of await center.list("sso", "ListPermissionSets", "PermissionSets")) {
      const { PermissionSet } = await center.call("sso", "DescribePermissionSet", { PermissionSetArn });
      sets.set((PermissionSet as { Name: string }).Name, String(PermissionSetArn));
    }
    const PermissionSetArn = sets.get("Admin");
    await center.call("sso", "UpdatePermissionSet", { PermissionSetArn, SessionDuration: "PT12H" });
    const idOf = async (kind: "Group" | "User", AttributePath: string, AttributeValue: string) => {
      const AlternateIdentifier = { UniqueAttribute: { AttributePath, AttributeValue } };
      return (await center.call("identitystore", `Get${kind}Id`, { AlternateIdentifier }))[`${kind}Id`];
    };
    await center.call("sso", "CreateAccountAssignment", {
      ...{ PermissionSetArn, PrincipalId: await idOf("Group", "DisplayName", "auditors"), PrincipalType: "GROUP" },
      ...{ TargetId: DEV, TargetType: "AWS_ACCOUNT" },
    });
    const ManagedPolicyArn = "arn:aws:iam::aws:policy/IAMFullAccess";
    const operator = { PermissionSetArn: sets.get("Operator") };
    await center.call("sso", "AttachManagedPolicyToPermissionSet", { ...operator, ManagedPolicyArn });
    await center.call("sso", "PutPermissionsBoundaryToPermissionSet", {
      ...operator,
      PermissionsBoundary: { ManagedPolicyArn },
    });
    const InlinePolicy = JSON.stringify({ Version: "2012-10-17", Statement: [] });
    await center.call("sso", "PutInlinePolicyToPermissionSet", { PermissionSetArn, InlinePolicy });
    await center.call("identitystore", "CreateGroupMembership", {
      GroupId: await idOf("Group", "DisplayName", "platform-leads"),
      MemberId: { UserId: await idOf("User", "UserName", "engineer@example.com") },
    });
  });

  test("fails the proofs", async () => {
    expect(await broken()).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^assignments must be .*auditors/),
        expect.stringMatching(/^session seconds must be \d+, got 43200$/),
        expect.stringMatching(/^members of platform-leads must be .*engineer@example\.com/),
      ]),
    );
  });

  test("is listed as unmanaged, and no longer once it is accepted", async () => {
    const found = await unmanaged();
    expect(found).toEqual([
      "identitystore_group_membership  platform-leads: user engineer@example.com",
      "ssoadmin_account_assignment  Admin in dev: group auditors",
      "ssoadmin_managed_policy_attachment  Operator policy IAMFullAccess",
      "ssoadmin_permission_set_inline_policy  Admin inline policy",
      "ssoadmin_permissions_boundary_attachment  Operator permissions boundary",
    ]);
    const entries = found.map((line) => {
      const [type, id] = line.split("  ");
      return { account: "master", type: `aws_${type ?? ""}`, id, reason: "a test" };
    });
    writeFileSync(join(clone.directory, "config/estate.unmanaged.json"), JSON.stringify(entries));
    expect(await unmanaged()).toEqual([]);
  });
});
