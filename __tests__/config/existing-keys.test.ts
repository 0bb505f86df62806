import { EXISTING_KEYS } from "../../config/existing-keys";
import { REPLACEMENT_KEYS } from "../../tools/review/replacements";
import { keepingEverything, keepingNothing } from "../support/kept-estate";
import { synthesize } from "../support/synthesize";

const keeping = synthesize(keepingEverything());
const standard = synthesize(keepingNothing());

/** The values of an attribute in the stacks with this last part of the id. */
const valuesIn = (from: typeof keeping, stack: string, type: string, attribute: string) =>
  from.stacks
    .filter(({ id }) => (stack.endsWith("*") ? id.includes(`-${stack.slice(0, -1)}`) : id.endsWith(`-${stack}`)))
    .flatMap((each) => each.all(type).map(({ values }) => values[attribute]));

test.each(EXISTING_KEYS.filter(({ key }) => key.includes(".existing.")))(
  "$key changes $attribute of $type in the stack $stack",
  ({ stack, type, attribute }) => {
    const [kept, before] = [keeping, standard].map((from) => valuesIn(from, stack, type, attribute));
    expect(kept?.length).toBeGreaterThan(0);
    expect(kept).not.toEqual(before);
  },
);

test("has a key for every attribute of a database that the plan would replace it for", () => {
  const ofDatabases = EXISTING_KEYS.filter(({ type }) => type === "aws_db_instance").map(({ attribute }) => attribute);
  const derived = ["db_subnet_group_name"]; // the name of the group, which has a key
  expect(Object.keys(REPLACEMENT_KEYS["aws_db_instance"] ?? {}).filter((each) => !derived.includes(each))).toEqual(
    expect.arrayContaining(["identifier", "db_name", "username", "kms_key_id"]),
  );
  for (const attribute of Object.keys(REPLACEMENT_KEYS["aws_db_instance"] ?? {}))
    if (!derived.includes(attribute)) expect(ofDatabases).toContain(attribute);
});
