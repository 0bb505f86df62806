import type { Environment, Estate } from "../../config/model";
import { isObject } from "../support/json";
import { sortedBy } from "../support/order";

/** A setting whose values differ between environments, by environment; "–" where it is not set. */
interface DifferingSetting {
  readonly path: string;
  readonly values: readonly string[];
}

export interface EnvironmentComparison {
  readonly environments: readonly string[];
  readonly settings: readonly DifferingSetting[];
  /** How many settings differ only because they contain the environment's own names and account ids. */
  readonly byName: number;
}

const ABSENT = "–";

/** Derived from other settings: the first of `databases` is `database`. */
const DERIVED = /^(account\.hosts|databases\[0\])/;

/**
 * The settings in which environments differ, and only those. An element of a list that only some environments have is
 * one row; its settings are compared between those that have it.
 */
export function differingSettings({ environments }: Pick<Estate, "environments">): EnvironmentComparison {
  const all = environments.map((environment) => ({ environment, values: flattened(environment, "") }));
  const known = new Set(all.flatMap(({ values }) => [...values.keys()]));
  const lists = new Set([...known].flatMap(listsIn));
  const paths = [...known].filter((path) => !DERIVED.test(path) && !lists.has(path));
  const isKnown = (path: string, values: ReadonlyMap<string, string>) =>
    elementsIn(path).every((element) => values.has(element));
  const rows = paths.map((path) => ({ path, own: all.filter(({ values }) => isKnown(path, values)) }));
  const differ = (texts: readonly string[]) => new Set(texts).size > 1;
  const valueAt = (path: string, values: ReadonlyMap<string, string>) => values.get(path) ?? ABSENT;
  const differing = rows.filter(({ path, own }) => differ(own.map(({ values }) => valueAt(path, values))));
  const settings = differing.filter(({ path, own }) =>
    differ(own.map(({ values, environment }) => neutral(valueAt(path, values), environment))),
  );
  return {
    environments: environments.map(({ name }) => name),
    settings: sortedBy(settings, ({ path }) => path).map(({ path }) => ({
      path,
      values: all.map(({ values }) => valueAt(path, values)),
    })),
    byName: differing.length - settings.length,
  };
}

/** The elements of lists that a path leads through: `members[a]`. Not the last one: it is what the path names. */
const elementsIn = (path: string): string[] =>
  [...path.matchAll(/\](?=.)/g)].map(({ index }) => path.slice(0, index + 1));

/** The lists that a path leads through. Their elements have rows of their own. */
const listsIn = (path: string): string[] => [...path.matchAll(/\[/g)].map(({ index }) => path.slice(0, index));

/** A value with the names and ids that belong to its environment replaced. */
function neutral(value: string, environment: Environment | undefined): string {
  if (!environment) return value;
  const { name, namespace, account, members } = environment;
  const accounts = [account, ...members.map((member) => member.account)].flatMap((each) => [each.id, each.name]);
  const own = [...new Set([namespace, ...accounts, name])];
  return own.reduce((text, each) => text.replaceAll(new RegExp(`(?<![a-z0-9])${escaped(each)}(?![a-z0-9])`, "g"), "<own>"), value); // prettier-ignore
}

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);

/** Elements of lists by their name, so that the same element is compared in every environment. */
function flattened(value: unknown, path: string): Map<string, string> {
  if (Array.isArray(value) && value.some(isObject))
    return merged(
      value.flatMap((each, index) => {
        const element = `${path}[${nameOf(each, index)}]`;
        return [[element, "yes"] as const, [element, each] as const];
      }),
    );
  if (Array.isArray(value)) return new Map([[path, value.join(", ") || "none"]]);
  if (isObject(value))
    return merged(Object.entries(value).map(([key, each]) => [path === "" ? key : `${path}.${key}`, each] as const));
  return new Map(value === undefined ? [] : [[path, valueText(value)]]);
}

const valueText = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

const merged = (entries: readonly (readonly [string, unknown])[]): Map<string, string> =>
  new Map(entries.flatMap(([path, value]) => [...flattened(value, path)]));

function nameOf(value: unknown, index: number): string {
  const named = isObject(value) ? (value["name"] ?? value["zone"] ?? value["description"]) : undefined;
  return typeof named === "string" ? named : String(index);
}
