const circle: Record<string, unknown> = {};
circle["circle"] = circle;

let deep: unknown = "end";
for (let level = 0; level < 1000; level++) deep = { deep };

/** Values that a file may hold in any place. */
export const values: [string, unknown][] = [
  ["null", null],
  ["undefined", undefined],
  ["a number", 7],
  ["NaN", Number.NaN],
  ["a big integer", 7n],
  ["a text", "text"],
  ["an empty text", ""],
  ["true", true],
  ["an empty list", []],
  ["a list of null", [null]],
  ["a list in a list", [[["x"]]]],
  ["an empty object", {}],
  ["an object of null", { x: null }],
  ["an object without prototype", Object.create(null)],
  ["an object with a key __proto__", JSON.parse('{"__proto__":{"kind":"main"},"constructor":{},"toString":1}')],
  ["a function", () => 1],
  ["a symbol", Symbol("x")],
  ["a map", new Map([["x", 1]])],
  ["a date", new Date(0)],
  ["a promise", Promise.resolve({})],
  ["a circle", circle],
  ["a thousand levels", deep],
];

/** The milliseconds that the process has computed: unlike the time that passed, the same under other load. */
export const computed = (): number => process.cpuUsage().user / 1000;

/** Every place in a value, as the path to it. */
export function* places(value: unknown, path: readonly string[] = []): Iterable<readonly string[]> {
  if (typeof value !== "object" || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    yield [...path, key];
    yield* places(item, [...path, key]);
  }
}
