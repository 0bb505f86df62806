import { cpSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { UserError } from "../../config/user-error";
import { objectOf } from "../support/json";
import { STACK_JSON, stackJson, type Stack } from "./stacks";

/** The folder of modules and other files that a stack's JSON refers to, in the stack's folder. */
export const ASSETS = "assets";

/** Copies what Terraform needs of a stack. */
export function copyStackFiles({ directory }: Pick<Stack, "directory">, to: string): void {
  cpSync(join(directory, STACK_JSON), join(to, STACK_JSON));
  const assets = join(directory, ASSETS);
  if (existsSync(assets)) cpSync(assets, join(to, ASSETS), { recursive: true });
}

/** The assets in a stack's folder, by path from that folder, with slashes. */
export function assetsIn(directory: string): ReadonlyMap<string, Buffer> {
  const folder = join(directory, ASSETS);
  if (!existsSync(folder)) return new Map();
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map(({ parentPath, name }) => join(parentPath, name));
  return new Map(paths.map((path) => [relative(directory, path).split(sep).join("/"), readFileSync(path)]));
}

/**
 * Terraform would download a module of a registry when it plans, and its code is in no commit that somebody has reviewed.
 * @throws UserError that lists such modules
 */
export function refuseRemoteModules(stacks: readonly Stack[]): void {
  const problems = stacks.flatMap((stack) =>
    Object.entries(objectOf(objectOf(stackJson(stack))["module"])).flatMap(([name, module]) => {
      const source = String(objectOf(module)["source"]);
      return source.startsWith(`./${ASSETS}/`)
        ? []
        : [`${stack.id}: module.${name} must be in custom/, got ${source}.`];
    }),
  );
  if (problems.length === 0) return;
  throw new UserError([...problems, "Copy such a module to custom/ and use stack.localModule."].join("\n"));
}
