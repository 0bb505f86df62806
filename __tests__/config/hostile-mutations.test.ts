import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { EstateError } from "../../config/estate-error";
import example from "../../config/example";
import { loadEstate, parseEstate } from "../../config/load";
import { membersFile } from "../../config/members-record";
import type { Estate } from "../../config/model";
import { UserError } from "../../config/user-error";
import { synthesizeGroups } from "../../stacks";
import { groupsOf } from "../../stacks/groups";
import { computed, places, values } from "./hostile-values";

type Holder = Record<string, unknown>;

describe("a mutated example", () => {
  /** Repeat a run with HOSTILE_SEED. */
  const seed = Number(process.env["HOSTILE_SEED"] ?? Date.now() % 2 ** 31);
  const LONGEST_CASE_MS = 5000;
  const exampleRecord = { file: "example.members.json", members: ["dev-analytics", "prod-analytics"] };

  const KEYS = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "then", "toJSON", "", " ", "0", "a.b", "a\nb", "\u202e", "\0", "dev", "prod", "k".repeat(5000)]; // prettier-ignore
  const NUMBERS = [0, -0, -1, 0.1 + 0.2, 1e-7, 1e21, 2 ** 53, 1e308, Number.NaN, Number.POSITIVE_INFINITY, 65535, 12];
  const TEXTS = ["127.0.0.0/16", "0.0.0.0/0", "10.0.0.0/8", "::/0", "arn:aws:iam::111111111111:user/Platform-Lead", "arn:aws:iam::222222222222:role/Operator", "${aws:username}", "%{ if true }", "</script>", "a\u0000b", "\u202egpj", "\ud800", "x".repeat(100_000), "\u001b[2J", "../../etc/passwd", "eu-west-1", "default", "sg-0a1b2c3d"]; // prettier-ignore
  /** As the unit "binary", for which fast-check builds a table of all characters of Unicode. */
  const SURROGATES = 0x800;
  const character = fc.integer({ min: 0, max: 0x10ffff - SURROGATES }).map(
    (index) => String.fromCodePoint(index < 0xd800 ? index : index + SURROGATES),
    (text) => {
      const [only = "", ...rest] = String(text);
      if (rest.length > 0) throw new Error("more than one character");
      const codePoint = only.codePointAt(0) ?? NaN;
      return codePoint < 0xd800 ? codePoint : codePoint - SURROGATES;
    },
  );
  const value = fc.oneof(
    fc.constantFrom<unknown>(...values.map(([, each]) => each), ...NUMBERS, ...TEXTS),
    fc.anything({ maxDepth: 3, withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }),
    fc.string({ unit: character }),
  );
  const key = fc.oneof(fc.constantFrom(...KEYS), fc.string());

  /** Changes the value with this key of an object or list. `other` is another value of the estate. */
  type Operation = (holder: Holder, key: string, given: { value: unknown; key: string; other: unknown }) => unknown;
  const set = (holder: Holder, at: string, to: unknown) =>
    Object.defineProperty(holder, at, { value: to, enumerable: true, configurable: true, writable: true });
  const edited = (text: unknown, edit: (text: string) => string) => (typeof text === "string" ? edit(text) : text);
  const OPERATIONS: readonly Operation[] = [
    (holder, at, { value: to }) => set(holder, at, to),
    (holder, at) => Reflect.deleteProperty(holder, at),
    (holder, at, { key: name }) => set(holder, Array.isArray(holder) ? at : name, holder[at]),
    (holder, at, { key: name, value: to }) => set(holder, Array.isArray(holder) ? at : name, to),
    (holder, at, { other }) => set(holder, at, other),
    (holder, at) => set(holder, at, [holder[at]]),
    (holder, at, { key: name }) => set(holder, at, { [name]: holder[at] }),
    (holder, at) =>
      set(
        holder,
        at,
        Array.from({ length: 300 }, () => holder[at]),
      ),
    (holder, at) =>
      set(
        holder,
        at,
        edited(holder[at], (text) => text.toUpperCase()),
      ),
    (holder, at, { key: name }) =>
      set(
        holder,
        at,
        edited(holder[at], (text) => text + name),
      ),
    (holder, at, { key: name }) =>
      set(
        holder,
        at,
        edited(holder[at], (text) => name + text),
      ),
    (holder, at) =>
      set(
        holder,
        at,
        Array.from({ length: 2000 }).reduce((inner) => ({ inner }), holder[at]),
      ),
  ];
  const mutation = fc.record({
    operation: fc.constantFrom(...OPERATIONS.keys()),
    place: fc.nat(),
    other: fc.nat(),
    value,
    key,
  });

  const EXAMPLE_TEXT = JSON.stringify(example);
  const EXAMPLE_PLACES = [...places(JSON.parse(EXAMPLE_TEXT))];

  /** The example with changes, in order. Values may be shared or circular afterwards, as in a TypeScript estate. */
  function mutated(mutations: readonly (typeof mutation extends fc.Arbitrary<infer T> ? T : never)[]): unknown {
    const estate = JSON.parse(EXAMPLE_TEXT) as Holder;
    const holderOf = (index: number) => {
      const path = EXAMPLE_PLACES[index % EXAMPLE_PLACES.length] ?? [];
      return { holder: at(estate, path.slice(0, -1)), name: path.at(-1) ?? "" };
    };
    // Found before anything changes.
    const holders = mutations.map(({ place, other }) => [holderOf(place), holderOf(other)] as const);
    for (const [index, { operation, ...given }] of mutations.entries()) {
      const [chosen, source] = holders[index] ?? [];
      if (chosen && source)
        OPERATIONS[operation]?.(chosen.holder, chosen.name, { ...given, other: source.holder[source.name] });
    }
    return estate;
  }
  const at = (estate: Holder, path: readonly string[]) =>
    path.reduce<Holder>((holder, name) => holder[name] as Holder, estate);

  const TITLE = /^the estate is not valid \(.+\):$/;
  const GRAMMAR = /^ {2}(\P{C}{1,203} must be \P{C}+, got \P{C}+|and \d+ more problems)$/u;

  /** The estate; undefined if it is refused, with a message in which every problem has a line by the grammar. */
  function checked(load: () => Estate): Estate | undefined {
    const start = performance.now();
    let estate: Estate | undefined;
    try {
      estate = load();
    } catch (error) {
      if (!(error instanceof EstateError)) throw error;
      const [first = "", ...lines] = error.message.split("\n");
      const wrong = lines.filter((line) => line.length > 2000 || !GRAMMAR.test(line));
      // No expectation where all is right: three for each case took a tenth of the time.
      const found = { isNamed: TITLE.test(first), hasProblems: lines.length > 0, wrong };
      if (!found.isNamed || !found.hasProblems || wrong.length > 0)
        expect(found).toEqual({ isNamed: true, hasProblems: true, wrong: [] });
    }
    // By the clock first, since nothing computes for longer than it takes: to count what the process has computed takes
    // as long as many cases. A case that was long because of other load computes for less in its second run.
    if (performance.now() - start >= LONGEST_CASE_MS) expect(computedBy(load)).toBeLessThan(LONGEST_CASE_MS);
    return estate;
  }
  function computedBy(load: () => Estate): number {
    const start = computed();
    try {
      load();
    } catch (error) {
      if (!(error instanceof EstateError)) throw error;
    }
    return computed() - start;
  }

  const survivors: Estate[] = [];

  test(`is accepted or refused with problems, never crashes and never hangs (2,500 mutations, seed ${seed})`, () => {
    process.stdout.write(`hostile estates: HOSTILE_SEED=${seed}\n`);
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 3 }), (mutations) => {
        const survivor = checked(() => parseEstate(mutated(mutations), "mutated", exampleRecord));
        if (survivor) survivors.push(survivor);
      }),
      { seed, numRuns: 2500 },
    );
    expect("polluted" in {}).toBe(false);
    expect(survivors.length).toBeGreaterThan(5);
  });

  test("that is accepted can be synthesized, or is refused before anything is written", () => {
    const folder = mkdtempSync(join(tmpdir(), "survivors-"));
    const step = Math.max(1, Math.floor(survivors.length / 3));
    const sample = survivors.filter((_, index) => index % step === seed % step).slice(0, 3);
    expect(sample.length).toBeGreaterThan(0);
    try {
      for (const estate of sample) {
        try {
          synthesizeGroups(groupsOf(estate), folder);
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
        }
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test("as text, cut, joined and overwritten anywhere, is accepted or refused in one line each", () => {
    const folder = mkdtempSync(join(tmpdir(), "texts-"));
    const file = join(folder, "estate.json");
    const source = Buffer.from(JSON.stringify(example, undefined, 1));
    writeFileSync(membersFile(file), JSON.stringify(exampleRecord.members));
    const pieces = ["[", "{", '"', "\\", ",", "//", "/*", "\n", "\0", "\uFEFF", "1e400", "-0", "NaN", '"id":"1",', "[".repeat(5000), '\\ud800', "\u2028"]; // prettier-ignore
    const piece = fc.oneof(fc.constantFrom(...pieces), fc.uint8Array({ maxLength: 4 }));
    try {
      fc.assert(
        fc.property(fc.nat(source.length), fc.nat(9), piece, (offset, length, put) => {
          const bytes = typeof put === "string" ? Buffer.from(put) : put;
          rmSync(file, { force: true }); // ext4 waits for the disk if a file is emptied and written again
          writeFileSync(file, Buffer.concat([source.subarray(0, offset), bytes, source.subarray(offset + length)]));
          checked(() => loadEstate(file));
        }),
        { seed, numRuns: 500 },
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
