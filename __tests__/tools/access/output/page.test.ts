import type { AccessGraph } from "../../../../tools/access/graph/access-graph";
import { accessGraphOf } from "../../../../tools/access/graph/access-graph-of";
import { type Matrix, matrixOf } from "../../../../tools/access/decide/matrix";
import type { AccessModel } from "../../../../tools/access/read/model";
import { matrixText } from "../../../../tools/access/output/matrix-text";
import { accessPage } from "../../../../tools/access/output/page";
import { accessOf } from "../../../support/access";
import { example } from "../../../support/estates";
import {
  accountsNamed,
  administers,
  adminOf,
  assumes,
  everything,
  graphOf,
  NASTY,
  person,
  reordered,
  role,
} from "./graphs";
import { lets, roleWith } from "./principals";

const accounts = accountsNamed("dev", "ci");
const [dev, ci] = accounts;
const capabilities = [
  { id: "see-machines", label: "see machines", action: "ec2:DescribeInstances" },
  { id: "read-objects", label: "read objects", action: "s3:GetObject" },
];

function modelOf(principals: AccessModel["principals"], more: Partial<AccessModel> = {}): AccessModel {
  return { accounts, principals, guardedResources: [], managedPolicies: [], resources: [], ...more };
}

/** The lines of a part of the page. */
function section(page: string, title: string): string {
  const [, rest = ""] = page.split(`\n${title}\n`);
  return rest.split(/\n##? /)[0] ?? "";
}

test("puts ways by more than assuming roles first, and says where there are none", () => {
  const worker = role(dev.id, "worker");
  const { actors, steps } = adminOf(accounts);
  const more = graphOf(
    [...actors, worker],
    [
      ...steps,
      administers(
        worker,
        everything(dev),
        "put-own-policy",
        "gives itself what it likes, and then may do everything in",
      ),
    ],
  );
  const ways = section(accessPage(modelOf([]), { capabilities, rows: [] }, more), "## Ways to everything");
  expect(ways.indexOf("**worker in dev** gives itself")).toBeGreaterThan(0);
  expect(ways.indexOf("**worker in dev**")).toBeLessThan(ways.indexOf("**Admin in dev, ci**"));
  expect(accessPage(modelOf([]), { capabilities, rows: [] }, adminOf(accounts))).toContain(
    "Nobody gets to everything in an account but by assuming roles.",
  );
});

test("tells of a role once: its accounts with ARN, who, how and how long, and what it may do in words", () => {
  const roles = accounts.map(({ id }, index) =>
    roleWith(id, "Reader", [lets(["arn:aws:iam::999999999999:user/ann"])], {
      maxSessionSeconds: index === 0 ? 3600 : 5400,
    }),
  );
  const ann = person("999999999999", "ann");
  const graph = graphOf(
    [ann, ...accounts.map(({ id }) => role(id, "Reader"))],
    [assumes(ann, role(dev.id, "Reader"), "MFA"), assumes(ann, role(ci.id, "Reader"))],
  );
  const rows = roles.map(({ arn }) => ({
    arn,
    cells: {
      "see-machines": { answer: "yes" as const },
      "read-objects": { answer: "if" as const, condition: "if MFA" },
    },
  }));
  const part = section(
    accessPage(modelOf(roles), { capabilities, rows }, graph),
    "## Roles that people and pipelines use",
  );
  expect(part.trim().split("\n")).toEqual([
    "### Reader",
    "",
    "- in dev, ci: see machines; read objects if MFA",
    "",
    "| account | role | assumed by | longest session |",
    "| --- | --- | --- | --- |",
    "| dev | `arn:aws:iam::111111111111:role/Reader` | ann (MFA) | 1 h |",
    "| ci | `arn:aws:iam::222222222222:role/Reader` | ann | 90 min |",
  ]);
});

test("says that administrators may do everything, and what keeps them off something", () => {
  const principals = accounts.map(({ id }) => roleWith(id, "Admin", []));
  const cells = [
    { "see-machines": { answer: "yes" as const } },
    { "read-objects": { answer: "yes" as const, on: ["arn:aws:s3:::x"] } },
  ];
  const rows = principals.map(({ arn }, index) => ({ arn, cells: cells[index] ?? {} }));
  const page = accessPage(modelOf(principals), { capabilities, rows }, adminOf(accounts));
  expect(page).toContain("- in dev: everything in its account\n");
  expect(page).toContain("- in ci: everything in its account, though until it changes that only: read objects on x\n");
});

test("names the service control policies that bind each account", () => {
  const policy = (name: string) => ({ name, source: "x", version: "2012-10-17", statements: [] });
  const path = [
    { name: "root", policies: [policy("FullAWSAccess"), policy("b-regions"), policy("a-guardrails")] },
    { name: "unit", policies: [policy("FullAWSAccess")] },
  ];
  const page = accessPage(
    modelOf([], {
      accounts: [
        { ...dev, organizationPath: path },
        { ...ci, management: true, organizationPath: path },
      ],
    }),
    { capabilities, rows: [] },
    adminOf(accounts),
  );
  expect(section(page, "## Accounts")).toContain(
    "| dev | `111111111111` | eu-west-1 | `a-guardrails`, `b-regions` |\n",
  );
  expect(section(page, "## Accounts")).toContain(
    "| ci | `222222222222` | eu-west-1 | none bind it: it hosts the organization |",
  );
});

test("writes names that mean something to Markdown or HTML as they are", () => {
  const named = roleWith(dev.id, "x", [], { name: NASTY, arn: `arn:aws:iam::${dev.id}:role/${NASTY}` });
  const nasty = { ...role(dev.id, NASTY), id: named.arn };
  const graph = graphOf(
    [person(ci.id, NASTY), nasty, everything(dev)],
    [assumes(person(ci.id, NASTY), nasty, NASTY), administers(nasty, everything(dev))],
  );
  const page = accessPage(modelOf([named]), { capabilities, rows: [] }, graph);
  const [before = "", rest = ""] = page.split("```mermaid");
  const prose = (before + (rest.split("\n```\n")[1] ?? "")).replace(/(?<!\\)`[^`]*`/g, "");
  expect(prose).not.toMatch(/<[a-z]/i);
  expect(prose).not.toMatch(/(?<!\\)\[x/);
  const [row = ""] = page.split("\n").filter((line) => line.startsWith("| dev | `arn"));
  expect(row.split(/(?<!\\)\|/)).toHaveLength(6);
});

describe("the example estate", () => {
  const estate = accessOf(example());
  const { model } = estate;
  let told: { readonly matrix: Matrix; readonly accessGraph: AccessGraph; readonly page: string };

  // Asking everybody for everything takes seconds.
  beforeAll(async () => {
    const [matrix, accessGraph] = [await matrixOf(estate), await accessGraphOf(estate)];
    told = { matrix, accessGraph, page: accessPage(model, matrix, accessGraph) };
  }, 120_000);

  test("the page has every role that people or pipelines may assume, by ARN", () => {
    const { accessGraph, page } = told;
    const users = new Set(
      accessGraph.actors.filter(({ kind }) => ["person", "subject"].includes(kind)).map(({ id }) => id),
    );
    const arns = new Set(
      accessGraph.steps.filter(({ from, way }) => users.has(from) && way === "assume").map(({ to }) => to),
    );
    expect(arns.size).toBeGreaterThan(40);
    for (const arn of arns) expect(section(page, "## Roles that people and pipelines use")).toContain(`\`${arn}\``);
  });

  test("the page says who, how and how long", () => {
    const { page } = told;
    expect(page).toContain(
      '| prod | `arn:aws:iam::555555555555:role/Admin` | platform-lead (MFA, from "198.51.100.0/24", in "eu-west-1" or "us-east-1") | 1 h |',
    );
    expect(page).toContain(
      '| prod | `arn:aws:iam::555555555555:role/Operator` | on-call-engineer, platform-engineer (MFA, from "198.51.100.0/24") | 4 h |',
    );
    expect(page).toContain("| dev-analytics | `666666666666` | eu-west-1 | `galileo-guardrails`, `galileo-regions` |");
    expect(page).toMatch(/^- in every account: everything in its account$/m);
    expect(page).toMatch(
      /## Other roles\n[^]*ExternalId "galileo-staging-4f1c"[^]*## Service users\n[^]*\| terraform-user in every account \|/,
    );
  });

  test("the page is short, says what it is, and holds nothing of a machine or a day", () => {
    const { page } = told;
    expect(page.split("\n").length).toBeLessThan(400);
    expect(page).toMatch(/^# Who may do what\n\nGenerated by `npm run access` .* not edited by hand\./);
    expect(page).toContain("](../config/estate.access/graph.svg)");
    expect(page).toMatch(/\n```mermaid\n%%\{init/);
    expect(page).toContain("npm run access -- --profiles <environment>");
    expect(page).not.toContain(process.cwd());
    expect(page).not.toMatch(/\b20\d\d-\d\d-\d\d\b|\/(home|tmp|Users|work)\//);
  });

  test("nothing depends on the order of what it is made from", () => {
    const { matrix, accessGraph, page } = told;
    const other: AccessModel = {
      ...model,
      accounts: model.accounts.toReversed(),
      principals: model.principals.toReversed(),
    };
    const rows = { ...matrix, rows: matrix.rows.toReversed() };
    expect(accessPage(other, rows, reordered(accessGraph))).toBe(page);
    expect(matrixText(rows, other.accounts)).toBe(matrixText(matrix, model.accounts));
  });

  test("the matrix has everybody, and fits a terminal", () => {
    const { matrix } = told;
    const text = matrixText(matrix, model.accounts);
    for (const name of ["Operator in dev, ci, staging, prod\n", "managed-instance in every account\n"])
      expect(text).toContain(name);
    expect(Math.max(...text.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(120);
  });
});
