import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium, type Browser, type Page } from "playwright-core";
import { chromiumOnPath } from "../../tools/bench/page";
import { ROOT } from "../../tools/support/project";
import { HOSTILE, REVIEWED, writeWholePlan } from "../tools/report/support/plans";

/* The page in a browser, as it is written by the command. */

const folder = mkdtempSync(join(tmpdir(), "report-"));
const file = join(folder, "report.html");
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

let browser: Browser;
/** Everything that a browser reports of the page, and every request for another file. */
const complaints: string[] = [];

beforeAll(async () => {
  const plan = await writeWholePlan(folder, REVIEWED);
  const args = ["--import", "tsx", "tools/cli/report.ts", "--plan", plan, "--out", file];
  execFileSync(process.execPath, args, { cwd: ROOT, stdio: "pipe" });
  browser = await chromium.launch({ executablePath: chromiumOnPath(), args: ["--no-sandbox"] });
}, 60_000);
afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});
afterEach(() => {
  expect(complaints.splice(0)).toEqual([]);
});

interface View {
  readonly hash?: string;
  readonly width?: number;
  readonly colorScheme?: "light" | "dark";
}

async function open({ hash = "", width = 1440, colorScheme = "light" }: View = {}): Promise<Page> {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(error.message));
  const url = pathToFileURL(file).href;
  page.on("request", (request) => {
    if (request.url().split("#")[0] !== url) complaints.push(`request for ${request.url()}`);
  });
  await page.goto(`${url}#${encodeURIComponent(hash)}`);
  return page;
}

const tabsOf = (page: Page) => page.getByRole("tab").all();

/** The ids of the visible elements that a selector matches. */
const visibleIds = (page: Page, selector: string) =>
  page.evaluate<string[]>(
    `[...document.querySelectorAll(${JSON.stringify(selector)})].filter((each) => each.checkVisibility()).map(({ id }) => id)`,
  );

const TABS = ["plan", "map", "access", "environments", "controls"];

test("opens from a file at the plan, and shows every tab by mouse and by keyboard", async () => {
  const page = await open();
  const selected = () => page.locator('[role=tab][aria-selected="true"]').getAttribute("href");
  const panels = () => visibleIds(page, "[role=tabpanel]");
  expect([await selected(), await panels()]).toEqual(["#plan", ["plan"]]);
  for (const tab of TABS) {
    await page.locator(`[role=tab][href="#${tab}"]`).click();
    expect([await selected(), await panels()]).toEqual([`#${tab}`, [tab]]);
  }
  for (const tab of TABS) {
    await page.keyboard.press(tab === "plan" ? "Home" : "ArrowRight");
    expect([await selected(), await panels()]).toEqual([`#${tab}`, [tab]]);
  }
  await page.close();
});

test("filters show the changes that fit, and say how many", async () => {
  const page = await open();
  const shown = () => visibleIds(page, "#plan details[data-item]");
  const filters = page.locator('[data-filters="plan"]');
  await filters.getByLabel("Environment").selectOption("prod");
  await filters.getByLabel("Action").selectOption("create");
  expect(await shown()).toEqual(["prod-application:aws_s3_bucket.reports"]);
  expect(await filters.getByRole("status").textContent()).toBe("1 of 5");
  await filters.getByLabel("Environment").selectOption("");
  await filters.getByLabel("Text").fill("10.0.15.0");
  expect(await shown()).toEqual(["dev-network:aws_subnet.extra"]);
  await page.close();
});

test.each([
  { hash: "dev-network:aws_security_group.web", id: "dev-network:aws_security_group.web", tab: "plan" },
  { hash: "aws_s3_bucket.reports", id: "prod-application:aws_s3_bucket.reports", tab: "plan" },
  { hash: "ci-database", id: "stack-ci-database", tab: "map" },
])("#$hash leads to its place, open and visible", async ({ hash, id, tab }) => {
  const page = await open({ hash });
  expect(await page.locator('[role=tab][aria-selected="true"]').getAttribute("href")).toBe(`#${tab}`);
  const element = `document.getElementById(${JSON.stringify(id)})`;
  expect(await page.evaluate(`${element}.open && ${element}.checkVisibility()`)).toBe(true);
  expect(await page.evaluate(`${element}.contains(document.activeElement)`)).toBe(true);
  await page.close();
});

test("a click on a stack of the map shows its resources, and one on a statement shows its text", async () => {
  const page = await open({ hash: "map" });
  await page.locator('.picture a[href="#stack-dev-network"]').click();
  expect(await page.evaluate("document.getElementById('stack-dev-network').open")).toBe(true);
  await page.locator('[role=tab][href="#access"]').click();
  await page.getByText("Which statement decides").click();
  await page.locator("#access details.stack summary").first().click();
  await page.locator("#access button.link:visible").first().click();
  expect(await page.locator(".statement:popover-open pre").textContent()).toContain('"Effect": "Allow"');
  await page.close();
});

test("hostile texts run nothing, and are readable", async () => {
  const page = await open();
  expect(await page.locator("#plan").textContent()).toContain(HOSTILE.slice(0, 40));
  expect(await page.locator("img, iframe, script").count()).toBe(1);
  await page.close();
});

test.each<View["colorScheme"]>(["light", "dark"])("axe finds no violation in %s, on any tab", async (colorScheme) => {
  const page = await open({ colorScheme });
  await page.evaluate(AXE);
  // The rows of a table are alike, and axe would take half a minute for all of them.
  await page.evaluate(
    "document.querySelectorAll('tr:nth-child(n+7), .group:nth-of-type(n+5), details.stack:nth-of-type(n+7)').forEach((each) => each.remove())",
  );
  // Structure is the same in both; colors are not.
  const rules = colorScheme === "dark" ? "{ runOnly: ['color-contrast'], resultTypes: ['violations'] }" : "{ resultTypes: ['violations'] }"; // prettier-ignore
  for (const tab of await tabsOf(page)) {
    await tab.click();
    const found = await page.evaluate<string[]>(
      `axe.run(document, ${rules}).then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.slice(0, 3).map(({ html, failureSummary }) => html + failureSummary).join()))`,
    );
    expect(found).toEqual([]);
  }
  await page.close();
});

test("at 390 pixels no tab scrolls sideways", async () => {
  const page = await open({ width: 390 });
  for (const tab of await tabsOf(page)) {
    await tab.click();
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
  }
  await page.close();
});
