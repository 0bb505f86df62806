import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EstateError } from "../../config/estate-error";
import { loadEstate } from "../../config/load";
import { membersFile, readMembers } from "../../config/members-record";
import { estateWith } from "./estate-fixture";

const EXAMPLE = join(__dirname, "../../config/example.ts");

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "members-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const record = () => join(folder, "estate.members.json");

/**
 * The message with which the minimal estate is refused, its created member recorded or not; nothing if it is accepted.
 */
function refusal(): string {
  const estate = join(folder, "estate.json");
  writeFileSync(estate, JSON.stringify(estateWith()));
  try {
    loadEstate(estate);
    return "";
  } catch (error) {
    if (!(error instanceof EstateError)) throw error;
    return error.message;
  }
}

test.each([
  ["config/estate.ts", "config/estate.members.json"],
  ["estate.json", "estate.members.json"],
  ["/somewhere/my.ts.json", "/somewhere/my.ts.members.json"],
  ["/some.json/estate.ts", "/some.json/estate.members.json"],
])("is next to its estate file: that of %s is %s", (estate, expected) => {
  expect(membersFile(estate)).toBe(expected);
});

test("is read as a list of names", () => {
  writeFileSync(record(), '["lab", "old"]\n');
  expect(readMembers(record(), "its name")).toEqual({ file: "its name", members: ["lab", "old"] });
});

test("may begin with a byte order mark, as an estate may", () => {
  writeFileSync(record(), '\uFEFF["lab"]');
  expect(readMembers(record(), "its name").members).toEqual(["lab"]);
});

test("is empty if there is no file", () => {
  expect(readMembers(record(), "its name")).toEqual({ file: "its name", members: [] });
});

test.each([
  ["is empty", "", '""'],
  ["is cut", '["lab"', '"[\\"lab\\""'],
  ["holds an object", '{ "lab": true }', '{"lab":true}'],
  ["holds a text", '"lab"', '"lab"'],
  ["holds null", "null", "null"],
  ["lists a number", '["lab", 7]', '["lab",7]'],
  ["holds merge conflict markers", "<<<<<<< HEAD\n[]\n>>>>>>> main\n", '"<<<<<<< HEAD\\n[]\\n>>>>>>> main\\n"'],
])("is not read as empty if the file %s", (_what, content, got) => {
  writeFileSync(record(), content);
  expect(() => readMembers(record(), "its name")).toThrow(
    new EstateError("its name", [{ path: "", expected: 'a JSON list of account names such as ["analytics"]', got }]),
  );
});

test("is not read as empty if it cannot be read", () => {
  mkdirSync(record());
  expect(() => readMembers(record(), "its name")).toThrow(EstateError);
});

describe("a loaded estate", () => {
  test("is checked with the record next to it", () => {
    writeFileSync(record(), '["lab"]');
    expect(refusal()).toBe("");
  });

  test("is refused if the record does not list its created member, with the command that adds it", () => {
    expect(refusal()).toBe(
      `the estate is not valid (${join(folder, "estate.json")}):\n  accounts.lab  must be listed in ${record()}, because it is a created member, got no entry. ` +
        "Run npm run accounts -- --record and commit the file.",
    );
  });

  test("is refused if the record lists a member that it does not have", () => {
    writeFileSync(record(), '["lab", "old"]');
    expect(refusal()).toContain(
      `\n  accounts.old  must be an account, because ${record()} lists it as a member of the organization, got nothing. Restore it`,
    );
  });

  test("is refused if its record is damaged", () => {
    writeFileSync(record(), "[");
    expect(refusal()).toContain(`the estate is not valid (${record()}):`);
  });
});

test("the example's record lists its created members", () => {
  const created = loadEstate(EXAMPLE).accounts.filter(({ membership }) => membership === "created");
  expect([...readMembers(membersFile(EXAMPLE), "it").members].sort()).toEqual(created.map(({ name }) => name).sort());
});
