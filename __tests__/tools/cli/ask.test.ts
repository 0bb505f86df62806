import { PassThrough } from "node:stream";
import { ask } from "../../../tools/cli/ask";

const terminal = () => ({
  input: Object.assign(new PassThrough(), { isTTY: true }),
  output: Object.assign(new PassThrough({ encoding: "utf8" }), { isTTY: true }),
});

const QUESTIONS = [
  ["region", "which region"],
  ["people", "who"],
] as const;

test("asks the questions in order, and returns the answers", async () => {
  const { input, output } = terminal();
  const answers = ask(QUESTIONS, { input, output });
  input.write("eu-west-1\n");
  await new Promise(setImmediate);
  input.write("group:a  group:b\n");
  expect([...(await answers)]).toEqual([
    ["region", "eu-west-1"],
    ["people", "group:a  group:b"],
  ]);
  expect(output.read()).toMatch(/which region:\n[^]*who:\n/);
});

test("a terminal that is closed before the last answer is an error", async () => {
  const { input, output } = terminal();
  const answers = ask(QUESTIONS, { input, output });
  input.end("eu-west-1\n");
  await expect(answers).rejects.toThrow("nothing was written: not every question was answered");
});

test("without a terminal, one error lists the options that answer the questions", async () => {
  const { output } = terminal();
  await expect(ask(QUESTIONS, { input: new PassThrough(), output })).rejects.toThrow(
    "these options must be given, got none of them:\n  --region: which region\n  --people: who",
  );
});

test("asks nothing if there is no question", async () => {
  expect((await ask([], { input: new PassThrough() })).size).toBe(0);
});
