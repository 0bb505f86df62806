import { type z } from "zod";
import { parseTree } from "jsonc-parser";
import { parseJson, readText, repeatedKeys } from "../../../config/input";
import { UserError } from "../../../config/user-error";
import { type Baseline, BASELINE_FORMAT, type PolicyReference, baselineSchema } from "./baseline";
import { basename, dirname, extname, join } from "node:path";
import { writeAtomically } from "../../support/files";
import { errnoCode, messageOf } from "../../support/errors";

/** The text of the file, formatted as prettier does: a value without a list of objects is on one line if it fits. */
export function baselineText(baseline: Baseline): string {
  return `${formatted(baseline, 0, 0)}\n`;
}

const WIDTH = 140;

/**
 * @param before the used width of the first line, with the comma after the value; undefined if an object must start a
 *   new line
 */
function formatted(value: unknown, indent: number, before: number | undefined): string {
  const flat = oneLine(value);
  const fits = before !== undefined && before + (flat?.length ?? 0) <= WIDTH;
  if (flat !== undefined && (typeof value !== "object" || value === null || fits)) return flat;
  const inner = " ".repeat(indent + 2);
  const lines = Array.isArray(value)
    ? value.map((each) => inner + formatted(each, indent + 2, undefined))
    : entriesOf(value).map(([key, each], index, all) => {
        const start = `${inner}${JSON.stringify(key)}: `;
        return start + formatted(each, indent + 2, start.length + (index < all.length - 1 ? 1 : 0));
      });
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  return `${open}\n${lines.join(",\n")}\n${" ".repeat(indent)}${close}`;
}

function oneLine(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) {
    if (value.some((each) => typeof each === "object")) return undefined;
    return `[${value.map((each) => JSON.stringify(each)).join(", ")}]`;
  }
  const members = entriesOf(value).map(([key, each]) => [JSON.stringify(key), oneLine(each)] as const);
  if (members.some(([, each]) => each === undefined)) return undefined;
  return members.length === 0 ? "{}" : `{ ${members.map((each) => each.join(": ")).join(", ")} }`;
}

function entriesOf(value: unknown): (readonly [string, unknown])[] {
  return Object.entries(value as object).filter(([, each]) => each !== undefined);
}

const REWRITE = "Run npm run access -- --accept, which writes it again.";

/**
 * Parses a baseline.
 *
 * @throws UserError with the file, the field, the expected value and the found value
 */
export function parseBaseline(text: string, file: string): Baseline {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    throw new UserError(`${file} is not JSON (${messageOf(error)}). ${REWRITE}`);
  }
  // A reviewer may read the first of two values, and JSON.parse keeps the last.
  const tree = parseTree(text);
  for (const { path } of tree ? repeatedKeys(tree) : [])
    throw new UserError(`${file}: ${path} must be given once, got it twice. ${REWRITE}`);
  const format = at(value, ["format"]);
  if (typeof format === "number" && format !== BASELINE_FORMAT) {
    throw new UserError(`${file}: format must be ${BASELINE_FORMAT}, got ${format}. ${REWRITE}`);
  }
  const parsed = baselineSchema.safeParse(value);
  if (!parsed.success) {
    const [first = "invalid", ...more] = parsed.error.issues.map((issue) => describeIssue(issue, value));
    throw new UserError(`${file}: ${first}${more.length > 0 ? `, and ${more.length} more` : ""}. ${REWRITE}`);
  }
  checkReferences(parsed.data, file);
  return parsed.data;
}

function describeIssue(issue: z.core.$ZodIssue, value: unknown, above: readonly PropertyKey[] = []): string {
  const place = [...above, ...issue.path];
  const got = at(value, place);
  const where = place.join(".") || "the file";
  if (issue.code === "unrecognized_keys")
    return `${[...place, issue.keys[0]].join(".")} must be left out, got ${shorten(at(got, issue.keys.slice(0, 1)))}`;
  if (issue.code === "invalid_union") {
    const [inPolicy] = typeof got === "object" ? (issue.errors.at(-1) ?? []) : [];
    return inPolicy
      ? describeIssue(inPolicy, value, place)
      : `${where} must be the name of a policy, or a policy, got ${shorten(got)}`;
  }
  return `${where} must be ${expectedBy(issue)}, got ${shorten(got)}`;
}

const EXPECTED: Readonly<Record<string, string>> = {
  array: "a list",
  boolean: "true or false",
  int: "a whole number",
  object: "an object",
  record: "an object",
  string: "a text",
};

function expectedBy(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_value") return issue.values.map((each) => JSON.stringify(each)).join(" or ");
  return issue.code === "invalid_type" ? (EXPECTED[issue.expected] ?? issue.expected) : issue.message;
}

/** Every reference must name a policy: otherwise its principal would seem to have fewer permissions. */
function checkReferences(baseline: Baseline, file: string): void {
  const check = (
    references: readonly (PolicyReference | undefined)[],
    known: Record<string, unknown>,
    where: string,
    of: string,
  ) => {
    const unknown = references.find((each) => typeof each === "string" && !Object.hasOwn(known, each));
    if (unknown !== undefined)
      throw new UserError(`${file}: ${where} must name one of ${of}, got ${shorten(unknown)}. ${REWRITE}`);
  };
  for (const [arn, { policies, boundary }] of Object.entries(baseline.principals)) {
    check(policies, baseline.managedPolicies, `principals.${arn}.policies`, "managedPolicies");
    check([boundary], baseline.managedPolicies, `principals.${arn}.boundary`, "managedPolicies");
  }
  for (const [id, { organizationPath = [] }] of Object.entries(baseline.accounts)) {
    const policies = organizationPath.flatMap((level) => level.policies);
    check(policies, baseline.serviceControlPolicies, `accounts.${id}.organizationPath`, "serviceControlPolicies");
  }
}

function at(value: unknown, place: readonly PropertyKey[]): unknown {
  return place.reduce<unknown>(
    (inside, key) => (inside as Record<PropertyKey, unknown> | null | undefined)?.[key],
    value,
  );
}

function shorten(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

/** The files that hold an estate's access. */
export interface AccessFiles {
  /** The access that was accepted last: `--check` compares with it. */
  readonly baseline: string;
  /** For machines. It is not committed. */
  readonly json: string;
  /** For people. */
  readonly page: string;
}

/**
 * The files of an estate, in a folder next to it: `config/estate.access` for `config/estate.ts`.
 *
 * @param estate the estate file
 * @param example the estate that the project ships, whose page is in `docs/`
 */
export function accessFiles(estate: string, example: string): AccessFiles {
  const folder = join(dirname(estate), `${basename(estate, extname(estate))}.access`);
  return {
    baseline: join(folder, "baseline.json"),
    json: join(folder, "access.json"),
    page: join(estate === example ? join(dirname(dirname(example)), "docs") : folder, "access.md"),
  };
}

/**
 * Reads the accepted access.
 *
 * @throws UserError if the file is missing or damaged
 */
export function readBaseline(file: string): Baseline {
  const text = readIfPresent(file);
  if (text === undefined)
    throw new UserError(`${file} is missing. Run npm run access -- --accept, and commit the file for review.`);
  return parseBaseline(text, file);
}

export function writeBaseline(file: string, baseline: Baseline): void {
  writeAtomically(file, baselineText(baseline));
}

/** Whether a file holds just this text. */
export function isCurrent(file: string, text: string): boolean {
  return readIfPresent(file) === text;
}

function readIfPresent(file: string): string | undefined {
  try {
    return readText(file);
  } catch (error) {
    if (error instanceof UserError) throw error;
    if (errnoCode(error) === "ENOENT") return undefined;
    throw new UserError(`${file} cannot be read (${errnoCode(error) ?? String(error)})`);
  }
}
