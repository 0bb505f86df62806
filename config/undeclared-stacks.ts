import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import type { Problem } from "./estate-error";

/** What a line of a stack's declaration has. Imports are no declarations. */
const DECLARING = /\bextends\s+\w*Stack\b|\bscope:\s*["'](environment|account)["']|(:|satisfies|as)\s*OwnStack\b/;

/**
 * Stacks in the files of custom/ that its index.ts does not declare: nothing would plan them. A file counts that has a
 * declaration and that index.ts does not import, and an exported stack that it does not list.
 */
export function undeclaredStacks(folder: string, listed: readonly unknown[]): Problem[] {
  const declared = new Set(listed);
  return sourcesIn(folder).flatMap(({ path, file }) => {
    const lines = readFileSync(file, "utf8").split("\n");
    const lineOf = (matches: (line: string) => boolean) => lines.findIndex((line) => matches(line)) + 1;
    const loaded = require.cache[realpathSync(file)]; // Node loads what a link names
    if (!loaded) {
      const line = lineOf((each) => DECLARING.test(each) && !/^\s*(import|\/?\*|\/\/)/.test(each));
      return line > 0 ? [problem(`${path}:${line}`)] : [];
    }
    return stacksIn(loaded.exports).flatMap((stack) => {
      if (declared.has(stack)) return [];
      const { name } = stack;
      const line = lineOf((each) => each.includes(`"${name}"`)) || 1;
      return [problem(`${path}:${line}`, name)];
    });
  });
}

const problem = (path: string, name?: string): Problem => ({
  path,
  expected: "listed in the stacks of custom/index.ts",
  got: name === undefined ? "a stack in a file that it does not import" : `the stack "${name}", which it does not list`,
  remedy: "Add it there, or delete it",
});

/** Sources of custom/ other than its index, its tests and its laws. */
function sourcesIn(folder: string): { readonly path: string; readonly file: string }[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !/\.(test|d)\.ts$|^(laws|node_modules)[/\\]|^index\.ts$/.test(name))
    .sort()
    .map((name) => ({ path: `custom/${name}`, file: join(folder, name) }));
}

/** The stacks among what a module exports, alone or in a list. */
function stacksIn(exports: unknown): { readonly name: string }[] {
  const values = typeof exports === "object" && exports !== null ? Object.values(exports) : [];
  return values.flatMap((value: unknown) => (Array.isArray(value) ? (value as unknown[]) : [value])).filter(isStack);
}

const isStack = (value: unknown): value is { readonly name: string } =>
  typeof value === "object" &&
  value !== null &&
  "scope" in value &&
  "name" in value &&
  typeof value.name === "string" &&
  "build" in value &&
  typeof value.build === "function";
