import { Console } from "node:console";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { CommanderError, type Command } from "commander";
import pc from "picocolors";
import type * as load from "../../../../config/load";
import { ROOT } from "../../../../tools/support/project";
import type * as project from "../../../../tools/support/project";
import type * as readStacks from "../../../../tools/synth/read-stacks";
import type * as synth from "../../../../tools/synth/synth";
import { synthesize } from "../../../support/synthesize";
import type { Ended } from "./run-command";

jest.setTimeout(30_000); // the first call of a command loads it

interface CallOptions {
  /** The folder of the project that the command works on, and its working folder. @default ours */
  readonly project?: string;
}

/** What tools/terraform/aws/aws-clients.ts sets when it is loaded, which is once in this process. */
const SET_ON_LOADING = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" };

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
  const output = new Output();
  const before = { env: process.env, exitCode: process.exitCode, umask: process.umask(0o022), cwd: process.cwd() };
  process.env = { ...SET_ON_LOADING, ...env };
  process.exitCode = undefined;
  process.chdir(root);
  output.capture();
  try {
    await run(commandOf(name), args);
    return { status: exitCode(), ...output.texts };
  } finally {
    output.release();
    process.chdir(before.cwd);
    process.umask(before.umask);
    process.exitCode = before.exitCode;
    process.env = before.env;
    rmSync(temporary, { recursive: true, force: true });
  }
}

const exitCode = () => Number(process.exitCode ?? 0);

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

function synthesizeStacks(directory: string) {
  synthesizeInto(join(directory, "cdktf.out"));
  return jest
    .requireActual<typeof readStacks>("../../../../tools/synth/read-stacks")
    .readStacks(join(directory, "cdktf.out"));
}

/** Standard output and standard error of a process without a terminal. */
class Output {
  private readonly written = { stdout: "", stderr: "" };
  private readonly restore: (() => void)[] = [];

  public get texts() {
    return { ...this.written };
  }

  public capture(): void {
    Object.assign(pc, pc.createColors(false));
    const stream = (name: "stdout" | "stderr") =>
      new Writable({
        decodeStrings: false,
        write: (text: string, _encoding, done) => {
          this.written[name] += text;
          done();
        },
      });
    this.replace(globalThis, "console", new Console({ stdout: stream("stdout"), stderr: stream("stderr") }));
    for (const name of ["stdout", "stderr"] as const) {
      this.replace(process[name], "isTTY", false);
      this.replace(process[name], "write", (text: string | Uint8Array) => {
        this.written[name] += String(text);
        return true;
      });
    }
  }

  public release(): void {
    for (const restore of this.restore.splice(0).reverse()) restore();
  }

  private replace<T extends object>(object: T, name: keyof T, value: unknown): void {
    const own = Object.getOwnPropertyDescriptor(object, name);
    Object.defineProperty(object, name, { value, configurable: true, writable: true });
    this.restore.push(() => {
      if (own) Object.defineProperty(object, name, own);
      else Reflect.deleteProperty(object, name);
    });
  }
}
