import { z } from "zod";
import { existsSync } from "node:fs";
import { parseTree } from "jsonc-parser";
import { EstateError, formatValue, joinPath, thrownMessage, type Problem } from "./estate-error";
import { otherThanFile, parseJson, readText, repeatedKeys } from "./input";

/*
 * Two files next to an estate file, committed with it, speak about addresses in states: what Terraform imports, and which
 * resources have another address now. The stacks turn them into `import` and `moved` blocks.
 */

/** The ids that Terraform imports, by stack and address. */
export type Adoptions = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** A resource that has another address now. */
export interface Move {
  readonly from: string;
  readonly to: string;
}

/** Moves within a state, by stack. */
export type Moves = Readonly<Record<string, readonly Move[]>>;

/** The content of both files; a file that does not exist is undefined. */
export interface AddressFiles {
  readonly adoptions?: Adoptions;
  readonly moves?: Moves;
}

/** A file next to an estate file, which is committed with it. */
export const fileNextTo = (estateFile: string, kind: string) =>
  `${estateFile.replace(/\.(ts|json)$/, "")}.${kind}.json`;

/** The file of what is imported: `config/estate.adopt.json` for `config/estate.ts`. */
export const adoptionsFile = (estateFile: string): string => fileNextTo(estateFile, "adopt");

/** The file of moves: `config/estate.moves.json` for `config/estate.ts`. */
export const movesFile = (estateFile: string): string => fileNextTo(estateFile, "moves");

const EXPECTED_ADDRESS = "the address of a resource, such as aws_vpc.network_vpc_12345678";
// Resources of cdktf and of modules. An index belongs to `count` and `for_each`, which no stack uses.
const ADDRESS = /^(?:module\.[A-Za-z_][\w-]*\.)*(?!data\.)[a-z][a-z0-9_]*\.[A-Za-z_][\w-]*$/;
const address = z.string(EXPECTED_ADDRESS).regex(ADDRESS, EXPECTED_ADDRESS);

const EXPECTED_ID = "an id as terraform import takes it, in one line and without ${ or %{";
/** Terraform would evaluate `${` and `%{`. */
const importId = z.string(EXPECTED_ID).regex(/^(?!.*[$%]\{)[^\p{C}\p{Zl}\p{Zp}]{1,2048}$/u, EXPECTED_ID);

const EXPECTED_ADOPTIONS =
  'JSON such as { "dev-network": { "aws_vpc.network_vpc_12345678": "vpc-0123456789abcdef0" } }';
const adoptionsSchema = z.record(z.string(), z.record(address, importId, EXPECTED_ADOPTIONS), EXPECTED_ADOPTIONS);

const EXPECTED_MOVES =
  'JSON such as { "dev-network": [{ "from": "aws_vpc.network_1234", "to": "aws_vpc.network_5678" }] }';
const movesSchema = z.record(
  z.string(),
  z.array(z.strictObject({ from: address, to: address }, EXPECTED_MOVES), EXPECTED_MOVES),
  EXPECTED_MOVES,
);

/**
 * Reads both files.
 *
 * @param stackIds the stacks of the estate
 * @param nameOf the name of a file in errors
 * @throws EstateError that lists every problem of a file, such as a stack that the estate does not have
 */
export function readAddressFiles(
  estateFile: string,
  stackIds: readonly string[],
  nameOf: (path: string) => string,
): AddressFiles {
  const ids = new Set(stackIds);
  const read = <T extends object>(path: string, schema: z.ZodType<T>, problemsIn: (value: T) => Problem[]) => {
    if (!existsSync(path)) return undefined;
    const value = parsedFile(path, nameOf(path), schema);
    const unknown = Object.keys(value).filter((id) => !ids.has(id));
    const problems = [
      ...unknown.map((id) => ({
        ...{ path: id, expected: "a stack of the estate", got: formatValue(id) },
        remedy: "Correct the name, or remove the entry",
      })),
      ...problemsIn(value),
    ];
    if (problems.length > 0) throw new EstateError(nameOf(path), problems);
    return value;
  };
  return {
    adoptions: read(adoptionsFile(estateFile), adoptionsSchema, repeatedIds),
    moves: read(movesFile(estateFile), movesSchema, repeatedMoves),
  };
}

/**
 * The content of a file next to an estate file.
 *
 * @throws EstateError that lists every problem
 */
export function parsedFile<T>(path: string, name: string, schema: z.ZodType<T>): T {
  const other = otherThanFile(path);
  if (other !== undefined) throw new EstateError(name, [{ path: "", expected: "a file", got: other }]);
  const text = readText(path);
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    throw new EstateError(name, [{ path: "", expected: "JSON", got: `the error: ${thrownMessage(error)}` }]);
  }
  // JSON.parse keeps the last of two values: a reviewer may read the first, and a merge may leave a stack there twice.
  const tree = parseTree(text);
  const repeated = tree ? repeatedKeys(tree) : [];
  if (repeated.length > 0)
    throw new EstateError(
      name,
      repeated.map(({ path: key }) => ({ path: key, expected: "a key that is not repeated", got: "a second one" })),
    );
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new EstateError(
    name,
    result.error.issues.map(({ path: keys, code, message }) => {
      // Of a wrong key, zod reports where it is.
      const key = code === "invalid_key" ? keys.at(-1) : keys.reduce<unknown>(valueAt, value);
      const expected = code === "invalid_key" ? EXPECTED_ADDRESS : message;
      return { path: keys.reduce<string>(joinPath, ""), expected, got: formatValue(key) };
    }),
  );
}

const valueAt = (value: unknown, key: PropertyKey): unknown =>
  typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined;

/** Two addresses of the same type with the same id would be two resources for one thing in AWS. */
function repeatedIds(adoptions: Adoptions): Problem[] {
  return Object.entries(adoptions).flatMap(([stack, entries]) => {
    const owners = new Map<string, string>();
    return Object.entries(entries).flatMap(([to, id]) => {
      const thing = `${typeOf(to)} ${id}`;
      const owner = owners.get(thing);
      owners.set(thing, owner ?? to);
      if (owner === undefined) return [];
      return [{ path: `${stack}.${to}`, expected: `another id than that of ${owner}`, got: formatValue(id) }];
    });
  });
}

const typeOf = (resource: string): string => resource.split(".").at(-2) ?? "";

function repeatedMoves(moves: Moves): Problem[] {
  return Object.entries(moves).flatMap(([stack, entries]) =>
    entries.flatMap(({ from, to }, index) => {
      const path = `${stack}[${index}]`;
      const earlier = entries.slice(0, index);
      const problems: Problem[] = [];
      if (typeOf(from) !== typeOf(to) || from === to)
        problems.push({
          path: `${path}.to`,
          expected: `another address of the type ${typeOf(from)}`,
          got: formatValue(to),
        });
      if (earlier.some((each) => each.from === from))
        problems.push({ path: `${path}.from`, expected: "an address that moves once", got: formatValue(from) });
      if (earlier.some((each) => each.to === to))
        problems.push({ path: `${path}.to`, expected: "an address to which one resource moves", got: formatValue(to) });
      return problems;
    }),
  );
}
