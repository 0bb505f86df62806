import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import exampleFile from "../../config/example";
import { stacksOf } from "../../config/layout";
import { parseEstate } from "../../config/load";
import type { Estate } from "../../config/model";
import type { EstateFile } from "../../config/schema";
import { UserError } from "../../config/user-error";
import { synthesizeGroups } from "../../stacks";
import { groupsOf, groupsWith, inputDigests, type StackGroup } from "../../stacks/groups";
import { awkwardEstate } from "../support/awkward-estate";
import { awkward, example, exampleWith, found } from "../support/estates";

let outdir: string;
beforeEach(() => (outdir = mkdtempSync(join(tmpdir(), "groups-"))));
afterEach(() => {
  rmSync(outdir, { recursive: true });
});

const idsOf = (groups: readonly StackGroup[]) => groups.flatMap(({ specs }) => specs.map(({ id }) => id));

test.each([
  ["example", example()],
  ["awkward", awkward()],
])("every stack of the estate %s is in one group", (_, estate) => {
  expect(idsOf(groupsOf(estate))).toEqual(stacksOf(estate).map(({ id }) => id));
});

describe("selected stacks", () => {
  const groups = groupsOf(example());

  test("bring the other stacks of their group, in the order of the estate", () => {
    const environment = ["ci-network", "ci-database", "ci-application", "ci-master-role"];
    expect(idsOf(groupsWith(groups, ["ci-network"]))).toEqual(environment);
    expect(idsOf(groupsWith(groups, ["ci-master-role", "ci-iam"]))).toEqual(["ci-bootstrap", "ci-iam", ...environment]);
  });

  test("must be stacks of the estate", () => {
    expect(() => groupsWith(groups, ["ci-iam", "ci-missing", "other"])).toThrow(
      new UserError("the stacks to synthesize must be stacks of the estate, got ci-missing, other"),
    );
  });
});

describe("the inputs of groups", () => {
  /** The ids of the stacks that two estates build from different inputs. */
  function unlike(one: Estate, other: Estate): string[] {
    const [before, now] = [inputDigests(groupsOf(one)), inputDigests(groupsOf(other))];
    return [...new Set([...before.keys(), ...now.keys()])].filter((id) => before.get(id) !== now.get(id)).sort();
  }

  test("are the same for the same estate", () => {
    expect(
      unlike(
        example(),
        exampleWith(() => undefined),
      ),
    ).toEqual([]);
  });

  test("differ in one group if one environment changes a setting of its own", () => {
    const changed = exampleWith((file) => (found(file.environments, "ci").chargeCode = "other"));
    expect(unlike(example(), changed)).toEqual(["ci-application", "ci-database", "ci-master-role", "ci-network"]);
  });

  /** The text of each stack. */
  function texts(estate: Estate): Map<string, string> {
    const folder = mkdtempSync(join(outdir, "all-"));
    synthesizeGroups(groupsOf(estate), folder);
    const stacks = readdirSync(join(folder, "stacks"));
    return new Map(stacks.map((id) => [id, readFileSync(join(folder, "stacks", id, "cdk.tf.json"), "utf8")]));
  }

  /** The places of all values in JSON. */
  const placesIn = (value: unknown, at: readonly string[] = []): (readonly string[])[] =>
    typeof value === "object" && value !== null
      ? Object.entries(value).flatMap(([key, each]) => [[...at, key], ...placesIn(each, [...at, key])])
      : [];

  /** Other values for one value, most of them valid somewhere. */
  const OTHERS = [true, false, 1, 7, 30, "other", "documented", "hardened", "eu-west-2", "10.20.0.0/16", [], {}, undefined] as const; // prettier-ignore

  /** The estate with the value at a place replaced, or undefined if it is refused. */
  function changed(file: EstateFile, place: readonly string[], other: unknown): Estate | undefined {
    const copy = structuredClone(file) as unknown as Record<string, unknown>;
    let holder = copy;
    for (const key of place.slice(0, -1)) holder = holder[key] as Record<string, unknown>;
    const key = place.at(-1) ?? "";
    const value = holder[key];
    if (other === undefined) Reflect.deleteProperty(holder, key);
    else if (typeof value === "string" && typeof other === "boolean") holder[key] = `${value}${other ? "a" : "1"}`;
    else if (Array.isArray(value) && typeof other === "boolean")
      holder[key] = other ? value.slice(1) : value.toReversed();
    else holder[key] = other;
    try {
      return parseEstate(copy, "the test's estate");
    } catch (error) {
      if (error instanceof UserError) return undefined;
      throw error;
    }
  }

  const files = [exampleFile, awkwardEstate];
  const known = new Map<EstateFile, { readonly estate: Estate; readonly texts: ReadonlyMap<string, string> }>();
  const base = (file: EstateFile) => {
    const estate = parseEstate(file, "the test's estate");
    const made = known.get(file) ?? { estate, texts: texts(estate) };
    known.set(file, made);
    return made;
  };

  test("differ for every stack that a change of any value of an estate changes, adds or removes", () => {
    let compared = 0;
    const anyChange = fc.record({ file: fc.constantFrom(...files), at: fc.nat(), other: fc.constantFrom(...OTHERS) });
    fc.assert(
      fc.property(anyChange, ({ file, at, other }) => {
        const places = placesIn(file);
        const estate = changed(file, places[at % places.length] ?? [], other);
        if (!estate) return;
        const before = base(file);
        let now: Map<string, string>;
        try {
          now = texts(estate);
        } catch (error) {
          if (error instanceof UserError) return; // AWS would refuse it
          throw error;
        }
        const differing = [...new Set([...before.texts.keys(), ...now.keys()])].filter(
          (id) => before.texts.get(id) !== now.get(id),
        );
        if (differing.length > 0) compared++;
        expect(unlike(before.estate, estate)).toEqual(expect.arrayContaining(differing));
      }),
      { numRuns: 120 },
    );
    expect(compared).toBeGreaterThan(5);
  }, 120_000);
});
