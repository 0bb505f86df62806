import { type App, TerraformStack } from "cdktf";
import type { IConstruct } from "constructs";
import { lineOf } from "../config/custom";
import { UserError } from "../config/user-error";

/* A stack outside the estate's layout would be synthesized, and no plan, apply or drift check would know it. */

/**
 * Refuses stacks that an app gets from now on and that the estate's layout does not have, with the line that adds them.
 *
 * @param ids the ids of the stacks that it may get
 * @throws UserError when such a stack is added
 */
export function refuseUndeclared(app: App, ids: ReadonlySet<string>): void {
  // Private in `constructs`, which calls it for each new child.
  const node = app.node as unknown as { addChild: (child: IConstruct, id: string) => void };
  const addChild = node.addChild.bind(node);
  node.addChild = (child, id) => {
    if (child instanceof TerraformStack && !ids.has(id))
      throw undeclared(id, lineOf(new Error(), /stacks[/\\]\w+-stacks?\.ts$/));
    addChild(child, id);
  };
}

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
