import { createHash } from "node:crypto";
import { stacksOf } from "../../../config/layout";
import { costsOfStacks } from "../../../tools/costs/costs-of";
import { costsTable } from "../../../tools/costs/costs-table";
import { stackJson } from "../../../tools/synth/stacks";
import { synthesizedStack } from "../../../tools/synth/synthesized";
import { EXAMPLE, reportWith } from "./support/pages";

const { estate, stacks } = EXAMPLE;

let page: string;
beforeAll(async () => {
  page = await reportWith({});
}, 60_000);

const contents = (tag: string) =>
  [...page.matchAll(new RegExp(`<${tag}(?: [^>]*)?>(.*?)</${tag}>`, "gs"))].map(([, text = ""]) => text);

test("the page loads nothing: no address of another file, and a policy that allows its own style and script alone", () => {
  expect(page.match(/<(link|img|iframe|script src|object|embed)\b|@import|url\(|\ssrc=/g)).toBeNull();
  expect([...page.matchAll(/ href="([^#"][^"]*)"/g)]).toEqual([]);
  const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  const [style = ""] = contents("style");
  const scripts = contents("script");
  expect(scripts).toHaveLength(1);
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1]?.replaceAll("&#39;", "'");
  expect(policy).toBe(
    `default-src 'none'; style-src ${hash(style)}; script-src ${hash(scripts[0] ?? "")}; base-uri 'none'; form-action 'none'`,
  );
  // The policy would block them.
  expect(page.match(/<[^>]* (style|on\w+)="/g)).toBeNull();
});

test("every stack and resource is on the page, with its address, its construct and its state", () => {
  for (const stack of stacks) {
    expect(page).toContain(`id="stack-${stack.id}"`);
    expect(page).toContain(`s3://${stack.state.bucket}/${stack.state.key}`);
    const [, section = ""] = page.split(`id="stack-${stack.id}"`);
    const [own = ""] = section.split('class="stack"');
    const { resource = {} } = stackJson(stack) as { resource?: Record<string, Record<string, unknown>> };
    for (const [type, named] of Object.entries(resource))
      for (const name of Object.keys(named)) expect(own).toContain(`<summary>${type}.${name}</summary>`);
  }
  expect(stacks.map(({ id }) => id).sort()).toEqual(stacksOf(estate).map(({ id }) => id).sort()); // prettier-ignore
  expect(page).toContain("<dd>network/vpc</dd>");
});

test("what each stack costs is on the page, with a link to it, and what the sum leaves out", () => {
  const costs = page.slice(page.indexOf('<h3 id="costs">'));
  const { rows, total, byUse } = costsTable(costsOfStacks(stacks.map(synthesizedStack)));
  for (const [environment, stack = "", usd = ""] of rows)
    expect(costs).toContain(
      environment === ""
        ? `<td></td><td><a href="#stack-${stack}">${stack}</a></td><td>${usd}</td>`
        : `<td>${environment}</td><td>${stack}</td><td>${usd}</td>`,
    );
  expect(rows.length).toBeGreaterThan(5);
  expect(costs).toContain(`<p>${total}</p>`);
  for (const line of byUse) expect(costs).toContain(`<li>${line}</li>`);
});

test("every link leads to an element of the page, and every id is there once", () => {
  const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id = ""]) => id);
  const links = [...page.matchAll(/href="#([^"]*)"/g)].map(([, id = ""]) => decodeURIComponent(id));
  const known = new Set(ids);
  expect(links.filter((link) => !known.has(link))).toEqual([]);
  expect(links.length).toBeGreaterThan(50);
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
});

test("the accepted baseline of the example has the same access", () => {
  expect(page).toContain("Nobody gains or loses access.");
});
