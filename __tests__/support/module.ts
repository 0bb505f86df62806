import { tmpdir } from "node:os";
import { TerraformResource, TerraformStack, Testing } from "cdktf";
import type { Construct } from "constructs";
import { StackReader, type StackJson } from "./stack-reader";

function stackWith(build: (scope: Construct) => void): TerraformStack {
  // Nothing is written: a module is rendered in memory. Without a folder of its own cdktf would leave one behind for
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
 * What a module's own validation says is wrong, as `app.synth()` would. The stack's is left out: it lacks a provider.
 */
export function problemsOf(build: (scope: Construct) => void): string[] {
  const stack = stackWith(build);
  return stack.node
    .findAll()
    .filter((child) => child !== stack)
    .flatMap(({ node }) => node.validate());
}
