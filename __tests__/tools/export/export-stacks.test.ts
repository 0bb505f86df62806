import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadEstate } from "../../../config/load";
import { hideSecrets } from "../../../config/secret-text";
import { exportStacks } from "../../../tools/export/export-stacks";
import { isObject, objectOf, sameJson, type JsonObject } from "../../../tools/support/json";
import { ROOT } from "../../../tools/support/project";
import { readStacks } from "../../../tools/synth/read-stacks";
import { stackJson, type Stack } from "../../../tools/synth/stacks";
import { requiredProviders } from "../../../tools/terraform/provider-lock";
import { synthesize } from "../../support/synthesize";

const parent = mkdtempSync(join(tmpdir(), "export-"));
const outdir = join(parent, "cdktf.out");
const out = join(parent, "plain");
let stacks: readonly Stack[];

const props = () => ({ solution: "galileo", commit: "0123456789abcdef", stacks });
const read = (...path: string[]) => readFileSync(join(out, ...path), "utf8");
const json = (...path: string[]) => JSON.parse(read(...path)) as JsonObject;

beforeAll(() => {
  synthesize(loadEstate(join(ROOT, "config/example.ts"))).writeTo(outdir);
  stacks = readStacks(outdir);
  exportStacks(props(), out);
});

afterAll(() => {
  rmSync(parent, { recursive: true, force: true });
});

/** All files of a folder as one module, as Terraform merges them. */
function merged(id: string): JsonObject {
  const files = readdirSync(join(out, id)).filter((name) => name.endsWith(".tf.json"));
  const kinds = files.flatMap((name) => Object.keys(json(id, name)));
  expect(new Set(kinds).size).toBe(kinds.length);
  return Object.assign({}, ...files.map((name) => json(id, name))) as JsonObject;
}

test("Terraform reads of every stack what it reads in the synthesized JSON, but the providers' full sources", () => {
  expect(stacks.length).toBeGreaterThan(30);
  for (const stack of stacks) {
    const expected = objectOf(stackJson(stack));
    const aws = { source: "hashicorp/aws", version: stack.providerVersion };
    const terraform = { ...objectOf(expected["terraform"]), required_providers: { aws } };
    expect([stack.id, sameJson({ ...expected, terraform }, merged(stack.id))]).toEqual([stack.id, true]);
    expect([...requiredProviders(join(out, stack.id))]).toEqual([...requiredProviders(stack.directory)]);
  }
});

test("the folder has the hashes of the providers, the version of Terraform, and a page", () => {
  const names = [".terraform.lock.hcl", "main.tf.json", "outputs.tf.json", "terraform.tf.json"];
  for (const { id } of stacks) expect([id, readdirSync(join(out, id)).sort()]).toEqual([id, names]);
  expect(read("dev-iam", ".terraform.lock.hcl")).toMatch(/^provider "registry\.terraform\.io\/hashicorp\/aws" \{\n/);
  expect(read(".tool-versions")).toMatch(/^terraform 1\.\d+\.\d+\n$/);
  expect(readdirSync(out).sort()).toEqual([".tool-versions", "README.md", ...stacks.map(({ id }) => id).sort()]);
});

test("no file has a note of cdktf, a path of this machine or a secret", () => {
  const files = readdirSync(out, { recursive: true, encoding: "utf8" }).filter((file) => /\.(json|md|hcl)$/.test(file));
  expect(files.length).toBeGreaterThan(100);
  const notesIn = (value: unknown): boolean =>
    typeof value === "object" && value !== null && (("//" in value && isObject(value["//"])) || Object.values(value).some(notesIn)); // prettier-ignore
  for (const file of files) {
    const text = read(file);
    expect([file, hideSecrets(text) === text]).toEqual([file, true]);
    expect([file, [ROOT, parent, tmpdir(), "/root/", "/home/"].filter((path) => text.includes(path))]).toEqual([file, []]); // prettier-ignore
    if (file.endsWith(".json")) expect([file, notesIn(JSON.parse(text))]).toEqual([file, false]);
  }
});

test("other files of a stack's folder are exported with it", () => {
  const copy = join(parent, "with-module");
  cpSync(outdir, copy, { recursive: true });
  const asset = join("assets", "module", "main.tf");
  mkdirSync(join(copy, "stacks/dev-iam/assets/module"), { recursive: true });
  writeFileSync(join(copy, "stacks/dev-iam", asset), "# a module\n");
  const target = join(parent, "plain-module");
  exportStacks({ solution: "galileo", stacks: readStacks(copy).filter(({ id }) => id === "dev-iam") }, target);
  expect(readFileSync(join(target, "dev-iam", asset), "utf8")).toBe("# a module\n");
});

test.each([
  { what: "an empty folder is used", files: [], refused: undefined },
  { what: "a folder with a file is refused", files: ["a.tf"], refused: /^--out must be a folder that is empty or does not exist, got .*used.* \(it has a\.tf\)\. Name another folder\.$/ }, // prettier-ignore
])("$what", ({ files, refused }) => {
  const target = join(parent, `used-${files.length}`);
  mkdirSync(target);
  for (const name of files) writeFileSync(join(target, name), "");
  const [first] = stacks;
  const run = () => {
    exportStacks({ solution: "galileo", stacks: first ? [first] : [] }, target);
  };
  if (refused === undefined) run();
  else expect(run).toThrow(refused);
  expect(readdirSync(target).sort()).toEqual(refused === undefined ? [".tool-versions", "README.md", first?.id] : files); // prettier-ignore
});

test("a file in place of the folder is refused", () => {
  const target = join(parent, "file");
  writeFileSync(target, "");
  expect(() => {
    exportStacks(props(), target);
  }).toThrow(/got .*file \(a file\)\. Name another folder\.$/);
});

test("a failure in the middle leaves no folder and no part of one", () => {
  const target = join(parent, "failed");
  const failing = stacks.map((stack, index) =>
    index === 1 ? { ...stack, directory: join(parent, "nowhere") } : stack,
  );
  expect(() => {
    exportStacks({ solution: "galileo", stacks: failing }, target);
  }).toThrow(/ENOENT/);
  expect(existsSync(target)).toBe(false);
  expect(readdirSync(parent).filter((name) => name.includes("unfinished"))).toEqual([]);
});
