import { objectOf, withoutNotes, type JsonObject } from "../support/json";

/** The file of each kind of block. All other blocks are in MAIN. */
const FILE_OF: Readonly<Record<string, string>> = {
  terraform: "terraform.tf.json",
  provider: "terraform.tf.json",
  output: "outputs.tf.json",
};
const MAIN = "main.tf.json";

/**
 * The Terraform files of a stack, by name: what Terraform reads in its JSON, without cdktf's notes. Terraform merges the
 * files of a folder, so addresses, backend and versions stay the same.
 */
export function plainFiles(stackJson: unknown): Readonly<Record<string, JsonObject>> {
  const files: Record<string, Record<string, unknown>> = {};
  for (const [kind, blocks] of Object.entries(objectOf(withoutNotes(stackJson)))) {
    const file = (files[FILE_OF[kind] ?? MAIN] ??= {});
    file[kind] = kind === "terraform" ? withSources(objectOf(blocks)) : blocks;
  }
  return files;
}

/** cdktf shortens the sources of HashiCorp's providers (`aws`); Terraform's own documentation writes them in full. */
function withSources(terraform: JsonObject): JsonObject {
  const providers = Object.entries(objectOf(terraform["required_providers"])).map(([name, required]) => {
    const { source = name, ...rest } = objectOf(required);
    return [name, { source: String(source).includes("/") ? source : `hashicorp/${String(source)}`, ...rest }];
  });
  return { ...terraform, required_providers: Object.fromEntries(providers) as JsonObject };
}
