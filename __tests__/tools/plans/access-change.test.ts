import type { SynthesizedStack } from "../../../tools/synth/synthesized";
import { accessChange, changesGrants } from "../../../tools/plans/access-change";
import type { ResourceChange } from "../../../tools/review/plan-json";
import { stacksOf } from "../../support/access";
import { found, smallWith } from "../../support/estates";
import { created, deleted, planOf, replaced, unchanged, updated } from "./access-change/plans";
import { statesOf } from "./access-change/states";
import type { JsonObject } from "../../../tools/support/json";

/* Handwritten plans of the shipped estate. Plans that do not occur there are in the files of the folder. */

const stacks = stacksOf(smallWith(() => undefined));
const states = statesOf(stacks);

/** A resource of a stack with the values in its state. */
function stateOf(stack: string, type: string, where: JsonObject = {}): { name: string; values: JsonObject } {
  const all = [...(states.get(stack) ?? [])].filter(([address, values]) => {
    return address.startsWith(`${type}.`) && Object.entries(where).every(([key, value]) => values[key] === value);
  });
  const [first, ...others] = all;
  if (!first || others.length > 0)
    throw new Error(`${all.length} of ${type} in ${stack}: ${all.map(([address]) => address).join(", ")}`);
  return { name: first[0].slice(type.length + 1), values: first[1] };
}

const changeOf = (stack: string, ...changes: readonly ResourceChange[]) =>
  accessChange(stacks, new Map([[stack, planOf(changes)]]));

/** A policy with a replaced text. */
function rewritten(values: JsonObject, argument: string, from: string, to: string): JsonObject {
  const text = String(values[argument]);
  if (!text.includes(from)) throw new Error(`${text} has no ${from}`);
  return { ...values, [argument]: text.replace(from, to) };
}

const API_HANDLER = "arn:aws:iam::333333333333:role/ci-irl-galileo-ApiHandler";
const OPERATOR = "arn:aws:iam::333333333333:role/Operator";
const DATA = "arn:aws:s3:::333333333333-ci-irl-galileo-studydata";

test("an action that an inline policy gets", async () => {
  const { name, values } = stateOf("ci-iam", "aws_iam_role_policy", { role: "Operator", name: "database-power" });
  const before = rewritten(values, "policy", ',"rds:RebootDBInstance"', "");
  expect(await changeOf("ci-iam", updated("aws_iam_role_policy", name, before, values))).toEqual({
    widens: true,
    lines: [
      OPERATOR,
      expect.stringMatching(
        /^ {2}\+ may now rds:RebootDBInstance on arn:aws:rds:\*:333333333333:db:\*, if aws:ResourceTag/,
      ),
    ],
  });
});

test("an action that an inline policy loses", async () => {
  const { name, values } = stateOf("ci-iam", "aws_iam_role_policy", { role: "Operator", name: "database-power" });
  const before = rewritten(values, "policy", '"rds:RebootDBInstance"', '"rds:RebootDBInstance","rds:DeleteDBInstance"');
  expect(await changeOf("ci-iam", updated("aws_iam_role_policy", name, before, values))).toEqual({
    widens: false,
    lines: [OPERATOR, expect.stringMatching(/^ {2}- may no longer rds:DeleteDBInstance on /)],
  });
});

test("an attached policy and a detached policy", async () => {
  const attachment = stateOf("ci-iam", "aws_iam_role_policy_attachment", { role: "managed-instance" });
  const attached = created("aws_iam_role_policy_attachment", attachment.name, attachment.values);
  const admin = "arn:aws:iam::aws:policy/AdministratorAccess";
  const byHand = { id: "managed-instance-2026", role: "managed-instance", policy_arn: admin };
  const change = await changeOf("ci-iam", attached, deleted("aws_iam_role_policy_attachment", "gone_0A1B2C3D", byHand));
  expect(change?.widens).toBe(false); // everything was more
  expect(change?.lines).toContain("arn:aws:iam::333333333333:role/managed-instance");
  expect(change?.lines).toContain("  - may no longer * on *");
  // The list of all attachments also attaches what is missing: it has the policy only once AWS has it.
  const list = stateOf("ci-iam", "aws_iam_role_policy_attachments_exclusive", { role_name: "managed-instance" });
  const listed = updated(
    "aws_iam_role_policy_attachments_exclusive",
    list.name,
    { ...list.values, policy_arns: [] },
    list.values,
  );
  expect(await changeOf("ci-iam", attached)).toEqual({ widens: false, lines: [] });
  const alone = await changeOf("ci-iam", attached, listed);
  expect(alone).toEqual({
    widens: true,
    lines: [
      "arn:aws:iam::333333333333:role/managed-instance",
      expect.stringMatching(/^ {2}\+ may now ec2messages:AcknowledgeMessage, .* on \*$/),
    ],
  });
});

test("a wider trust policy", async () => {
  const { name, values } = stateOf("ci-application", "aws_iam_role", { name: "ci-irl-galileo-ApiHandler" });
  const before = rewritten(values, "assume_role_policy", '"states.amazonaws.com"', '"lambda.amazonaws.com"');
  expect(await changeOf("ci-application", updated("aws_iam_role", name, before, values))).toEqual({
    widens: true,
    lines: [API_HANDLER, "  + may now be assumed by states.amazonaws.com"],
  });
});

test("a longer session and a removed permissions boundary", async () => {
  const { name, values } = stateOf("ci-iam", "aws_iam_role", { name: "Operator" });
  const boundary = "arn:aws:iam::333333333333:policy/service/elastic-container-registry-user-boundary";
  const before = { ...values, permissions_boundary: boundary, max_session_duration: 3600 };
  const change = await changeOf("ci-iam", updated("aws_iam_role", name, before, values));
  expect(change?.widens).toBe(true);
  expect(change?.lines.slice(0, 3)).toEqual([
    OPERATOR,
    `  + no longer has the boundary ${boundary}`,
    "  + its sessions may now last 28800 seconds (was 3600)",
  ]);
  const unblocked = `  + its boundary ${boundary} no longer blocks `;
  expect(change?.lines.slice(3).every((line) => line.startsWith(unblocked))).toBe(true);
});

/** All resources of a role. */
function roleWith(stack: string, role: string, as: typeof created): readonly ResourceChange[] {
  return [...(states.get(stack) ?? [])].flatMap(([address, values]) => {
    const [type = "", name = ""] = address.split(".");
    const isOfRole =
      type === "aws_iam_role" ? values["name"] === role : type.startsWith("aws_iam_role_") && values["role"] === role;
    return isOfRole ? [as(type, name, values)] : [];
  });
}

test("a created role, a deleted role and a renamed role", async () => {
  const made = await changeOf("ci-application", ...roleWith("ci-application", "ci-irl-galileo-ApiHandler", created));
  expect(made?.widens).toBe(true);
  expect(made?.lines.slice(0, 2)).toEqual([API_HANDLER, "  + is new"]);

  const gone = await changeOf("ci-application", ...roleWith("ci-application", "ci-irl-galileo-ApiHandler", deleted));
  expect(gone?.widens).toBe(false);
  expect(gone?.lines.slice(0, 2)).toEqual([API_HANDLER, "  - is deleted"]);

  const rename = (values: JsonObject): JsonObject =>
    JSON.parse(JSON.stringify(values).replaceAll("ci-irl-galileo-ApiHandler", "Handler")) as JsonObject;
  const renamed = roleWith("ci-application", "ci-irl-galileo-ApiHandler", (type, name, values) =>
    replaced(type, name, rename(values), values),
  );
  const change = await changeOf("ci-application", ...renamed);
  expect(change?.lines).toContain("arn:aws:iam::333333333333:role/Handler");
  const roles = change?.lines.filter((line) => / is (new|deleted)$/.test(line)).sort();
  expect(roles).toEqual(["  + is new", "  - is deleted"]);
});

test("a removed statement of a bucket policy", async () => {
  const { name, values } = stateOf("ci-application", "aws_s3_bucket_policy");
  const { Statement, ...others } = JSON.parse(String(values["policy"])) as { Statement: object[] };
  const denial = { Effect: "Deny", Principal: "*", Action: "s3:DeleteObject", Resource: `${DATA}/*` };
  const dropped = { Sid: "NobodyDeletes", ...denial };
  const before = { ...values, policy: JSON.stringify({ ...others, Statement: [...Statement, dropped] }) };
  expect(await changeOf("ci-application", updated("aws_s3_bucket_policy", name, before, values))).toEqual({
    widens: true,
    lines: [DATA, `  + denies everybody s3:DeleteObject on ${DATA}/*; still denied if aws:SecureTransport is "false"`],
  });
});

describe("service control policies", () => {
  const organization = stacksOf(
    smallWith((file) => {
      const { operators, admins, monthlyBudgetUsd } = found(file.accounts, "ci");
      const lab = { kind: "member", membership: "created", id: "666666666666", email: "aws-lab@example.com" } as const;
      file.accounts["lab"] = { ...lab, operators, admins, monthlyBudgetUsd };
    }),
  );
  const LAB = "account lab (666666666666)";
  const state = [...(statesOf(organization).get("master-organization") ?? [])].map(([address, values]) => {
    const [type = "", name = ""] = address.split(".");
    return unchanged(type, name, values);
  });
  const changeOf = (changes: readonly ResourceChange[]) =>
    accessChange(organization, new Map([["master-organization", planOf(changes)]]));

  test("a service control policy that denies less", async () => {
    const conduct = state.find(({ change }) =>
      String((change.before as JsonObject)["content"]).includes("organizations:LeaveOrganization"),
    );
    const { name = "", change } = conduct ?? {};
    const after = change?.after as JsonObject;
    const leave = '"organizations:LeaveOrganization"';
    const before = rewritten(after, "content", leave, `${leave},"organizations:CreateAccount"`);
    const others = state.filter((each) => each !== conduct);
    expect(await changeOf([...others, updated("aws_organizations_policy", name, before, after)])).toEqual({
      widens: true,
      lines: [
        LAB,
        expect.stringMatching(
          /^ {2}\+ no longer denied by service control policies: organizations:CreateAccount on \*/,
        ),
      ],
    });
  });

  test("a deleted service control policy, with the ids of AWS", async () => {
    const denial = { Effect: "Deny", Action: "s3:CreateBucket", Resource: "*" };
    const content = JSON.stringify({ Version: "2012-10-17", Statement: [denial] });
    const policy = { id: "p-second00", arn: "arn:p-second00", name: "second", type: "SERVICE_CONTROL_POLICY", content };
    const attachment = { id: "r-abcd:p-second00", policy_id: "p-second00", target_id: "r-abcd", skip_destroy: null };
    const gone = [
      deleted("aws_organizations_policy", "second", policy),
      deleted("aws_organizations_policy_attachment", "second", attachment),
    ];
    expect(await changeOf([...state, ...gone])).toEqual({
      widens: true,
      lines: [
        LAB,
        expect.stringMatching(/^ {2}\+ no longer denied by service control policies: s3:CreateBucket on \*/),
      ],
    });
  });

  test("a member account with changed tags keeps its place in the organization", async () => {
    const member = state.find(({ type }) => type === "aws_organizations_account");
    const { name = "", type = "", change } = member ?? {};
    const after = change?.after as JsonObject;
    const others = state.filter((each) => each !== member);
    const before = { ...after, tags_all: { ChargeCode: "another" } };
    expect(await changeOf([...others, updated(type, name, before, after)])).toEqual({ widens: false, lines: [] });
  });
});

test("a tag that no policy uses does not change access", async () => {
  const { name, values } = stateOf("ci-iam", "aws_iam_role", { name: "Operator" });
  const all = { ...(values["tags_all"] as object), Team: "other", ChargeCode: "another" };
  const before = { ...values, tags: { Team: "other" }, tags_all: all };
  expect(await changeOf("ci-iam", updated("aws_iam_role", name, before, values))).toEqual({ widens: false, lines: [] });
});

describe("nothing is computed or reported", () => {
  // Reading the access of these stacks would fail.
  const resource = { aws_iam_role: { x: { name: "${var.nothing}" } } };
  const unreadable: SynthesizedStack = { id: "unreadable", json: { resource } };
  const changeOf = (...changes: readonly ResourceChange[]) =>
    accessChange([...stacks, unreadable], new Map([["ci-network", planOf(changes)]]));

  const grant = [{ permissions: ["FULL_CONTROL"] }];
  const bucket = { id: "old", bucket: "old", acl: null, policy: "", grant };
  test.each<[string, ResourceChange]>([
    ["a network", updated("aws_vpc", "network_vpc", { cidr_block: "10.0.0.0/16" }, { cidr_block: "10.0.0.0/20" })],
    ["a bucket that goes", deleted("aws_s3_bucket", "old", bucket)],
    ["a role that stays what it is", unchanged("aws_iam_role", "x", { name: "x" })],
    ["a resource that excludes other attachments", created("aws_iam_role_policies_exclusive", "x", { role_name: "x" })],
    ["data that is read", { ...created("aws_iam_policy_document", "x", {}), mode: "data" }],
  ])("of %s", async (_, change) => {
    expect(await changeOf(change)).toBeUndefined();
  });

  test("of no plans", async () => {
    expect(await accessChange([unreadable], new Map())).toBeUndefined();
  });

  test("but a role is read", async () => {
    expect((await changeOf(created("aws_iam_role", "x", { name: "x" })))?.widens).toBe(true);
  });
});

describe("of part of the stacks", () => {
  const part = stacks.filter(({ id }) => id === "ci-iam");

  test("the same is reported, with every stack", async () => {
    const { name, values } = stateOf("ci-iam", "aws_iam_role_policy", { role: "Operator", name: "database-power" });
    const before = rewritten(values, "policy", ',"rds:RebootDBInstance"', "");
    const plans = new Map([["ci-iam", planOf([updated("aws_iam_role_policy", name, before, values)])]]);
    const whole = await accessChange(stacks, plans);
    expect(whole?.lines).not.toEqual([]);
    expect(await accessChange(part, plans, () => stacks)).toEqual(whole);
  });

  test("the others are not asked for if no resource that grants access changes", async () => {
    const every = jest.fn(() => stacks);
    const vpc = updated("aws_vpc", "x", { cidr_block: "10.0.0.0/16" }, { cidr_block: "10.0.0.0/20" });
    expect(await accessChange(part, new Map([["ci-iam", planOf([vpc])]]), every)).toBeUndefined();
    expect(every).not.toHaveBeenCalled();
    const role = created("aws_iam_role", "x", { name: "x" });
    await accessChange(part, new Map([["ci-iam", planOf([role])]]), every);
    expect(every).toHaveBeenCalledTimes(1);
  });
});

describe("stacks that are not planned are read:", () => {
  const role = stateOf("ci-iam", "aws_iam_role", { name: "Operator" });
  const vpc = { cidr_block: "10.0.0.0/16" };

  test.each([
    { what: "a role is created", change: created("aws_iam_role", role.name, role.values), isSure: true, isRead: true },
    { what: "a role is deleted", change: deleted("aws_iam_role", "old", role.values), isSure: true, isRead: true },
    { what: "a key is given to anyone", change: created("aws_kms_grant", "any", {}), isSure: false, isRead: true }, // prettier-ignore
    { what: "a role stays", change: unchanged("aws_iam_role", role.name, role.values), isSure: false, isRead: false },
    { what: "a VPC is created", change: created("aws_vpc", "own", vpc), isSure: false, isRead: false },
  ])("$isRead if $what, and before the others are planned: $isSure", async ({ change, isSure, isRead }) => {
    const plan = planOf([change]);
    const everyStack = jest.fn(() => Promise.resolve(stacks));
    await accessChange(stacks, new Map([["ci-iam", plan]]), everyStack);
    expect(everyStack).toHaveBeenCalledTimes(isRead ? 1 : 0);
    expect(changesGrants(plan)).toBe(isSure);
  });
});
