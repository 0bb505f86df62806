import { type App, TerraformStack } from "cdktf";
import type { IConstruct } from "constructs";
import { lineOf } from "../config/source-line";
import { UserError } from "../config/user-error";

/* A stack outside the estate's layout would be synthesized, and no plan, apply or drift check would know it. */

/** The ids of the stacks that an app may get. */
const declaredIn = new WeakMap<App, Set<string>>();

/**
 * Refuses stacks that an app gets from now on and that the estate's layout does not have, with the line that adds them.
 *
 * @param ids the ids of the stacks that it may get, in addition to those of earlier calls
 * @throws UserError when such a stack is added
 */
export function refuseUndeclared(app: App, ids: readonly string[]): void {
  const known = declaredIn.get(app);
  const declared = known ?? new Set<string>();
  for (const id of ids) declared.add(id);
  if (known) return;
  declaredIn.set(app, declared);
  // Private in `constructs`, which calls it for each new child.
  const node = app.node as unknown as { addChild: (child: IConstruct, id: string) => void };
  const addChild = node.addChild.bind(node);
  node.addChild = (child, id) => {
    if (child instanceof TerraformStack && !declared.has(id)) {
      const name = `"${id.replace(/^[a-z0-9]+-/, "")}"`;
      throw undeclared(
        id,
        lineOf(new Error(), (path) => !OF_STACKS.test(path), name),
      );
    }
    addChild(child, id);
  };
}

/** Files of the classes of stacks: the line that creates one is in another file. */
const OF_STACKS = /^stacks\/[\w-]+-stacks?\.ts$/;

/** @throws UserError if a stack is inside another one: Terraform would not run it */
export function refuseNested(app: App): void {
  for (const { node } of app.node.children)
    for (const inner of node.findAll())
      if (inner instanceof TerraformStack && inner.node !== node) throw undeclared(inner.node.path);
}

const undeclared = (id: string, line?: string): UserError =>
  new UserError(
    `${line ?? "the stack"} must add no stack that nothing declares, got the stack ${id}. Declare it in custom/index.ts (docs/own-stacks.md).`,
  );
