import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium, type Browser, type Page } from "playwright-core";
import { ROOT } from "../../tools/support/project";

/* The page in a browser, as it is written by the command. */

const folder = mkdtempSync(join(tmpdir(), "report-"));
const file = join(folder, "report.html");
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

/** Chromium on the PATH: no test downloads a browser. */
function browserPath(): string {
  const names = ["chromium", "chromium-browser", "google-chrome"];
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const found = names.flatMap((name) => folders.map((each) => join(each, name))).find((path) => existsSync(path));
  if (found === undefined)
    throw new Error(`PATH must have one of ${names.join(", ")}, got none. Run apt-get install chromium.`);
  return found;
}

let browser: Browser;
/** Everything that a browser reports of the page, and every request for another file. */
const complaints: string[] = [];

beforeAll(async () => {
  execFileSync(process.execPath, ["--import", "tsx", "tools/cli/report.ts", "--out", file], { cwd: ROOT });
  browser = await chromium.launch({ executablePath: browserPath(), args: ["--no-sandbox"] });
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

test("opens from a file, and shows every tab by mouse and by keyboard", async () => {
  const page = await open();
  const tabs = await tabsOf(page);
  expect(tabs.length).toBeGreaterThanOrEqual(1);
  for (const tab of tabs) {
    await tab.click();
    expect(await tab.getAttribute("aria-selected")).toBe("true");
    expect(await page.getByRole("tabpanel").count()).toBe(1);
  }
  await page.close();
});

test.each<View["colorScheme"]>(["light", "dark"])("axe finds no violation in %s, on any tab", async (colorScheme) => {
  const page = await open({ colorScheme });
  await page.evaluate(AXE);
  for (const tab of await tabsOf(page)) {
    await tab.click();
    const found = await page.evaluate<string[]>(
      "axe.run({ resultTypes: ['violations'] }).then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.slice(0, 3).map(({ html, failureSummary }) => html + failureSummary).join()))",
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
