import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { UserError } from "../../../config/user-error";
import { runCommand } from "../../../tools/cli/run-command";
import { newRunDirectory, synthesize } from "../../../tools/synth/synth";
import { ROOT } from "../../../tools/support/project";

let parent: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "runs-"));
});

afterEach(() => {
  rmSync(parent, { recursive: true });
});

/** No process has this id. */
const ENDED = 2 ** 30;

const nameOn = (day: number) => `202601${String(day).padStart(2, "0")}T000000-${ENDED}`;

/** A folder of an ended run, which succeeded or was refused, or failed. */
function ended(day: number, isFinished: boolean): string {
  mkdirSync(join(parent, nameOn(day)));
  if (isFinished) writeFileSync(join(parent, nameOn(day), ".finished"), "");
  return nameOn(day);
}

test("keeps the folders of the last three runs that failed, and of the last three others", () => {
  const failed = [1, 2, 3, 4].map((day) => ended(day, false));
  const finished = [5, 6, 7, 8].map((day) => ended(day, true));
  const made = newRunDirectory(parent);
  expect(readdirSync(parent).map((name) => join(parent, name))).toEqual(
    [...failed.slice(1), ...finished.slice(1)]
      .map((name) => join(parent, name))
      .concat(made)
      .sort(),
  );
});

test.each([
  ["are refused", () => Promise.reject(new UserError("the plan must be applied from its commit"))],
  ["succeed", () => Promise.resolve(0)],
  ["have changes", () => Promise.resolve(2)],
])("runs that %s remove no folder of a run that failed", async (_what, command) => {
  jest.spyOn(console, "error").mockImplementation();
  const logs = ended(1, false);
  for (let run = 2; run < 9; run += 1) {
    const directory = newRunDirectory(parent);
    await runCommand(command);
    renameSync(directory, join(parent, nameOn(run)));
  }
  newRunDirectory(parent);
  process.exitCode = 0;
  expect(readdirSync(parent).slice(0, -1)).toEqual([logs, nameOn(6), nameOn(7), nameOn(8)]);
});

test.each([
  ["fails", () => Promise.resolve(1)],
  ["fails with an error of Terraform", () => Promise.reject(new UserError("init failed", { cause: new Error() }))],
  ["is interrupted", (): Promise<number> => (process.emit("SIGINT"), Promise.resolve(2))],
])("the folder of a run that %s counts as failed", async (_what, command) => {
  jest.spyOn(console, "error").mockImplementation();
  const directory = newRunDirectory(parent);
  await runCommand(command);
  process.exitCode = 0;
  expect(readdirSync(directory)).toEqual([]);
});

test("removes the secret folder of every ended run, and keeps its logs", () => {
  const killed = join(parent, ended(1, false));
  for (const name of ["cdktf.out", "logs"]) mkdirSync(join(killed, name));
  newRunDirectory(parent, "cdktf.out");
  expect(readdirSync(killed)).toEqual(["logs"]);
});

test("keeps the folder of a running run, however old", () => {
  const running = `20200101T000000-${process.ppid}`;
  mkdirSync(join(parent, running));
  for (const day of [1, 2, 3, 4]) ended(day, false);
  newRunDirectory(parent);
  expect(readdirSync(parent)).toContain(running);
});

test("creates the cache folder if it is missing", () => {
  const made = newRunDirectory(join(parent, "not/yet"));
  expect(readdirSync(made)).toEqual([]);
});

describe("a synth runs the code on disk and nothing else:", () => {
  const VARIABLES = { ...process.env };
  const MAIN = `
    import { mkdirSync, writeFileSync } from "node:fs";
    const outdir = process.env["CDKTF_OUTDIR"] as string;
    const { NODE_OPTIONS, CDKTF_CONTEXT_JSON, ESTATE, TEAM } = process.env;
    mkdirSync(outdir);
    writeFileSync(outdir + "/ran.json", JSON.stringify({ NODE_OPTIONS, CDKTF_CONTEXT_JSON, ESTATE, TEAM, code: "good" }));
  `;
  let outdir: string;

  beforeEach(() => {
    outdir = join(parent, "cdktf.out");
    writeFileSync(join(parent, "main.ts"), MAIN);
    symlinkSync(join(ROOT, "node_modules"), join(parent, "node_modules"), "junction");
    process.env["TMPDIR"] = join(parent, "temporary");
    mkdirSync(join(parent, "temporary"));
  });

  afterEach(() => {
    process.env = { ...VARIABLES };
  });

  const ran = (): unknown => {
    synthesize(outdir, { root: parent, estate: "estate.json" });
    return JSON.parse(readFileSync(join(outdir, "ran.json"), "utf8"));
  };

  test("variables cannot name other code or settings", () => {
    writeFileSync(join(parent, "evil.cjs"), `process.env.TEAM = "evil";`);
    process.env["NODE_OPTIONS"] = `--require ${join(parent, "evil.cjs")} --max-old-space-size=4096`;
    process.env["CDKTF_CONTEXT_JSON"] = `{"excludeStackIdFromLogicalIds":true}`;
    process.env["TEAM"] = "ours";
    const expected = { ESTATE: "estate.json", TEAM: "ours", code: "good", NODE_OPTIONS: "--max-old-space-size=4096" };
    expect(ran()).toEqual(expected);
  });

  test("a changed cache of compiled code is not used", () => {
    const direct = { cwd: parent, env: { ...process.env, CDKTF_OUTDIR: join(parent, "direct") } };
    execFileSync(process.execPath, ["--require", "tsx/cjs", "main.ts"], direct);
    const files = readdirSync(join(parent, "temporary"), { recursive: true, encoding: "utf8" });
    const cached = files
      .map((file) => join(parent, "temporary", file))
      .filter((file) => /^\d+-[0-9a-f]+$/.test(basename(file)) && readFileSync(file, "utf8").includes("good"));
    expect(cached).not.toEqual([]);
    for (const file of cached) writeFileSync(file, readFileSync(file, "utf8").replaceAll("good", "evil"));
    expect(ran()).toMatchObject({ code: "good" });
  });
});
