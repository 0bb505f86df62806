import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import type { z } from "zod";
import type { EstateInput } from "../../config/estate-input";
import { estateJsonSchema, type estateSchema } from "../../config/schema";
import exampleFile from "../../config/example";

const FILE = join(__dirname, "../../config/estate-input.ts");

/* What tsc checks: the types are those of the schema, and an error is at the key. */
type Schema = z.input<typeof estateSchema>;
const toSchema = (estate: EstateInput): Schema => estate;
const toInput = (estate: Schema): EstateInput => estate;
const misspelled: EstateInput = {
  ...exampleFile,
  // @ts-expect-error an unknown key
  defaultRegoin: "eu-west-1",
};
const account = (changes: Partial<EstateInput["accounts"][string]>) => changes;
// @ts-expect-error an unknown kind
account({ kind: "mian" });
// @ts-expect-error a number, not a text
account({ monthlyBudgetUsd: "50" });
/** The checks decide about regions, zones and classes: AWS adds some. */
const region: EstateInput["defaultRegion"] = "eu-west-99";
const zones: NonNullable<EstateInput["environments"][string]["network"]>["zones"] = ["eu-west-99a"];

test("the types take what the schema takes, and other regions, zones and classes than the suggested", () => {
  expect(toInput(toSchema(exampleFile))).toBe(exampleFile);
  expect([misspelled, region, zones]).toHaveLength(3);
});

interface Part {
  readonly anyOf?: readonly Part[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Part>>;
  readonly additionalProperties?: Part | boolean;
  readonly items?: Part;
}

/** The description of every key, in the order of the schema. */
function* described({ properties = {}, additionalProperties, items, anyOf = [] }: Part): Iterable<string> {
  for (const [key, part] of Object.entries(properties)) {
    yield `${key}: ${plain(part.description)}`;
    yield* described(part);
  }
  if (typeof additionalProperties === "object") yield* described(additionalProperties);
  if (items) yield* described(items);
  for (const each of anyOf) yield* described(each);
}

const plain = (text = "") => text.replaceAll(/\s+/g, " ").trim();

test("every key shows its description in an editor", () => {
  const source = ts.createSourceFile(FILE, readFileSync(FILE, "utf8"), ts.ScriptTarget.Latest, true);
  const shown: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isPropertySignature(node)) {
      const [comment] = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
      shown.push(
        `${node.name.getText(source).replaceAll('"', "")}: ${plain(ts.getTextOfJSDocComment(comment?.comment))}`,
      );
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  expect(shown).toEqual([...described(estateJsonSchema() as Part)]);
  expect(shown.filter((line) => line.endsWith(": "))).toEqual([]);
  expect(shown.length).toBeGreaterThan(100);
});
