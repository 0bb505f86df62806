import { CAPABILITIES, type Cell, type Matrix } from "../../../../tools/access/decide/matrix";
import type { AccessGraph, Actor } from "../../../../tools/access/graph/access-graph";
import { Report, changesSection } from "../../../../tools/access/output/report";
import type { AccessModel, Principal } from "../../../../tools/access/read/model";
import { accountsNamed, administers, assumes, everything, graphOf, person, role } from "./graphs";
import { roleWith } from "./principals";

const accounts = accountsNamed("dev", "ci", "prod");
const [dev, ci] = accounts;
const yes: Cell = { answer: "yes" };
const capabilities = CAPABILITIES.map(({ id, label, action }) => ({ id, label, action }));
const EMPTY = graphOf([], []);

interface Given {
  readonly principals?: readonly Principal[];
  readonly cells?: Readonly<Record<string, Matrix["rows"][number]["cells"]>>;
  readonly graph?: AccessGraph;
}

function reportOf({ principals = [], cells = {}, graph = EMPTY }: Given): Report {
  const model: AccessModel = { accounts, principals, guardedResources: [], managedPolicies: [], resources: [] };
  return new Report(
    model,
    { capabilities, rows: principals.map(({ arn }) => ({ arn, cells: cells[arn] ?? {} })) },
    graph,
  );
}

const rowsOf = ({ tables }: ReturnType<Report["trust"]>) => tables.flatMap(({ rows }) => rows);

function github(subject: string, accountId: string = dev.id): Actor {
  const host = "token.actions.githubusercontent.com";
  return {
    id: `subject:arn:aws:iam::${accountId}:oidc-provider/${host}#${subject}`,
    kind: "subject",
    name: `${host} ${subject}`,
  };
}

describe("permissions of roles", () => {
  const [inDev, inCi] = [roleWith(dev.id, "Reader", []), roleWith(ci.id, "Reader", [])];

  test("are listed by AWS's access levels, with a star if they are partial", () => {
    const cells: Given["cells"] = {
      [inDev.arn]: { "assume-roles": yes, "read-objects": { answer: "yes" as const, on: ["arn:aws:s3:::x/*"] } },
      [inCi.arn]: { "pass-roles": { answer: "if" as const, condition: "if MFA" } },
    };
    const report = reportOf({ principals: [inDev, inCi], cells });
    expect(rowsOf(report.rolePermissions())).toEqual([
      ["Reader", "dev", "read data*, assume roles"],
      ["Reader", "ci", "pass roles*"],
    ]);
    expect(report.permissions.details()).toEqual([
      ["Reader", "dev", "s3:GetObject", "x/*", ""],
      ["Reader", "ci", "iam:PassRole", "all", "MFA"],
    ]);
  });

  test("share a row in accounts where they are equal; the page has a column for each account", () => {
    const cells = { "pass-roles": yes };
    const report = reportOf({ principals: [inDev, inCi], cells: { [inDev.arn]: cells, [inCi.arn]: cells } });
    expect(rowsOf(report.rolePermissions())).toEqual([["Reader", "dev, ci", "pass roles"]]);
    expect(report.rolePermissions(true).tables).toEqual([
      { head: ["role", "dev", "ci", "prod"], rows: [["Reader", "pass roles", "pass roles", ""]] },
    ]);
  });

  test("share a row on the page for roles that are named after their account", () => {
    const apps = [roleWith(dev.id, "dev-app", []), roleWith(ci.id, "ci-app", [])];
    const [table] = reportOf({ principals: apps }).rolePermissions(true).tables;
    expect(table?.rows).toEqual([["<account>-app", "none of these actions", "none of these actions", ""]]);
  });

  test("are administer for an administrator; its limits and denied actions are details", () => {
    const all: Record<string, Cell> = Object.fromEntries(capabilities.map(({ id }) => [id, yes]));
    const partial: Cell = { answer: "yes", on: ["arn:aws:s3:::x"] };
    const others = Object.entries(all).filter(([id]) => id !== "assume-roles");
    const limited = { ...Object.fromEntries(others), "delete-buckets": partial };
    const graph = graphOf(
      [role(dev.id, "Reader"), role(ci.id, "Reader"), everything(dev), everything(ci)],
      [administers(role(dev.id, "Reader"), everything(dev)), administers(role(ci.id, "Reader"), everything(ci))],
    );
    const report = reportOf({ principals: [inDev, inCi], cells: { [inDev.arn]: all, [inCi.arn]: limited }, graph });
    expect(rowsOf(report.rolePermissions())).toEqual([
      ["Reader", "dev", "administer"],
      ["Reader", "ci", "administer*"],
    ]);
    expect(report.permissions.details()).toEqual([
      ["Reader", "ci", "s3:DeleteBucket", "x", ""],
      ["Reader", "ci", "not sts:AssumeRole", "all", ""],
    ]);
  });

  test("have a label for each requested action", () => {
    const labels = reportOf({}).permissions.words();
    const actions = labels.flatMap(([, list = ""]) => list.split(", "));
    expect(actions.toSorted()).toEqual(capabilities.map(({ action }) => action).sort());
    expect(labels.map(([label]) => label)).not.toContain("other actions");
  });

  test("include the account of a resource in another account", () => {
    const on = [`arn:aws:iam::${ci.id}:role/x`, "arn:aws:iam::*:role/y", `arn:aws:s3:::${dev.id}-logs`];
    const cells = { [inDev.arn]: { "assume-roles": { answer: "yes" as const, on } } };
    const [[, , , resources] = []] = reportOf({ principals: [inDev], cells }).permissions.details();
    expect(resources).toBe("role/x in ci, <account id>-logs, role/y in any account");
  });
});

test("the condition on which a role is administrator is a detail; so is what has another condition", () => {
  const step = { ...administers(role(dev.id, "Reader"), everything(dev)), conditions: ["MFA"] };
  const graph = graphOf([role(dev.id, "Reader"), everything(dev)], [step]);
  const reader = roleWith(dev.id, "Reader", []);
  const conditions = { "read-objects": undefined, "pass-roles": 'if from "192.0.2.1"', "assume-roles": "if MFA" };
  const cells: [string, Cell][] = Object.entries(conditions).map(([id, condition]) => [id, { ...yes, condition }]);
  const report = reportOf({ principals: [reader], cells: { [reader.arn]: Object.fromEntries(cells) }, graph });
  expect(rowsOf(report.rolePermissions())).toEqual([["Reader", "dev", "administer*"]]);
  expect(report.permissions.details()).toEqual([
    ["Reader", "dev", "administer", "all", "MFA"],
    ["Reader", "dev", "iam:PassRole", "all", 'from "192.0.2.1"'],
    ["Reader", "dev", expect.stringMatching(/^not /), "all", ""],
  ]);
});

describe("trust of roles", () => {
  test("has a row for each set of conditions, and one for a role that nobody can assume", () => {
    const [ann, bob, cy] = ["ann", "bob", "cy"].map((name) => person("999999999999", name)) as [Actor, Actor, Actor];
    const reader = role(dev.id, "Reader");
    const graph = graphOf(
      [ann, bob, cy, reader],
      [assumes(ann, reader, "MFA"), assumes(bob, reader, "MFA"), assumes(cy, reader)],
    );
    const principals = [roleWith(dev.id, "Reader", [], { maxSessionSeconds: 5400 }), roleWith(ci.id, "Alone", [])];
    expect(rowsOf(reportOf({ principals, graph }).trust())).toEqual([
      ["Alone", "ci", "nobody", "none", "1 h"],
      ["Reader", "dev", "user ann in 999999999999, user bob in 999999999999", "MFA", "90 min"],
      ["Reader", "dev", "user cy in 999999999999", "none", "90 min"],
    ]);
  });

  test("names the subjects of an identity provider as a condition", () => {
    const plan = role(dev.id, "plan");
    const jobs = [github("repo:o/r:pull_request"), github("repo:o/r:ref:refs/heads/main")];
    const audience = 'token.actions.githubusercontent.com:aud is "sts.amazonaws.com"';
    const graph = graphOf(
      [...jobs, plan],
      jobs.map((job) => assumes(job, plan, audience)),
    );
    expect(rowsOf(reportOf({ principals: [roleWith(dev.id, "plan", [])], graph }).trust())).toEqual([
      [
        ...["plan", "dev", "GitHub Actions"],
        'subject "repo:o/r:pull_request" or "repo:o/r:ref:refs/heads/main", audience "sts.amazonaws.com"',
        "1 h",
      ],
    ]);
  });

  test("omits escalations, which have their own table with every step", () => {
    const [worker, reader] = [role(dev.id, "worker"), role(dev.id, "Reader")];
    const step = { ...assumes(worker, reader), way: "change-trust", words: "x" };
    const report = reportOf({ principals: [roleWith(dev.id, "Reader", [])], graph: graphOf([worker, reader], [step]) });
    expect(rowsOf(report.trust())).toEqual([["Reader", "dev", "nobody", "none", "1 h"]]);
    expect(rowsOf(report.escalations())).toEqual([["worker", "dev", "changes the trust policy of Reader", "none"]]);
  });
});

describe("access of the pipelines", () => {
  const admin = role(dev.id, "apply");
  const plan = role(dev.id, "plan");
  const principals = [roleWith(dev.id, "plan", []), roleWith(dev.id, "apply", [])];
  const all = Object.fromEntries(capabilities.map(({ id }) => [id, yes]));
  const cells = {
    [admin.id]: all,
    [plan.id]: { "read-objects": { answer: "yes" as const, on: ["arn:aws:s3:::x/*"] } },
  };

  function pipelines(...steps: readonly (readonly [subject: string, to: Actor])[]) {
    const jobs = steps.map(([subject]) => github(subject));
    const graph = graphOf(
      [...jobs, admin, plan, everything(dev)],
      [...steps.map(([subject, to]) => assumes(github(subject), to)), administers(admin, everything(dev))],
    );
    return reportOf({ principals, cells, graph }).pipelines();
  }

  test("lists what a push to any branch, a pull request, main and an environment reach", () => {
    const [table, exact] = pipelines(
      ["repo:o/r:environment:dev", admin],
      ["repo:o/r:ref:refs/heads/main", plan],
      ["repo:o/r:pull_request", plan],
    ).tables;
    expect(table?.title).toBe("Repository o/r");
    expect(table?.rows).toEqual([
      ["push to any branch but main", "push rights", "none", "", "nothing", ""],
      ["pull request", "push rights", "plan", "dev", "read data*", ""],
      ["push to main", "push rights + branch rules", "plan", "dev", "read data*", ""],
      ["environment dev", "push rights + environment rules", "apply", "dev", "administer", ""],
    ]);
    expect(exact?.rows).toEqual([["plan", "dev", "s3:GetObject on x/*"]]);
  });

  test("lists both forms of a repository's tokens as one repository", () => {
    const [table, ...others] = pipelines(
      ["repo:o@1/r@2:pull_request", plan],
      ["repo:o/r:pull_request", plan],
      ["repo:o@1/r@2:ref:refs/heads/main", plan],
    ).tables.filter(({ title }) => title?.startsWith("Repository"));
    expect(others).toEqual([]);
    expect(table?.title).toBe("Repository o/r");
    expect(table?.rows.map((row) => row.slice(0, 3))).toEqual([
      ["push to any branch but main", "push rights", "none"],
      ["pull request", "push rights", "plan"],
      ["push to main", "push rights + branch rules", "plan"],
    ]);
  });

  test.each([
    { subject: "repo:o/r:ref:refs/heads/*", event: "push to any branch", needs: "push rights" },
    { subject: "repo:o/r:*", event: "job of any kind", needs: "push rights" },
    { subject: "repo:o/*", event: "job of any kind", needs: "push rights" },
    { subject: "repo:o@1/r@2:*", event: "job of any kind", needs: "push rights" },
    { subject: "repo:o/r:ref:*", event: "subject ref:*", needs: "push rights" },
    { subject: "*", event: "job of any kind", needs: "push rights" },
  ])("any branch reaches the role of the subject $subject", ({ subject, event, needs }) => {
    expect(pipelines([subject, admin]).tables[0]?.rows).toEqual([[event, needs, "apply", "dev", "administer", ""]]);
  });

  test.each([
    { subject: "repo:o/r:ref:refs/tags/v*", event: "push of tag v*", needs: "push rights + branch rules" },
    { subject: "repo:o/r:environment:*", event: "environment of any name", needs: "push rights + environment rules" },
    { subject: "repo:o/r:job_workflow_ref:x", event: "subject job_workflow_ref:x", needs: "see the subject" },
  ])("lists the event of the subject $subject", ({ subject, event, needs }) => {
    expect(pipelines([subject, plan]).tables[0]?.rows[1]?.slice(0, 2)).toEqual([event, needs]);
  });

  test("does not list a branch as reaching nothing if the subject of another repository covers it", () => {
    const { tables } = pipelines(["repo:o/*", admin], ["repo:o/r:pull_request", plan]);
    const [table] = tables.filter(({ title }) => title === "Repository o/r");
    expect(table?.rows.map(([event]) => event)).toEqual(["pull request"]);
  });

  test("prints the further conditions of a role's trust policy", () => {
    const job = github("repo:o/r:pull_request");
    const graph = graphOf([job, plan], [assumes(job, plan, 'from "192.0.2.0/24"')]);
    const [table] = reportOf({ principals, cells, graph }).pipelines().tables;
    expect(table?.rows[1]?.[1]).toBe('push rights + source IP "192.0.2.0/24"');
  });

  test("has a table for each repository", () => {
    const { tables } = pipelines(["repo:o/a:pull_request", plan], ["repo:o/b:pull_request", plan]);
    expect(tables.flatMap(({ title }) => (title?.startsWith("Repository") ? [title] : []))).toEqual([
      "Repository o/a",
      "Repository o/b",
    ]);
  });
});

test("changes have a row for each gain, change and loss, no row, or the reason for a missing comparison", () => {
  const change = (text: string) => ({ kind: "permission" as const, subject: "x", text });
  const subjects = [{ subject: "x", gained: [change("may now a")], lost: [change("may no longer b")], changed: [change("may c")] }]; // prettier-ignore
  expect(rowsOf(changesSection({ subjects }, "baseline.json"))).toEqual([
    ["x", "gained", "may now a"],
    ["x", "changed", "may c"],
    ["x", "lost", "may no longer b"],
  ]);
  expect(changesSection({ subjects: [] }, "baseline.json").empty).toBe("nothing");
  expect(changesSection({ subjects: [] }, "baseline.json", "it is missing").empty).toBe("it is missing");
});
