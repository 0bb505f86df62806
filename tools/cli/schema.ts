import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { estateJsonSchema } from "../../config/schema";
import { writeAtomically } from "../support/files";
import { ROOT } from "../support/project";
import { estateReference } from "./estate-reference";
import { estateTypes } from "./estate-types";
import { runCommand } from "./run-command";

const TYPES = "config/estate-input.ts";

const command = new Command("npm run schema --")
  .description(
    "Writes the JSON Schema of the estate file (config/estate.schema.json) and its types (config/estate-input.ts), for editors, and its reference (docs/estate.md).",
  )
  .option("--check", "write nothing, and fail if a committed file is not current", false)
  .action(({ check }: { check: boolean }) => runCommand(() => schema(check), { usesEstate: false }));

async function schema(check: boolean): Promise<number> {
  const schema = estateJsonSchema();
  const files = {
    "config/estate.schema.json": `${JSON.stringify(schema, null, 2)}\n`,
    [TYPES]: await estateTypes(schema),
    "docs/estate.md": estateReference(schema),
  };
  let stale = 0;
  for (const [file, current] of Object.entries(files)) {
    const path = join(ROOT, file);
    if (!check) {
      writeAtomically(path, current);
      console.log(`wrote ${file}`);
    } else if (!existsSync(path) || readFileSync(path, "utf8") !== current) {
      stale++;
      console.error(`${file} must be current, got an older version. Run npm run schema and commit it.`);
    }
  }
  return stale > 0 ? 1 : 0;
}

export default command;
if (require.main === module) void command.parseAsync();
