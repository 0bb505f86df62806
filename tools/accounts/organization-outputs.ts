import { join } from "node:path";
import { organizationStack } from "../../config/waiting";
import type { Estate } from "../../config/model";
import { UserError } from "../../config/user-error";
import { openAwsRun } from "../terraform/aws/aws-run";
import { newRunDirectory } from "../support/project";
import { synthesizeStacks } from "../synth/synth";
import { probeStateBucket } from "../terraform/known-errors";
import { NO_PROVIDER } from "../terraform/provider-mirror";
import { Terraform } from "../terraform/terraform";
import { TerraformError } from "../terraform/terraform-error";

interface OutputsOptions {
  readonly estate: Estate;
  /** The project's cache folder, which git ignores: this run writes stacks and Terraform's log into a new folder there. */
  readonly cacheDirectory: string;
  /** The AWS profile; `{account}` in it is replaced with the master account's name. @default the current credentials */
  readonly profile?: string;
  /** Interrupts Terraform. */
  readonly signal?: AbortSignal;
}

/**
 * The outputs of the organization stack by name, read by Terraform from the stack's state with the credentials of the
 * master account. Empty if the stack was never applied. Changes nothing in AWS.
 *
 * @throws UserError if there is no state bucket or Terraform fails; MissingTool if Terraform is missing
 */
export async function organizationOutputs(options: OutputsOptions): Promise<Record<string, unknown>> {
  const { estate, cacheDirectory, profile, signal } = options;
  const { env, terraform: found } = await openAwsRun({ estate, cacheDirectory, profile });
  const directory = newRunDirectory(join(cacheDirectory, "accounts"));
  const id = organizationStack(estate);
  const stack = (await synthesizeStacks(directory, undefined, signal)).find((each) => each.id === id);
  if (!stack) throw new Error(`no stack ${id} was synthesized`);
  const terraform = new Terraform({
    ...{ stackId: id, directory: stack.directory, binary: found.path, signal, reattach: NO_PROVIDER },
    env: env(stack),
    logFile: join(directory, "logs", `${id}.log`),
  });
  try {
    const bucket = await probeStateBucket(terraform);
    if (bucket.found === "state") return await terraform.output();
    if (bucket.found === "no state") return {};
  } catch (error) {
    if (error instanceof TerraformError)
      throw new UserError(`${error.message}\n(this reads the state of ${id}, with the master account's credentials)`, {
        cause: error,
      });
    throw error;
  }
  const bucket = `there is no state bucket ${stack.state.bucket} in the account ${stack.accountId}`;
  const master = estate.accounts.find((account) => account.id === stack.accountId)?.name ?? stack.accountId;
  throw new UserError(
    `${bucket}. Run npm run bootstrap -- ${master}, then npm run plan -- ${id}, apply that plan, then run npm run accounts.`,
  );
}
