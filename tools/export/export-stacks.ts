import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs"; // prettier-ignore
import { basename, dirname, join, resolve } from "node:path";
import { UserError } from "../../config/user-error";
import { ROOT } from "../support/project";
import { STACK_JSON, stackJson, type Stack } from "../synth/stacks";
import { placeLockFile, PROVIDER_LOCK } from "../terraform/provider-lock";
import { plainFiles } from "./plain-files";
import { readme, type ReadmeProps } from "./readme";

/** The file in which mise and asdf find the version of a tool. */
const TOOL_VERSIONS = ".tool-versions";

/**
 * Writes stacks as plain Terraform: a folder for each, and a page that says how to go on. The folder is written completely
 * or not at all.
 *
 * @param props.stacks stacks that were just synthesized: Terraform has not run in their folders
 * @param out a folder that is empty or does not exist
 * @throws UserError if the folder is in use
 */
export function exportStacks(props: ReadmeProps, out: string): void {
  expectUnused(out);
  const target = resolve(out);
  const unfinished = join(dirname(target), `.${basename(target)}.unfinished-${process.pid}`);
  try {
    const stacks = inOrder(props.stacks);
    for (const stack of stacks) exportStack(stack, join(unfinished, stack.id));
    writeFileSync(join(unfinished, TOOL_VERSIONS), terraformVersion());
    writeFileSync(join(unfinished, "README.md"), readme({ ...props, stacks }));
    renameSync(unfinished, target);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

/** @throws UserError if there is a file, or a folder with files */
export function expectUnused(out: string): void {
  if (!existsSync(out)) return;
  const got = statSync(out).isDirectory() ? readdirSync(out).sort() : "a file";
  if (got.length === 0) return;
  throw new UserError(
    `--out must be a folder that is empty or does not exist, got ${out} (${Array.isArray(got) ? `it has ${got[0] ?? ""}` : got}). Name another folder.`,
  );
}

/** The line of Terraform: nothing else of the project's tools is needed any more. */
function terraformVersion(): string {
  const [line = ""] = /^terraform .*\n/m.exec(readFileSync(join(ROOT, TOOL_VERSIONS), "utf8")) ?? [];
  return line;
}

/** The other files of a stack's folder are those that its JSON names, such as a module from a local folder. */
function exportStack(stack: Stack, folder: string): void {
  mkdirSync(dirname(folder), { recursive: true });
  cpSync(stack.directory, folder, { recursive: true, filter: (file) => basename(file) !== STACK_JSON });
  for (const [name, content] of Object.entries(plainFiles(stackJson(stack))))
    writeFileSync(join(folder, name), `${JSON.stringify(content, null, 2)}\n`);
  placeLockFile(folder, PROVIDER_LOCK);
}

/** Each stack after those that it depends on. Otherwise the order stays. */
function inOrder(stacks: readonly Stack[]): readonly Stack[] {
  const byId = new Map(stacks.map((stack) => [stack.id, stack]));
  const ordered = new Set<Stack>();
  const visit = (stack: Stack): void => {
    for (const id of stack.dependencies) {
      const dependency = byId.get(id);
      if (dependency && !ordered.has(dependency)) visit(dependency);
    }
    ordered.add(stack);
  };
  stacks.forEach(visit);
  return [...ordered];
}
