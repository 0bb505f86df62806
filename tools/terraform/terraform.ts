import { TerraformError } from "./terraform-error";
import { runProcess, type ProcessResult } from "../support/process";
import { terraformEnvironment } from "./preflight";

/** Seconds that a command may take before it is interrupted. */
export interface TimeLimits {
  /** @default 600: the first one may download the provider */
  readonly init?: number;
  /** @default 600 */
  readonly plan?: number;
  /** Apply and destroy. @default 3600: AWS takes up to 40 minutes to modify a database */
  readonly apply?: number;
  /** Commands that only read. @default 120 */
  readonly read?: number;
}

export interface TerraformOptions {
  readonly stackId: string;
  /** The folder that holds `cdk.tf.json`. */
  readonly directory: string;
  /** The whole environment, PATH and credentials included. */
  readonly env: NodeJS.ProcessEnv;
  readonly logFile: string;
  /** @default "terraform", found on the PATH of `env` */
  readonly binary?: string;
  /** Interrupts what runs, gently and once; later commands don't start. */
  readonly signal?: AbortSignal;
  /** Seconds to wait for a held state lock. @default 0: fail at once */
  readonly lockTimeoutSeconds?: number;
  readonly timeLimits?: TimeLimits;
  /**
   * Seconds between interrupt and kill. @default 60: an interrupted Terraform waits for its running calls, and saves
   * its state
   */
  readonly graceSeconds?: number;
}

export interface Plan {
  readonly outcome: "empty" | "changes";
  /** The plan as Terraform prints it. */
  readonly text: string;
}

/** A state file, as far as we read it. */
export interface StateDocument {
  readonly lineage: string;
  readonly serial: number;
  readonly outputs?: Readonly<Record<string, { readonly value: unknown }>>;
  readonly resources: readonly {
    readonly module?: string;
    readonly mode: "managed" | "data";
    readonly type: string;
    readonly name: string;
    readonly instances: readonly {
      readonly index_key?: string | number;
      /** "tainted": its creation was not seen to end, and the next apply would replace it. */
      readonly status?: string;
      readonly attributes?: Readonly<Record<string, unknown>>;
    }[];
  }[];
}

/** Sees new lines of the output while the command runs. */
export type OnOutput = (lines: string) => void;

/** `terraform init` into a shared plugin cache isn't safe for two at once: the last one under way, by cache folder. */
const initsByCache = new Map<string, Promise<unknown>>();

/** Terraform in one stack's folder. Every method throws TerraformError where the command fails or is interrupted. */
export class Terraform {
  constructor(private readonly options: TerraformOptions) {}

  /**
   * With `-reconfigure`: the JSON alone says where the state lies, whatever backend the folder was last used with.
   * Never moves a state.
   */
  public async init(): Promise<void> {
    const run = async (): Promise<void> => {
      await this.run("init", ["-input=false", "-reconfigure", ...this.lock()], "init");
    };
    const cache = this.options.env.TF_PLUGIN_CACHE_DIR;
    if (!cache) return run();
    const turn = (initsByCache.get(cache) ?? Promise.resolve()).then(run);
    const ended = turn.catch(() => undefined); // a failed one lets the next one go on
    initsByCache.set(cache, ended);
    return turn;
  }

  /**
   * Compares state and account with the JSON. `out` (a file, relative to the stack's folder) keeps the plan for `apply`
   * and `showPlan`. Without lock it leaves nothing behind, however it ends, and may see another run's changes half
   * done.
   */
  public async plan(
    options: { readonly out?: string; readonly destroy?: boolean; readonly lock?: boolean } = {},
  ): Promise<Plan> {
    const out = options.out === undefined ? [] : [`-out=${options.out}`];
    const destroy = options.destroy === true ? ["-destroy"] : [];
    const args = ["-input=false", "-detailed-exitcode", ...this.lock(options.lock), ...destroy, ...out];
    const { exitCode, output } = await this.run("plan", args, "plan", { success: [0, 2] });
    return { outcome: exitCode === 2 ? "changes" : "empty", text: output };
  }

  /** Applies a plan file, or without one what a plan made now says. */
  public async apply(options: { readonly planFile?: string; readonly onOutput?: OnOutput } = {}): Promise<void> {
    const what = options.planFile === undefined ? ["-auto-approve"] : [options.planFile];
    await this.run("apply", ["-input=false", ...this.lock(), ...what], "apply", { onOutput: options.onOutput });
  }

  public async destroy(options: { readonly onOutput?: OnOutput } = {}): Promise<void> {
    await this.run("destroy", ["-input=false", "-auto-approve", ...this.lock()], "apply", {
      onOutput: options.onOutput,
    });
  }

  /** A saved plan as Terraform's JSON. May hold secrets: it is not logged. */
  public async showPlan(planFile: string): Promise<unknown> {
    return JSON.parse(await this.read("show", ["-json", planFile])) as unknown;
  }

  /** The state as Terraform's JSON. May hold secrets: it is not logged. */
  public async showState(): Promise<unknown> {
    return JSON.parse(await this.read("show", ["-json"])) as unknown;
  }

  /** The outputs' values by name. May hold secrets: they are not logged. */
  public async output(): Promise<Record<string, unknown>> {
    const outputs = JSON.parse(await this.read("output", ["-json"])) as Record<string, { readonly value: unknown }>;
    return Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value]));
  }

  /** The addresses in the state. */
  public async stateList(): Promise<string[]> {
    return (await this.read("state list", [])).split("\n").filter((line) => line !== "");
  }

  /** The state as the backend holds it, or undefined where it holds none. */
  public async statePull(): Promise<StateDocument | undefined> {
    const pulled = await this.read("state pull", []);
    if (pulled.trim() === "") return undefined;
    const state = JSON.parse(pulled) as StateDocument;
    // Where S3 holds no object, Terraform prints a state that nobody ever wrote: empty, and without a lineage.
    return state.lineage === "" ? undefined : state;
  }

  /**
   * Writes a state file into the backend. Refused where a state of another lineage, or a newer one, lies there; without
   * lock, where that lay there a moment ago.
   */
  public async statePush(file: string, options: { readonly lock?: boolean } = {}): Promise<void> {
    await this.run("state push", [...this.lock(options.lock), file], "read");
  }

  /**
   * Lets the next apply change this resource where it is, instead of replacing it because its creation was not seen to
   * end.
   */
  public async untaint(address: string): Promise<void> {
    await this.run("untaint", [...this.lock(), address], "read");
  }

  /** Removes the state's lock. Refused where the lock that is there has another id. */
  public async forceUnlock(lockId: string): Promise<void> {
    await this.run("force-unlock", ["-force", lockId], "read");
  }

  private async read(command: string, args: readonly string[]): Promise<string> {
    return (await this.run(command, args, "read", { capture: true })).output;
  }

  private lock(isTaken = true): string[] {
    return [isTaken ? `-lock-timeout=${this.options.lockTimeoutSeconds ?? 0}s` : "-lock=false"];
  }

  private async run(
    command: string,
    args: readonly string[],
    kind: keyof TimeLimits,
    options: { readonly success?: readonly number[]; readonly capture?: boolean; readonly onOutput?: OnOutput } = {},
  ): Promise<ProcessResult> {
    const {
      stackId,
      directory,
      env,
      logFile,
      binary = "terraform",
      signal,
      timeLimits,
      graceSeconds = 60,
    } = this.options;
    const { success = [0], capture, onOutput } = options;
    const timeLimitSeconds = timeLimits?.[kind] ?? { init: 600, plan: 600, apply: 3600, read: 120 }[kind];
    // Reading a state knows no -no-color, but writes no colour either.
    const all = [...command.split(" "), ...(command.startsWith("state") ? [] : ["-no-color"]), ...args];
    const result = await runProcess({
      command: binary,
      args: all,
      cwd: directory,
      env: terraformEnvironment(env),
      logFile,
      capture,
      onOutput,
      timeLimitSeconds,
      graceSeconds,
      signal,
    });
    const { exitCode, interruptedBy } = result;
    // An interrupt that came too late to stop anything changes nothing: what ended well is done.
    if (exitCode !== null && success.includes(exitCode)) return result;
    const said = capture ? result.errorOutput : result.output;
    throw new TerraformError({ stackId, command, exitCode, output: said, logFile, interruptedBy, timeLimitSeconds });
  }
}
