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
])("lies beside its estate: that of %s is %s", (estate, expected) => {
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

test("is empty where there is no file", () => {
  expect(readMembers(record(), "its name")).toEqual({ file: "its name", members: [] });
});

test.each([
  ["is empty", ""],
  ["is cut", '["lab"'],
  ["holds an object", '{ "lab": true }'],
  ["holds a text", '"lab"'],
  ["holds null", "null"],
  ["lists something that is no name", '["lab", 7]'],
  ["holds what a merge left", '<<<<<<< HEAD\n["lab"]\n=======\n["old"]\n>>>>>>> main\n'],
])("is not taken for empty where the file %s", (_what, content) => {
  writeFileSync(record(), content);
  expect(() => readMembers(record(), "its name")).toThrow(
    new EstateError("its name", [
      { path: "", text: 'expected a list of the names of accounts, such as ["analytics"]' },
    ]),
  );
});

test("is not taken for empty where it cannot be read", () => {
  mkdirSync(record());
  expect(() => readMembers(record(), "its name")).toThrow(EstateError);
});

describe("an estate that is loaded", () => {
  test("is checked with the record beside it", () => {
    writeFileSync(record(), '["lab"]');
    expect(refusal()).toBe("");
  });

  test("is refused where its created member is in no record, and told where it belongs", () => {
    expect(refusal()).toBe(
      `the estate is not valid (${join(folder, "estate.json")}):\n  accounts.lab  is a created member that ${record()} does not list; ` +
        "`npm run accounts -- --record` adds it, and commit the file",
    );
  });

  test("is refused where the record lists one that it does not have", () => {
    writeFileSync(record(), '["lab", "old"]');
    expect(refusal()).toContain(
      `\n  accounts.old  is gone, but ${record()} lists it as a created member, expected it under this name`,
    );
  });

  test("is refused where its record is damaged", () => {
    writeFileSync(record(), "[");
    expect(refusal()).toContain(`the estate is not valid (${record()}):`);
  });
});

test("the example has its own, with the created members that it has", () => {
  const created = loadEstate(EXAMPLE).accounts.filter(({ membership }) => membership === "created");
  expect([...readMembers(membersFile(EXAMPLE), "it").members].sort()).toEqual(created.map(({ name }) => name).sort());
});
