import { type Matrix, matrixOf } from "../../../../tools/access/decide/matrix";
import type { AccessGraph } from "../../../../tools/access/graph/access-graph";
import { accessGraphOf } from "../../../../tools/access/graph/access-graph-of";
import { accountsIn } from "../../../../tools/access/output/rows";
import { mermaidOf } from "../../../../tools/access/output/picture";
import { accessPage } from "../../../../tools/access/output/page";
import { Report } from "../../../../tools/access/output/report";
import { terminalText } from "../../../../tools/access/output/terminal";
import type { AccessModel } from "../../../../tools/access/read/model";
import { titleOf } from "../../../../tools/access/read/permission-set-role";
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
import { roleWith } from "./principals";

const accounts = accountsNamed("dev", "ci");
const [dev, ci] = accounts;
const capabilities = [{ id: "read-objects", label: "read objects", action: "s3:GetObject" }];

function modelOf(principals: AccessModel["principals"], more: Partial<AccessModel> = {}): AccessModel {
  return { accounts, principals, guardedResources: [], managedPolicies: [], resources: [], ...more };
}

/** The lines of a part of the page. */
function part(page: string, title: string): string {
  const [, rest = ""] = page.split(`\n## ${title}\n`);
  return rest.split(/\n## /)[0] ?? "";
}

test("answers the five questions in their order, then draws the picture", () => {
  const page = accessPage(modelOf([]), { capabilities, rows: [] }, adminOf(accounts));
  expect(page.match(/^## .*$/gm)?.slice(0, 6)).toEqual([
    "## 1. Who can become administrator",
    "## 2. What each role may do",
    "## 3. Who may assume each role",
    "## 4. What the pipelines may do",
    "## 5. What has changed",
    "## The access graph",
  ]);
  expect(part(page, "4. What the pipelines may do")).toContain(
    "No role trusts GitHub Actions, GitLab or Azure DevOps.",
  );
  expect(part(page, "The access graph")).toMatch(/\n```mermaid\n%%\{init[^]*\n```\n/);
});

test("names the service control policies that limit each account", () => {
  const policy = (name: string) => ({ name, source: "x", version: "2012-10-17", statements: [] });
  const path = [
    { name: "root", policies: [policy("FullAWSAccess"), policy("b-regions"), policy("a-guardrails")] },
    { name: "unit", policies: [policy("FullAWSAccess")] },
  ];
  const bound = [
    { ...dev, organizationPath: path },
    { ...ci, management: true, organizationPath: path },
  ];
  const page = accessPage(modelOf([], { accounts: bound }), { capabilities, rows: [] }, adminOf(accounts));
  expect(part(page, "Accounts")).toContain("| dev | `111111111111` | eu-west-1 | `a-guardrails`, `b-regions` |\n");
  expect(part(page, "Accounts")).toContain("| ci | `222222222222` | eu-west-1 | none apply: the management account |");
});

test("escapes names with Markdown or HTML characters", () => {
  const named = roleWith(dev.id, NASTY, []);
  const graph = graphOf(
    [person(ci.id, NASTY), role(dev.id, NASTY), everything(dev)],
    [assumes(person(ci.id, NASTY), role(dev.id, NASTY), NASTY), administers(role(dev.id, NASTY), everything(dev))],
  );
  const page = accessPage(modelOf([named]), { capabilities, rows: [] }, graph);
  const [before = "", rest = ""] = page.split("```mermaid");
  const prose = (before + (rest.split("\n```\n")[1] ?? "")).replace(/(?<!\\)`[^`]*`/g, "");
  expect(prose).not.toMatch(/<[a-z]/i);
  expect(prose).not.toMatch(/(?<!\\)\[x/);
  const rows = part(page, "3. Who may assume each role")
    .split("\n")
    .filter((line) => line.startsWith("| a"));
  expect(rows).toHaveLength(1);
  for (const row of rows) expect(row.split(/(?<!\\)\|/)).toHaveLength(7);
});

describe("the example estate", () => {
  const estate = accessOf(example());
  const { model } = estate;
  let matrix: Matrix;
  let graph: AccessGraph;
  let report: Report;
  let page: string;

  // Asking for every action of every principal takes seconds.
  beforeAll(async () => {
    [matrix, graph] = [await matrixOf(estate), await accessGraphOf(estate)];
    report = new Report(model, matrix, graph);
    page = accessPage(model, matrix, graph);
  }, 120_000);

  test("every path to administrator is in the first table, by its first principal and its account", () => {
    const { ways } = report.ways;
    expect(graph.paths.length).toBeGreaterThan(100);
    for (const { from, accountId, steps } of graph.paths) {
      const account = report.names.account(accountId);
      const leads = ways.filter(({ row, accounts: direct, further }) => {
        const values = row.values.length === 0 ? [""] : row.values;
        const firstEnd = steps.find(({ to }) => to.startsWith("administrator:"))?.to.split(":")[1];
        return values.some((value) => {
          const single = { ...row, values: value === "" ? [] : [value] };
          const firsts = row.firsts.map((first) => first.replaceAll("\uE000", value));
          const reached = [...direct, ...further].flatMap((each) => accountsIn([each], single, report.names));
          return firsts.includes(report.names.label(from, firstEnd)) && reached.includes(account);
        });
      });
      expect({ from, account, found: leads.length > 0 }).toEqual({ from, account, found: true });
    }
  });

  test("every role is in the tables of the second and third question, in its account", () => {
    for (const table of [report.rolePermissions(), report.trust()].flatMap(({ tables }) => tables.slice(0, 1))) {
      for (const principal of model.principals) {
        const { kind, accountId } = principal;
        if (kind === "user") continue;
        const name = titleOf(principal);
        const account = report.names.account(accountId);
        const found = table.rows.some(([roles = "", places = ""]) => {
          const [names = "", list = ""] = roles.split(/ \(<\w+>: (.*)\)$/);
          const all = model.accounts.map((each) => each.name);
          const values = list === "" ? [""] : list.startsWith("all ") ? all : list.split(", ");
          return values.some((value) => {
            const resolve = (text: string) => text.replaceAll(/<env>|<account>/g, value).split(", ");
            const inAccounts = places.startsWith("all ") ? all : resolve(places);
            return resolve(names).includes(name) && inAccounts.includes(account);
          });
        });
        expect({ name, account, found }).toEqual({ name, account, found: true });
      }
    }
  });

  test("every condition of assuming a role is in the third table", () => {
    const text = JSON.stringify(report.trust().tables);
    for (const { way, conditions } of graph.steps)
      if (way === "assume")
        for (const each of conditions)
          expect(text).toContain(JSON.stringify(each.replace(/^(from|in|.*:aud is) /, "")).slice(1, -1));
  });

  test("a pull request reaches only plan roles, and an environment reaches an administrator", () => {
    const [table] = report.pipelines().tables;
    const roles = (event: RegExp) =>
      (table?.rows ?? []).filter(([first = ""]) => event.test(first)).map(([, , name, , may]) => [name, may]);
    expect(roles(/^push to any branch but main$/)).toEqual([["none", "nothing"]]);
    expect(roles(/^pull request$/)).toEqual([["galileo-pipeline-plan", "read config*, read data*, write data*"]]);
    expect(roles(/^environment dev$/)).toEqual([["galileo-pipeline-apply-dev", "administer*"]]);
  });

  test("every star in the second table has details", () => {
    const starred = report
      .rolePermissions()
      .tables.flatMap(({ rows }) => rows.filter(([, , may = ""]) => may.includes("*")));
    const details = report.permissions.details().map(([roles = ""]) => roles);
    const shortest = (name: string) => name.replaceAll(/<env>|<account>/g, "").replace(/ \(.*$/, "");
    expect(starred.length).toBeGreaterThan(5);
    for (const name of starred.flatMap(([roles = ""]) => shortest(roles).split(", ")))
      expect(
        details.some((each) =>
          shortest(each)
            .split(", ")
            .some((known) => known.endsWith(name)),
        ),
      ).toBe(true);
  });

  test("the picture is small, and each of its lines joins boxes that it defines", () => {
    const picture = mermaidOf(report);
    const boxes = new Set([...picture.matchAll(/^ +(?:subgraph )?(\w+)\["[^"]*"\]/gm)].map(([, id]) => id));
    const lines = picture.split("\n").filter((line) => /-->|-\.->/.test(line));
    expect(boxes.size).toBeLessThan(40);
    expect(lines.length).toBeLessThan(60);
    for (const line of lines) {
      const [, from, to] = /^ {2}(\w+) (?:-->|-\.->)(?:\|"[^"]*"\|)? (\w+)$/.exec(line) ?? [];
      expect(boxes).toContain(from);
      expect(boxes).toContain(to);
    }
  });

  test("the terminal shows each table within 100 columns", () => {
    const sections = [
      report.administrators(),
      report.rolePermissions(),
      report.trust(),
      report.pipelines(),
      report.escalations(),
    ];
    const lines = terminalText(sections).split("\n");
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(110); // with escape codes for bold titles
    expect(lines.length).toBeLessThan(500);
  });

  test("the page contains no machine name or date, and does not depend on the order of its sources", () => {
    expect(page).not.toContain(process.cwd());
    expect(page).not.toMatch(/\b20\d\d-\d\d-\d\d\b|\/(home|tmp|Users|work)\//);
    const other = { ...model, accounts: model.accounts.toReversed(), principals: model.principals.toReversed() };
    expect(accessPage(other, { ...matrix, rows: matrix.rows.toReversed() }, reordered(graph))).toBe(page);
  });
});
