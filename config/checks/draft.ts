/*
 * A file as far as its values were accepted, and how checks read it. Checks also run on a file whose single values have
 * problems, so that all is reported at once: a check passes over what it cannot know.
 */

export type DraftValues = Readonly<Record<string, unknown>>;

/**
 * A file as far as its values were accepted. A key that holds `undefined` was given and refused; one that is absent has
 * its default.
 */
export type Draft = DraftValues;

export const isDraftValues = (value: unknown): value is DraftValues =>
  typeof value === "object" && value !== null && !Array.isArray(value);
export const textOf = (value: unknown) => (typeof value === "string" ? value : undefined);
export const textsOf = (value: unknown) =>
  Array.isArray(value) && value.every((item) => typeof item === "string") ? value : undefined;

/** The value of a key; the default where the key is absent; undefined where the value was refused. */
export const given = (values: DraftValues, key: string, byDefault: unknown) =>
  Object.hasOwn(values, key) ? values[key] : byDefault;

/** The names in a record, also of those whose value was refused; undefined where the record itself was. */
export function namesIn(draft: Draft, key: string): string[] | undefined {
  const record = draft[key];
  return isDraftValues(record) ? Object.keys(record) : undefined;
}

/** The entries of a record whose values were accepted at least in part. */
export function entries(draft: Draft, key: string): [string, DraftValues][] {
  const record = draft[key];
  return isDraftValues(record)
    ? Object.entries(record).filter((entry): entry is [string, DraftValues] => isDraftValues(entry[1]))
    : [];
}

export const draftAccounts = (draft: Draft) => entries(draft, "accounts");
export const draftEnvironments = (draft: Draft) => entries(draft, "environments");
export const accountNamed = (draft: Draft, name: unknown) =>
  draftAccounts(draft).find(([known]) => known === name)?.[1];
export const known = (names: readonly string[]) => (names.length > 0 ? `known: ${names.join(", ")}` : "there are none");
export const regionOf = (draft: Draft, values: DraftValues) => textOf(given(values, "region", draft["defaultRegion"]));
