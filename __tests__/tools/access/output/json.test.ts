import type { AccessModel } from "../../../../tools/access/read/model";
import type { Matrix } from "../../../../tools/access/decide/matrix";
import { accessJson, type AccessJson } from "../../../../tools/access/output/json";
import { accountsNamed, adminOf, reordered } from "./graphs";
import { lets, roleWith } from "./principals";

const accounts = accountsNamed("dev", "ci");
const ANN = "arn:aws:iam::999999999999:user/ann";
const principals = accounts.map(({ id }) =>
  roleWith(id, "Admin", [
    lets([ANN]),
    lets(["arn:aws:iam::999999999999:user/bob", ANN]),
    { Effect: "Deny", Action: "sts:AssumeRole", Principal: "*" },
  ]),
);
const model: AccessModel = { accounts, principals, guardedResources: [], managedPolicies: [], resources: [] };
const matrix: Matrix = {
  capabilities: [
    { id: "see", label: "see things", action: "ec2:DescribeInstances" },
    { id: "do", label: "do things", action: "ec2:RunInstances" },
  ],
  rows: principals.map(({ arn }) => ({
    arn,
    cells: { see: { answer: "yes" }, do: { answer: "if", on: ["arn:x"], condition: "if MFA" } },
  })),
};
const graph = adminOf(accounts);

test("holds accounts, principals with what they may do and whom they trust, and the whole graph", () => {
  const told = JSON.parse(accessJson(model, matrix, graph)) as AccessJson;
  expect(told.format).toBe(1);
  expect(told.accounts.map(({ id, name }) => [id, name])).toEqual([
    ["111111111111", "dev"],
    ["222222222222", "ci"],
  ]);
  expect(told.principals[0]).toEqual({
    ...{
      arn: "arn:aws:iam::111111111111:role/Admin",
      kind: "role",
      name: "Admin",
      account: "111111111111",
      maxSessionSeconds: 3600,
    },
    trusts: { AWS: [ANN, "arn:aws:iam::999999999999:user/bob"] },
    may: { do: { answer: "if", on: ["arn:x"], condition: "if MFA" }, see: { answer: "yes" } },
  });
  expect(told.capabilities).toEqual(matrix.capabilities.map(({ id, label, action }) => ({ id, words: label, action })));
  expect(told.actors).toHaveLength(graph.actors.length);
  expect(told.steps).toHaveLength(graph.steps.length);
  expect(told.paths).toEqual(graph.paths.toSorted((a, b) => (a.from + a.accountId < b.from + b.accountId ? -1 : 1)));
});

test("says where an account is in its organization, by names of policies", () => {
  const policy = { name: "guardrails", source: "x", version: "2012-10-17", statements: [] };
  const [dev, ci] = accounts;
  const bound = { ...model, accounts: [{ ...dev, organizationPath: [{ name: "root", policies: [policy] }] }, ci] };
  const told = JSON.parse(accessJson(bound, matrix, graph)) as AccessJson;
  expect(told.accounts[0]?.organizationPath).toEqual([{ name: "root", policies: ["guardrails"] }]);
  expect(told.accounts[1]).not.toHaveProperty("organizationPath");
});

test("is the same whatever the order of what it is made from, two spaces deep", () => {
  const text = accessJson(model, matrix, graph);
  const other = {
    model: { ...model, accounts: accounts.toReversed(), principals: principals.toReversed() },
    matrix: {
      ...matrix,
      rows: matrix.rows
        .toReversed()
        .map(({ arn, cells }) => ({ cells: Object.fromEntries(Object.entries(cells).reverse()), arn })),
    },
  };
  expect(accessJson(other.model, other.matrix, reordered(graph))).toBe(text);
  expect(text).toMatch(/^\{\n {2}"format": 1,\n {2}"accounts": \[\n {4}\{/);
});
