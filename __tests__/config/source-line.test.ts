import { lineOf } from "../../config/source-line";

/** An error with a trace as Node prints it. */
function errorAt(...frames: readonly string[]): Error {
  const error = new Error("no");
  error.stack = ["Error: no", ...frames.map((frame) => `    at ${frame}`)].join("\n");
  return error;
}

const ROOT = __dirname.replace(/\/__tests__\/config$/, "");
const TRACE = errorAt(
  `new Node (${ROOT}/node_modules/constructs/src/construct.ts:94:18)`,
  `new QueueStack (${ROOT}/stacks/queue-stack.ts:12:5)`,
  "main (/elsewhere/main.ts:3:1)",
  `Object.<anonymous> (${ROOT}/config/layout.ts:7:1)`,
);

const inProject = (path: string) => !path.startsWith("..");
const outsideStacks = (path: string) => inProject(path) && !path.startsWith("stacks/");

test("the place of an error is its first frame in a wanted file", () => {
  expect(lineOf(TRACE, inProject)).toBe("stacks/queue-stack.ts:12");
  expect(lineOf(TRACE, outsideStacks)).toBe("config/layout.ts:7");
  expect(lineOf(errorAt(`file://${ROOT}/main.ts:5:1`), inProject)).toBe("main.ts:5");
});

test("without a source map it is the line with a text", () => {
  const line = Number(lineOf(TRACE, outsideStacks, "export const stacksOf =")?.split(":")[1]);
  expect(line).toBeGreaterThan(50);
  expect(lineOf(TRACE, outsideStacks, "no such text")).toBe("config/layout.ts");
});

test("an error without such a frame has no place", () => {
  expect(lineOf(errorAt("main (/elsewhere/main.ts:3:1)"), inProject)).toBeUndefined();
  expect(lineOf("no error", inProject)).toBeUndefined();
});
