import { readFileSync } from "node:fs";
import { join } from "node:path";
import { REPLACEMENT_KEYS } from "../../../tools/review/replacement-keys";
import { objectOf } from "../../../tools/support/json";
import { ROOT } from "../../../tools/support/project";
import { awkward, example } from "../../support/estates";
import { synthesize } from "../../support/synthesize";

const schema = objectOf(JSON.parse(readFileSync(join(ROOT, "config/estate.schema.json"), "utf8")));

/** The schema of a key of the estate file. */
function schemaAt(path: readonly string[]): unknown {
  return path.reduce<unknown>((place, key) => {
    const { properties, additionalProperties } = objectOf(place);
    return key.startsWith("<") ? additionalProperties : objectOf(properties)[key];
  }, schema);
}

const created = new Set([example(), awkward()].flatMap((estate) => synthesize(estate).stacks).flatMap(({ json }) => Object.keys(json.resource ?? {}))); // prettier-ignore

describe.each(Object.entries(REPLACEMENT_KEYS))("the keys of %s", (type, attributes) => {
  test("are keys of the estate file", () => {
    const named =
      Object.values(attributes)
        .join(" ")
        .match(/[a-z]+(\.(<\w+>|\w+))+/gi) ?? [];
    expect(named.filter((key) => schemaAt(key.split(".")) === undefined)).toEqual([]);
  });

  test("belong to a type that this project creates", () => {
    expect(created).toContain(type);
  });
});
