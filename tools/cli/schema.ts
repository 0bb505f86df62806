import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { estateJsonSchema } from "../../config/schema";
import { runCommand } from "./run-command";
import { writeAtomically } from "../support/files";
import { ROOT } from "../support/project";

const FILE = "config/estate.schema.json";

const command = new Command("npm run schema --")
  .description(`Writes the JSON Schema of the estate file, for editors: ${FILE}.`)
  .option("--check", "write nothing, and fail where the committed file is not current", false)
  .action(({ check }: { check: boolean }) => runCommand(() => schema(check)));

function schema(check: boolean): number {
  const path = join(ROOT, FILE);
  const current = `${JSON.stringify(estateJsonSchema(), null, 2)}\n`;
  if (!check) {
    writeAtomically(path, current);
    console.log(`wrote ${FILE}`);
    return 0;
  }
  if (existsSync(path) && readFileSync(path, "utf8") === current) return 0;
  console.error(`${FILE} is not current: run npm run schema, and commit it`);
  return 1;
}

void command.parseAsync();
