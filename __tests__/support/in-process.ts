import { Console } from "node:console";
import os from "node:os";
import { Writable } from "node:stream";
import pc from "picocolors";

/** How a program ended, as its user sees it. */
export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Without the first line of a command, which names the estate (run-command.test.ts). */
export const withoutEstateLine = (ended: Ended): Ended => ({
  ...ended,
  stderr: ended.stderr.replace(/^estate: .*\n/, ""),
});

/** What tools/terraform/aws/aws-clients.ts sets when it is loaded, which is once in this process. */
const SET_ON_LOADING = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" };

/**
 * Runs a program in this process as if in one of its own: with these variables alone, in this working folder, without a
 * terminal. Returns its output and its exit code. An error that it does not handle is thrown.
 */
export async function inProcess(
  program: () => void | Promise<void>,
  env: NodeJS.ProcessEnv,
  cwd: string,
): Promise<Ended> {
  const output = new Output();
  const { env: variables, exitCode: code, argv } = process;
  const before = { env: variables, exitCode: code, argv, umask: process.umask(0o022), cwd: process.cwd() };
  process.env = { ...SET_ON_LOADING, ...env };
  process.exitCode = undefined;
  process.argv = argv.slice(0, 2); // without the arguments of Jest
  process.chdir(cwd);
  output.capture();
  try {
    await program();
    return { status: exitCode(), ...output.texts };
  } finally {
    output.release();
    process.chdir(before.cwd);
    process.umask(before.umask);
    process.exitCode = before.exitCode;
    process.argv = before.argv;
    process.env = before.env;
  }
}

const exitCode = () => Number(process.exitCode ?? 0);

/** Standard output and standard error of a process without a terminal. */
class Output {
  private readonly written = { stdout: "", stderr: "" };
  private readonly restore: (() => void)[] = [];

  public get texts() {
    return { ...this.written };
  }

  public capture(): void {
    const colors = { ...pc };
    Object.assign(pc, pc.createColors(false));
    this.restore.push(() => Object.assign(pc, colors));
    const stream = (name: "stdout" | "stderr") =>
      new Writable({
        decodeStrings: false,
        write: (text: string, _encoding, done) => {
          this.written[name] += text;
          done();
        },
      });
    // Node asks the real variables for the folder of temporary files.
    const { TMPDIR = os.tmpdir() } = process.env;
    this.replace(os, "tmpdir", () => TMPDIR);
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
