import { tmpdir } from "node:os";
import { TerraformResource, TerraformStack, Testing } from "cdktf";
import type { Construct } from "constructs";
import { skipCreationTraces } from "../../stacks/cdktf-internals";
import { StackReader, type StackJson } from "./stack-reader";

function stackWith(build: (scope: Construct) => void): TerraformStack {
  // Under Jest, which maps each line of a trace to its source, traces take more than half of the time.
  skipCreationTraces();
  // A module is rendered in memory, without files. Without a given folder, cdktf would leave a new one behind for
  // each.
  const stack = new TerraformStack(Testing.app({ outdir: tmpdir() }), "module");
  build(stack);
  return stack;
}

/** The JSON of a module alone in a stack. Paths begin with the id that `build` gives it. */
export function synthModule(build: (scope: Construct) => void): StackReader {
  const stack = stackWith(build);
  // Testing.synth() drops the metadata, and the paths with it.
  const resources = stack.node
    .findAll()
    .filter((child): child is TerraformResource => child instanceof TerraformResource);
  const paths = new Map(
    resources.map((made) => [`${made.terraformResourceType}.${made.friendlyUniqueId}`, made.node.path]),
  );
  return new StackReader("module", JSON.parse(Testing.synth(stack)) as StackJson, paths);
}

/**
 * The problems that a module's own validation reports in `app.synth()`. The stack's are omitted: it has no provider.
 */
export function problemsOf(build: (scope: Construct) => void): string[] {
  const stack = stackWith(build);
  return stack.node
    .findAll()
    .filter((child) => child !== stack)
    .flatMap(({ node }) => node.validate());
}
