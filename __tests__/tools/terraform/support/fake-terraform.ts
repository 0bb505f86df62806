import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** How the fake answers one subcommand. */
export interface Answer {
  readonly stdout?: string;
  readonly stderr?: string;
  /** @default 0 */
  readonly exitCode?: number;
  /** Milliseconds that the command runs. @default 0 */
  readonly milliseconds?: number;
  /**
   * Files to write into the working folder, by name; content after `base64:` is binary. @default none
   */
  readonly writes?: Readonly<Record<string, string>>;
  /** What SIGINT does. "stop": ends with code 1, as Terraform does. "ignore": continues. @default "stop" */
  readonly onInterrupt?: "stop" | "ignore";
  /** Starts a child process that runs for a minute and ignores SIGINT, as Terraform starts a provider. */
  readonly provider?: boolean;
}

/** The commands and signals that the fake received, in order. */
export interface FakeEvent {
  readonly event: "start" | "interrupt" | "end";
  readonly command: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly pid: number;
  readonly providerPid?: number;
  /** Milliseconds of the epoch. */
  readonly at: number;
}

/**
 * A program named `terraform` with given answers. Tests the handling of the process (arguments, environment, logs, exit
 * codes, signals, order), not Terraform itself.
 */
export class FakeTerraform {
  public readonly folder: string;
  public readonly binary: string;

  constructor(parent: string) {
    this.folder = join(parent, "bin");
    this.binary = join(this.folder, "terraform");
    mkdirSync(this.folder, { recursive: true });
    writeFileSync(this.binary, `#!${process.execPath}\n${PROGRAM}`, { mode: 0o755 });
  }

  /**
   * Answers by subcommand ("apply", "state pull") in every folder, or only in folders whose path ends with `stackId`.
   */
  public answer(command: string, answer: Answer, stackId = "*"): void {
    writeFileSync(join(this.folder, `${command} ${stackId}.json`), JSON.stringify(answer));
  }

  public get events(): FakeEvent[] {
    const file = join(this.folder, "events");
    if (!existsSync(file)) return [];
    // Text after the last line break is still being written.
    return readFileSync(file, "utf8").split("\n").slice(0, -1).map((line) => JSON.parse(line) as FakeEvent); // prettier-ignore
  }

  /** "apply dev-network" for each start, in order. */
  public get commands(): string[] {
    return this.events.filter(({ event }) => event === "start").map(({ command, folder }) => `${command} ${folder}`);
  }
}

const PROGRAM = String.raw`
const fs = require("node:fs"), path = require("node:path"), { spawn } = require("node:child_process");
const here = __dirname, args = process.argv.slice(2);
const command = args[0] === "state" ? args.slice(0, 2).join(" ") : args[0];
const folder = path.basename(process.cwd());
const wanted = Object.entries(process.env).filter(([name]) => /^(TF_|GO|CHECKPOINT|AWS_ROLE_SESSION_NAME)/.test(name));
const file = [folder, "*"].map((id) => path.join(here, command + " " + id + ".json")).find((f) => fs.existsSync(f));
const answer = file ? JSON.parse(fs.readFileSync(file, "utf8")) : {};
const provider = answer.provider ? spawn("sh", ["-c", "trap '' INT; sleep 60"], { stdio: "ignore" }) : undefined;
const note = (event) => fs.appendFileSync(path.join(here, "events"), JSON.stringify({ event, command, args, folder, env: Object.fromEntries(wanted), pid: process.pid, providerPid: provider && provider.pid, at: Date.now() }) + "\n");
const end = (code) => { note("end"); process.exit(code); };
process.on("SIGINT", () => { note("interrupt"); if (answer.onInterrupt !== "ignore") { fs.writeSync(2, "\nError: execution halted\n"); end(1); } });
note("start");
for (const [name, content] of Object.entries(answer.writes || {})) fs.writeFileSync(name, content.startsWith("base64:") ? Buffer.from(content.slice(7), "base64") : content);
fs.writeSync(1, answer.stdout || "");
fs.writeSync(2, answer.stderr || "");
setTimeout(() => end(answer.exitCode || 0), answer.milliseconds || 0);
`;
