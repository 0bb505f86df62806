import { join } from "node:path";
import { closest } from "fastest-levenshtein";
import { stacksOf } from "../../config/layout";
import { loadEstate } from "../../config/load";
import type { Estate } from "../../config/model";
import { UserError } from "../../config/user-error";
import { openAwsRun, type AwsRun } from "../terraform/aws/aws-run";
import { synthesizeStacks } from "../synth/synth";
import { awsClients, type AwsClients, expectCallerAccount } from "../terraform/aws/aws-clients";
import { awsProblem } from "../terraform/aws/aws-problem";
import type { Stack } from "../synth/stacks";
import { NO_PROVIDER } from "../terraform/provider-mirror";
import { Terraform } from "../terraform/terraform";
import { TerraformError } from "../terraform/terraform-error";
import { CACHE, newRunDirectory } from "../support/project";

/** A folder of a run with states, which are secret. */
export const PROOFS = "proofs";

interface SingleStackOptions {
  readonly profile?: string;
  readonly signal: AbortSignal;
}

/** A stack, with the clients and Terraform for its state. */
export interface SingleStack {
  readonly stack: Stack;
  readonly clients: AwsClients;
  /** For its state alone: it starts no provider. */
  readonly terraform: Terraform;
  readonly terraformVersion: string;
  /** Terraform with the same credentials in another folder. */
  readonly terraformIn: (directory: string) => Terraform;
}

/**
 * Synthesizes one stack into a folder of this run, and calls `work` with it. Checks first that the credentials
 * are of the stack's account. An error of Terraform or AWS becomes a UserError.
 * @throws UserError if the estate has no such stack, or the credentials are of another account
 */
export async function withSingleStack<T>(
  id: string,
  options: SingleStackOptions,
  work: (single: SingleStack) => Promise<T>,
): Promise<T> {
  return withStacks([id], options, ([single]) => {
    if (!single) throw new Error(`${id} must be there`);
    return work(single);
  });
}

/** Like `withSingleStack`, for several stacks, in the order of their ids. */
export async function withStacks<T>(
  ids: readonly string[],
  options: SingleStackOptions,
  work: (stacks: readonly SingleStack[], directory: string) => Promise<T>,
): Promise<T> {
  const { profile, signal } = options;
  const estate = loadEstate();
  for (const id of ids) expectStack(estate, id);
  const run = await openAwsRun({ estate, cacheDirectory: CACHE, profile });
  const directory = newRunDirectory(join(CACHE, "single-stack"), PROOFS);
  const synthesized = await synthesizeStacks(directory, { ids, estate }, signal);
  let id = "";
  try {
    const singles: SingleStack[] = [];
    for (id of ids) singles.push(await openStack(id, synthesized, run, { directory, signal }));
    return await work(singles, directory);
  } catch (error) {
    if (error instanceof UserError) throw error;
    if (error instanceof TerraformError) throw new UserError(error.message, { cause: error });
    if (signal.aborted && (error as Error).name === "AbortError")
      throw new UserError(`${id}: interrupted`, { cause: error });
    const stack = synthesized.find((each) => each.id === id);
    const account = estate.accounts.find((each) => each.id === stack?.accountId)?.name;
    throw awsProblem(error, id, { profile: stack && run.env(stack)["AWS_PROFILE"], account }) ?? error;
  }
}

async function openStack(
  id: string,
  stacks: readonly Stack[],
  run: AwsRun,
  { directory, signal }: { readonly directory: string; readonly signal: AbortSignal },
): Promise<SingleStack> {
  const stack = stacks.find((each) => each.id === id);
  if (!stack) throw new Error(`the synthesized output must hold ${id}`);
  const env = run.env(stack);
  const terraformIn = (folder: string, reattach?: string) =>
    new Terraform({
      ...{ stackId: id, directory: folder, env, signal, binary: run.terraform.path, reattach },
      provider: stack.provider,
      logFile: join(directory, "logs", `${id}.log`),
    });
  const clients = awsClients(stack, env);
  await expectCallerAccount(clients.sts, stack.accountId, id, env);
  return {
    stack,
    clients,
    terraform: terraformIn(stack.directory, NO_PROVIDER),
    terraformVersion: run.terraform.version,
    terraformIn,
  };
}

function expectStack(estate: Estate, id: string): void {
  const ids = stacksOf(estate).map((stack) => stack.id);
  if (ids.includes(id)) return;
  throw new UserError(
    `the stack must be one of the estate, such as "${closest(id, ids)}", got "${id}". Run npm start -- --synth-only to list them.`,
  );
}
