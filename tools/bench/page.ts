import { existsSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { MissingTool } from "../support/errors";
import type { BenchGroup, BenchOptions } from "./group";
import { inTurns, medianOf, run } from "./measure";
import type { Result } from "./report";
import { EXAMPLE, stacksOfSize, writeEstate } from "./synth";
import { TYPESCRIPT } from "../support/project";

const ROUNDS = 3;
/** 303 stacks in 51 accounts. */
const ENVIRONMENTS = 50;

/** Chromium on the PATH: nothing downloads a browser. @throws MissingTool */
export function chromiumOnPath(): string {
  const names = ["chromium", "chromium-browser", "google-chrome"];
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const found = folders.flatMap((folder) => names.map((name) => join(folder, name))).find((path) => existsSync(path));
  if (found === undefined)
    throw new MissingTool(
      "Chromium is missing",
      "install it and put it on PATH",
      `none of ${names.join(", ")} on PATH`,
    );
  return found;
}

interface PageMeasured {
  /** Seconds until the first tab can be read and tabs can be selected. */
  readonly usable: number;
  /** Seconds until a filter of the map has answered. */
  readonly filtered: number;
}

/** Opens the page as a reader does, each time in a new context: nothing of it is cached. */
async function openPage(browser: Browser, file: string): Promise<PageMeasured> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  try {
    const page = await context.newPage();
    const painted = () =>
      page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))");
    const began = performance.now();
    await page.goto(pathToFileURL(file).href);
    await page.locator('[role=tab][aria-selected="true"]').waitFor();
    await painted();
    const usable = performance.now();
    await page.getByLabel("Text").first().fill("aws_db_instance");
    await painted();
    return { usable: (usable - began) / 1000, filtered: (performance.now() - usable) / 1000 };
  } finally {
    await context.close();
  }
}

async function measure({ directory }: BenchOptions): Promise<readonly Result[]> {
  const executablePath = chromiumOnPath();
  const file = (name: string) => join(directory, `${name}.html`);
  const writing = (name: string, estate: string) => () =>
    run(process.execPath, ["--require", TYPESCRIPT, "tools/cli/report.ts", "--out", file(name)], {
      env: { ESTATE: estate },
    });
  const written = await inTurns(ROUNDS, {
    example: writing("example", EXAMPLE),
    large: writing("large", writeEstate(directory, ENVIRONMENTS)),
  });
  const { chromium } = await import("playwright-core");
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  try {
    const { opened } = await inTurns(ROUNDS, { opened: () => openPage(browser, file("large")) });
    const stacks = `${stacksOfSize(ENVIRONMENTS)} stacks`;
    const size = (name: string) => statSync(file(name)).size / 1e6;
    return [
      { what: "npm run report, the example", got: medianOf(written.example, "seconds"), unit: "s", atMost: 10 },
      { what: `npm run report, ${stacks}`, got: medianOf(written.large, "seconds"), unit: "s", atMost: 20 },
      { what: "size of the page, the example", got: size("example"), unit: "MB", atMost: 1.5 },
      { what: `size of the page, ${stacks}`, got: size("large"), unit: "MB", atMost: 5 },
      {
        what: `until the page is usable in Chromium, ${stacks}`,
        got: medianOf(opened, "usable"),
        unit: "s",
        atMost: 2,
      },
      { what: `until a filter has answered, ${stacks}`, got: medianOf(opened, "filtered"), unit: "s", atMost: 1 },
    ];
  } finally {
    await browser.close();
  }
}

export const pageGroup: BenchGroup = {
  name: "page",
  about: "npm run report: writing the page, its size, and how soon it is usable in Chromium",
  measure,
};
