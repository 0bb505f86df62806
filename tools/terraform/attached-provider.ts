import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { CREATE_ACTIONS } from "../../config/create-actions";
import { parseJson } from "../../config/input";
import { STACK_JSON, stackJson, type Stack } from "../synth/stacks";
import { asList, isObject, objectOf } from "../support/json";
import { killGroup } from "../support/process";
import { terraformEnvironment } from "./preflight";
import { terraformErrorIn } from "./terraform-error";
import { lockedExecutable, lockedProviders, PROVIDER_LOCK, requiredProviders } from "./provider-lock";
import { serveProvider, type PreparedProvider, type RunningProvider } from "./provider-connections";
import { AWS_PROVIDER } from "./provider-mirror";
import { terraformFor, type RunOptions } from "./run-options";
import type { Terraform } from "./terraform";

/** Seconds that a provider may take to start. */
const START_LIMIT_SECONDS = 60;

/** Milliseconds in which the end of a process is noticed. */
const NOTICE_MILLISECONDS = 500;

/**
 * Replaces the shell by the provider. A part of the shell stays behind until file 3 closes, which it also does if this
 * process is killed, and then removes the socket's folder and kills the group: nothing outlives the command.
 */
const PROGRAM = '(cat <&3; rm -rf -- "$PLUGIN_UNIX_SOCKET_DIR"; kill -KILL 0) >/dev/null 2>&1 & exec "$0" -debug 3<&-';

/** A provider logs every request in debug mode. The logs may hold secrets, and nobody reads them. */
const SILENT = { TF_LOG_SDK: "off", TF_LOG_PROVIDER: "off", TF_LOG_PROVIDER_AWS: "off" };

/**
 * Plans a stack with a provider that runs for all of Terraform's commands. By itself, Terraform starts a process for the
 * schema, and for each configuration one for the validation and one for the plan, one more to show the plan, and hashes
 * the package of 700 MB before each command.
 *
 * Terraform does not check a provider that it attaches to. So only an executable whose package has a hash of the lock
 * file is started, with the environment that Terraform would give it. An attached process holds one configuration: a
 * stack with several has one for each, and one for what needs none. Where that is not possible, if a process ends by
 * itself, and if the state has types that Terraform got no schema of, Terraform starts its providers.
 *
 * @param run receives the stack's Terraform, and whether a provider is attached to it; otherwise Terraform starts its own
 */
export async function withProvider<Result>(
  stack: Stack,
  options: RunOptions,
  run: (terraform: Terraform, isAttached: boolean) => Promise<Result>,
  { isApply = false, started = startProvider(stack, options) }: WithProviderOptions = {},
): Promise<Result> {
  const provider = await started;
  if (provider === undefined) return run(terraformFor(stack, options), false);
  try {
    return await run(terraformFor(stack, options, provider.reattach), true);
  } catch (error) {
    if (options.signal?.aborted) throw error;
    if (!lacksSchema(error) && (isApply || (await provider.runs()))) throw error;
  } finally {
    await provider.stop();
  }
  return run(terraformFor(stack, options), false);
}

interface WithProviderOptions {
  /** Whether it changes something: then it fails if a process ends, as half of it may be done. @default false */
  readonly isApply?: boolean;
  /** What `startProvider` returned for the same stack. It is stopped at the end. @default starts one */
  readonly started?: ReturnType<typeof startProvider>;
}

/** Whether a type of the state has no schema. Terraform says so while it plans, so nothing has been applied. */
const lacksSchema = (error: unknown): boolean =>
  terraformErrorIn(error)?.errors.some((each) => /\bno schema\b/i.test(each)) === true;

/** A provider that only its commands can reach. */
export interface AttachedProvider extends PreparedProvider {
  /** The value of TF_REATTACH_PROVIDERS. */
  readonly reattach: string;
}

/**
 * Starts a provider under the conditions of `withProvider`. The caller must stop it. Never for an apply that reaches AWS:
 * there, Terraform itself checks the provider that it starts.
 *
 * @returns undefined if Terraform must start its providers
 */
export async function startProvider(stack: Stack, options: RunOptions): Promise<AttachedProvider | undefined> {
  const { providerLock = PROVIDER_LOCK, signal } = options;
  const env = options.env(stack);
  if (signal?.aborted || !canAttach(stack, env, providerLock)) return undefined;
  const first = await startProcess(stack, env, providerLock);
  if (first === undefined) return undefined;
  const startOwn = async (): Promise<RunningProvider> => {
    const process = await startProcess(stack, env, providerLock);
    if (process === undefined) throw new Error(`${stack.id}: its provider must start for each configuration`);
    return process;
  };
  const served = await serveProvider({
    ...{ socket: join(dirname(first.socket), "all"), first, executable: first.executable, protocol: first.protocol },
    types: () => typesOf(stack),
    startOwn: hasOneConfiguration(stack) ? undefined : startOwn,
  });
  return {
    ...served,
    reattach: first.reattach.replaceAll(JSON.stringify(first.socket), JSON.stringify(served.socket)),
  };
}

interface ProviderProcess extends RunningProvider {
  readonly reattach: string;
  readonly executable: string;
  /** The version of Terraform's plugin protocol. */
  readonly protocol: number;
}

/** Undefined if no executable has a hash of the lock file, or if it does not start as it must. */
async function startProcess(
  stack: Stack,
  env: NodeJS.ProcessEnv,
  providerLock: string,
): Promise<ProviderProcess | undefined> {
  const executable = await lockedExecutable(env, providerLock);
  if (executable === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "provider-")); // mode 0700: only this user reaches the socket
  const child = spawn("/bin/sh", ["-c", PROGRAM, executable], {
    cwd: stack.directory,
    env: { ...terraformEnvironment(env), ...SILENT, PLUGIN_UNIX_SOCKET_DIR: folder },
    detached: true, // Ctrl-C reaches Terraform only, which then asks the provider to stop
    stdio: ["ignore", "pipe", "ignore", "pipe"],
  });
  let isStopped = false;
  const ended = once(child, "exit").catch(() => undefined);
  const hasFailed = ended.then(() => !isStopped);
  const stop = async (): Promise<void> => {
    isStopped = true;
    killGroup(child);
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  const limit = delay(1000 * START_LIMIT_SECONDS, undefined, { ref: false });
  const reattach = await Promise.race([printedAddress(child), ended, limit]);
  const own = typeof reattach === "string" ? ownSocket(reattach, child, folder) : undefined;
  if (typeof reattach !== "string" || own === undefined) {
    await stop();
    return undefined;
  }
  const runs = async () => !(await Promise.race([hasFailed, delay(NOTICE_MILLISECONDS, false)]));
  return { ...own, reattach, executable, runs, stop };
}

/** Whether the stack needs nothing but hashicorp/aws, and nobody asked for the provider's logs. */
function canAttach(stack: Stack, env: NodeJS.ProcessEnv, lockFile: string): boolean {
  if (process.platform === "win32" || Object.keys(env).some((name) => name.startsWith("TF_LOG"))) return false;
  const files = readdirSync(stack.directory).filter((name) => /\.tf(\.json)?$/.test(name));
  const required = requiredProviders(stack.directory);
  const version = lockedProviders(lockFile).get(AWS_PROVIDER)?.version;
  const isLocked = required.size === 1 && version !== undefined && required.get(AWS_PROVIDER) === version;
  return files.join() === STACK_JSON && isLocked && objectOf(stackJson(stack))["module"] === undefined;
}

/** Its schema is as long as those of all other types that are usual in stacks: 0.5 MB. */
const LARGEST = "aws_wafv2_web_acl";

/** The types that the stack's file names, and those that are usual in stacks, which the state may still have. */
function typesOf({ directory }: Stack): ReadonlySet<string> {
  const named = readFileSync(join(directory, STACK_JSON), "utf8").match(/aws_\w+/g) ?? [];
  return new Set([...Object.keys(CREATE_ACTIONS).filter((type) => type !== LARGEST), ...named]);
}

/** A resource without a provider would configure another one next to a provider with an alias. */
function hasOneConfiguration(stack: Stack): boolean {
  const { provider } = objectOf(stackJson(stack));
  const [configuration, ...others] = Object.values(objectOf(provider)).flatMap((each) => asList(each));
  return isObject(configuration) && configuration["alias"] === undefined && others.length === 0;
}

/** The first value of TF_REATTACH_PROVIDERS that the provider prints. */
function printedAddress({ stdout }: ChildProcess): Promise<string> {
  let text = "";
  return new Promise((resolve) => {
    // Keeps reading: a program dies if it writes to a pipe that nobody reads.
    stdout?.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      const address = /^\s*TF_REATTACH_PROVIDERS='(.*)'$/m.exec(text)?.[1];
      if (address !== undefined) resolve(address);
    });
  });
}

/** The socket and the protocol, if an address names only this process, and a socket in a folder of its own. */
function ownSocket(
  address: string,
  { pid }: ChildProcess,
  folder: string,
): Pick<ProviderProcess, "socket" | "protocol"> | undefined {
  const providers = objectOf(parseJson(address));
  const { Pid, Addr, ProtocolVersion } = objectOf(providers[AWS_PROVIDER]);
  const { Network, String: socket } = objectOf(Addr);
  const isOwn = Object.keys(providers).length === 1 && Pid === pid && Network === "unix";
  return isOwn && typeof socket === "string" && dirname(socket) === folder
    ? { socket, protocol: Number(ProtocolVersion) }
    : undefined;
}
