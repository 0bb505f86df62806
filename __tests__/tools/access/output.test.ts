import { Access } from "../../../tools/access/decide/access";
import { matrixOf } from "../../../tools/access/decide/matrix";
import { accessGraphOf } from "../../../tools/access/graph/access-graph-of";
import { type AccessJson, accessJson } from "../../../tools/access/output/json";
import { accessPage } from "../../../tools/access/output/page";
import { Report } from "../../../tools/access/output/report";
import type { SynthesizedStack } from "../../../tools/synth/synthesized";
import { ADMINISTRATOR_ACCESS, identityStack, setArn } from "./identity";
import { allow, modelOf, ONE, roleBlocks, stackOf, TWO } from "./support";

async function readingOf(stacks: readonly SynthesizedStack[]) {
  const access = new Access(modelOf(...stacks));
  const [graph, matrix] = [await accessGraphOf(access), await matrixOf(access)];
  const { model } = access;
  return {
    report: new Report(model, matrix, graph),
    page: accessPage(model, matrix, graph),
    json: JSON.parse(accessJson(model, matrix, graph)) as AccessJson,
  };
}

const ids = Array.from({ length: 40 }, (_, index) => String(100_000_000_000 + index));
const FIVE = ["a", "b", "c", "d", "e"].map((letter) => `group-${letter}`);

/** Two permission sets, assigned to groups in accounts, and a role in each account. */
function estate(accounts: readonly string[], groups: readonly string[]): SynthesizedStack[] {
  const assigned = Object.fromEntries(accounts.map((id) => [id, groups]));
  const sets = {
    Admin: { managed: [ADMINISTRATOR_ACCESS], assigned },
    Operator: { may: [allow("ec2:Describe*")], seconds: "PT8H", assigned },
  };
  const worker = roleBlocks("worker", allow("s3:GetObject", "arn:aws:s3:::data/*"));
  return [
    identityStack({ sets, account: accounts[0] ?? ONE, groups: { "group-a": ["ann", "ben"] } }),
    ...accounts.map((account) => stackOf(worker, { id: `roles-${account}`, account })),
  ];
}

test("names groups as those who become administrator, by permission set and account", async () => {
  const { report } = await readingOf(estate([ONE, TWO], ["group-a"]));
  const [ways, onwards] = report.administrators().tables;
  expect(ways?.rows).toEqual([
    ["group group-a of Identity Center", "assumes permission set Admin", `${ONE}, ${TWO}`, ""],
    ["permission set Admin", "direct: its policies allow everything", `${ONE}, ${TWO}`, ""],
  ]);
  expect(onwards?.rows).toEqual([[`administrators of ${ONE}`, "give themselves a permission set", TWO]]);
});

test("lists permission sets among the roles, with their groups and the members of these", async () => {
  const { report } = await readingOf(estate([ONE, TWO], ["group-a", "found"]));
  expect(report.rolePermissions().tables[0]?.rows.map(([role, , may]) => [role, may])).toEqual([
    ["permission set Admin", "administer"],
    ["permission set Operator", "read config*"],
    ["worker", "read data*"],
  ]);
  const [trust, groups] = report.trust().tables;
  const by = "group found of Identity Center, group group-a of Identity Center";
  expect(trust?.rows.slice(0, 2)).toEqual([
    ["permission set Admin", `${ONE}, ${TWO}`, by, "sign-in of Identity Center", "1 h"],
    ["permission set Operator", `${ONE}, ${TWO}`, by, "sign-in of Identity Center", "8 h"],
  ]);
  expect(groups?.rows).toEqual([
    ["found", "the identity source", ""],
    ["group-a", "this project", "ann, ben"],
  ]);
});

test("says by name where a principal that is no administrator gives itself access", async () => {
  const assigns = roleBlocks("helpdesk", allow("sso:CreateAccountAssignment", `arn:aws:sso:::account/${TWO}`));
  const { report } = await readingOf([
    ...estate([ONE, TWO], ["group-a"]),
    stackOf(assigns, { id: "helpdesk", account: ONE }),
  ]);
  expect(report.escalations().tables[0]?.rows).toContainEqual([
    ...["helpdesk", ONE, `gives itself a permission set, and is then administrator of ${TWO}`, "none"],
  ]);
});

test("writes as JSON the groups, and for which permission set a role is", async () => {
  const { json } = await readingOf(estate([ONE, TWO], ["group-a"]));
  expect(json.identityCenter).toEqual({
    ...{ account: ONE, region: "eu-west-1" },
    groups: [{ name: "group-a", created: true, members: ["ann", "ben"] }],
  });
  expect(json.principals.find(({ arn }) => arn === setArn(TWO, "Admin"))).toMatchObject({
    ...{ name: "AWSReservedSSO_Admin_*", permissionSet: "Admin", account: TWO, maxSessionSeconds: 3600 },
    trusts: { IdentityCenterGroup: ["group-a"] },
  });
  expect(json.actors).toContainEqual({
    ...{ id: "group:group-a", kind: "group", name: "group group-a of Identity Center", accountId: ONE },
  });
});

test("40 accounts, 2 permission sets and 5 groups fill no more rows than 3 accounts and 2 groups", async () => {
  const rowsOf = async (accounts: readonly string[], groups: readonly string[]) => {
    const { page } = await readingOf(estate(accounts, groups));
    const lines = page.split("\n").filter((line) => line.startsWith("| ") && !/^\| (---|1\d{11} )/.test(line));
    return lines.filter((line) => !line.startsWith("| group-"));
  };
  const [few, many] = [await rowsOf(ids.slice(0, 3), FIVE.slice(0, 2)), await rowsOf(ids, FIVE)];
  expect(many.filter((line) => line.includes("permission set")).length).toBeGreaterThan(5);
  expect(many).toHaveLength(few.length);
}, 30_000);

test("the same estate gives the same page, in whatever order its stacks are", async () => {
  const stacks = estate(ids.slice(0, 3), FIVE);
  const [{ page }, reversed] = [await readingOf(stacks), await readingOf(stacks.toReversed())];
  expect(reversed.page).toBe(page);
  expect(page).not.toMatch(/AWSReservedSSO_\w+_[0-9a-f]{16}/);
});
