import type { Moves } from "../../config/address-files";
import { canonicalJson, differingKeys, isObject, objectOf, sameJson } from "../support/json";
import { groupedBy } from "../support/order";
import { shortened } from "../support/text";
import { isCrossStack, type Block, type EstateVersion, type NameOf } from "./estate-version";
import { pairBlocks, type Ambiguity, type Pair } from "./pair-blocks";
import { pairLikeliest } from "./likeliest-pairs";

interface Comparison {
  /** Empty if something was refused. */
  readonly moves: Moves;
  /** Why the two versions differ in more than addresses: a line each. */
  readonly refusals: readonly string[];
}

/** Sections that say how Terraform gets to the content of a stack, and cdktf's notes. */
const NO_CONTENT = new Set(["//", "moved", "import"]);

/**
 * The moves between two versions of an estate. Anything else that differs is refused.
 *
 * @param given moves that a person or an earlier run wrote
 */
export function compareVersions(before: EstateVersion, now: EstateVersion, given: Moves = {}): Comparison {
  const keys = new Map(
    Object.entries(given).flatMap(([stack, moves]) =>
      moves.map(({ from, to }) => [`${stack}:${from}`, `${stack}:${to}`] as const),
    ),
  );
  const { pairs, ambiguous, removed, added } = pairBlocks(before, now, keys);
  if (ambiguous.length > 0) return { moves: {}, refusals: ambiguous.map(ambiguityLine) };
  const likeliest = pairLikeliest(before, now, { pairs, removed, added });
  const refusals = differences(before, now, [...pairs, ...likeliest]);
  const alone = (blocks: readonly Block[], side: "from" | "to") =>
    blocks.filter((block) => !likeliest.some((pair) => pair[side] === block));
  const lines = [
    ...alone(removed, "from").map((block) => removedLine(block, added, before, now)),
    ...alone(added, "to").map(({ stack, address }) => `${stack}: ${address} is new`),
    ...refusals,
  ];
  // A pair that only looks alike must differ somewhere.
  if (lines.length === 0 && likeliest.length > 0) throw new Error("pairs that are not equal must differ");
  if (lines.length > 0) return { moves: {}, refusals: lines };
  const resources = pairs.filter(({ from }) => !from.type.startsWith("data."));
  return {
    moves: Object.fromEntries(
      [...groupedBy(resources, ({ from }) => from.stack)].map(([stack, moved]) => [
        stack,
        moved.map(({ from, to }) => ({ from: from.address, to: to.address })),
      ]),
    ),
    refusals: [],
  };
}

function ambiguityLine({ from, to }: Ambiguity): string {
  const list = (blocks: readonly Block[]) => blocks.map(({ address }) => address).join(", ");
  return `${from[0]?.stack ?? ""}: ${list(from)} are equal, and so are ${list(to)}: nothing shows which became which. Write one line for each into <estate>.moves.json, and run this again.`;
}

/** Names the other stack of the same account that has one like it now, if possible at the same address. */
function removedLine(block: Block, added: readonly Block[], before: EstateVersion, now: EstateVersion): string {
  const { stack, address, type } = block;
  const line = `${stack}: ${address} is removed`;
  const own = bucketOf(before, stack);
  const others = added.filter(
    (each) => each.type === type && each.stack !== stack && bucketOf(now, each.stack) === own,
  );
  const other = others.find((each) => each.address === address) ?? others[0];
  if (!other) return line;
  return `${line}, and ${other.stack} has a new ${other.address}: npm run move -- ${stack}:${address} ${other.key}`;
}

/** The bucket of a stack's state: stacks of one account share it. */
function bucketOf({ stacks }: EstateVersion, id: string): unknown {
  const { backend } = objectOf(objectOf(stacks.get(id))["terraform"]);
  return objectOf(objectOf(backend)["s3"])["bucket"];
}

/** How the versions differ once every pair has the same name in both. */
function differences(before: EstateVersion, now: EstateVersion, pairs: readonly Pair[]): string[] {
  const names = new Map(pairs.map(({ from, to }) => [from.key, to.address]));
  const then: NameOf = (key) => names.get(key);
  const stacks = [...new Set([...before.stacks.keys(), ...now.stacks.keys()])];
  return [
    ...stacks.flatMap((id) => {
      const [one, other] = [before.stacks.get(id), now.stacks.get(id)];
      if (!one) return [`${id} is a new stack`];
      if (!other) return [`${id} is removed`];
      const sections = differingKeys(one, other).filter((name) => !["resource", "data", "output"].includes(name));
      return sections
        .filter((name) => !NO_CONTENT.has(name))
        .flatMap((name) => differenceLines(`${id}: ${name}`, before.named(id, one[name], then), other[name]));
    }),
    ...pairs.flatMap(({ from, to }) => {
      const called = `${from.stack}: ${from.address} and ${to.address}`;
      return differenceLines(called, before.named(from.stack, from.content, then), named(now, to));
    }),
    ...[...before.blocks.values()].flatMap((block) => {
      const other = now.blocks.get(block.key);
      if (!other) return [];
      return differenceLines(`${block.stack}: ${block.address}`, before.named(block.stack, block.content, then), named(now, other)); // prettier-ignore
    }),
    ...outputDifferences(before, now, then),
  ];
}

/** The names of the outputs that other stacks read depend on addresses: only their values count. */
function outputDifferences(before: EstateVersion, now: EstateVersion, then: NameOf): string[] {
  const one = new Map([...before.outputs].map(([key, block]) => [isCrossStack(block) ? valueKey(before, block, then) : key, block])); // prettier-ignore
  const other = new Map([...now.outputs].map(([key, block]) => [isCrossStack(block) ? valueKey(now, block, () => undefined) : key, block])); // prettier-ignore
  return [...new Set([...one.keys(), ...other.keys()])].flatMap((key) => {
    const [was, is] = [one.get(key), other.get(key)];
    if (!was) return is ? [`${is.stack}: ${is.address} is new`] : [];
    if (!is) return [`${was.stack}: ${was.address} is removed`];
    return differenceLines(`${was.stack}: ${was.address}`, before.named(was.stack, was.content, then), named(now, is));
  });
}

const valueKey = (version: EstateVersion, { stack, content }: Block, nameOf: NameOf): string =>
  `${stack} ${canonicalJson(version.named(stack, content, nameOf))}`;

const named = (version: EstateVersion, { stack, content }: Block): unknown =>
  version.named(stack, content, () => undefined);

/** A line for each attribute that differs: `<what>: tags.Name from "a" to "b"`. */
function differenceLines(what: string, one: unknown, other: unknown, path = ""): string[] {
  if (sameJson(one, other)) return [];
  if (isObject(one) && isObject(other))
    return differingKeys(one, other).flatMap((key) =>
      differenceLines(what, objectOf(one)[key], objectOf(other)[key], path === "" ? key : `${path}.${key}`),
    );
  const text = (value: unknown) => (value === undefined ? "nothing" : shortened(JSON.stringify(value)));
  return [`${what}: ${path === "" ? "" : `${path} `}from ${text(one)} to ${text(other)}`];
}
