import { join } from "node:path";
import { closest } from "fastest-levenshtein";
import { stacksOf } from "../../config/layout";
import { loadEstate } from "../../config/load";
import type { Estate } from "../../config/model";
import { UserError } from "../../config/user-error";
import { openAwsRun } from "../terraform/aws/aws-run";
import { synthesizeStacks } from "../synth/synth";
import { awsClients, type AwsClients, expectCallerAccount } from "../terraform/aws/aws-clients";
import { awsProblem } from "../terraform/aws/aws-problem";
import type { Stack } from "../synth/stacks";
import { Terraform } from "../terraform/terraform";
import { TerraformError } from "../terraform/terraform-error";
import { CACHE, newRunDirectory } from "../support/project";

interface SingleStackOptions {
  readonly profile?: string;
  readonly signal: AbortSignal;
}

/** A stack, with the clients and Terraform for its state. */
export interface SingleStack {
  readonly stack: Stack;
  readonly clients: AwsClients;
  readonly terraform: Terraform;
  readonly terraformVersion: string;
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
  const { profile, signal } = options;
  const estate = loadEstate();
  expectStack(estate, id);
  const run = await openAwsRun({ estate, cacheDirectory: CACHE, profile });
  const directory = newRunDirectory(join(CACHE, "single-stack"));
  const stack = synthesizeStacks(directory, { ids: [id], estate }).find((each) => each.id === id);
  if (!stack) throw new Error(`the synthesized output must hold ${id}`);
  const env = run.env(stack);
  const terraform = new Terraform({
    ...{ stackId: id, directory: stack.directory, env, signal, binary: run.terraform.path },
    logFile: join(directory, "logs", `${id}.log`),
  });
  try {
    const clients = awsClients(stack, env);
    await expectCallerAccount(clients.sts, stack.accountId, id, env);
    return await work({ stack, clients, terraform, terraformVersion: run.terraform.version });
  } catch (error) {
    if (error instanceof UserError) throw error;
    if (error instanceof TerraformError) throw new UserError(error.message, { cause: error });
    if (signal.aborted && (error as Error).name === "AbortError")
      throw new UserError(`${id}: interrupted`, { cause: error });
    const account = estate.accounts.find((each) => each.id === stack.accountId)?.name;
    throw awsProblem(error, id, { profile: env["AWS_PROFILE"], account }) ?? error;
  }
}

function expectStack(estate: Estate, id: string): void {
  const ids = stacksOf(estate).map((stack) => stack.id);
  if (ids.includes(id)) return;
  throw new UserError(
    `the stack must be one of the estate, such as "${closest(id, ids)}", got "${id}". Run npm start -- --synth-only to list them.`,
  );
}
