import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from "node:fs"; // prettier-ignore
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ContentCache } from "./content-cache";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cache-"));
  mkdirSync(join(folder, "sources/below"), { recursive: true });
  writeFileSync(join(folder, "sources/below/one.ts"), "one");
  writeFileSync(join(folder, "lock.json"), "{}");
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const parent = () => join(folder, "cache");
/** The entries of a new process: each cache reads the sources anew. */
const cache = () => new ContentCache("test", [join(folder, "sources"), join(folder, "lock.json")], parent());
const entries = () => readdirSync(parent(), { recursive: true, encoding: "utf8" }).filter((name) => name.includes(".")).map((name) => join(parent(), name)); // prettier-ignore

/** The result for an input, and whether it was made anew. */
function got(input: unknown, value: unknown = "made"): { made: boolean; result: unknown } {
  let made = false;
  const result = cache().get(input, () => {
    made = true;
    return value;
  });
  return { made, result };
}

test("a result is made once, also for another process, and is the same", () => {
  const value = { stacks: { "dev-iam": 'text with "quotes"\nand lines' } };
  expect(got({ name: "dev" }, value)).toEqual({ made: true, result: value });
  expect(got({ name: "dev" })).toEqual({ made: false, result: value });
  expect(entries().filter((name) => !name.endsWith(".json"))).toEqual([]);
});

test("of several inputs, only those without a known result are made, all at once", () => {
  got("b", "B");
  const make = jest.fn((inputs: readonly string[]) => inputs.map((input) => input.toUpperCase()));
  expect(cache().getAll(["a", "b", "c"], make)).toEqual(["A", "B", "C"]);
  expect(make.mock.calls).toEqual([[["a", "c"]]]);
  expect(cache().getAll(["c", "a"], make)).toEqual(["C", "A"]);
  expect(make).toHaveBeenCalledTimes(1);
});

test.each<[string, () => void]>([
  ["is edited", () => { writeFileSync(join(folder, "sources/below/one.ts"), "two"); }], // prettier-ignore
  ["is edited within a second, to a content of the same length", () => { writeFileSync(join(folder, "sources/below/one.ts"), "eno"); utimesSync(join(folder, "sources/below/one.ts"), 0, 0); }], // prettier-ignore
  ["is added", () => { writeFileSync(join(folder, "sources/two.ts"), ""); }], // prettier-ignore
  ["is removed", () => { rmSync(join(folder, "sources/below/one.ts")); }], // prettier-ignore
  ["is renamed", () => { rmSync(join(folder, "sources/below/one.ts")); writeFileSync(join(folder, "sources/one.ts"), "one"); }], // prettier-ignore
  ["outside the folder is edited", () => { appendFileSync(join(folder, "lock.json"), "\n"); }], // prettier-ignore
])("a result is made anew if a source %s", (_, edit) => {
  got("input");
  edit();
  expect(got("input").made).toBe(true);
  expect(got("input").made).toBe(false);
});

test("a result is made anew for another input, however alike", () => {
  got({ a: "1", b: undefined });
  for (const input of [{ a: 1 }, { a: "1" }, { b: undefined, a: "1" }, ["1"]]) expect(got(input).made).toBe(true);
});

test.each<[string, (file: string) => void]>([
  ["half-written", (file) => { truncateSync(file, 70); }], // prettier-ignore
  ["empty", (file) => { truncateSync(file, 0); }], // prettier-ignore
  ["of another content", (file) => { writeFileSync(file, readFileSync(file, "utf8").replace("made", "evil")); }], // prettier-ignore
])("an entry that is %s is not used, and is replaced", (_, damage) => {
  got("input");
  for (const file of entries()) damage(file);
  expect(got("input")).toEqual({ made: true, result: "made" });
  expect(got("input").made).toBe(false);
});

test("an error is passed on, and is no result", () => {
  const refuse = () => {
    throw new Error("the estate is not valid");
  };
  expect(() => cache().get("input", refuse)).toThrow("the estate is not valid");
  expect(got("input").made).toBe(true);
});

test("a result is returned although it cannot be kept, as after another run removed the folder", () => {
  const open = cache();
  open.get("one", () => 1);
  rmSync(parent(), { recursive: true });
  writeFileSync(parent(), "");
  expect(open.get("two", () => 2)).toBe(2);
});

test("the results of the last three contents of the sources are kept", () => {
  for (const content of ["1", "2", "3", "4"]) {
    writeFileSync(join(folder, "lock.json"), content);
    got("input", content);
    const [newest = ""] = readdirSync(parent()).filter((name) => readFileSync(entries().find((file) => file.includes(name)) ?? "", "utf8").endsWith(`"${content}"`)); // prettier-ignore
    utimesSync(join(parent(), newest), Number(content), Number(content));
  }
  expect(readdirSync(parent())).toHaveLength(3);
  writeFileSync(join(folder, "lock.json"), "2");
  expect(got("input")).toEqual({ made: false, result: "2" });
});
