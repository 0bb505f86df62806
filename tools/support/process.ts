import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { LogTail } from "./files";
import { MissingTool, errnoCode } from "./errors";
import { hideSecrets } from "../../config/secret-text";

export interface ProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment, PATH included. */
  readonly env: NodeJS.ProcessEnv;
  /**
   * Output is appended here, with a header per command; secrets are hidden at the command's end. Created if missing,
   * readable by its owner only.
   */
  readonly logFile: string;
  /** Keeps standard output out of the log (it may hold secrets) and returns it. @default false */
  readonly capture?: boolean;
  /** Seconds after which the command is interrupted. */
  readonly timeLimitSeconds: number;
  /** Seconds between the interrupt and the kill. */
  readonly graceSeconds: number;
  /** Interrupts the command. */
  readonly signal?: AbortSignal;
  /** Sees new output about every half second, in whole lines. Not with `capture`. */
  readonly onOutput?: (lines: string) => void;
}

export interface ProcessResult {
  /** null if a signal ended it. */
  readonly exitCode: number | null;
  /** With `capture` standard output, otherwise all output of the command. */
  readonly output: string;
  /** Standard error of a captured command. */
  readonly errorOutput: string;
  readonly interruptedBy?: "time limit" | "abort";
}

/** All running children. */
const running = new Set<ChildProcess>();
let exitHookIsSet = false;

/**
 * Runs one command to its end. A failure of the command does not reject the promise.
 *
 * The child leads its own process group. The terminal sends Ctrl-C to the whole foreground group, so Terraform would
 * get it twice, from there and from us, and its second interrupt means "exit now, without saving". So only we interrupt
 * the command, once, and it stops its providers itself. After the grace period the whole group is killed, so that no
 * provider remains.
 *
 * Output goes directly into the log file, not through a pipe. If this process died, a pipe would break, and the next
 * line of output would kill Terraform in the middle of an apply. Without a pipe it finishes and saves its state. So
 * secrets that it prints are in the file until it ends, when they are hidden.
 */
export async function runProcess(options: ProcessOptions): Promise<ProcessResult> {
  const { command, args, cwd, env, logFile, capture = false, signal, onOutput } = options;
  if (signal?.aborted) return { exitCode: null, output: "", errorOutput: "", interruptedBy: "abort" };
  mkdirSync(dirname(logFile), { recursive: true });
  const log = openSync(logFile, "a", 0o600);
  const tail = new LogTail(logFile, `\n$ ${[command, ...args].join(" ")}   # ${new Date().toISOString()}, ${cwd}\n`);
  const captured: Buffer[] = [];
  try {
    const child = spawn(command, args, { cwd, env, detached: true, stdio: ["ignore", capture ? "pipe" : log, log] });
    child.stdout?.on("data", (chunk: Buffer) => captured.push(chunk));
    const watch = onOutput
      ? setInterval(() => {
          onOutput(tail.newLines());
        }, 100)
      : undefined;
    try {
      const { exitCode, interruptedBy } = await untilEnd(child, options);
      onOutput?.(tail.newLines());
      const raw = tail.all();
      const logged = hideSecrets(raw);
      if (logged !== raw) tail.rewrite(logged);
      tail.append(`# ${interruptedBy ? `stopped by ${interruptedBy}, ` : ""}exit code ${exitCode ?? "none"}\n`);
      return {
        exitCode,
        interruptedBy,
        output: capture ? Buffer.concat(captured).toString() : logged,
        errorOutput: capture ? logged : "",
      };
    } finally {
      clearInterval(watch);
    }
  } finally {
    closeSync(log);
  }
}

function untilEnd(
  child: ChildProcess,
  options: ProcessOptions,
): Promise<Pick<ProcessResult, "exitCode" | "interruptedBy">> {
  const { command, timeLimitSeconds, graceSeconds, signal } = options;
  return new Promise((resolve, reject) => {
    let interruptedBy: ProcessResult["interruptedBy"];
    let killTimer: NodeJS.Timeout | undefined;
    const interrupt = (reason: "time limit" | "abort"): void => {
      if (interruptedBy) return; // once: see above
      interruptedBy = reason;
      child.kill("SIGINT");
      killTimer = setTimeout(() => {
        killGroup(child);
      }, graceSeconds * 1000);
    };
    const onAbort = (): void => {
      interrupt("abort");
    };
    const limit = setTimeout(() => {
      interrupt("time limit");
    }, timeLimitSeconds * 1000);
    const ended = (): void => {
      clearTimeout(limit);
      clearTimeout(killTimer);
      signal?.removeEventListener("abort", onAbort);
      running.delete(child);
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    running.add(child);
    interruptAllOnExit();
    child.once("error", (error: NodeJS.ErrnoException) => {
      ended();
      reject(
        error.code === "ENOENT"
          ? new MissingTool(`${command} can't be started`, "check that it and its working folder exist", error.code)
          : error,
      );
    });
    child.once("close", (exitCode) => {
      ended();
      if (interruptedBy || exitCode === null) killGroup(child); // a provider that outlived Terraform
      resolve({ exitCode, interruptedBy });
    });
  });
}

/** How to run npm with arguments. On Windows, npm is a script that only the shell can run. */
export function npmCommand(args: readonly string[]): Pick<ProcessOptions, "command" | "args"> {
  return process.platform === "win32"
    ? { command: "cmd.exe", args: ["/d", "/s", "/c", "npm", ...args] }
    : { command: "npm", args };
}

/** Kills a process that leads a group, and every process in it. */
export function killGroup(child: Pick<ChildProcess, "pid">): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // the group has no process left
  }
}

/**
 * Interrupts all children when this process exits (`process.exit`, an uncaught error). They save their state and end.
 */
function interruptAllOnExit(): void {
  if (exitHookIsSet) return;
  exitHookIsSet = true;
  process.once("exit", () => {
    running.forEach((child) => child.kill("SIGINT"));
  });
}

/** Whether a process of this machine runs, of any user. False if `pid` is not a process id. */
export function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0); // signal 0 only checks that the process exists
    return true;
  } catch (error) {
    return errnoCode(error) === "EPERM";
  }
}

/** Creates a file with the id of this process. Returns false if the file exists: another process holds the lock. */
export function takeLock(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if (errnoCode(error) === "EEXIST") return false;
    throw error;
  }
}

/** The id of the process that holds a lock. 0 if the lock was released meanwhile, or the id is not written yet. */
export function lockHolder(file: string): number {
  try {
    return Number(readFileSync(file, "utf8"));
  } catch {
    return 0;
  }
}
