import { TerraformStack } from "cdktf";
import type { Construct } from "constructs";

interface Removed {
  readonly from: string;
  readonly lifecycle: { readonly destroy: false };
}

/** An override replaces the one before it, so each is given all that its stack forgets. */
const FORGOTTEN = new WeakMap<TerraformStack, readonly Removed[]>();

/**
 * Takes a resource that was made where a construct stands out of the state, and leaves it in AWS as it is. Where no
 * state knows it, nothing happens. cdktf has no `removed` block.
 */
export function forget(type: string, place: Construct): void {
  const stack = TerraformStack.of(place);
  const removed = [
    ...(FORGOTTEN.get(stack) ?? []),
    { from: `${type}.${stack.getLogicalId(place.node)}`, lifecycle: { destroy: false } as const },
  ];
  FORGOTTEN.set(stack, removed);
  stack.addOverride("removed", removed);
}

/** Text for Terraform to take as it stands: unescaped, it would read `${` and `%{` as its own. */
export function escapeTemplate(text: string): string {
  // By function: in a replacement string `$$` stands for one `$`.
  return text.replaceAll("${", () => "$${").replaceAll("%{", "%%{");
}
