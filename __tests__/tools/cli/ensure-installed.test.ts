import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(__dirname, "../../..");

/** A checkout with a lock file, and a fake npm that records its calls. */
let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "checkout of ours-")));
  mkdirSync(join(folder, "tools/cli"), { recursive: true });
  mkdirSync(join(folder, "bin"));
  cpSync(join(root, "tools/cli/ensure-installed.mjs"), join(folder, "tools/cli/ensure-installed.mjs"));
  writeFileSync(join(folder, "package-lock.json"), "{}");
  fakeNpm(`/bin/mkdir -p node_modules; echo {} >node_modules/.package-lock.json; echo "added 1 package"`);
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function fakeNpm(work: string): void {
  const file = join(folder, "bin/npm");
  writeFileSync(file, `#!/bin/sh\necho "$PWD $*" >>'${join(folder, "npm.log")}'\n${work}\n`);
  chmodSync(file, 0o755);
}

function ensureInstalled(): { status: number | null; stdout: string; stderr: string } {
  const script = join(folder, "tools/cli/ensure-installed.mjs");
  return spawnSync(process.execPath, [script], { cwd: tmpdir(), env: { PATH: join(folder, "bin") }, encoding: "utf8" });
}

/** The calls of npm, a line each: the working directory and the arguments. */
const calls = () => (existsSync(join(folder, "npm.log")) ? readFileSync(join(folder, "npm.log"), "utf8") : "");

function installed(secondsAfterLock: number, record = "{}"): void {
  mkdirSync(join(folder, "node_modules"));
  const [lock, file] = [join(folder, "package-lock.json"), join(folder, "node_modules/.package-lock.json")];
  writeFileSync(file, record);
  utimesSync(lock, 1_000_000, 1_000_000);
  utimesSync(file, 1_000_000 + secondsAfterLock, 1_000_000 + secondsAfterLock);
}

test("installs in a fresh clone, in the project's folder wherever it is called from", () => {
  expect(ensureInstalled()).toMatchObject({ status: 0 });
  expect(calls()).toBe(`${folder} ci\n`);
});

test("does nothing the second time", () => {
  ensureInstalled();
  expect(ensureInstalled()).toEqual(expect.objectContaining({ status: 0, stdout: "", stderr: "" }));
  expect(calls()).toBe(`${folder} ci\n`);
});

test("installs if the installation is older than the lock file", () => {
  installed(-1);
  expect(ensureInstalled()).toMatchObject({ status: 0 });
  expect(calls()).toBe(`${folder} ci\n`);
});

test.each([0, 1])("installs nothing if the installation is %p s newer than the lock file", (seconds) => {
  installed(seconds);
  expect(ensureInstalled()).toMatchObject({ status: 0, stderr: "" });
  expect(calls()).toBe("");
});

describe("although the installation is newer than the lock file", () => {
  const A = { version: "1.0.0", integrity: "sha512-a" };
  const lock = {
    "": {},
    "node_modules/a": A,
    "node_modules/b": { version: "1.0.0", resolved: "git+ssh://b#1" },
    "node_modules/dev": { ...A, dev: true },
    "node_modules/other-platform": { ...A, optional: true },
  };
  const present = { "node_modules/a": lock["node_modules/a"], "node_modules/b": lock["node_modules/b"] };

  test.each<[string, Record<string, object>, boolean]>([
    ["installs nothing if it is that of the lock file", present, false],
    ["installs if a package is missing", { "node_modules/a": A }, true],
    ["installs if a package is not in the lock file", { ...present, "node_modules/c": A }, true],
    ["installs if a version differs", { ...present, "node_modules/a": { ...A, version: "2.0.0" } }, true],
    ["installs if a content differs", { ...present, "node_modules/a": { ...A, integrity: "sha512-b" } }, true],
    ["installs if a source differs", { ...present, "node_modules/b": { version: "1.0.0", resolved: "git+ssh://b#2" } }, true], // prettier-ignore
  ])("%s", (_name, packages, installs) => {
    writeFileSync(join(folder, "package-lock.json"), JSON.stringify({ packages: lock }));
    installed(1, JSON.stringify({ packages }));
    expect(ensureInstalled()).toMatchObject({ status: 0 });
    expect(calls()).toBe(installs ? `${folder} ci\n` : "");
  });

  test("installs if npm's record of it cannot be read", () => {
    installed(1, "{");
    expect(ensureInstalled()).toMatchObject({ status: 0 });
    expect(calls()).toBe(`${folder} ci\n`);
  });
});

test("installs again after an interrupted installation", () => {
  mkdirSync(join(folder, "node_modules/zod"), { recursive: true });
  expect(ensureInstalled()).toMatchObject({ status: 0 });
  expect(calls()).toBe(`${folder} ci\n`);
});

test("keeps the target of a link, and installs into the project", () => {
  const elsewhere = join(folder, "elsewhere/node_modules");
  mkdirSync(join(elsewhere, "zod"), { recursive: true });
  symlinkSync(elsewhere, join(folder, "node_modules"));
  expect(ensureInstalled()).toMatchObject({ status: 0 });
  expect(readdirSync(elsewhere)).toEqual(["zod"]);
  expect(existsSync(join(folder, "node_modules/.package-lock.json"))).toBe(true);
});

test("fails if npm fails, and passes on npm's output", () => {
  fakeNpm(`echo "no registry" >&2; exit 7`);
  const { status, stderr } = ensureInstalled();
  expect(status).toBe(1);
  expect(stderr).toBe(
    "installing the dependencies (npm ci) …\nno registry\nnpm ci failed (see above). Fix the cause and run the command again.\n",
  );
});

test("fails if npm is missing", () => {
  rmSync(join(folder, "bin/npm"));
  expect(ensureInstalled()).toMatchObject({ status: 1, stderr: expect.stringContaining("npm ci failed") as string });
});

test.each([
  { platform: "win32", line: /^Windows is not supported: .* Use WSL\.\n$/ },
  { platform: "darwin", line: /^$/ },
  { platform: "linux", line: /^$/ },
])("on $platform, one line says what is not supported", ({ platform, line }) => {
  installed(1);
  const setPlatform = `data:text/javascript,Object.defineProperty(process, "platform", { value: "${platform}" })`;
  const script = join(folder, "tools/cli/ensure-installed.mjs");
  const { status, stderr } = spawnSync(process.execPath, ["--import", setPlatform, script], { encoding: "utf8" });
  expect(status).toBe(0);
  expect(stderr).toMatch(line);
});

test("writes nothing to standard output", () => {
  expect(ensureInstalled()).toMatchObject({ stdout: "", stderr: expect.stringContaining("added 1 package") as string });
});

test("needs no installed dependency", () => {
  const script = readFileSync(join(root, "tools/cli/ensure-installed.mjs"), "utf8");
  const imports = [...script.matchAll(/from "([^"]+)"/g)].map(([, name]) => name);
  expect(imports.length).toBeGreaterThan(0);
  for (const name of imports) expect(name).toMatch(/^node:/);
});

test("runs before every script that needs the dependencies", () => {
  const { scripts = {} } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Partial<
    Record<string, Partial<Record<string, string>>>
  >;
  for (const name of ["start", "test", "test:e2e", "affected", "synth", "schema", "check", "bench"]) {
    expect(scripts[name]).toMatch(/^node tools\/cli\/ensure-installed\.mjs && /);
  }
});

test("installs the dependencies of a team's own stacks too, without a second copy of their peers", () => {
  mkdirSync(join(folder, "custom"));
  expect(ensureInstalled()).toMatchObject({ status: 0 });
  expect(calls()).toBe(`${folder} ci\n`);
  writeFileSync(join(folder, "custom/package-lock.json"), "{}");
  const { status, stderr } = ensureInstalled();
  const call = `${join(folder, "custom")} ci --ignore-scripts --legacy-peer-deps --no-audit --no-fund\n`;
  expect({ status, calls: calls() }).toEqual({ status: 0, calls: `${folder} ci\n${call}` });
  expect(stderr).toContain("installing the dependencies (npm ci in custom/) …\n");
  ensureInstalled();
  expect(calls()).toBe(`${folder} ci\n${call}`);
});
