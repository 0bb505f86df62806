import { StackCommand } from "./support/stack-command";

const command = new StackCommand("tools/cli/state.ts");
afterAll(() => {
  command.remove();
});

test.each([
  [["histroy", "dev-iam"], "error: unknown command 'histroy'\n(Did you mean history?)\n"],
  [["restore"], "error: missing required argument 'stack'\n"],
  [["restore", "dev-iam", "--yes"], "error: option '--yes <version id>' argument missing\n"],
])("refuses %j in one message", (args, says) => {
  expect(command.run(args)).toEqual({ status: 1, stdout: "", stderr: says });
});
