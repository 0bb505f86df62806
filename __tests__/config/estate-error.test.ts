import { EstateError, formatValue } from "../../config/estate-error";
import { exitOnUserError, UserError } from "../../config/user-error";

test("lists every problem on a line of its own, paths in a column", () => {
  const error = new EstateError("estate.json", [
    { path: "solution", text: "is missing" },
    { path: "accounts.dev.id", text: 'got "1", expected 12 digits' },
  ]);
  expect(error.message).toBe(
    [
      "the estate is not valid (estate.json):",
      "  solution         is missing",
      '  accounts.dev.id  got "1", expected 12 digits',
    ].join("\n"),
  );
});

test("leaves no empty column where the problem is the file itself", () => {
  expect(new EstateError("estate.json", [{ path: "", text: "there is no such file" }]).message).toBe(
    "the estate is not valid (estate.json):\n  there is no such file",
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
  ["a symbol", Symbol("a"), "no JSON: symbol"],
  ["a circle", circle, "a value that JSON cannot hold"],
  ["an object that gives no JSON", { toJSON: () => undefined }, "no JSON: object"],
  ["a long text, cut", "x".repeat(100), `"${"x".repeat(76)}…`],
])("shows %s", (_what, value, expected) => {
  expect(formatValue(value)).toBe(expected);
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

  test("tells what a person can mend by its message alone, and sets exit code 1", () => {
    exitOnUserError(() => {
      throw new UserError("mend this");
    });
    expect(lines).toEqual(["mend this"]);
    expect(process.exitCode).toBe(1);
  });

  test("throws a fault of ours on, with its stack", () => {
    const fault = new TypeError("ours");
    expect(() => {
      exitOnUserError(() => {
        throw fault;
      });
    }).toThrow(fault);
    expect(lines).toEqual([]);
  });

  test("says nothing where all went well", () => {
    exitOnUserError(() => undefined);
    expect(lines).toEqual([]);
    expect(process.exitCode).toBe(exitCode);
  });
});
