import type { Estate } from "../../../config/model";
import { s3Of } from "./record-store";
import { standingsOf, type Standing } from "./standings";
import { synthesizeStacks } from "../../synth/synth";
import { stackJson, type Stack } from "../../synth/stacks";
import { credentialsOf } from "../../terraform/aws/aws-run";

export interface StandingsNow {
  readonly standings: readonly Standing[];
  /** Every stack, as the present code makes it. */
  readonly stacks: readonly Stack[];
}

/**
 * How every stack of the estate stands now between AWS and the present code.
 *
 * @param directory a folder of this run's own, for the stacks
 * @param profile the AWS profile; `{account}` stands for the account's name
 */
export async function standingsNow(
  estate: Estate,
  directory: string,
  profile: string | undefined,
): Promise<StandingsNow> {
  const stacks = synthesizeStacks(directory);
  const byId = new Map(stacks.map((stack) => [stack.id, stack]));
  const jsonOf = (id: string): unknown => {
    const stack = byId.get(id);
    if (!stack) throw new Error(`${id} was not synthesized`);
    return stackJson(stack);
  };
  const standings = await standingsOf({ estate, jsonOf, s3Of: s3Of(credentialsOf({ estate, profile })) });
  return { standings, stacks };
}
