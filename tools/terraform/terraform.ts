import { isTooDeep, parseJson, TOO_DEEP } from "../../config/input";
import { UserError } from "../../config/user-error";
import { TerraformError } from "./terraform-error";
import { runProcess, type ProcessResult } from "../support/process";
import type { Stack } from "../synth/stacks";
import { whenUnlocked } from "./lock-wait";
import { terraformEnvironment } from "./preflight";
import { linkPackage, placeLockFile, PROVIDER_LOCK, wrongProvider } from "./provider-lock";
import { NO_PROVIDER } from "./provider-mirror";
import { GRACE_SECONDS, TIME_LIMITS, type CommandKind } from "./time-limits";

export interface TerraformOptions extends Pick<Stack, "provider"> {
  readonly stackId: string;
  /** The folder with `cdk.tf.json`. */
  readonly directory: string;
  /** The complete environment, PATH and credentials included. */
  readonly env: NodeJS.ProcessEnv;
  readonly logFile: string;
  /** Its name in messages. @default its path */
  readonly logName?: string;
  /** @default "terraform", found on the PATH of `env` */
  readonly binary?: string;
  /** The lock file with the hashes of the providers. @default the project's */
  readonly providerLock?: string;
  /**
   * The value of TF_REATTACH_PROVIDERS for a provider that runs already. Terraform does not check it: so it is refused for
   * what changes AWS. @default Terraform starts its providers
   */
  readonly reattach?: string;
  /** Interrupts the running command once with SIGINT; later commands do not start. */
  readonly signal?: AbortSignal;
  /** Seconds to wait for the state lock. @default 0: fails at once */
  readonly lockTimeoutSeconds?: number;
  /** Receives who holds the lock that a command waits for. */
  readonly onLockWait?: (holder: string) => void;
  readonly timeLimits?: Partial<typeof TIME_LIMITS>;
  /** @default GRACE_SECONDS */
  readonly graceSeconds?: number;
}

interface RunCommandOptions {
  readonly success?: readonly number[];
  readonly capture?: boolean;
  readonly onOutput?: OnOutput;
  /** @default for the commands on a state, which start none */
  readonly withoutProvider?: boolean;
}

const STATE_COMMANDS = new Set(["state pull", "state push", "state list", "output", "untaint", "force-unlock"]);

export interface Plan {
  readonly outcome: "empty" | "changes";
  /** The plan as Terraform prints it. */
  readonly text: string;
}

/** The parts of a state file that the project reads. */
export interface StateDocument {
  readonly lineage: string;
  readonly serial: number;
  readonly outputs?: Readonly<Record<string, { readonly value: unknown }>>;
  readonly resources: readonly {
    readonly module?: string;
    readonly mode: "managed" | "data";
    readonly type: string;
    readonly name: string;
    readonly provider?: string;
    readonly instances: readonly {
      readonly index_key?: string | number;
      /** The version of the provider's schema that `attributes` follows. */
      readonly schema_version?: number;
      /** Only in an object that was replaced and could not be deleted. */
      readonly deposed?: string;
      /** "tainted": its creation did not finish, and the next apply would replace it. */
      readonly status?: string;
      readonly attributes?: Readonly<Record<string, unknown>>;
    }[];
  }[];
}

/** Receives new lines of the output while the command runs. */
export type OnOutput = (lines: string) => void;

/** The last running `terraform init` of each plugin cache: two at once would corrupt a shared cache. */
const initsByCache = new Map<string, Promise<unknown>>();

/** Terraform in one stack's folder. Every method throws TerraformError if the command fails or is interrupted. */
export class Terraform {
  constructor(private readonly options: TerraformOptions) {}

  /**
   * Uses `-reconfigure`: the JSON alone decides the backend, not the folder's previous one. Never moves a state. Accepts
   * only providers with a hash of the committed lock file, which replaces any other in the folder.
   */
  public async init(): Promise<void> {
    const { directory, env, reattach, providerLock = PROVIDER_LOCK } = this.options;
    const { TF_PLUGIN_CACHE_DIR: cache } = env;
    const run = async (): Promise<void> => {
      placeLockFile(directory, providerLock);
      const withoutProvider = reattach === undefined && linkPackage(directory, env, providerLock);
      await this.run("init", ["-input=false", "-reconfigure", "-lockfile=readonly"], "init", { withoutProvider });
    };
    if (!cache) return run();
    const turn = (initsByCache.get(cache) ?? Promise.resolve()).then(run);
    const ended = turn.catch(() => undefined); // the next one also runs after a failed one
    initsByCache.set(cache, ended);
    return turn;
  }

  /**
   * Compares state and account with the JSON. `out` (a file, relative to the stack's folder) keeps the plan for `apply`
   * and `showPlan`. Without lock it leaves nothing behind, but may see the unfinished changes of another run.
   */
  public async plan(
    options: { readonly out?: string; readonly destroy?: boolean; readonly lock?: boolean } = {},
  ): Promise<Plan> {
    const out = options.out === undefined ? [] : [`-out=${options.out}`];
    const destroy = options.destroy === true ? ["-destroy"] : [];
    const { exitCode, output } = await this.locked(options.lock, (lock) => {
      const args = ["-input=false", "-detailed-exitcode", lock, ...destroy, ...out];
      return this.run("plan", args, "plan", { success: [0, 2] });
    });
    return { outcome: exitCode === 2 ? "changes" : "empty", text: output };
  }

  /** Applies a plan file, or without one what a plan made now says. */
  public async apply(options: { readonly planFile?: string; readonly onOutput?: OnOutput } = {}): Promise<void> {
    const { planFile = "-auto-approve", onOutput } = options;
    await this.locked(true, (lock) => this.run("apply", ["-input=false", lock, planFile], "apply", { onOutput }));
  }

  public async destroy({ onOutput }: { readonly onOutput?: OnOutput } = {}): Promise<void> {
    await this.locked(true, (lock) =>
      this.run("destroy", ["-input=false", "-auto-approve", lock], "apply", { onOutput }),
    );
  }

  /** A saved plan as Terraform's JSON. May contain secrets: it is not logged. */
  public async showPlan(planFile: string): Promise<unknown> {
    return this.readJson("show", ["-json", planFile]);
  }

  /** The state as Terraform's JSON. May contain secrets: it is not logged. */
  public async showState(): Promise<unknown> {
    return this.readJson("show", ["-json"]);
  }

  /** The outputs' values by name. May contain secrets: they are not logged. */
  public async output(): Promise<Record<string, unknown>> {
    const outputs = (await this.readJson("output", ["-json"])) as Record<string, { readonly value: unknown }>;
    return Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value]));
  }

  /** The addresses in the state. */
  public async stateList(): Promise<string[]> {
    return (await this.read("state list", [])).split("\n").filter((line) => line !== "");
  }

  /** The state in the backend, or undefined if there is none. */
  public async statePull(): Promise<StateDocument | undefined> {
    const state = (await this.readJson("state pull", [])) as StateDocument | undefined;
    // If S3 has no object, Terraform prints an empty state without a lineage.
    return state?.lineage === "" ? undefined : state;
  }

  /**
   * Writes a state file into the backend. Terraform refuses if the backend has a newer state or another lineage. Without
   * lock, another run may write in between.
   */
  public async statePush(file: string, options: { readonly lock?: boolean } = {}): Promise<void> {
    await this.locked(options.lock, (lock) => this.run("state push", [lock, file], "read"));
  }

  /** Makes the next apply update this resource in place, not replace it because its creation did not finish. */
  public async untaint(address: string): Promise<void> {
    await this.locked(true, (lock) => this.run("untaint", [lock, address], "read"));
  }

  /** Removes the state's lock. Terraform refuses if the lock has another id. */
  public async forceUnlock(lockId: string): Promise<void> {
    await this.run("force-unlock", ["-force", lockId], "read");
  }

  /** Undefined if it printed nothing. The error has none of the text, which may contain secrets. */
  private async readJson(command: string, args: readonly string[]): Promise<unknown> {
    const text = await this.read(command, args);
    if (text.trim() === "") return undefined;
    try {
      return parseJson(text);
    } catch {
      const what = isTooDeep(text) ? TOO_DEEP : "other text";
      throw new UserError(`${this.options.stackId}: terraform ${command} must print JSON, got ${what}`);
    }
  }

  private async read(command: string, args: readonly string[]): Promise<string> {
    return (await this.run(command, args, "read", { capture: true })).output;
  }

  /** Runs a command that takes the lock, unless `isTaken` is false. Waits while another run holds it. */
  private locked<T>(isTaken = true, command: (option: string) => Promise<T>): Promise<T> {
    if (!isTaken) return command("-lock=false");
    const { lockTimeoutSeconds: seconds = 0, onLockWait: onWait } = this.options;
    return whenUnlocked({ seconds, onWait }, (turn) => command(`-lock-timeout=${turn}s`));
  }

  private async run(
    command: string,
    args: readonly string[],
    kind: CommandKind,
    options: RunCommandOptions = {},
  ): Promise<ProcessResult> {
    const { stackId, directory, env, logFile, logName = logFile, signal, timeLimits } = this.options;
    const { success = [0], capture, onOutput, withoutProvider = STATE_COMMANDS.has(command) } = options;
    const timeLimitSeconds = timeLimits?.[kind] ?? TIME_LIMITS[kind];
    // The state commands do not accept -no-color, and print no colours.
    const all = [...command.split(" "), ...(command.startsWith("state") ? [] : ["-no-color"]), ...args];
    const result = await runProcess({
      command: this.options.binary ?? "terraform",
      args: all,
      cwd: directory,
      env: this.environment(command, kind, withoutProvider),
      logFile,
      capture,
      onOutput,
      timeLimitSeconds,
      graceSeconds: this.options.graceSeconds ?? GRACE_SECONDS,
      signal,
    });
    const { exitCode, interruptedBy } = result;
    // A command that succeeded despite the interrupt counts as succeeded.
    if (exitCode !== null && success.includes(exitCode)) return result;
    const output = capture ? result.errorOutput : result.output;
    const failure = new TerraformError({
      ...{ stackId, command, exitCode, output, logFile: logName, env, interruptedBy, timeLimitSeconds },
    });
    const wrong = await wrongProvider(failure, env, this.options.providerLock ?? PROVIDER_LOCK);
    if (wrong) throw wrong;
    throw failure;
  }

  private environment(command: string, kind: CommandKind, withoutProvider: boolean): NodeJS.ProcessEnv {
    const { stackId, env, provider, reattach = withoutProvider ? NO_PROVIDER : undefined } = this.options;
    const { AWS_ENDPOINT_URL: endpoint = "none" } = env;
    if (reattach && kind === "apply" && !endpoint.startsWith("http://127.0.0.1:"))
      throw new Error(`${stackId}: to attach, ${command} must have an emulator as AWS_ENDPOINT_URL, got ${endpoint}`);
    return { ...terraformEnvironment(env, provider), ...(reattach && { TF_REATTACH_PROVIDERS: reattach }) };
  }
}
