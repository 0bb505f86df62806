import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium, type Browser, type Page } from "playwright-core";
import { estateOfSize } from "../../tools/bench/estate-of-size";
import { chromiumOnPath } from "../../tools/bench/page";
import { ROOT, TYPESCRIPT } from "../../tools/support/project";
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
  const args = ["--require", TYPESCRIPT, "tools/cli/report.ts", "--plan", plan, "--out", file];
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
  /** @default the page of a plan */
  readonly path?: string;
}

async function open({ hash = "", width = 1440, colorScheme = "light", path = file }: View = {}): Promise<Page> {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(error.message));
  const url = pathToFileURL(path).href;
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
  await filters.getByLabel("Action").selectOption("");
  await filters.getByLabel("Text").fill("prod-application");
  expect(await shown()).toEqual([
    "prod-application:aws_cloudwatch_log_group.old",
    "prod-application:aws_s3_bucket.reports",
  ]);
  await page.close();
});

test("a filter by environment shows the stacks of its account too", async () => {
  const page = await open({ hash: "map" });
  const filters = page.locator('[data-filters="map"]');
  await filters.getByLabel("Environment").selectOption("staging");
  expect(await visibleIds(page, "#map details.stack")).toEqual(
    ["master-role", "bootstrap", "iam", "network", "database", "application"].map((name) => `stack-staging-${name}`),
  );
  await filters.getByLabel("Environment").selectOption("account-wide");
  expect(await visibleIds(page, "#stack-staging-iam, #stack-staging-network")).toEqual(["stack-staging-iam"]);
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

test.each([390, 768])("at %d pixels no tab scrolls sideways", async (width) => {
  const page = await open({ width });
  for (const tab of await tabsOf(page)) {
    await tab.click();
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
  }
  await page.close();
});

test("on a narrow screen the pictures begin with something, and texts in them keep their size", async () => {
  const page = await open({ width: 390, hash: "access" });
  for (const [tab, node] of [
    ["access", ".entry"],
    ["map", ".stack"],
  ]) {
    await page.locator(`[role=tab][href="#${String(tab)}"]`).click();
    const first = page.locator(`#${String(tab)} .picture ${String(node)}`);
    const boxes = await first.evaluateAll((each) => each.map((one) => one.getBoundingClientRect().toJSON() as DOMRect));
    const picture = await page.locator(`#${String(tab)} .picture`).evaluate((one) => one.getBoundingClientRect().top);
    const visible = boxes.filter(({ right }) => right < 390);
    expect(Math.min(...visible.map(({ top }) => top)) - picture).toBeLessThan(80);
    expect(Math.min(...boxes.map(({ height }) => height))).toBeGreaterThan(18);
  }
  await page.close();
});

test("on paper every tab is shown, all is open, and dark is light", async () => {
  const page = await open({ colorScheme: "dark" });
  await page.emulateMedia({ media: "print" });
  await page.evaluate("dispatchEvent(new Event('beforeprint'))");
  expect(await visibleIds(page, "[role=tabpanel]")).toEqual(TABS);
  expect(await page.locator("details:not([open])").count()).toBe(0);
  expect(await page.evaluate("getComputedStyle(document.body).color")).toBe("rgb(27, 31, 36)");
  await page.close();
});

test("a page of 303 stacks stays below 5 MB, and its map is readable: a box for each account", async () => {
  const estate = join(folder, "estate.json");
  const path = join(folder, "large.html");
  writeFileSync(estate, JSON.stringify(estateOfSize(50)));
  const args = ["--require", TYPESCRIPT, "tools/cli/report.ts", "--out", path];
  execFileSync(process.execPath, args, { cwd: ROOT, stdio: "pipe", env: { ...process.env, ESTATE: estate } });
  expect(statSync(path).size).toBeLessThan(5e6);
  const page = await open({ hash: "map", path });
  expect(await page.locator("#map .intro").textContent()).toMatch(/^51 accounts, 303 stacks, /);
  expect(await page.locator("#map .picture .node").count()).toBe(51);
  const sizes = await page.evaluate<number[]>(
    "[...document.querySelectorAll('#map .picture .node text')].map((text) => text.getBoundingClientRect().height)",
  );
  expect(Math.min(...sizes)).toBeGreaterThan(8);
  // Fifty accounts that trust alike are in one frame with its lines, not each with lines of its own.
  expect(await page.locator("#map .picture .edge").count()).toBe(2);
  expect(await page.locator("#map .picture svg").evaluate((svg) => svg.getBoundingClientRect().height)).toBeLessThan(
    1200,
  );
  expect(await page.locator("#map .group").count()).toBe(51);
  await page.locator('.picture a[href="#account-main-7"]').click();
  expect(await visibleIds(page, "#account-main-7, #stack-env-7-network")).toEqual([
    "account-main-7",
    "stack-env-7-network",
  ]);
  const filters = page.locator('[data-filters="map"]');
  await filters.getByLabel("Text").fill("aws_db_instance.");
  expect(await filters.getByRole("status").textContent()).toMatch(/^\d+ of 7\d{3}$/);
  await page.close();
}, 120_000);
