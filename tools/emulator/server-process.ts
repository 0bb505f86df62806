import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, fstatSync, mkdirSync, openSync, readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { UserError } from "../../config/user-error";
import { messageOf } from "../support/errors";

export interface ServerProcessProps {
  /** The server's name in errors. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** Its stderr is appended here. */
  readonly logFile: string;
  /** The longest time until it announces itself. */
  readonly startLimitSeconds: number;
  /** The longest time from SIGTERM to its end; then it is killed. */
  readonly stopGraceSeconds: number;
}

/** Its stderr is a file. */
type Child = ChildProcessByStdio<Socket, Socket, null>;

/**
 * A server that announces itself with one line on stdout and ends when its stdin closes. The operating system closes
 * stdin when this process dies, even by SIGKILL. The server never keeps this process alive. Ctrl-C in the terminal does
 * not reach it, because its user may still have to clean up.
 */
export class ServerProcess {
  private constructor(
    public readonly announcement: string,
    private readonly child: Child,
    private readonly stopGraceSeconds: number,
  ) {}

  public static async start(props: ServerProcessProps): Promise<ServerProcess> {
    const { name, command, args, environment, logFile, startLimitSeconds, stopGraceSeconds } = props;
    mkdirSync(dirname(logFile), { recursive: true });
    const log = openSync(logFile, "a");
    const logStart = fstatSync(log).size;
    // A separate process group: the terminal's Ctrl-C would interrupt the server too.
    const child = spawn(command, args, {
      env: environment,
      stdio: ["pipe", "pipe", log],
      detached: true,
      windowsHide: true,
    }) as Child;
    closeSync(log);
    try {
      const announcement = await firstLine(child, startLimitSeconds);
      release(child);
      return new ServerProcess(announcement, child, stopGraceSeconds);
    } catch (reason) {
      await end(child, 0);
      const tail = readFileSync(logFile).subarray(logStart).toString().trimEnd().split("\n").slice(-15);
      throw new UserError(
        [`${name} ${messageOf(reason)}; its log (${logFile}) ends:`, ...tail.map((line) => `  ${line}`)].join("\n"),
        { cause: reason },
      );
    }
  }

  /** Resolves when the process has ended, however often it is called. */
  public stop(): Promise<void> {
    return end(this.child, this.stopGraceSeconds);
  }
}

function firstLine(child: Child, limitSeconds: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`did not listen within ${limitSeconds} s`));
    }, limitSeconds * 1000);
    const settled = <T>(settle: (value: T) => void) => {
      return (value: T) => {
        clearTimeout(timer);
        settle(value);
      };
    };
    createInterface({ input: child.stdout }).once("line", settled(resolve));
    child.once(
      "error",
      settled((error: Error) => {
        reject(new Error(`could not be started: ${error.message}`));
      }),
    );
    child.once("exit", (code, signal) => {
      settled(reject)(new Error(`ended before it listened (${signal ?? `exit code ${code}`})`));
    });
  });
}

function release(child: Child): void {
  child.stdout.destroy();
  // If the server dies by itself, the broken pipe is not an error of this process.
  child.stdin.on("error", () => undefined);
  child.unref();
  child.stdin.unref();
}

async function end(child: Child, graceSeconds: number): Promise<void> {
  const hasEnded = () => child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
  if (hasEnded()) return;
  const ended = once(child, "exit");
  child.ref();
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), graceSeconds * 1000);
  await ended;
  clearTimeout(timer);
}
