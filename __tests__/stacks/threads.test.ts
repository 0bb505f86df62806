import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import type * as threads from "node:worker_threads";
import { join, relative } from "node:path";
import { loadEstate, parseEstate } from "../../config/load";
import { isSystemError, UserError } from "../../config/user-error";
import * as stacks from "../../stacks";
import { groupsOf, type StackGroup } from "../../stacks/groups";
import { synthesizeInThreads } from "../../stacks/threads";
import { estateOfSize } from "../../tools/bench/estate-of-size";
import { found } from "../support/estates";

/** Real, except that a test may let this thread take no group. */
jest.mock("../../stacks", () => ({ __esModule: true, ...jest.requireActual<typeof stacks>("../../stacks") }));

/** A program that the second thread runs first. */
let preload: string | undefined;
jest.mock("node:worker_threads", () => {
  const real = jest.requireActual<typeof threads>("node:worker_threads");
  class Worker extends real.Worker {
    constructor(file: string, { execArgv = [], ...options }: threads.WorkerOptions) {
      super(file, { ...options, execArgv: preload === undefined ? execArgv : [...execArgv, "--require", preload] });
    }
  }
  return { ...real, Worker };
});

let outdir: string;
beforeEach(() => (outdir = mkdtempSync(join(tmpdir(), "threads-"))));
afterEach(() => {
  jest.restoreAllMocks();
  preload = undefined;
  rmSync(outdir, { recursive: true });
});

const file = estateOfSize(4);
const [ONE_THREAD, TWO_THREADS] = [{ cores: 1 }, { cores: 2, many: 20 }];
const groups = groupsOf(parseEstate(file, "the test's estate"));

/** The text of every file below a folder. */
function textsIn(folder: string): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map(({ parentPath, name }) => relative(folder, join(parentPath, name)));
  return new Map(paths.sort().map((path) => [path, readFileSync(join(folder, path), "utf8")]));
}

/** This thread takes no group: the second thread must do everything. */
const leaveAllToTheSecond = () => jest.spyOn(stacks, "synthesizeEach").mockReturnValue([]);

test("27 stacks become the same bytes in one thread, in two, and in the second alone", async () => {
  await synthesizeInThreads(groups, join(outdir, "one"), ONE_THREAD);
  const spy = jest.spyOn(stacks, "synthesizeEach");
  await synthesizeInThreads(groups, join(outdir, "two"), TWO_THREADS);
  expect(spy.mock.results.flatMap(({ value }) => value as unknown[]).length).toBeGreaterThan(0);
  spy.mockRestore();
  leaveAllToTheSecond();
  await synthesizeInThreads(groups, join(outdir, "second"), TWO_THREADS);
  const expected = textsIn(join(outdir, "one"));
  expect(expected.size).toBe(28);
  for (const folder of ["two", "second"]) expect([folder, textsIn(join(outdir, folder))]).toEqual([folder, expected]);
}, 60_000);

test("own stacks, their modules and adjustments are built in the second thread too", async () => {
  for (const example of ["custom-module", "custom-queue"]) {
    const own = groupsOf(loadEstate(join(__dirname, "../../examples", example, "estate.ts")));
    await synthesizeInThreads(own, join(outdir, `${example}-one`), ONE_THREAD);
    const spy = leaveAllToTheSecond();
    await synthesizeInThreads(own, join(outdir, `${example}-second`), { cores: 2, many: 1 });
    spy.mockRestore();
    expect(textsIn(join(outdir, `${example}-second`))).toEqual(textsIn(join(outdir, `${example}-one`)));
  }
}, 60_000);

test.each([
  ["fewer stacks than that are", { cores: 2, many: 28 }],
  ["fewer stacks than 300 are by default", { cores: 2 }],
  ["any number of stacks is, on one core,", { cores: 1, many: 1 }],
])("%s synthesized in one thread", async (_, limits) => {
  const inOne = jest.spyOn(stacks, "synthesizeGroups").mockReturnValue();
  await synthesizeInThreads(groups, outdir, limits);
  expect(inOne).toHaveBeenCalledWith(groups, outdir);
});

describe("if a group of the second thread fails, no manifest is written, and the error is that of one thread", () => {
  /** The error of the second thread, which synthesizes these groups alone. */
  async function errorOf(refused: readonly StackGroup[]): Promise<Error> {
    leaveAllToTheSecond();
    const ended = synthesizeInThreads(refused, outdir, { cores: 2, many: 1 });
    const error = await ended.then(
      () => undefined,
      (each: unknown) => each as Error,
    );
    expect(existsSync(join(outdir, "manifest.json"))).toBe(false);
    return error ?? new Error("nothing was refused");
  }

  test("with everything that AWS would refuse, in the order of the groups", async () => {
    const people = Array.from(
      { length: 60 },
      (_, index) => `arn:aws:iam::111111111111:user/somebody-with-a-name-${index}`,
    );
    const refused = structuredClone(file);
    for (const name of ["main-1", "main-3"]) found(refused.accounts, name).operators = people;
    const error = await errorOf(
      groupsOfStacks(["main-1-iam", "main-2-iam", "main-3-iam"], groupsOf(parseEstate(refused, "the test's estate"))),
    );
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toMatch(
      /^AWS or Terraform would refuse what this estate asks for:\n {2}main-1-iam\/operator\/role: .*\n {2}main-3-iam\/operator\/role: .*$/,
    );
  }, 60_000);

  test("with the first error of the operating system", async () => {
    mkdirSync(join(outdir, "stacks"));
    for (const id of ["main-2-iam", "env-3-network"]) writeFileSync(join(outdir, "stacks", id), "");
    const error = await errorOf(groupsOfStacks(["main-1-iam", "main-2-iam", "env-3-network"]));
    expect(isSystemError(error)).toBe(true);
    expect(error).toMatchObject({ code: "ENOTDIR", message: expect.stringContaining("main-2-iam") as string });
  }, 60_000);

  /** The groups of these stacks alone, which are synthesized in less time than all. */
  const groupsOfStacks = (ids: readonly string[], all = groups) =>
    all.filter(({ specs }) => specs.some(({ id }) => ids.includes(id)));

  /** Runs this code in the second thread before it synthesizes. */
  function preloaded(code: string): void {
    preload = join(outdir, "preload.cjs");
    writeFileSync(preload, code);
  }

  test("with an error that the user can fix", async () => {
    const [cdktf, errors] = ["cdktf", "../../config/user-error.ts"].map((name) => require.resolve(name));
    preloaded(`
      const { UserError } = require(${JSON.stringify(errors)});
      require(${JSON.stringify(cdktf)}).TerraformStack.prototype.addOverride = () => { throw new UserError("fix it"); };
    `);
    const error = await errorOf(groupsOfStacks(["main-1-iam"]));
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toBe("fix it");
  }, 60_000);

  test("with the exit code of a thread that ends without a report", async () => {
    preloaded("process.exit(3)");
    expect((await errorOf(groups)).message).toBe(
      "the second thread must report what it synthesized, got exit code 3 without a report",
    );
  }, 60_000);

  test("with a defect of the code", async () => {
    const some = groupsOfStacks(["main-1-iam", "main-2-iam", "main-3-iam"]);
    const broken = some.map((group, place) => (place === 1 ? { ...group, input: {} as StackGroup["input"] } : group));
    const error = await errorOf(broken);
    expect(String(error)).toMatch(/^TypeError: Cannot /);
    expect(error.stack).toMatch(/stacks.index\.ts/);
  }, 60_000);
});
