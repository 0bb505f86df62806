import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PlannedStack } from "../terraform/plan-stacks";
import { terraformFor, type RunOptions } from "../terraform/run-options";
import { NO_PROVIDER } from "../terraform/provider-mirror";
import { copyStackFiles } from "../synth/modules";
import { stackJson, type Stack } from "../synth/stacks";
import { REFERENCE_PREFIX } from "../synth/upstreams";
import { probeStateBucket } from "../terraform/known-errors";

/**
 * Finds stacks that must be applied before a planned one, are not planned with it, and have no state: AWS would lack
 * what the planned stack needs. Checks only the dependencies of stacks that were never applied. A state that cannot be
 * read, for example in an account that these credentials do not reach, does not count as missing.
 * @param directory a folder of this run
 */
export async function unappliedUpstreams(
  planned: readonly PlannedStack[],
  stacks: readonly Stack[],
  directory: string,
  options: RunOptions,
): Promise<ReadonlySet<string>> {
  const together = new Set(planned.map(({ stack }) => stack.id));
  const first = planned
    .filter(({ status, state }) => status === "changes" && state === undefined)
    .map(({ stack }) => stack);
  const needed = new Set(first.flatMap(({ dependencies }) => dependencies).filter((id) => !together.has(id)));
  // A stack that creates its own state bucket is skipped: a planned stack proves that the bucket exists.
  const upstreams = stacks.filter(({ id, createsOwnStateBucket }) => needed.has(id) && !createsOwnStateBucket);
  const missing = await Promise.all(
    upstreams.map((upstream) => hasNoState(upstream, join(directory, upstream.id), options)),
  );
  return new Set(upstreams.filter((_, index) => missing[index]).map(({ id }) => id));
}

async function hasNoState(upstream: Stack, directory: string, options: RunOptions): Promise<boolean> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  copyStackFiles(upstream, directory);
  try {
    return (await probeStateBucket(terraformFor({ ...upstream, directory }, options, NO_PROVIDER))).found !== "state";
  } catch {
    return false;
  }
}

interface RemoteStateJson {
  readonly terraform?: { readonly required_providers?: object };
  readonly data?: {
    readonly terraform_remote_state?: Readonly<Record<string, { readonly backend: string; readonly config: object }>>;
  };
}

/**
 * Reads the outputs of another stack's state as the given stack reads them: from the same backend, with the same
 * credentials.
 * @param options.directory a folder of this run
 * @param options.stacks all stacks of the same synthesized output
 * @throws TerraformError if that state cannot be read
 */
export async function readRemoteOutputs(
  stack: Stack,
  upstreamId: string,
  options: RunOptions & { readonly directory: string; readonly stacks: readonly Stack[] },
): Promise<Readonly<Record<string, unknown>>> {
  const { data } = stackJson(stack) as RemoteStateJson;
  const source = data?.terraform_remote_state?.[`${REFERENCE_PREFIX}${upstreamId}`];
  if (!source) throw new Error(`${stack.id} reads no state of ${upstreamId}`);
  const upstream = options.stacks.find(({ id }) => id === upstreamId);
  // Terraform also installs the providers of the resources in the state: the lock file must list them.
  const required_providers = upstream && (stackJson(upstream) as RemoteStateJson).terraform?.required_providers;
  const directory = join(options.directory, "upstreams", stack.id, upstreamId);
  mkdirSync(directory, { recursive: true });
  writeFileSync(
    join(directory, "main.tf.json"),
    JSON.stringify({ terraform: { required_providers, backend: { [source.backend]: source.config } } }),
  );
  const terraform = terraformFor({ ...stack, directory }, options, NO_PROVIDER);
  await terraform.init();
  const state = await terraform.statePull();
  return Object.fromEntries(Object.entries(state?.outputs ?? {}).map(([name, { value }]) => [name, value]));
}
