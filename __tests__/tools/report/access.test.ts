import { accessModelOf } from "../../../tools/access/read/model-of";
import { synthesizedStack } from "../../../tools/synth/synthesized";
import { EXAMPLE, reportWith } from "./support/pages";

let page: string;
let panel: string;
const stacks = EXAMPLE.stacks.map(synthesizedStack);
// A role of the other version that this one does not have any more.
const before = stacks.filter(({ id }) => id !== "staging-application");
beforeAll(async () => {
  page = await reportWith({ before: { name: "another commit", stacks: before } });
  panel = page.slice(page.indexOf('<section id="access"'), page.indexOf('<section id="environments"'));
}, 60_000);

test("the tables of the access report, the escalations and the graph are on the page", () => {
  for (const title of [
    "1. Who can become administrator",
    "2. What each role may do",
    "3. Who may assume each role",
    "4. What the pipelines may do",
    "Escalations",
  ])
    // prettier-ignore
    expect(panel).toContain(`<h3>${title}</h3>`);
  expect(panel).toMatch(/class="node entry"/);
  expect(panel).toMatch(/class="edge escalation"/);
});

test("what a principal may do leads to the statement that decides, as its policy has it", () => {
  expect(accessModelOf(stacks).principals.length).toBeGreaterThan(50);
  const targets = [...panel.matchAll(/popovertarget="([^"]+)">/g)].map(([, target = ""]) => target);
  expect(targets.length).toBeGreaterThan(150);
  for (const target of new Set(targets)) expect(panel).toContain(`id="${target}"`);
  const [, id = ""] =
    /<strong>Operator<\/strong>.*?<code>rds:StopDBInstance<\/code>.*?popovertarget="([^"]+)"/s.exec(panel) ?? [];
  const [, statement = ""] = new RegExp(`id="${id}".*?<pre>(.*?)</pre>`, "s").exec(panel) ?? [];
  expect(statement).toContain("rds:StopDBInstance");
});

test("every answer has a statement that decides it, also one that allows everything", () => {
  const entries = panel.split('<details class="stack"').slice(1);
  const answers = entries.flatMap((entry) => entry.split("<tr>").filter((row) => row.includes("<td>")));
  expect(answers.length).toBeGreaterThan(300);
  expect(answers.filter((row) => !row.includes("popovertarget="))).toEqual([]);
  expect(entries.filter((entry) => entry.includes("<strong>Admin</strong>")).length).toBeGreaterThan(0);
});

test("principals with equal answers share an entry, which names all of them with their accounts", () => {
  const entries = panel.split('<details class="stack"').slice(1);
  const titles = entries.map((entry) => entry.slice(0, entry.indexOf("<table>")));
  const { principals } = accessModelOf(stacks);
  for (const { name, kind } of principals.filter(({ permissionSet }) => permissionSet === undefined)) {
    const title = `<strong>${kind === "user" ? "user " : ""}${name}</strong>`;
    expect({ name, entries: titles.filter((each) => each.includes(title)).length }).not.toEqual({ name, entries: 0 });
  }
  expect(entries.length).toBeLessThan(principals.length / 2);
});

test("two commits are compared: who gains access is named", () => {
  expect(panel).toContain("What has changed, compared with another commit");
  const compared = panel.slice(panel.indexOf("What has changed"), panel.indexOf("1. Who can become administrator"));
  expect(compared).toContain("<strong>staging-irl-galileo-ApiHandler in staging, ");
  expect(compared).toMatch(/<li class="gained">/);
  expect(compared).not.toMatch(/arn:aws:iam::\d|administrator of \d|→/);
});
