import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { SynthesizedEstate } from "./synthesize";

/** The addresses of every resource, one per line: the stack and the resource's address in the state. */
export function addressesOf({ stacks }: SynthesizedEstate): string[] {
  return stacks.flatMap(({ id, resources }) => resources.map(({ address }) => `${id} ${address}`)).sort();
}

/** Throws if addresses differ from those of a file. With `UPDATE_ADDRESSES` it writes the file first. */
export function expectAddresses(file: string, addresses: readonly string[], update: string): void {
  if (process.env["UPDATE_ADDRESSES"]) writeFileSync(file, `${addresses.join("\n")}\n`);
  const difference = explained(existsSync(file) ? addressesIn(file) : [], addresses, update);
  if (difference !== "") throw new Error(`the addresses differ from ${file}:\n${difference}`);
}

export const addressesIn = (file: string) => readFileSync(file, "utf8").trimEnd().split(/\r?\n/);

/**
 * The meaning and the remedy of a difference. Empty if there is none.
 *
 * @param update the command that writes the list
 */
export function explained(before: readonly string[], after: readonly string[], update: string): string {
  const [old, now] = [new Set(before), new Set(after)];
  const vanished = before.filter((address) => !now.has(address)).map((address) => `  - ${address}`);
  const appeared = after.filter((address) => !old.has(address)).map((address) => `  + ${address}`);
  if (vanished.length + appeared.length === 0) return "";
  const what =
    vanished.length === 0
      ? "Terraform would create new resources, and change no others."
      : [
          "Addresses were removed. Terraform would DESTROY their resources in every applied estate, and create the added ones.",
          "If a resource was only renamed or moved (an id or a scope changed), restore its id, or declare the move in its stack:",
          '  this.addOverride("moved", [{ from: "<old>", to: "<new>" }]);',
          "Keep that as long as estates with the old address exist. (With moveFromId(), every synth would need Terraform.)",
          "To keep it in AWS without an address, call forget() in its old place (modules/terraform-syntax.ts), and keep that too.",
          "If it should be destroyed, write that in the commit message.",
        ].join("\n");
  return [...vanished, ...appeared, "", what, `Then update the list, and commit it with the change: ${update}`].join(
    "\n",
  );
}
