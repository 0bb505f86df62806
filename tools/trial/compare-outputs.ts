import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { differingKeys, isObject, objectOf, sameJson } from "../support/json";

/** The files of a synthesized output by path, with slashes: JSON as its value, everything else as text. */
export type Output = ReadonlyMap<string, unknown>;

export interface Difference {
  /** The id of a stack, or the path of another file. */
  readonly stack: string;
  /** `aws_vpc.main`, `data.aws_region.here`, `output.vpc-id`, `terraform`; "" for a whole file. */
  readonly block: string;
  /** `tags.Name`, or "" for a whole block. */
  readonly attribute: string;
  /** Undefined: it is new. */
  readonly before?: unknown;
  /** Undefined: it is removed. */
  readonly now?: unknown;
}

/** Reads every file of a `cdktf.out`. */
export function readOutput(outdir: string): Output {
  const files = readdirSync(outdir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    files.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      const text = readFileSync(path, "utf8");
      const value: unknown = name.endsWith(".json") ? JSON.parse(text) : text;
      return [relative(outdir, path).split(sep).join("/"), value];
    }),
  );
}

/** What differs between two outputs, except for metadata: cdktf's notes, and its version in the manifest. */
export function compareOutputs(before: Output, now: Output): Difference[] {
  return [...new Set([...before.keys(), ...now.keys()])].sort().flatMap((path) => {
    const [, stack = path] = /^stacks\/([^/]+)\/cdk\.tf\.json$/.exec(path) ?? [];
    const [one, other] = [before, now].map((output) => withoutVersion(path, output.get(path)));
    return differencesIn(one, other).map(({ path: keys, ...values }) => ({ stack, ...placeOf(keys), ...values }));
  });
}

const withoutVersion = (path: string, value: unknown): unknown =>
  path === "manifest.json" ? { ...objectOf(value), version: undefined } : value;

interface Change {
  readonly path: readonly string[];
  readonly before?: unknown;
  readonly now?: unknown;
}

/** How many keys name a block. A section that is not listed is a block. */
const LABELS: Readonly<Record<string, number>> = { resource: 3, data: 3, ephemeral: 3, output: 2, provider: 2, module: 2 }; // prettier-ignore

function placeOf(path: readonly string[]): Pick<Difference, "block" | "attribute"> {
  const [section = ""] = path;
  const labels = LABELS[section] ?? 1;
  const block = path.slice(section === "resource" ? 1 : 0, labels);
  return { block: block.join("."), attribute: path.slice(labels).join(".") };
}

function differencesIn(before: unknown, now: unknown, path: readonly string[] = []): Change[] {
  if (sameJson(before, now)) return [];
  if (isList(before) && isList(now) && before.length === now.length)
    return before.flatMap((each, index) => differencesIn(each, now[index], [...path, String(index)]));
  // A new section has blocks: each of them is new.
  const hasBlocks = path.length > 0 && path.length < (LABELS[path[0] ?? ""] ?? 1);
  const [one, other] = hasBlocks ? [before ?? {}, now ?? {}] : [before, now];
  if (!isObject(one) || !isObject(other)) return [{ path, before, now }];
  return differingKeys(one, other).flatMap((key) => differencesIn(one[key], other[key], [...path, key]));
}

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);
