import { isSame } from "../support/json";
import { codeCell, table } from "../support/markdown";

/** The parts of the estate file's JSON Schema that the reference shows. */
export interface ReferenceSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly ReferenceSchema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, ReferenceSchema>>;
  readonly additionalProperties?: ReferenceSchema | boolean;
  readonly required?: readonly string[];
  readonly items?: ReferenceSchema;
}

/** The placeholder of a name in paths below a record. */
const NAMES: Readonly<Record<string, string>> = {
  accounts: "<account>",
  contacts: "<kind>",
  environments: "<environment>",
  members: "<member>",
  databases: "<database>",
  tiers: "<tier>",
  bucketSettings: "<bucket>",
  securityGroups: "<group>",
};

const INTRODUCTION = `# The estate file

Every key of the estate file, with its type, default, meaning and an example. \`npm run schema\` writes this page and
\`config/estate.schema.json\` from [\`config/schema.ts\`](../config/schema.ts): do not edit it.

An estate file is a TypeScript module that exports an estate as default, or a JSON file. Commands read
\`config/estate.ts\` or \`config/estate.json\`, or the file in \`ESTATE\`, and name it in their first line. A clone has none of
these at first, and uses the example: [\`config/example.ts\`](../config/example.ts) shows a whole estate, and
[\`examples/\`](../examples) shows three small ones.

The **master** account hosts AWS Organizations. A **main** account runs the application of environments. A **member**
account runs **analytics**: the computations that the application starts in a separate account. The
[glossary](glossary.md) explains the other words.

Names of accounts, environments, members, security groups and buckets have 1 to 63 lower-case letters, digits and single
hyphens, and begin with a letter.`;

/** The reference of the estate file as a Markdown page: a section for each object, a row for each key. */
export function estateReference(schema: ReferenceSchema): string {
  const sections = [...sectionsOf(schema, "", [])].map(({ path, part, sameAs }) => {
    const heading = `## ${path === "" ? "The file" : codeCell(path)}`;
    if (sameAs !== undefined) return [heading, "", `The keys of [${codeCell(sameAs)}](#${slug(sameAs)}).`].join("\n");
    const rows = Object.entries(part.properties ?? {}).map(([key, value]) => row(path, key, value, part));
    return [heading, "", ...table(["key", "type", "default", "meaning", "example"], rows)].join("\n");
  });
  return `${[INTRODUCTION, ...sections].join("\n\n")}\n`;
}

interface Section {
  readonly path: string;
  readonly part: ReferenceSchema;
  /** The path of an earlier section that has the same keys. @default none has */
  readonly sameAs?: string;
}

/** The object that a value is, or that its items or entries are, with its path. */
function objectOf(value: ReferenceSchema, path: string): Section | undefined {
  if (value.properties) return { path, part: value };
  const inside = value.anyOf?.find(({ properties }) => properties);
  if (inside) return { path, part: inside };
  const name = NAMES[path.slice(path.lastIndexOf(".") + 1)] ?? "<name>";
  if (typeof value.additionalProperties === "object") return objectOf(value.additionalProperties, `${path}.${name}`);
  return value.items && objectOf(value.items, `${path}[]`);
}

/** Longer tables are shown once. */
const MOST_REPEATED_KEYS = 10;

function* sectionsOf(part: ReferenceSchema, path: string, shown: Section[]): Iterable<Section> {
  const isLong = Object.keys(part.properties ?? {}).length > MOST_REPEATED_KEYS;
  const same = isLong ? shown.find((each) => isSame(each.part.properties, part.properties)) : undefined;
  yield { path, part, sameAs: same?.path };
  if (same) return;
  shown.push({ path, part });
  for (const [key, value] of Object.entries(part.properties ?? {})) {
    const section = objectOf(value, joined(path, key));
    if (section) yield* sectionsOf(section.part, section.path, shown);
  }
}

const joined = (path: string, key: string) => (path === "" ? key : `${path}.${key}`);

function row(path: string, key: string, value: ReferenceSchema, parent: ReferenceSchema): string[] {
  const [meaning = "", statedDefault] = (value.description ?? "").split(/ Default: (.*)\.$/);
  const required = parent.required?.includes(key) === true;
  const byDefault = statedDefault ?? (value.default === undefined ? "none" : codeCell(literal(value.default)));
  const section = objectOf(value, joined(path, key));
  const example = exampleOf(value);
  return [
    codeCell(key),
    section ? `[${kindOf(value)}](#${slug(section.path)})` : typeOf(value),
    required ? "required" : byDefault,
    meaning,
    example === undefined ? "" : codeCell(literal(example)),
  ];
}

/** What an object, a list or a record of objects is called. */
function kindOf({ properties, items, anyOf }: ReferenceSchema): string {
  if (anyOf) return "text or object";
  if (properties) return "object";
  return items ? "list of objects" : "objects by name";
}

/** Longer enumerations are listed in the description, or are the regions of AWS. */
const LISTED_VALUES = 6;

function typeOf({ type = "", enum: values, items, minimum, maximum }: ReferenceSchema): string {
  if (items) return `list: ${typeOf(items)}`;
  if (values && values.length <= LISTED_VALUES) return values.map((value) => codeCell(literal(value))).join(" or ");
  if (values && type === "string") return "AWS region";
  if (type === "integer") return `${minimum ?? ""} to ${maximum ?? ""}`;
  return { string: "text", boolean: "`true` or `false`" }[type] ?? type;
}

/** The example of the schema, else a value other than the default. */
function exampleOf({ examples, default: byDefault, enum: values, type }: ReferenceSchema): unknown {
  if (examples) return examples[0];
  const choices = values ?? (type === "boolean" ? [true, false] : []);
  return choices.find((value) => value !== byDefault);
}

/** A value as a TypeScript estate file has it. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, item]) => `${key}: ${literal(item)}`);
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

/** The anchor that GitHub gives the heading of a section. */
const slug = (path: string): string => path.toLowerCase().replace(/[^a-z0-9_-]/g, "");
