import { format, resolveConfig } from "prettier";
import type { ReferenceSchema } from "./estate-reference";

/** What the types need of the JSON Schema, besides what the reference shows. */
export interface TypedSchema extends ReferenceSchema {
  readonly const?: unknown;
  readonly anyOf?: readonly TypedSchema[];
  readonly properties?: Readonly<Record<string, TypedSchema>>;
  readonly additionalProperties?: TypedSchema | boolean;
  readonly propertyNames?: { readonly enum?: readonly string[] };
  readonly items?: TypedSchema;
}

/** After values that an editor suggests: any other has the type too. The checks decide, and name the key. */
const OR_TEXT = "(string & {})";
const OR_NUMBER = "(number & {})";
const DECLARATION = "export interface EstateInput";
const REGION = "Region";
const ZONE = "Zone";

/** A text with more examples than this has them as suggestions. */
const MANY_EXAMPLES = 3;

/** A longer enumeration of texts is the regions of AWS. */
const MOST_LISTED = 12;

/**
 * The types of the estate file as TypeScript, with the description of each key: an editor shows it. TypeScript reads no
 * description of a schema.
 */
export async function estateTypes(schema: TypedSchema): Promise<string> {
  const regions = schema.properties?.["defaultRegion"]?.enum ?? [];
  const text = `/*
 * The estate file, as an editor shows it. npm run schema writes this file from config/schema.ts: do not edit it.
 */

type Known${REGION} = ${union(regions.map(literal))};

/** The code of an AWS region. Another text has the type too: the checks decide. */
type ${REGION} = Known${REGION} | ${OR_TEXT};

/** An availability zone of a region, which has some of these. */
type ${ZONE} = \`\${Known${REGION}}\${"a" | "b" | "c" | "d"}\` | ${OR_TEXT};

/** An estate file as it is written: values with a default may be left out. */
${DECLARATION} ${typeOf(schema, "")}
`;
  return format(text, { ...(await resolveConfig(__filename)), filepath: __filename });
}

const literal = (value: unknown) => JSON.stringify(value);
const union = (types: readonly string[]) => [...new Set(types)].join(" | ");

/** @param key the key that has the value */
function typeOf(schema: TypedSchema, key: string): string {
  const { anyOf, items, properties, additionalProperties } = schema;
  if (anyOf) return union(anyOf.map((each) => typeOf(each, key)));
  if (items) return key === "zones" ? `${ZONE}[]` : `(${typeOf(items, key)})[]`;
  if (properties)
    return `{${Object.entries(properties).map(([name, each]) => property(name, each, schema)).join("\n")}}`; // prettier-ignore
  if (typeof additionalProperties !== "object") return scalarOf(schema);
  const names = schema.propertyNames?.enum;
  const value = typeOf(additionalProperties, key);
  return names ? `Partial<Record<${union(names.map(literal))}, ${value}>>` : `Record<string, ${value}>`;
}

function scalarOf(schema: TypedSchema): string {
  const { type = "", enum: values = [], examples = [] } = schema;
  if ("const" in schema) return literal(schema.const);
  if (type === "string" && values.length > MOST_LISTED) return REGION;
  if (type === "number" && values.length > 0) return union([...values.map(literal), OR_NUMBER]);
  if (values.length > 0) return union(values.map(literal));
  if (type === "string" && examples.length > MANY_EXAMPLES) return union([...examples.map(literal), OR_TEXT]);
  return { integer: "number", number: "number", boolean: "boolean" }[type] ?? "string";
}

function property(name: string, schema: TypedSchema, parent: TypedSchema): string {
  const optional = parent.required?.includes(name) === true ? "" : "?";
  return `${comment(schema)}${/^[\w$]+$/.test(name) ? name : literal(name)}${optional}: ${typeOf(schema, name)};`;
}

function comment({ description, examples: [example] = [] }: TypedSchema): string {
  const texts = [description, ...(example === undefined ? [] : [`@example ${literal(example)}`])];
  const lines = texts.flatMap((text) => (text === undefined ? [] : wrapped(text.replaceAll("*/", "*\\/"))));
  if (lines.length === 0) return "";
  return lines.length === 1
    ? `/** ${lines.join("")} */\n`
    : `/**\n${lines.map((line) => ` * ${line}`).join("\n")}\n */\n`;
}

const WIDTH = 100;

function wrapped(text: string): string[] {
  const lines = [""];
  for (const word of text.split(/\s+/)) {
    const line = `${lines.at(-1) ?? ""} ${word}`.trim();
    if (line.length <= WIDTH) lines[lines.length - 1] = line;
    else lines.push(word);
  }
  return lines;
}
