import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { terraformFor } from "../terraform/run-options";
import { stackJson, type Stack } from "../synth/stacks";
import { REFERENCE_PREFIX } from "../synth/upstreams";
import type { ApplyPlanOptions } from "./apply-plan";

interface Reader {
  readonly data?: {
    readonly terraform_remote_state?: Readonly<Record<string, { readonly backend: string; readonly config: object }>>;
  };
}

/**
 * The outputs of another stack's state, read as the given stack reads them: from where its JSON says, with the same
 * credentials.
 *
 * @throws TerraformError where that state can't be read
 */
export async function readRemoteOutputs(
  stack: Stack,
  upstreamId: string,
  options: ApplyPlanOptions,
): Promise<Readonly<Record<string, unknown>>> {
  const { data } = stackJson(stack) as Reader;
  const source = data?.terraform_remote_state?.[`${REFERENCE_PREFIX}${upstreamId}`];
  if (!source) throw new Error(`${stack.id} reads no state of ${upstreamId}`);
  const directory = join(options.directory, "upstreams", stack.id, upstreamId);
  mkdirSync(directory, { recursive: true });
  writeFileSync(
    join(directory, "main.tf.json"),
    JSON.stringify({ terraform: { backend: { [source.backend]: source.config } } }),
  );
  const terraform = terraformFor({ ...stack, directory }, options);
  await terraform.init();
  const state = await terraform.statePull();
  return Object.fromEntries(Object.entries(state?.outputs ?? {}).map(([name, { value }]) => [name, value]));
}
