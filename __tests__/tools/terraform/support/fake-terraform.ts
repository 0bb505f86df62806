import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { NO_PROVIDER } from "../../../../tools/terraform/provider-mirror";

/** How the fake answers one subcommand. */
export interface Answer {
  readonly stdout?: string;
  readonly stderr?: string;
  /** @default 0 */
  readonly exitCode?: number;
  /** Milliseconds that the command runs. @default 0 */
  readonly milliseconds?: number;
  /** An event that the command waits for, such as "end plan network", at most 20 seconds. @default none */
  readonly until?: string;
  /**
   * Files to write, by name (in the working folder) or path; content after `base64:` is binary. @default none
   */
  readonly writes?: Readonly<Record<string, string>>;
  /** What SIGINT does. "stop": ends with code 1, as Terraform does. "ignore": continues. @default "stop" */
  readonly onInterrupt?: "stop" | "ignore";
  /** Starts a child process that runs for a minute and ignores SIGINT, as Terraform starts a provider. */
  readonly provider?: boolean;
}

/** As Terraform fails where a state has a type without a schema. */
export const NO_SCHEMA: Answer = {
  exitCode: 1,
  stderr:
    "Error: no schema available for aws_ssm_parameter.x while reading state; this is a bug in Terraform and should be reported\n",
};

/** The commands and signals that the fake received, in order. */
export interface FakeEvent {
  readonly event: "start" | "interrupt" | "end";
  readonly command: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly pid: number;
  readonly providerPid?: number;
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
    writeFileSync(this.binary, PROGRAM, { mode: 0o755 });
  }

  /**
   * Answers by subcommand ("apply", "state pull") in every folder, or only in folders whose path ends with `stackId`.
   */
  public answer(command: string, answer: Answer, stackId = "*"): void {
    const { stdout = "", stderr = "", exitCode = 0, milliseconds = 0, writes = {}, onInterrupt, provider } = answer;
    const [event = "", subcommand = "", folder = ""] = answer.until?.split(" ") ?? [];
    const awaited = event && `${event}${FIELD}[0-9]*${FIELD}[0-9]*${FIELD}${subcommand}${FIELD}${folder}${FIELD}`;
    const file = join(this.folder, `${command} ${stackId}`);
    const seconds = milliseconds === 0 ? "" : milliseconds / 1000;
    const stops = onInterrupt === "ignore" ? "" : 1;
    const copies = Object.entries(writes).map(([name, content], index) => {
      if (!content.startsWith("base64:")) return `printf %s ${quoted(content)} >${quoted(name)}; `;
      writeFileSync(`${file}.${index}`, Buffer.from(content.slice(7), "base64"));
      return `cat "$answer.${index}" >${quoted(name)}; `;
    });
    writeFileSync(
      file,
      `exitCode=${exitCode} seconds=${seconds} stops=${stops} provider=${provider ? 1 : ""}
      awaited=${awaited && quoted(awaited)} stdout=${quoted(stdout)} stderr=${quoted(stderr)}
      writeFiles() { ${copies.join("")}:; }\n`,
    );
  }

  public get events(): FakeEvent[] {
    const file = join(this.folder, "events");
    if (!existsSync(file)) return [];
    // Text after the last separator is still being written.
    return readFileSync(file, "utf8").split(RECORD).slice(0, -1).map(eventOf);
  }

  /** "apply dev-network" for each start, in order. */
  public get commands(): string[] {
    return this.events.filter(({ event }) => event === "start").map(({ command, folder }) => `${command} ${folder}`);
  }

  /** "init a" for each start, with the provider process that it attached to, or "none". */
  public get attachments(): string[] {
    const started = this.events.filter(({ event }) => event === "start");
    return started.map(({ command, folder, env: { TF_REATTACH_PROVIDERS: value } }) => {
      const of =
        value === undefined || value === NO_PROVIDER
          ? {}
          : (JSON.parse(value) as Record<string, { readonly Pid: number }>);
      return `${command} ${folder} ${Object.values(of)[0]?.Pid ?? "none"}`;
    });
  }
}

const RECORD = "\x1e";
const FIELD = "\x1f";

const quoted = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`;

function eventOf(record: string): FakeEvent {
  const [event = "", pid, providerPid, command = "", folder = "", variables = "", ...args] = record.split(FIELD);
  const wanted = variables.matchAll(/^\w.* ((?:TF_|GO|CHECKPOINT|AWS_ROLE_SESSION_NAME)\w*)=(["'])(.*)\2$/gm);
  return {
    event: event as FakeEvent["event"],
    command,
    args: args.slice(0, -1),
    folder,
    env: Object.fromEntries(Array.from(wanted, ([, name = "", quote, value = ""]) => [name, unquoted(value, quote)])),
    pid: Number(pid),
    ...(providerPid ? { providerPid: Number(providerPid) } : {}),
  };
}

/** The value of a variable as a shell lists it: dash in single quotes, bash in double ones. */
const unquoted = (value: string, quote?: string) =>
  quote === "'" ? value.replaceAll(`'"'"'`, "'") : value.replaceAll(/\\(.)/g, "$1");

/** A shell starts in a twentieth of the time of Node, and each program that it would start takes as long again. `sleep` runs in the background, so that a trap runs at once. */
const PROGRAM = String.raw`#!/bin/sh
variables=$(export -p)
PATH=$PATH:/usr/bin:/bin
here=${"$"}{0%/*} folder=${"$"}{PWD##*/} command=$1 args= exitCode=0 seconds= stops=1 provider= providerPid= awaited= polls=0 stdout= stderr=
[ "$1" != state ] || command="$1 $2"
for word; do args="$args$word${FIELD}"; done
answer="$here/$command $folder"
[ -e "$answer" ] || answer="$here/$command *"
writeFiles() { :; }
[ ! -e "$answer" ] || . "$answer"
if [ -n "$provider" ]; then
  (trap '' INT; exec sleep 60) </dev/null >/dev/null 2>&1 &
  providerPid=$!
fi
note() {
  printf %s "$1${FIELD}$$${FIELD}$providerPid${FIELD}$command${FIELD}$folder${FIELD}$variables${FIELD}$args${RECORD}" >>"$here/events"
}
end() {
  note end
  exit "$1"
}
interrupt() {
  note interrupt
  [ -n "$stops" ] || return
  [ -z "$sleeper" ] || kill "$sleeper"
  printf '
Error: execution halted
' >&2
  end 1
}
trap interrupt INT
note start
writeFiles
printf %s "$stdout"
printf %s "$stderr" >&2
while [ -n "$awaited" ] && [ "$polls" -lt 1000 ] && ! grep -aq "$awaited" "$here/events"; do
  polls=$((polls + 1))
  sleep 0.02
done
if [ -n "$seconds" ]; then
  sleep "$seconds" </dev/null >/dev/null 2>&1 &
  sleeper=$!
  while kill -0 "$sleeper" 2>/dev/null; do wait "$sleeper"; done
fi
end "$exitCode"
`;
