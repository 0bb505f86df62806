import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import estate from "../../../config/example";
import { estateJsonSchema } from "../../../config/schema";
import { estateWith } from "../../config/estate-fixture";

const root = join(__dirname, "../../..");
const FILE = "config/estate.schema.json";
const committed = readFileSync(join(root, FILE), "utf8");

interface Schema {
  readonly $schema?: string;
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly propertyNames?: Schema;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
}
const schema = JSON.parse(committed) as Schema;

/** Every part of the schema with its path. */
function* parts(part: Schema, path = ""): Iterable<[string, Schema]> {
  yield [path, part];
  for (const [key, value] of Object.entries(part.properties ?? {})) yield* parts(value, `${path}.${key}`);
  if (typeof part.additionalProperties === "object") yield* parts(part.additionalProperties, `${path}.*`);
  if (part.items) yield* parts(part.items, `${path}[]`);
}

/**
 * What the parts of JSON Schema that ours is made of say of a value: enough to tell whether an editor would mark it.
 */
function refusals(part: Schema, value: unknown, path = ""): string[] {
  if (part.enum && !part.enum.includes(value)) return [path];
  if (Array.isArray(value)) {
    return part.type === "array"
      ? value.flatMap((item, index) => (part.items ? refusals(part.items, item, `${path}[${index}]`) : []))
      : [path];
  }
  if (typeof value === "object" && value !== null) {
    if (part.type !== "object") return [path];
    const missing = (part.required ?? []).filter((key) => !(key in value)).map((key) => `${path}.${key}`);
    const others = Object.entries(value).flatMap(([key, item]) => {
      const known = part.properties?.[key] ?? part.additionalProperties;
      const named = part.propertyNames?.pattern === undefined || new RegExp(part.propertyNames.pattern).test(key);
      return typeof known === "object" && named ? refusals(known, item, `${path}.${key}`) : [`${path}.${key}`];
    });
    return [...missing, ...others];
  }
  const types = typeof value === "number" ? ["number", "integer"] : [typeof value];
  if (!types.includes(part.type ?? "")) return [path];
  return part.pattern !== undefined && !new RegExp(part.pattern, "u").test(String(value)) ? [path] : [];
}

test("the committed file is current: if not, run npm run schema, and commit it", () => {
  expect(committed).toBe(`${JSON.stringify(estateJsonSchema(), null, 2)}\n`);
});

test("is written in a dialect that editors know", () => {
  expect(schema.$schema).toBe("http://json-schema.org/draft-07/schema#");
});

test("explains every value that a person edits", () => {
  const unexplained: string[] = [];
  let explained = 0;
  for (const [path, part] of parts(schema)) {
    for (const [key, value] of Object.entries(part.properties ?? {})) {
      if ((value.description ?? "").length > 15) explained++;
      else unexplained.push(`${path}.${key}`);
    }
  }
  expect(unexplained).toEqual([]);
  expect(explained).toBeGreaterThan(50);
});

test("lets no object have keys that it does not know", () => {
  const open = [...parts(schema)].filter(
    ([, part]) => part.type === "object" && (part.additionalProperties ?? true) === true,
  );
  expect(open.map(([path]) => path)).toEqual([]);
  const closed = [...parts(schema)].filter(([, part]) => part.properties && part.additionalProperties !== false);
  expect(closed.map(([path]) => path)).toEqual([]);
});

test("asks for nothing that has a default", () => {
  expect(schema.required).toEqual(["solution", "defaultRegion", "chargeCode", "accounts", "environments"]);
  const environments = schema.properties?.["environments"]?.additionalProperties as Schema;
  expect(environments.required).toEqual(["account", "profile"]);
});

test("accepts the shipped example, and the least estate that is valid", () => {
  expect(refusals(schema, estate)).toEqual([]);
  expect(refusals(schema, { ...estateWith(), $schema: "./config/estate.schema.json" })).toEqual([]);
});

test.each([
  ["an account id without quotes", "accounts.dev.id", 222222222222],
  ["an account id of 11 digits", "accounts.dev.id", "22222222222"],
  ["an unknown key", "accounts.dev.emial", "dev@example.com"],
  ["a region that AWS has not", "defaultRegion", "eu-west-9"],
  ["a profile that there is not", "environments.dev.profile", "open"],
  ["root as a principal", "accounts.dev.operators.0", "arn:aws:iam::111111111111:root"],
  ["a name in capitals", "environments.Dev", { account: "dev", profile: "documented" }],
])("marks %s", (_what, path, value) => {
  expect(refusals(schema, estateWith({ [path]: value }))).toEqual([`.${path.replace(/\.(\d+)$/, "[$1]")}`]);
});

test("marks what is missing", () => {
  expect(refusals(schema, estateWith({ "accounts.dev.email": undefined }))).toEqual([".accounts.dev.email"]);
});

describe("npm run schema", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "schema-"));
    for (const part of [
      "config",
      "tools/cli/schema.ts",
      "tools/cli/run-command.ts",
      "tools/support/files.ts",
      "tools/support/project.ts",
    ]) {
      cpSync(join(root, part), join(folder, part), { recursive: true });
    }
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const run = (...args: string[]) =>
    spawnSync(process.execPath, ["--import", "tsx", join(folder, "tools/cli/schema.ts"), ...args], {
      cwd: folder,
      encoding: "utf8",
    });
  const written = () => readFileSync(join(folder, FILE), "utf8");

  test("with --check accepts a current file without a word", () => {
    expect(run("--check")).toMatchObject({ status: 0, stdout: "", stderr: "" });
  });

  test("with --check refuses a file that is not current, names the command to run, and writes nothing", () => {
    writeFileSync(join(folder, FILE), "{}\n");
    expect(run("--check")).toMatchObject({
      status: 1,
      stdout: "",
      stderr: `${FILE} is not current: run npm run schema, and commit it\n`,
    });
    expect(written()).toBe("{}\n");
  });

  test("with --check refuses a missing file", () => {
    rmSync(join(folder, FILE));
    expect(run("--check")).toMatchObject({
      status: 1,
      stderr: `${FILE} is not current: run npm run schema, and commit it\n`,
    });
  });

  test("writes the file whole, the same each time, and leaves nothing else behind", () => {
    const before = readdirSync(join(root, "config")).sort();
    expect(run()).toMatchObject({ status: 0, stderr: "" });
    expect(written()).toBe(committed);
    expect(run()).toMatchObject({ status: 0 });
    expect(written()).toBe(committed);
    expect(readdirSync(join(folder, "config")).sort()).toEqual(before);
  });
});
