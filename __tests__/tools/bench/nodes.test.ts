import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { installedNodes } from "../../../tools/bench/nodes";

const home = realpathSync(mkdtempSync(join(tmpdir(), "nodes-")));
afterAll(() => {
  rmSync(home, { recursive: true });
});

/** A program that prints a version as Node.js does. */
function program(version: string, ...path: string[]): string {
  const file = join(home, ...path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\necho ${version}\n`);
  chmodSync(file, 0o755);
  return file;
}

const own = process.versions.node;
const [major = ""] = own.split(".");
const other = major === "24" ? "22" : "24";
const managers = { NVM_DIR: join(home, "nvm"), FNM_DIR: home, VOLTA_HOME: home, ASDF_DATA_DIR: home, MISE_DATA_DIR: home, N_PREFIX: home, RUNNER_TOOL_CACHE: home }; // prettier-ignore

test("finds the running Node.js, and other supported versions on PATH and of version managers", () => {
  const found = program(`v${other}.1.0`, "bin", "node");
  program("v18.20.0", "old", "node");
  program(`v${major}.0.0`, "same", "node");
  const managed = program("v26.0.0", "nvm/versions/node/v26.0.0/bin/node");
  const path = [join(home, "old"), join(home, "same"), join(home, "bin"), join(home, "missing")].join(":");
  const nodes = installedNodes({ PATH: path, ...managers });
  expect([...nodes]).toEqual([
    [own, realpathSync(process.execPath)],
    [`${other}.1.0`, found],
  ]);
  expect([...nodes.values()]).not.toContain(managed);
});

test("finds the newest of a version manager's programs, and skips one that does not run", () => {
  const newest = program(`v${other}.10.0`, "nvm/versions/node", `v${other}.10.0`, "bin/node");
  program(`v${other}.9.0`, "nvm/versions/node", `v${other}.9.0`, "bin/node");
  chmodSync(program("v20.0.0", "broken", "node"), 0o644);
  const nodes = installedNodes({ PATH: join(home, "broken"), ...managers });
  expect(nodes.get(`${other}.10.0`)).toBe(newest);
  expect(nodes.size).toBe(2);
});
