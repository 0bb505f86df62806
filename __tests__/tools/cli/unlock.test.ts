import { StackCommand } from "./support/stack-command";

const command = new StackCommand("unlock");
afterAll(() => {
  command.remove();
});

test.each([
  [[], "error: missing required argument 'stack'\n"],
  [["dev-iam", "--lockid", "x"], "error: unknown option '--lockid'\n(Did you mean --lock-id?)\n"],
  [["dev-iam", "--profile", " "], '--profile must name an AWS profile, got ""\n'],
  [
    ["dev-iamm"],
    'the stack must be one of the estate, such as "dev-iam", got "dev-iamm". Run npm start -- --synth-only to list them.\n',
  ],
])("refuses %j in one message", async (args, says) => {
  expect(await command.call(args)).toEqual({ status: 1, stdout: "", stderr: says });
});

test("takes the profile from ESTATE_PROFILE, with the account's name in it", async () => {
  const { status, stderr } = await command.call(["dev-iam"], {
    ESTATE_PROFILE: "team-{account}",
    AWS_ACCESS_KEY_ID: undefined,
  });
  expect(stderr).toMatch(/^dev-iam: the AWS profile team-dev has no credentials: /);
  expect(status).toBe(1);
});

test("its process reports an AWS that cannot be reached in one message, without a stack trace", () => {
  const stderr = "dev-iam: AWS can't be reached: ECONNREFUSED connect ECONNREFUSED 127.0.0.1:1\n";
  expect(command.run(["dev-iam"])).toEqual({ status: 1, stdout: "", stderr });
});
