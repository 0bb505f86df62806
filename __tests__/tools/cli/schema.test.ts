import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import estate from "../../../config/example";
import { estateJsonSchema } from "../../../config/schema";
import { estateWith } from "../../config/estate-fixture";
import { callCommand } from "./support/call-command";

const root = join(__dirname, "../../..");
const FILE = "config/estate.schema.json";
const REFERENCE = "docs/estate.md";
const TYPES = "config/estate-input.ts";
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
  readonly anyOf?: readonly Schema[];
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
  for (const choice of part.anyOf ?? []) yield* parts(choice, path);
}

/**
 * The paths at which an editor would mark a value: an evaluation of the parts of JSON Schema that this schema uses.
 */
function refusals(part: Schema, value: unknown, path = ""): string[] {
  if (part.anyOf) {
    const all = part.anyOf.map((choice) => refusals(choice, value, path));
    return all.find(({ length }) => length === 0) ?? all.at(-1) ?? [];
  }
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
      const named = part.propertyNames?.pattern === undefined || new RegExp(part.propertyNames.pattern, "u").test(key);
      return typeof known === "object" && named ? refusals(known, item, `${path}.${key}`) : [`${path}.${key}`];
    });
    return [...missing, ...others];
  }
  const types = typeof value === "number" ? ["number", "integer"] : [typeof value];
  if (!types.includes(part.type ?? "")) return [path];
  return part.pattern !== undefined && !new RegExp(part.pattern, "u").test(String(value)) ? [path] : [];
}

test("the committed file is current (if not, run npm run schema and commit it)", () => {
  expect(committed).toBe(`${JSON.stringify(estateJsonSchema(), null, 2)}\n`);
});

test("is written in a dialect that editors know", () => {
  expect(schema.$schema).toBe("http://json-schema.org/draft-07/schema#");
});

test("describes every key", () => {
  const undescribed: string[] = [];
  let described = 0;
  for (const [path, part] of parts(schema)) {
    for (const [key, value] of Object.entries(part.properties ?? {})) {
      if ((value.description ?? "").length > 15) described++;
      else undescribed.push(`${path}.${key}`);
    }
  }
  expect(undescribed).toEqual([]);
  expect(described).toBeGreaterThan(50);
});

test("allows no unknown keys in any object", () => {
  const open = [...parts(schema)].filter(
    ([, part]) => part.type === "object" && (part.additionalProperties ?? true) === true,
  );
  expect(open.map(([path]) => path)).toEqual([]);
  const closed = [...parts(schema)].filter(([, part]) => part.properties && part.additionalProperties !== false);
  expect(closed.map(([path]) => path)).toEqual([]);
});

test("requires no key that has a default", () => {
  expect(schema.required).toEqual(["solution", "defaultRegion", "chargeCode", "accounts", "environments"]);
  const environments = schema.properties?.["environments"]?.additionalProperties as Schema;
  expect(environments.required).toEqual(["account", "profile"]);
});

test("accepts the example and the minimal valid estate", () => {
  expect(refusals(schema, estate)).toEqual([]);
  expect(refusals(schema, { ...estateWith(), $schema: "./config/estate.schema.json" })).toEqual([]);
});

test.each([
  ["an account id without quotes", "accounts.dev.id", 222222222222],
  ["an account id of 11 digits", "accounts.dev.id", "22222222222"],
  ["an unknown key", "accounts.dev.emial", "dev@example.com"],
  ["a region that AWS does not have", "defaultRegion", "eu-west-9"],
  ["an unknown profile", "environments.dev.profile", "open"],
  ["root as a principal", "accounts.dev.operators.0", "arn:aws:iam::111111111111:root"],
  ["a name in capitals", "environments.Dev", { account: "dev", profile: "documented" }],
])("marks %s", (_what, path, value) => {
  expect(refusals(schema, estateWith({ [path]: value }))).toEqual([`.${path.replace(/\.(\d+)$/, "[$1]")}`]);
});

test("marks a missing key", () => {
  expect(refusals(schema, estateWith({ "accounts.dev.email": undefined }))).toEqual([".accounts.dev.email"]);
});

describe("npm run schema", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "schema-"));
    for (const part of ["config", "docs/estate.md"]) cpSync(join(root, part), join(folder, part), { recursive: true });
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const run = (...args: string[]) => callCommand("schema", args, {}, { project: folder });
  const written = (file = FILE) => readFileSync(join(folder, file), "utf8");
  const stale = (file: string) => `${file} must be current, got an older version. Run npm run schema and commit it.\n`;

  test("with --check accepts current files and prints nothing", async () => {
    expect(await callCommand("schema", ["--check"], {})).toEqual({ status: 0, stdout: "", stderr: "" });
  });

  test("with --check refuses a file that is not current, prints the command to run, and writes nothing", async () => {
    writeFileSync(join(folder, FILE), "{}\n");
    expect(await run("--check")).toMatchObject({ status: 1, stdout: "", stderr: stale(FILE) });
    expect(written()).toBe("{}\n");
  });

  test("with --check refuses a missing file", async () => {
    rmSync(join(folder, FILE));
    expect(await run("--check")).toMatchObject({ status: 1, stderr: stale(FILE) });
  });

  test("with --check refuses a reference that is not current", async () => {
    writeFileSync(join(folder, FILE), committed);
    writeFileSync(join(folder, REFERENCE), "# The estate file\n");
    expect(await run("--check")).toMatchObject({ status: 1, stdout: "", stderr: stale(REFERENCE) });
  });

  test("with --check refuses types that are not current", async () => {
    writeFileSync(join(folder, REFERENCE), readFileSync(join(root, REFERENCE), "utf8"));
    writeFileSync(join(folder, TYPES), "export interface EstateInput {}\n");
    expect(await run("--check")).toMatchObject({ status: 1, stdout: "", stderr: stale(TYPES) });
  });

  test("writes all files completely, the same each time, and leaves nothing else behind", async () => {
    const before = readdirSync(join(root, "config")).sort();
    expect(await run()).toMatchObject({ status: 0, stderr: "" });
    expect(written()).toBe(committed);
    for (const file of [REFERENCE, TYPES]) expect(written(file)).toBe(readFileSync(join(root, file), "utf8"));
    expect(await run()).toMatchObject({ status: 0 });
    expect(written()).toBe(committed);
    expect(readdirSync(join(folder, "config")).sort()).toEqual(before);
  });
});
