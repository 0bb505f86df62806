import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CommanderError, type Command } from "commander";
import type * as load from "../../../../config/load";
import { ROOT } from "../../../../tools/support/project";
import type * as project from "../../../../tools/support/project";
import type * as readStacks from "../../../../tools/synth/read-stacks";
import type * as synth from "../../../../tools/synth/synth";
import { type Ended, inProcess, withoutEstateLine } from "../../../support/in-process";
import { synthesize } from "../../../support/synthesize";

jest.setTimeout(30_000); // the first call of a command loads it

interface CallOptions {
  /** The folder of the project that the command works on, and its working folder. @default ours */
  readonly project?: string;
}

/** The folders of the command that is called. Ours gets a cache of its own: two calls a second would share one folder. */
const folders = { root: ROOT, cache: "" };

/**
 * Calls a command of `tools/cli/` in this process, with this environment alone, as `runCommand` starts it: the same
 * arguments, output and exit code, without the second that a process takes to start. Synthesizes without a process too,
 * once for each estate. What only a process shows (that the file runs the command, no stack trace, signals, a closed
 * pipe) is to be tested with `runCommand`.
 */
export async function callCommand(
  name: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  { project: root = ROOT }: CallOptions = {},
): Promise<Ended> {
  const temporary = mkdtempSync(join(tmpdir(), "call-"));
  Object.assign(folders, { root, cache: join(root === ROOT ? temporary : root, ".cache") });
  mkdirSync(folders.cache, { recursive: true });
  try {
    return withoutEstateLine(await inProcess(() => run(commandOf(name), args), env, root));
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** Commander would end the process after help and after a usage error. */
async function run(command: Command, args: readonly string[]): Promise<void> {
  for (const each of [command, ...command.commands]) each.exitOverride();
  try {
    await command.parseAsync(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode;
  }
}

function commandOf(name: string): Command {
  jest.doMock("../../../../tools/support/project", () => ({
    ...jest.requireActual<typeof project>("../../../../tools/support/project"),
    get ROOT() {
      return folders.root;
    },
    get CACHE() {
      return folders.cache;
    },
  }));
  jest.doMock("../../../../tools/synth/synth", () => ({
    ...jest.requireActual<typeof synth>("../../../../tools/synth/synth"),
    synthesizeStacks,
    synthesize: synthesizeInto,
    synthesizeAsync: async (...given: Parameters<typeof synthesizeInto>) => {
      await Promise.resolve();
      synthesizeInto(...given);
    },
  }));
  return jest.requireActual<{ default: Command }>(`../../../../tools/cli/${name}`).default;
}

/** With our code, also for another commit. The estate file, and its name in errors, are those of the project. */
function synthesizeInto(
  outdir: string,
  { root = folders.root, estate }: { root?: string; estate?: string } = {},
): void {
  const { loadEstate } = jest.requireActual<typeof load>("../../../../config/load");
  const here = process.cwd();
  process.chdir(root);
  try {
    synthesize(loadEstate(estate)).writeTo(outdir);
  } finally {
    process.chdir(here);
  }
}

async function synthesizeStacks(directory: string) {
  await Promise.resolve();
  synthesizeInto(join(directory, "cdktf.out"));
  return jest
    .requireActual<typeof readStacks>("../../../../tools/synth/read-stacks")
    .readStacks(join(directory, "cdktf.out"));
}
