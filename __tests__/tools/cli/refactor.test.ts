import { callCommand } from "./support/call-command";

/* __tests__/e2e/refactor.test.ts runs the command on renamed constructs. */

test("--done reads states alone: it refuses a commit to compare with", async () => {
  const { status, stderr } = await callCommand("refactor", ["--done", "--base", "main"], {});
  expect([status, stderr]).toEqual([1, "--done must be the only option, got --base main. Leave one out.\n"]);
});
