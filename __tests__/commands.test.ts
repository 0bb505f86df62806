import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CommanderError, type Command } from "commander";
import ts from "typescript";

/*
 * Every command that the project prints, or that a page shows, exists and accepts the arguments that are named with it.
 */

const ROOT = join(__dirname, "..");
const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
  readonly scripts: Readonly<Record<string, string>>;
};

/** A placeholder for a value in a text. It is valid for every argument and option. */
const VALUE = "1";
const HOLE = "\u0001";
/** A placeholder for values and options in a list, of which there may be none. */
const LIST = "\u0002";

const filesIn = (folder: string, ending: string) =>
  readdirSync(join(ROOT, folder), { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((name) => name.endsWith(ending) && !name.includes("node_modules"));

/** The texts in a source, with a hole for each value that is put into them. */
function textsOf(file: string): string[] {
  const text = readFileSync(join(ROOT, file), "utf8");
  if (!text.includes("npm run")) return []; // to parse it takes longer
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest);
  const texts: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) texts.push(node.text);
    if (ts.isTemplateExpression(node)) {
      const hole = ({ expression }: ts.TemplateSpan) =>
        expression.getText(source).endsWith('.join(" ")') ? LIST : HOLE;
      texts.push(node.head.text + node.templateSpans.map((span) => hole(span) + span.literal.text).join(""));
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return texts;
}

interface Named {
  readonly where: string;
  /** The script, and its arguments. */
  readonly script: string;
  readonly args: readonly string[];
}

const NPM_RUN = /npm run (?:--silent )?([a-z][\w:-]*)(?: -- ([^\n`|;]*))?/g;

/** The commands in a text. In prose, the arguments end at the first word that is neither a value nor an option. */
function commandsIn(where: string, text: string, isProse: boolean): Named[] {
  return [...text.matchAll(NPM_RUN)].map(([, script = "", rest = ""]) => {
    const plain = rest.replace(/\s+#.*$/, "").replaceAll(/\[?<[^>]*>\]?|"[^"]*"|'[^']*'/g, HOLE);
    const args: string[] = [];
    for (const word of plain.split(/\s+/).filter((each) => each !== "")) {
      const argument = word.replace(/[.,:)\]"'}]+$/, "");
      if (isProse && !isArgument(argument)) break;
      if (argument !== LIST || args.length === 0) args.push(isValue(argument) ? VALUE : argument);
      if (argument !== word) break;
    }
    return { where, script, args: args.filter((argument) => argument !== "") };
  });
}

const isValue = (word: string): boolean => word.includes(HOLE) || word.includes(LIST);

/** Options, values, and the commands of `npm run state`. */
const isArgument = (word: string): boolean => word.startsWith("-") || isValue(word) || /^(history|restore)$/.test(word);

/** Code, where it is fenced or inline, but no prose. */
function codeOf(page: string): string[] {
  const text = readFileSync(join(ROOT, page), "utf8");
  const fenced = [...text.matchAll(/^ *```sh\n([\s\S]*?)^ *```$/gm)].map(([, code = ""]) => code);
  const inline = text.replaceAll(/^ *```[\s\S]*?^ *```$/gm, "").matchAll(/`(npm run [^`]*)`/g);
  return [...fenced, ...[...inline].map(([, code = ""]) => code.replaceAll(/\s+/g, " "))];
}

const PRINTED = ["tools", "config", "stacks", "modules"]
  .flatMap((folder) => filesIn(folder, ".ts"))
  .filter((file) => !file.startsWith("tools/bench/"))
  .flatMap((file) => textsOf(file).flatMap((text) => commandsIn(file, text, true)));
const SHOWN = ["docs", "examples"]
  .flatMap((folder) => filesIn(folder, ".md"))
  .concat("README.md", "CONTRIBUTING.md")
  .flatMap((page) => codeOf(page).flatMap((code) => commandsIn(page, code, false)));

const commands = new Map<string, Command>();

/** The program of a script, which checks its arguments and does nothing. Undefined if it is none of this project. */
async function commandOf(script: string): Promise<Command | undefined> {
  const file = /(tools\/cli\/[\w-]+)\.ts$/.exec(scripts[script] ?? "")?.[1];
  if (file === undefined) return undefined;
  const known = commands.get(file);
  if (known) return known;
  const { default: command } = (await import(join(ROOT, `${file}.ts`))) as { readonly default: Command };
  const silence = (each: Command): void => {
    each.exitOverride().configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
    if (each.commands.length === 0) each.action(() => undefined);
    each.commands.forEach(silence);
  };
  silence(command);
  commands.set(file, command);
  return command;
}

/** Why a command does not work. Without arguments it may be a name in prose. */
async function problemOf({ where, script, args }: Named): Promise<string | undefined> {
  const shown = `${where}: npm run ${[script, ...(args.length > 0 ? ["--", ...args] : [])].join(" ")}`;
  if (!(script in scripts)) return `${shown}: there is no such script`;
  if (args.length === 0) return undefined;
  try {
    (await commandOf(script))?.parse(args, { from: "user" });
    return undefined;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return `${shown}: ${error.message}`;
  }
}

const problemsOf = async (named: readonly Named[]): Promise<string[]> => {
  const problems: string[] = [];
  for (const each of named) {
    const problem = await problemOf(each);
    if (problem !== undefined) problems.push(problem);
  }
  return problems;
};

test.each([
  { what: "every command that the sources print", named: PRINTED, least: 60 },
  { what: "every command that a page shows", named: SHOWN, least: 100 },
])("$what exists and takes the arguments that are named", async ({ named, least }) => {
  expect(await problemsOf(named)).toEqual([]);
  expect(named.filter(({ args }) => args.length > 0).length).toBeGreaterThan(least / 2);
  expect(named.length).toBeGreaterThan(least);
});

test.each([
  ["Run npm run unlock -- \u0001 --force.", "unknown option '--force'"],
  ["Run npm run unlocked -- \u0001.", "there is no such script"],
  ["Run npm run state -- histories \u0001", "unknown command"],
  ["npm run promotions -- \u0001 shows it", "too many arguments"],
])("notices a command that does not work: %j", async (text, problem) => {
  expect((await problemsOf(commandsIn("x", text, !text.includes("histories")))).join()).toContain(problem);
});
