import {
  anyExceeded,
  type GroupResults,
  replaceMarked,
  type Result,
  resultLines,
  resultTable,
  summaryLines,
  valueText,
} from "../../../tools/bench/report";

const holds: Result = { what: "synth", got: 2.5, unit: "ms", atMost: 2.5, detail: "1.51 s" };
const exceeded: Result = { what: "affected", got: 3.001, unit: "s", atMost: 3 };
const missing: Result = { what: "Node.js 24", got: undefined, unit: "ms", atMost: 2.5, detail: "not installed" };
const information: Result = { what: "resources | both", got: 814, unit: "" };
const group = (...results: Result[]): GroupResults => ({ group: "some", seconds: 12.4, results });

test("a number equal to its bar holds, a larger one exceeds it", () => {
  expect(anyExceeded([group(holds)])).toBe(false);
  expect(anyExceeded([group(holds), group(exceeded)])).toBe(true);
});

test("a result that is not a number exceeds its bar", () => {
  expect(anyExceeded([group({ ...holds, got: Number.NaN })])).toBe(true);
});

test("a number without a bar, and one that was not measured, exceed nothing", () => {
  expect(anyExceeded([group(information, missing)])).toBe(false);
});

test.each([
  [2.345, "s", "2.35 s"],
  [12.345, "s", "12.3 s"],
  [2.345, "ms", "2.35 ms"],
  [299.6, "MB", "300 MB"],
  [3.51, "MB", "3.5 MB"],
  [0.954, "×", "0.95 ×"],
  [0, "", "0"],
] as const)("%d %s is printed as %s", (value, unit, text) => {
  expect(valueText(value, unit)).toBe(text);
});

test("a group is printed with a verdict for each bar, and the reason of what was not measured", () => {
  expect(resultLines(group(holds, exceeded, missing, information))).toBe(
    [
      "some (12 s)",
      "  ok            synth             2.50 ms  ≤ 2.50 ms  1.51 s",
      "  EXCEEDED      affected           3.00 s   ≤ 3.00 s",
      "  not measured  Node.js 24                 ≤ 2.50 ms  not installed",
      "                resources | both      814",
    ].join("\n"),
  );
});

test("the table of the page has one row for each result, and no cell that breaks it", () => {
  expect(
    resultTable([group(exceeded, information)])
      .split("\n")
      .slice(2),
  ).toEqual(["| some | affected | 3.00 s | ≤ 3.00 s | EXCEEDED |  |", "| some | resources \\| both | 814 |  |  |  |"]);
});

test("the summary counts the bars that hold, and names what is exceeded and what was not measured", () => {
  expect(summaryLines([group(holds, exceeded), group(missing, information)])).toBe(
    ["1 bar of 2 hold, in 25 s", "exceeded: some: affected", "not measured: some: Node.js 24: not installed"].join(
      "\n",
    ),
  );
});

test("only the part of a page between its marks is replaced", () => {
  const page = "# Performance\n\n<!-- bench: begin -->\nold\n<!-- bench: end -->\n\nThe rest.\n";
  const replaced = replaceMarked(page, "new", "docs/performance.md");
  expect(replaced).toBe("# Performance\n\n<!-- bench: begin -->\n\nnew\n\n<!-- bench: end -->\n\nThe rest.\n");
  expect(replaceMarked(replaced, "new", "docs/performance.md")).toBe(replaced);
});

test.each(["no marks", "<!-- bench: begin -->", "<!-- bench: end --> <!-- bench: begin -->"])(
  "a page with its marks missing or in the wrong order is refused: %s",
  (page) => {
    expect(() => replaceMarked(page, "new", "docs/performance.md")).toThrow(
      "docs/performance.md must contain <!-- bench: begin --> and <!-- bench: end --> in this order",
    );
  },
);
