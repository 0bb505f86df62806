import { StackCommand } from "./support/stack-command";

const command = new StackCommand("state");
afterAll(() => {
  command.remove();
});

test.each([
  [["histroy", "dev-iam"], "error: unknown command 'histroy'\n(Did you mean history?)\n"],
  [["restore"], "error: missing required argument 'stack'\n"],
  [["restore", "dev-iam", "--yes"], "error: option '--yes <version id>' argument missing\n"],
])("refuses %j in one message", async (args, says) => {
  expect(await command.call(args)).toEqual({ status: 1, stdout: "", stderr: says });
});

test("its process refuses an unknown command with exit code 1", () => {
  expect(command.run(["list"])).toEqual({ status: 1, stdout: "", stderr: "error: unknown command 'list'\n" });
});
