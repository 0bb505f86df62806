import { SECRETS } from "../support/secrets";
import fc from "fast-check";
import { EstateError, formatValue } from "../../config/estate-error";
import { exitOnUserError, UserError } from "../../config/user-error";

test("lists every problem on a line of its own, paths in a column", () => {
  const error = new EstateError("estate.json", [
    { path: "solution", expected: "a name", got: "nothing", remedy: "Choose one" },
    { path: "accounts.dev.id", expected: "12 digits", got: '"1"' },
  ]);
  expect(error.message).toBe(
    [
      "the estate is not valid (estate.json):",
      "  solution         must be a name, got nothing. Choose one.",
      '  accounts.dev.id  must be 12 digits, got "1"',
    ].join("\n"),
  );
});

test("calls a problem without a path one of the file", () => {
  expect(new EstateError("estate.json", [{ path: "", expected: "an existing file", got: "no file" }]).message).toBe(
    "the estate is not valid (estate.json):\n  the file  must be an existing file, got no file",
  );
});

const circle: Record<string, unknown> = {};
circle["self"] = circle;

test.each([
  ["a text", "10.0.0.0/20", '"10.0.0.0/20"'],
  ["nothing", undefined, "nothing"],
  ["null", null, "null"],
  ["a list", [1, "a"], '[1,"a"]'],
  ["a number that JSON lacks", Number.NaN, "NaN"],
  ["a big integer", 222222222222n, "222222222222"],
  ["a function", () => 1, "no JSON: function"],
  ["a symbol", Symbol("a"), "no JSON: a"],
  ["a circle", circle, "a value that JSON cannot hold"],
  ["an object that gives no JSON", { toJSON: () => undefined }, "no JSON: object"],
  ["a long text, cut", "x".repeat(100), `"${"x".repeat(76)}…`],
])("shows %s", (_what, value, expected) => {
  expect(formatValue(value)).toBe(expected);
});

test("shows each problem in one line, with its long parts cut, whatever a key holds", () => {
  const lines = new EstateError("a\u001b[2Jb", [
    { path: "a\nthe estate is valid\u202e", expected: "x\r", got: "\u200b", remedy: "Run\u0007" },
    { path: "k".repeat(100_000), expected: "e".repeat(100_000), got: "g".repeat(100_000) },
  ]).message.split("\n");
  expect(lines[0]).toBe("the estate is not valid (a\\u001b[2Jb):");
  expect(lines[1]).toMatch(/^ {2}a\\u000athe estate is valid\\u202e +must be x\\u000d, got \\u200b\. Run\\u0007\.$/);
  expect(lines[2]).toMatch(/^ {2}k{199}… {2}must be e{499}…, got g{499}…$/);
  expect(lines).toHaveLength(3);
});

test("lists the first thousand problems, and counts the others", () => {
  const problem = { path: "a", expected: "b", got: "c" };
  const lines = new EstateError(
    "estate.json",
    Array.from({ length: 1002 }, () => problem),
  ).message.split("\n");
  expect(lines.slice(-2)).toEqual(["  a  must be b, got c", "  and 2 more problems"]);
  expect(lines).toHaveLength(1002);
});

describe("a program's end", () => {
  let lines: unknown[] = [];
  let exitCode: typeof process.exitCode;
  beforeEach(() => {
    lines = [];
    exitCode = process.exitCode;
    jest.spyOn(console, "error").mockImplementation((line) => void lines.push(line));
  });
  afterEach(() => {
    process.exitCode = exitCode;
    jest.restoreAllMocks();
  });

  test.each([
    [
      "at once",
      () => {
        throw new UserError("fix this");
      },
    ],
    ["later", () => Promise.reject(new UserError("fix this"))],
  ])("prints only the message of a user error that is thrown %s, and sets exit code 1", async (_, program) => {
    await exitOnUserError(program);
    expect(lines).toEqual(["fix this"]);
    expect(process.exitCode).toBe(1);
  });

  test("rethrows any other error with its stack", async () => {
    const fault = new TypeError("defect");
    const program = () => {
      throw fault;
    };
    await expect(exitOnUserError(program)).rejects.toBe(fault);
    expect(lines).toEqual([]);
  });

  test("prints nothing on success", async () => {
    await exitOnUserError(() => undefined);
    expect(lines).toEqual([]);
    expect(process.exitCode).toBe(exitCode);
  });
});

test.each(Object.keys(SECRETS))("quotes no value that looks like a secret, not even a part of it: %s", (kind) => {
  fc.assert(
    fc.property(SECRETS[kind] ?? fc.constant(undefined as never), fc.nat({ max: 70 }), ({ text, secrets }, before) => {
      const got = formatValue(`${"x ".repeat(before / 2)}${text}`);
      const { message } = new EstateError("estate.json", [
        { path: "a", expected: "a name", got, remedy: `Not ${text}` },
      ]);
      for (const secret of secrets) expect(message).not.toContain(secret.slice(0, 12));
    }),
    { numRuns: 10 },
  );
});
