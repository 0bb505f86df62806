import { StackCommand } from "./support/stack-command";

const command = new StackCommand("tools/cli/unlock.ts");
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
  [["dev-iam"], "dev-iam: AWS can't be reached: ECONNREFUSED connect ECONNREFUSED 127.0.0.1:1\n"],
])("refuses %j in one message", (args, says) => {
  expect(command.run(args)).toEqual({ status: 1, stdout: "", stderr: says });
});

test("takes the profile from ESTATE_PROFILE, with the account's name in it", () => {
  const { status, stderr } = command.run(["dev-iam"], {
    ESTATE_PROFILE: "team-{account}",
    AWS_ACCESS_KEY_ID: undefined,
  });
  expect(stderr).toMatch(/^dev-iam: the AWS profile team-dev has no credentials: /);
  expect(status).toBe(1);
});
