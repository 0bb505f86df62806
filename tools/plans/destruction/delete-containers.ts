import { awsErrorMessage } from "../../terraform/aws/aws-problem";
import type { RunOptions } from "../../terraform/run-options";
import { stateEncryption, untilUnlocked, whileLocked } from "../../terraform/state/while-locked";
import type { Manifest } from "../manifest";
import { deleteWithGuards, isContainer } from "./containers";
import {
  changedResources,
  clientsOfAws,
  oncePerRegion,
  type DestructionClientsOf,
  type StackPlan,
} from "./destroyed-resources";

interface DeletionOptions extends Pick<RunOptions, "env" | "lockTimeoutSeconds" | "signal" | "view"> {
  readonly manifest: Pick<Manifest, "terraformVersion">;
  /** @default those of AWS */
  readonly destructionClients?: DestructionClientsOf;
}

/**
 * Deletes the buckets and repositories that a plan destroys, while it holds the lock of the state. Terraform would delete
 * their guards first: policy, public access block, encryption, versioning. AWS deletes empty ones only, with their guards.
 *
 * @param stateChange how the state differs from the one that was planned on. Undefined if it does not
 * @throws Error if AWS refuses; the guards are in force then, and Terraform has not begun
 */
export async function deleteContainers(
  { stack, plan }: StackPlan,
  { env, manifest, destructionClients = clientsOfAws(env), ...options }: DeletionOptions,
  stateChange: () => Promise<string | undefined>,
): Promise<void> {
  const containers = changedResources([{ stack, plan }]).filter((each) => each.isDestroyed && isContainer(each));
  if (containers.length === 0) return;
  const clientsOf = oncePerRegion(destructionClients);
  const { s3 } = await clientsOf(stack, stack.state.region);
  const onWait = (holder: string): void => {
    options.view.phase(stack.id, "waiting for lock", holder);
  };
  await untilUnlocked(s3, stack, { seconds: options.lockTimeoutSeconds ?? 0, onWait, signal: options.signal });
  const info = containers.map(({ address }) => address).join(", ");
  const { terraformVersion } = manifest;
  const work = { operation: "delete if empty", info, terraformVersion, encryption: stateEncryption(stack) };
  await whileLocked(s3, stack, work, async () => {
    const change = await stateChange();
    if (change !== undefined) throw new Error(`${stack.id}: its state has changed since it was planned (${change}).`);
    for (const container of containers) {
      options.signal?.throwIfAborted();
      try {
        await deleteWithGuards(container, await clientsOf(stack, container.region), stack.accountId);
      } catch (error) {
        const why = awsErrorMessage(error, `${stack.id}: ${container.address}`);
        throw new Error(`${why}. It keeps its policy and encryption, and Terraform has destroyed nothing.`, { cause: error }); // prettier-ignore
      }
    }
  });
}
