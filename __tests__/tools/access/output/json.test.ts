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

test("holds accounts, principals with their permissions and trust, and the whole graph", () => {
  const written = JSON.parse(accessJson(model, matrix, graph)) as AccessJson;
  expect(written.format).toBe(2);
  expect(written.accounts.map(({ id, name }) => [id, name])).toEqual([
    ["111111111111", "dev"],
    ["222222222222", "ci"],
  ]);
  expect(written.principals[0]).toEqual({
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
  expect(written.capabilities).toEqual(
    matrix.capabilities.map(({ id, label, action }) => ({ id, words: label, action })),
  );
  expect(written.actors).toHaveLength(graph.actors.length);
  expect(written.steps).toHaveLength(graph.steps.length);
  const paths = graph.paths.map((path) => ({
    ...path,
    steps: path.steps.map(({ text, ...step }) => ({ ...step, words: text })),
  }));
  expect(written.paths).toEqual(paths.toSorted((a, b) => (a.from + a.accountId < b.from + b.accountId ? -1 : 1)));
});

test("lists the levels of an account's organization, with the names of their policies", () => {
  const policy = { name: "guardrails", source: "x", version: "2012-10-17", statements: [] };
  const [dev, ci] = accounts;
  const bound = { ...model, accounts: [{ ...dev, organizationPath: [{ name: "root", policies: [policy] }] }, ci] };
  const written = JSON.parse(accessJson(bound, matrix, graph)) as AccessJson;
  expect(written.accounts[0]?.organizationPath).toEqual([{ name: "root", policies: ["guardrails"] }]);
  expect(written.accounts[1]).not.toHaveProperty("organizationPath");
});

test("does not depend on the order of its sources, and is indented by two spaces", () => {
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
  expect(text).toMatch(/^\{\n {2}"format": 2,\n {2}"accounts": \[\n {4}\{/);
});
