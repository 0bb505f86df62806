import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Ajv from "ajv";
import { UserError } from "../../../config/user-error";
import { recordResult, type RunResult } from "../../../tools/cli/run-result";
import { RecordingView } from "../terraform/support/recording-view";

const folder = mkdtempSync(join(tmpdir(), "run-result-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const FILE = join(folder, "deep", "result.json");
afterEach(() => {
  rmSync(FILE, { force: true });
});

const PAGE = readFileSync(join(__dirname, "../../../docs/results.md"), "utf8");
const text = { type: "string", minLength: 1 };
const seconds = { type: "number", minimum: 0 };
const numbers = { type: "object", additionalProperties: { type: "number", exclusiveMinimum: -1 } };
const STACK = {
  id: text,
  account: text,
  accountId: text,
  status: text,
  seconds,
  phases: numbers,
  counts: numbers,
  error: text,
};
const RESULT = {
  format: { const: 1 },
  command: text,
  startedAt: { type: "string", pattern: "^\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z$" },
  seconds,
  status: { enum: ["running", "succeeded", "failed", "interrupted"] },
  exitCode: { enum: [0, 1, 2, 130] },
  error: text,
  folder: text,
  stacks: {
    type: "array",
    items: {
      type: "object",
      properties: STACK,
      required: ["id", "status", "seconds", "phases"],
      additionalProperties: false,
    },
  },
};
const validate = new Ajv().compile({
  ...{ type: "object", properties: RESULT, additionalProperties: false },
  required: ["format", "command", "startedAt", "seconds", "status", "stacks"],
});

interface Result {
  readonly status: string;
  readonly exitCode?: number;
  readonly error?: string;
  readonly stacks: readonly Readonly<Record<string, unknown>>[];
}

/** The file, which must have the documented format. */
function written(): Result {
  const value = JSON.parse(readFileSync(FILE, "utf8")) as Result;
  expect([validate(value), validate.errors]).toEqual([true, null]);
  return value;
}

const NETWORK = { id: "dev-network", account: { name: "dev", id: "222222222222" } } as Parameters<
  RunResult["select"]
>[0][number];
const run = (
  work: (result: RunResult) => Promise<number>,
  { file = FILE, abort = new AbortController() }: { readonly file?: string; readonly abort?: AbortController } = {},
) => recordResult("plan", { result: file }, abort.signal, work);

test("the page describes every key", () => {
  for (const key of [...Object.keys(RESULT), ...Object.keys(STACK)])
    expect(PAGE).toMatch(new RegExp(`\\| .*\`${key}\``));
});

test("has each stack's status, seconds by phase and counts", async () => {
  const shown = new RecordingView();
  const code = await run(async (result) => {
    result.select([NETWORK]);
    const view = result.view(shown);
    view.start(["dev-network", "dev-database"]);
    view.phase("dev-network", "initializing");
    view.phase("dev-network", "planning");
    view.phase("dev-network", "planning", "a note");
    view.phase("dev-network", "planned");
    view.phase("dev-database", "initializing");
    view.fail("dev-database", new Error("no bucket"));
    await view.stop();
    result.take(
      [{ id: "dev-network", status: "changes", review: { counts: { create: 3, update: 0 } } }],
      join(folder, "plans/1"),
    );
    return 1;
  });
  expect(code).toBe(1);
  expect(shown.stopped).toBe(true);
  expect(shown.phases).toContain("dev-database failed");
  const { status, exitCode, stacks } = written();
  expect({ status, exitCode }).toEqual({ status: "failed", exitCode: 1 });
  expect(stacks[0]).toMatchObject({
    id: "dev-network",
    account: "dev",
    accountId: "222222222222",
    status: "changes",
    counts: { create: 3 },
  });
  expect(Object.keys(stacks[0]?.["phases"] ?? {})).toEqual(["initializing", "planning"]);
  expect(stacks[1]).toMatchObject({ id: "dev-database", status: "failed", error: "no bucket" });
});

test.each([
  [0, "succeeded"],
  [2, "succeeded"],
  [1, "failed"],
])("exit code %d is the status %s", async (code, status) => {
  await run(() => Promise.resolve(code));
  expect(written()).toMatchObject({ status, exitCode: code });
});

test("the file says that the command runs until it ends, and an earlier result is gone", async () => {
  await run(() => Promise.resolve(0));
  await run(() => {
    expect(written()).toMatchObject({ status: "running", stacks: [] });
    expect(written().exitCode).toBeUndefined();
    return Promise.resolve(0);
  });
  expect(written().status).toBe("succeeded");
});

test("a refused command leaves its error, without secrets, and still throws", async () => {
  const refused = new UserError(`the key AGE-SECRET-KEY-1${"Q".repeat(58)} must not be here`);
  await expect(run(() => Promise.reject(refused))).rejects.toBe(refused);
  const { status, exitCode, error } = written();
  expect({ status, exitCode }).toEqual({ status: "failed", exitCode: 1 });
  expect(error).toContain("must not be here");
  expect(error).not.toContain("QQQQ");
});

test("an interrupted command leaves the phase that each stack was in", async () => {
  const abort = new AbortController();
  await run(
    (result) => {
      const view = result.view(new RecordingView());
      view.start(["dev-network", "dev-database"]);
      view.phase("dev-network", "applying");
      abort.abort();
      return Promise.resolve(1);
    },
    { abort },
  );
  const { status, exitCode, stacks } = written();
  expect({ status, exitCode }).toEqual({ status: "interrupted", exitCode: 130 });
  expect(stacks.map((stack) => stack["status"])).toEqual(["applying", "waiting"]);
  expect(stacks[0]?.["phases"]).toHaveProperty("applying");
});

test("a file that cannot be written is an error before anything runs", async () => {
  const work = jest.fn(() => Promise.resolve(0));
  await expect(run(work, { file: join(__filename, "result.json") })).rejects.toThrow(/EEXIST|ENOTDIR/);
  expect(work).not.toHaveBeenCalled();
});

test.each([
  ["an estate", "export const estate = {};"],
  ["other JSON", '{ "accounts": {} }'],
])("%s is not overwritten", async (_, content) => {
  const file = join(folder, "other");
  writeFileSync(file, content);
  const work = jest.fn(() => Promise.resolve(0));
  await expect(run(work, { file })).rejects.toThrow(/--result must be a new file, or an earlier result, got .*other/);
  await expect(run(work, { file: "/dev/null" })).rejects.toThrow("/dev/null must be a file, got a device");
  await expect(run(work, { file: folder })).rejects.toThrow("must be a file, got a directory");
  expect(work).not.toHaveBeenCalled();
  expect(readFileSync(file, "utf8")).toBe(content);
});

test("an empty file, as mktemp makes, is filled", async () => {
  const file = join(folder, "empty");
  writeFileSync(file, "");
  expect(await run(() => Promise.resolve(2), { file })).toBe(2);
  expect(readFileSync(file, "utf8")).toContain('"exitCode": 2');
});

test("the folder of a plan gets no further file, which would refuse the plan", async () => {
  const plan = join(folder, "plans", "0a1b");
  mkdirSync(join(plan, "stacks"), { recursive: true });
  for (const name of ["manifest.json", "summary.json"]) writeFileSync(join(plan, name), "{}");
  for (const file of [join(plan, "result.json"), join(plan, "stacks", "deep", "result.json")])
    await expect(run(() => Promise.resolve(0), { file })).rejects.toThrow("--result must be a file outside of plan");
  expect(readdirSync(join(plan, "stacks"))).toEqual([]);
});

test("an unwritable result at the end fails the command, and never hides why the command itself failed", async () => {
  const printed = jest.spyOn(console, "error").mockImplementation(() => undefined);
  const gone = join(folder, "gone");
  const block = () => {
    rmSync(gone, { recursive: true });
    writeFileSync(gone, "");
  };
  try {
    const refused = new UserError("no credentials");
    const file = join(gone, "result.json");
    await expect(run(() => Promise.reject((block(), refused)), { file })).rejects.toBe(refused);
    rmSync(gone);
    expect(await run(() => Promise.resolve((block(), 0)), { file })).toBe(1);
    expect(printed.mock.calls.flat().join("\n")).toContain("the result could not be written: E");
  } finally {
    printed.mockRestore();
  }
});

test("without the option there is no file", async () => {
  expect(await recordResult("plan", {}, new AbortController().signal, () => Promise.resolve(0))).toBe(0);
  expect(existsSync(FILE)).toBe(false);
});

test("--trace prints the phases of stacks in the order of their start", async () => {
  const printed = jest.spyOn(console, "error").mockImplementation(() => undefined);
  try {
    await recordResult("plan", { trace: true }, new AbortController().signal, async (result) => {
      const view = result.view(new RecordingView());
      view.start(["b", "a"]);
      for (const id of ["b", "a"]) {
        view.phase(id, "planning");
        await new Promise((resolve) => setTimeout(resolve, 60));
        view.phase(id, "planned");
      }
      return 0;
    });
    const [table = ""] = printed.mock.calls.flat() as string[];
    expect(table).toMatch(/from +to +step +waited for[^]*preparing[^]*b: planning +preparing[^]*a: planning/);
  } finally {
    printed.mockRestore();
  }
});
