import type { Stack } from "../synth/stacks";
import { upstreamsOf } from "../synth/upstreams";
import type { EstateVersion } from "./estate-version";

/**
 * The stacks whose outputs have other names now, and the stacks that read them. Such a reader can be planned only once
 * the other stack is applied.
 *
 * @param stacks the present ones
 */
export function renamedOutputs(
  before: EstateVersion,
  now: EstateVersion,
  stacks: readonly Stack[],
): { readonly stack: string; readonly readers: readonly string[] }[] {
  const read = stacks.flatMap((reader) =>
    upstreamsOf(reader, stacks).flatMap(({ stackId, outputs }) =>
      outputs.some((name) => !before.outputs.has(`${stackId}:output.${name}`) && now.outputs.has(`${stackId}:output.${name}`)) // prettier-ignore
        ? [{ stack: stackId, reader: reader.id }]
        : [],
    ),
  );
  return [...new Set(read.map(({ stack }) => stack))].map((stack) => ({
    stack,
    readers: read.filter((each) => each.stack === stack).map(({ reader }) => reader),
  }));
}
