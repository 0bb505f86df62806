import { PassThrough } from "node:stream";
import { confirm } from "../../../tools/cli/confirm";

/** A terminal with typed input. */
function terminal() {
  const input = Object.assign(new PassThrough(), { isTTY: true });
  const output = Object.assign(new PassThrough(), { isTTY: true });
  return { input, output, expected: "dev-iam", option: "--yes version-1" };
}

const refused = "nothing was changed: not confirmed";

test("asks for the name of what is changed, and continues if it is typed", async () => {
  const asked = terminal();
  asked.input.write("dev-iam \n");
  await expect(confirm(asked)).resolves.toBeUndefined();
  expect(String(asked.output.read())).toContain("type dev-iam to continue: ");
});

test.each(["y\n", "yes\n", "\n", "dev-iamx\n", "DEV-IAM\n"])("does not continue if %j is typed", async (typed) => {
  const asked = terminal();
  asked.input.write(typed);
  await expect(confirm(asked)).rejects.toThrow(refused);
});

test.each([
  ["Ctrl-C", "\u0003"],
  ["Ctrl-D", "\u0004"],
])("does not continue after %s", async (_what, typed) => {
  const asked = terminal();
  asked.input.write(typed);
  await expect(confirm(asked)).rejects.toThrow(refused);
});

test("does not continue if the terminal closes or the command is interrupted", async () => {
  const gone = terminal();
  gone.input.end();
  await expect(confirm(gone)).rejects.toThrow(refused);
  await expect(confirm({ ...terminal(), signal: AbortSignal.abort() })).rejects.toThrow(refused);
  const controller = new AbortController();
  const later = confirm({ ...terminal(), signal: controller.signal });
  controller.abort();
  await expect(later).rejects.toThrow(refused);
});

test.each(["input", "output"] as const)(
  "without a terminal as %s it refuses, and names the option that confirms",
  async (stream) => {
    const asked = { ...terminal(), [stream]: Object.assign(new PassThrough(), { isTTY: undefined }) };
    await expect(confirm(asked)).rejects.toThrow(
      "nothing was changed: confirmation needs a terminal. To confirm without one, use --yes version-1.",
    );
  },
);
