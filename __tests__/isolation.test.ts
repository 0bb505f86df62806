import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { Module } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as cdktf from "cdktf";
import fc from "fast-check";
import "../stacks";

/* What the test files of a worker share, and what they do not. */

const ROOT = join(__dirname, "..");
/** What Node itself has loaded in this worker, in contrast to what Jest has loaded for this file. */
const LOADED = (Module as unknown as { _cache: Readonly<Record<string, NodeJS.Module>> })._cache;

test("a package is loaded once for all test files of a worker", () => {
  expect(LOADED[require.resolve("cdktf")]?.exports).toBe(cdktf);
});

test("the project's own files are loaded anew for each test file", () => {
  expect(require.cache[require.resolve("../stacks")]).toBeDefined();
  expect(Object.keys(LOADED).filter((file) => file.startsWith(ROOT) && file.endsWith(".ts"))).toEqual([]);
});

test("an error of Node is an Error, and data of a package is equal to the same data of a test", () => {
  expect(() => readFileSync(join(ROOT, "missing"))).toThrow(Error);
  expect(Array.isArray(Object.keys(cdktf))).toBe(true);
  expect(Object.keys(cdktf)).toBeInstanceOf(Array);
});

test("texts compare as with a collator of their own", () => {
  const text = fc.oneof(fc.string(), fc.constantFrom("a", "A", "á", "á", "b", "ß", "ss", "-", "", "10", "9"));
  const options = fc.constantFrom({ sensitivity: "accent" }, { sensitivity: "accent", numeric: true }, {}, undefined);
  const locales = fc.constantFrom(undefined, "en", "de");
  fc.assert(
    fc.property(
      text,
      text,
      locales,
      options as fc.Arbitrary<Intl.CollatorOptions | undefined>,
      (one, other, ...how) => {
        expect(one.localeCompare(other, ...how)).toBe(new Intl.Collator(...how).compare(one, other));
      },
    ),
  );
  expect("A".localeCompare("a", undefined, { sensitivity: "accent" })).toBe(0);
  expect("á".localeCompare("a", undefined, { sensitivity: "accent" })).toBe(1);
});

const WorkerEnvironment = jest.requireActual<
  new (config: { projectConfig: object }) => { teardown: () => Promise<void> }
>("./support/worker-environment.cjs");

const worker = () => ({
  argv: [...process.argv],
  env: { ...process.env },
  exit: Reflect.get(process, "exit") as unknown,
  exitCode: process.exitCode,
  fetch: globalThis.fetch,
  folder: process.cwd(),
  listeners: process.listeners("SIGUSR2"),
});

test("what a test file changes of the worker is put back", async () => {
  const before = worker();
  const environment = new WorkerEnvironment({ projectConfig: {} });
  process.argv.push("--check");
  process.env["ADDED"] = "1";
  delete process.env["PATH"];
  process.exit = () => undefined as never;
  process.exitCode = 7;
  process.on("SIGUSR2", () => undefined);
  process.chdir(tmpdir());
  globalThis.fetch = () => Promise.reject(new Error("no network"));
  expect(worker()).not.toEqual(before);
  await environment.teardown();
  expect(worker()).toEqual(before);
});

test("temporary files of a test file are removed after it, where a folder in memory holds them", async () => {
  const { TMPDIR: before = "" } = process.env;
  const environment = new WorkerEnvironment({ projectConfig: {} });
  const { TMPDIR: folder = "" } = process.env;
  if (folder !== before) writeFileSync(join(folder, "left"), "");
  await environment.teardown();
  expect(existsSync(folder)).toBe(folder === before);
  expect(process.env["TMPDIR"]).toBe(before);
});
