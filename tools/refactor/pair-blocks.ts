import { createHash } from "node:crypto";
import { canonicalJson } from "../support/json";
import { compareTexts } from "../support/order";
import { isCrossStack, type Block, type EstateVersion, type NameOf } from "./estate-version";

/** A block that has one address before and another one now. */
export interface Pair {
  readonly from: Block;
  readonly to: Block;
}

/** Equal blocks of one stack: nothing shows which of them became which. */
export interface Ambiguity {
  readonly from: readonly Block[];
  readonly to: readonly Block[];
}

export interface Pairing {
  readonly pairs: readonly Pair[];
  readonly ambiguous: readonly Ambiguity[];
  /** Blocks that only one version has, and that are equal to no other. */
  readonly removed: readonly Block[];
  readonly added: readonly Block[];
}

/** The colours of renamed blocks, by key. Blocks with one colour cannot be distinguished. */
type Colours = ReadonlyMap<string, string>;

/**
 * Pairs the blocks whose address changed: two of one stack belong together if they are equal but for references to other
 * paired blocks, and if the same blocks refer to them at the same places. Colours are refined until they separate no
 * more blocks: a pair is never a guess.
 *
 * @param given keys of blocks that a person paired: from → to
 */
export function pairBlocks(before: EstateVersion, now: EstateVersion, given: ReadonlyMap<string, string>): Pairing {
  const removed = [...before.blocks.values()].filter(({ key }) => !now.blocks.has(key));
  const added = [...now.blocks.values()].filter(({ key }) => !before.blocks.has(key));
  const fixed = [...given].filter(([from, to]) => removed.some(({ key }) => key === from) && added.some(({ key }) => key === to)); // prettier-ignore
  const olds = new Colouring(before, removed, new Map(fixed.map(([from, to]) => [from, `${from} → ${to}`])));
  const news = new Colouring(now, added, new Map(fixed.map(([from, to]) => [to, `${from} → ${to}`])));
  for (let count = 0; count !== olds.count + news.count;) {
    count = olds.count + news.count;
    olds.refine();
    news.refine();
  }
  const classes = [...new Set([...olds.colours.values(), ...news.colours.values()])].map((colour) => ({
    from: removed.filter(({ key }) => olds.colours.get(key) === colour),
    to: added.filter(({ key }) => news.colours.get(key) === colour),
  }));
  return {
    pairs: classes.flatMap(({ from, to }) => {
      const [[one], [other]] = [from, to];
      return one && other && from.length === 1 && to.length === 1 ? [{ from: one, to: other }] : [];
    }),
    ambiguous: classes.filter((each) => each.from.length > 0 && each.to.length > 0 && each.from.length + each.to.length > 2), // prettier-ignore
    removed: classes.filter(({ to }) => to.length === 0).flatMap(({ from }) => from),
    added: classes.filter(({ from }) => from.length === 0).flatMap(({ to }) => to),
  };
}

/** The colours of the renamed blocks of one version. */
class Colouring {
  public colours: Colours;
  /** For each renamed block, the blocks and outputs that refer to it. */
  private readonly holders: ReadonlyMap<string, readonly Block[]>;

  constructor(
    private readonly version: EstateVersion,
    private readonly renamed: readonly Block[],
    private readonly fixed: ReadonlyMap<string, string>,
  ) {
    this.colours = new Map(renamed.map(({ key, stack, type }) => [key, fixed.get(key) ?? `${stack}:${type}`]));
    const holders = new Map<string, Block[]>(renamed.map(({ key }) => [key, []]));
    if (renamed.length > 0)
      for (const holder of [...version.blocks.values(), ...version.outputs.values()])
        for (const key of version.referencesOf(holder)) holders.get(key)?.push(holder);
    this.holders = holders;
  }

  public get count(): number {
    return new Set(this.colours.values()).size;
  }

  public refine(): void {
    const { colours, fixed } = this;
    const nameOf: NameOf = (key) => colours.get(key);
    const content = (block: Block, name: NameOf) => canonicalJson(this.version.named(block.stack, block.content, name));
    this.colours = new Map(
      this.renamed.map((block) => {
        const { key, stack, type } = block;
        const seen = (this.holders.get(key) ?? []).map((holder) => {
          const called = isCrossStack(holder)
            ? `${holder.stack}:${holder.type}`
            : (colours.get(holder.key) ?? holder.key);
          return [called, content(holder, (other) => (other === key ? "this" : nameOf(other)))].join("\n");
        });
        const facts = [colours.get(key), stack, type, content(block, nameOf), seen.sort(compareTexts)];
        return [key, fixed.get(key) ?? createHash("sha256").update(JSON.stringify(facts)).digest("hex")];
      }),
    );
  }
}
