import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { recordMembers, recordText } from "../../../tools/accounts/members";
import { loadEstate } from "../../../config/load";
import { EstateError } from "../../../config/estate-error";
import { estateWith, type Changes } from "../../config/estate-fixture";

let folder: string;
let estate: string;
let record: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "record-"));
  [estate, record] = [join(folder, "estate.json"), join(folder, "estate.members.json")];
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const lab = estateWith().accounts["lab"];
/** Beside `lab` of the fixture: one that waits, one that is retired, and one that was invited. */
const MORE: Changes = {
  "accounts.desk": { ...lab, id: undefined, email: "desk@example.com" },
  "accounts.attic": { ...lab, id: "444444444444", email: "attic@example.com", retired: true },
  "accounts.guest": { ...lab, id: "555555555555", email: "guest@example.com", membership: "invited" },
};
const write = (changes: Changes = {}) => {
  writeFileSync(estate, JSON.stringify(estateWith(changes)));
};
const recorded = () => readFileSync(record, "utf8");

test("lists every created member, sorted: one that waits and one that is retired too, and no other account", () => {
  write(MORE);
  expect(() => loadEstate(estate)).toThrow(EstateError);
  expect(recordMembers(estate)).toMatchObject({
    file: record,
    added: ["attic", "desk", "lab"],
    estate: { solution: "demo" },
  });
  expect(recorded()).toBe('["attic", "desk", "lab"]\n');
  expect(loadEstate(estate).waiting.map(({ account }) => account)).toEqual(["desk"]);
  expect(readdirSync(folder).sort()).toEqual(["estate.json", "estate.members.json"]);
});

test("adds to what is listed, and says what it added", () => {
  write(MORE);
  writeFileSync(record, '["lab"]\n');
  expect(recordMembers(estate).added).toEqual(["attic", "desk"]);
  expect(recorded()).toBe('["attic", "desk", "lab"]\n');
});

test("does not touch a record that lacks nobody, however it is written", () => {
  write(MORE);
  writeFileSync(record, '["lab",\n"desk","attic"]');
  utimesSync(record, 1000, 1000);
  expect(recordMembers(estate).added).toEqual([]);
  expect(recorded()).toBe('["lab",\n"desk","attic"]');
  expect(statSync(record).mtimeMs).toBe(1_000_000);
});

test("writes none for an estate that has no created member", () => {
  write({ "accounts.lab.membership": "invited" });
  expect(recordMembers(estate).added).toEqual([]);
  expect(existsSync(record)).toBe(false);
});

test("takes no name out: a member that is gone is refused as everywhere, and nothing is added", () => {
  write();
  writeFileSync(record, '["desk"]\n');
  expect(() => recordMembers(estate)).toThrow(
    /accounts\.desk {2}is gone, but .*estate\.members\.json lists it as a created member/,
  );
  expect(() => recordMembers(estate)).not.toThrow(/accounts\.lab/);
  expect(recorded()).toBe('["desk"]\n');
});

test("writes nothing for an estate that is not valid, or over a record that is no list", () => {
  write({ "accounts.dev.id": "2222" });
  expect(() => recordMembers(estate)).toThrow(/accounts\.dev\.id +got "2222"/);
  expect(existsSync(record)).toBe(false);
  write();
  writeFileSync(record, "{}");
  expect(() => recordMembers(estate)).toThrow(/expected a list of the names of accounts/);
  expect(recorded()).toBe("{}");
});

test("is written as prettier writes it, however many names there are", () => {
  const files = [0, 1, 5, 6, 7, 8, 30].map((count) => {
    const members = Array.from({ length: count }, (_, index) => `member-xxxxxxxx-${String(index)}`);
    writeFileSync(join(folder, `${count}.json`), recordText(members));
    expect(JSON.parse(recordText(members))).toEqual(members);
    return join(folder, `${count}.json`);
  });
  expect(new Set(files.map((file) => readFileSync(file, "utf8").split("\n").length > 2))).toEqual(
    new Set([false, true]),
  );
  const prettier = [
    require.resolve("prettier/bin/prettier.cjs"),
    "--check",
    "--config",
    join(__dirname, "../../../.prettierrc.json"),
  ];
  expect(spawnSync(process.execPath, [...prettier, ...files], { encoding: "utf8" })).toMatchObject({
    status: 0,
    stderr: "",
  });
});
