import { TerraformStack } from "cdktf";
import type { Construct } from "constructs";

interface Removed {
  readonly from: string;
  readonly lifecycle: { readonly destroy: false };
}

/** The `removed` blocks of each stack. An override replaces the one before it, so each must contain all blocks. */
const FORGOTTEN = new WeakMap<TerraformStack, readonly Removed[]>();

/**
 * Removes a resource from the state and leaves it in AWS unchanged. The construct has the path that the resource had. A
 * resource that is not in the state is ignored. Terraform's block is `removed`, which cdktf does not offer.
 */
export function forget(type: string, former: Construct): void {
  const stack = TerraformStack.of(former);
  const removed = [
    ...(FORGOTTEN.get(stack) ?? []),
    { from: `${type}.${stack.getLogicalId(former.node)}`, lifecycle: { destroy: false } as const },
  ];
  FORGOTTEN.set(stack, removed);
  stack.addOverride("removed", removed);
}

/** Escapes `${` and `%{`, which Terraform would evaluate as templates. */
export function escapeTemplate(text: string): string {
  // A function, because `$$` in a replacement string means one `$`.
  return text.replaceAll("${", () => "$${").replaceAll("%{", "%%{");
}

/** The id of a construct for a name. A name may contain a slash: encoded, two names never share an id. */
export function constructId(name: string): string {
  const id = encodeURIComponent(name);
  // Constructs look children up in a plain object, where every object has a child `constructor` already.
  return id in Object.prototype ? `%${id.charCodeAt(0).toString(16)}${id.slice(1)}` : id;
}
