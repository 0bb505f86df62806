import { TerraformModule, TerraformResource, type TerraformStack } from "cdktf";
import type { Move } from "../config/address-files";

/** What a stack imports and moves, beyond what its constructs do. */
export interface Addresses {
  /** The id that Terraform imports, by address. */
  readonly adoptions: Readonly<Record<string, string>>;
  readonly moves: readonly Move[];
}

interface ImportBlock {
  readonly to: string;
  readonly id: string;
}

/** The JSON of a stack, as far as blocks are added to it. */
interface StackBlocks {
  import?: readonly ImportBlock[];
  moved?: readonly Move[];
}

/**
 * Adds `import` and `moved` blocks to the JSON of a stack. Terraform ignores those of resources that the state has at
 * these addresses already.
 */
export function addBlocks<T extends StackBlocks>(stack: T, { adoptions, moves }: Addresses): T {
  const imported = new Set(stack.import?.map(({ to }) => to)); // Terraform refuses a second block for an address
  const imports = Object.entries(adoptions)
    .filter(([to]) => !imported.has(to))
    .map(([to, id]) => ({ to, id }));
  if (imports.length > 0) stack.import = [...(stack.import ?? []), ...imports];
  if (moves.length > 0) stack.moved = [...(stack.moved ?? []), ...moves];
  return stack;
}

/** What is wrong with addresses of files: they must be those of the stack. */
export function addressProblems(stack: TerraformStack, { adoptions, moves }: Addresses): string[] {
  const known = new Set(stack.node.findAll().flatMap((each) => addressOf(each)));
  const isKnown = (address: string) => known.has(address.startsWith("module.") ? moduleOf(address) : address);
  const onward = new Set(moves.map(({ from }) => from));
  const expected = "must be the address of a resource of the stack, got an unknown one";
  return [
    ...Object.keys(adoptions)
      .filter((to) => !isKnown(to))
      .map((to) => `${to} of <estate>.adopt.json ${expected}. Correct it, or remove the entry.`),
    ...moves
      .filter(({ to }) => !isKnown(to) && !onward.has(to))
      .map(({ to }) => `to: ${to} of <estate>.moves.json ${expected}. Correct it, or remove the entry.`),
    ...moves
      .filter(({ from }) => isKnown(from))
      .map(
        ({ from }) =>
          `from: ${from} of <estate>.moves.json must be an address that the stack no longer has, got one that it has. Remove the entry.`,
      ),
  ];
}

/** The module as a whole: Terraform alone knows its resources. */
const moduleOf = (address: string): string => address.split(".").slice(0, 2).join(".");

function addressOf(construct: unknown): string[] {
  if (construct instanceof TerraformModule) return [`module.${construct.friendlyUniqueId}`];
  if (!(construct instanceof TerraformResource)) return [];
  return [`${construct.terraformResourceType}.${construct.friendlyUniqueId}`];
}
