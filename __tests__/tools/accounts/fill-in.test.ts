import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fillInIds, recordMembers } from "../../../tools/accounts/members";
import * as accountIds from "../../../config/account-ids";
import { loadEstate } from "../../../config/load";
import { estateWith, type Changes } from "../../config/estate-fixture";

jest.mock("../../../config/account-ids", () => {
  const actual = jest.requireActual<typeof accountIds>("../../../config/account-ids");
  return { ...actual, withIds: jest.fn(actual.withIds) };
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "fill-in-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const lab = estateWith().accounts["lab"];
const WAITING: Changes = {
  "accounts.lab.id": undefined,
  "accounts.desk": { ...lab, id: undefined, email: "desk@example.com" },
  "accounts.attic": { ...lab, id: "444444444444", email: "attic@example.com", retired: true },
};

/** An estate file with its record; its text. */
function write(name = "estate.json", changes: Changes = WAITING): { readonly path: string; readonly text: string } {
  const path = join(folder, name);
  const json = JSON.stringify(estateWith(changes), null, 3);
  const text = name.endsWith(".ts") ? `export default ${json};\n` : json;
  writeFileSync(path, text);
  recordMembers(path);
  return { path, text };
}

const BOTH = { "account-id-lab": "333333333333", "account-id-desk": "555555555555" };

test("gives each account that waits its id, and leaves every other line", () => {
  const { path, text } = write();
  expect(fillInIds(path, BOTH)).toMatchObject({ written: true, missing: [] });
  const after = readFileSync(path, "utf8");
  expect(after.split("\n").filter((line) => !/"id": "(3{12}|5{12})"/.test(line))).toEqual(text.split("\n"));
  expect(after.split("\n")).toHaveLength(text.split("\n").length + 2);
  const { waiting, accounts } = loadEstate(path);
  expect(waiting).toEqual([]);
  expect(accounts.filter(({ kind }) => kind === "member").map(({ name, id }) => [name, id])).toEqual([
    ["lab", "333333333333"],
    ["desk", "555555555555"],
  ]);
  expect(readdirSync(folder).sort()).toEqual(["estate.json", "estate.members.json"]);
});

test("gives the ids that are known, and names the accounts that still wait", () => {
  const { path } = write();
  const { ids, missing, written } = fillInIds(path, { "account-id-desk": "555555555555" });
  expect({ ids: [...ids], missing, written }).toEqual({
    ids: [["desk", "555555555555"]],
    missing: ["lab"],
    written: true,
  });
  expect(loadEstate(path).waiting.map(({ account }) => account)).toEqual(["lab"]);
});

test.each([
  [
    "an id that is none",
    { ...BOTH, "account-id-lab": "3333" },
    'the output account-id-lab is "3333", expected 12 digits; nothing was written',
  ],
  [
    "the id of a retired account",
    { ...BOTH, "account-id-desk": "444444444444" },
    'the output account-id-desk is "444444444444", which is the id of attic, expected another; nothing was written',
  ],
])("writes nothing at all for %s", (_what, outputs, message) => {
  const { path, text } = write();
  expect(() => fillInIds(path, outputs)).toThrow(new Error(message));
  expect(readFileSync(path, "utf8")).toBe(text);
});

test("tells every output that is wrong, a line each", () => {
  const { path } = write();
  expect(() => fillInIds(path, { "account-id-lab": 1, "account-id-desk": 2 })).toThrow(
    /^the output account-id-lab .*\nthe output account-id-desk .*written$/,
  );
});

test("writes nothing where the estate would not be valid with the ids", () => {
  const { path, text } = write();
  jest.mocked(accountIds.withIds).mockImplementationOnce((source) => source.replaceAll("444444444444", "4444"));
  expect(() => fillInIds(path, BOTH)).toThrow(/the estate is not valid .*\n {2}accounts\.attic\.id +got "4444"/);
  expect(readFileSync(path, "utf8")).toBe(text);
});

test("writes nothing where there is no id to write", () => {
  const { path, text } = write();
  expect(fillInIds(path, {})).toMatchObject({ written: false, missing: ["lab", "desk"] });
  expect(readFileSync(path, "utf8")).toBe(text);
});

test("reads the file as it is now: an id that a person has put in meanwhile stays", () => {
  const { path } = write();
  write("estate.json", { ...WAITING, "accounts.lab.id": "777777777777" });
  expect([...fillInIds(path, BOTH).ids.keys()]).toEqual(["desk"]);
  expect(loadEstate(path).accounts.find(({ name }) => name === "lab")?.id).toBe("777777777777");
});

test("only reads a TypeScript file, and gives the ids for a person to add", () => {
  const { path, text } = write("estate.ts");
  const { ids, written } = fillInIds(path, BOTH);
  expect({ ids: [...ids.keys()], written }).toEqual({ ids: ["lab", "desk"], written: false });
  expect(readFileSync(path, "utf8")).toBe(text);
});

test("a link to an estate file stays one", () => {
  const { path } = write();
  const link = join(folder, "link.json");
  symlinkSync(path, link);
  writeFileSync(join(folder, "link.members.json"), '["attic", "desk", "lab"]');
  fillInIds(link, BOTH);
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(loadEstate(path).waiting).toEqual([]);
});
