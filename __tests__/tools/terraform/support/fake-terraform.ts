import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** How the fake answers one subcommand. */
export interface Answer {
  readonly stdout?: string;
  readonly stderr?: string;
  /** @default 0 */
  readonly exitCode?: number;
  /** Milliseconds from its start to its end. @default 0 */
  readonly milliseconds?: number;
  /**
   * Files that it writes into the folder where it runs, by name; what begins with `base64:` is not text. @default none
   */
  readonly writes?: Readonly<Record<string, string>>;
  /** What a SIGINT does. "stop": end with code 1, as Terraform does. "ignore": go on. @default "stop" */
  readonly onInterrupt?: "stop" | "ignore";
  /** Starts a child of its own, as Terraform starts a provider, that lives for a minute and ignores SIGINT. */
  readonly provider?: boolean;
}

/** What the fake was asked and what hit it, in order. */
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
 * A program named `terraform` that answers as told: it exercises what we do with a process (arguments, environment,
 * logs, exit codes, signals, order), not what Terraform does with a cloud.
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
    // What follows the last line's end is being written.
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
const wanted = Object.entries(process.env).filter(([name]) => /^(TF_|GO|CHECKPOINT|MARK)/.test(name));
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
