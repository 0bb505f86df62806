import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
  lstatSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { nameOf } from "../../../config/read-estate-file";
import { recordMembers, recordText, fillInIds, joinedMembers } from "../../../tools/accounts/members";
import type { ListedAccount } from "../../../tools/accounts/organization-calls";
import { loadEstate, parseEstate } from "../../../config/load";
import type { Estate } from "../../../config/model";
import { EstateError } from "../../../config/estate-error";
import { estateOf, estateWith, type Changes } from "../../config/estate-fixture";
import { fakeOrganization, inFakeAccounts, listed } from "./support/fake-organization";
import * as accountIds from "../../../config/account-ids";

jest.mock("../../../config/account-ids", () => {
  const actual = jest.requireActual<typeof accountIds>("../../../config/account-ids");
  return { ...actual, withIds: jest.fn(actual.withIds) };
});

describe("recordMembers", () => {
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
  /** In addition to `lab` of the fixture: a waiting, a retired and an invited member. */
  const MORE: Changes = {
    "accounts.desk": { ...lab, id: undefined, email: "desk@example.com" },
    "accounts.attic": { ...lab, id: "444444444444", email: "attic@example.com", retired: true },
    "accounts.guest": { ...lab, id: "555555555555", email: "guest@example.com", membership: "invited" },
  };
  const write = (changes: Changes = {}) => {
    writeFileSync(estate, JSON.stringify(estateWith(changes)));
  };
  const recorded = () => readFileSync(record, "utf8");

  test("lists exactly the created members, sorted, including waiting and retired ones", () => {
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

  test("adds missing names, and returns them", () => {
    write(MORE);
    writeFileSync(record, '["lab"]\n');
    expect(recordMembers(estate).added).toEqual(["attic", "desk"]);
    expect(recorded()).toBe('["attic", "desk", "lab"]\n');
  });

  test("does not rewrite a complete record, in any format", () => {
    write(MORE);
    writeFileSync(record, '["lab",\n"desk","attic"]');
    utimesSync(record, 1000, 1000);
    expect(recordMembers(estate).added).toEqual([]);
    expect(recorded()).toBe('["lab",\n"desk","attic"]');
    expect(statSync(record).mtimeMs).toBe(1_000_000);
  });

  test("adds an invited member that has joined, and keeps it", () => {
    write({ "accounts.lab.membership": "invited", "accounts.lab.joins": true });
    expect(recordMembers(estate).added).toEqual([]);
    expect(recordMembers(estate, ["lab"])).toMatchObject({ added: ["lab"], count: 1 });
    expect(recorded()).toBe('["lab"]\n');
    expect(recordMembers(estate)).toMatchObject({ added: [], count: 1 });
    expect(loadEstate(estate).organization?.members.map(({ name }) => name)).toEqual(["lab"]);
  });

  test("writes no record for an estate without created members", () => {
    write({ "accounts.lab.membership": "invited" });
    expect(recordMembers(estate).added).toEqual([]);
    expect(existsSync(record)).toBe(false);
  });

  test("removes no name: refuses an estate without a recorded member, and adds nothing", () => {
    write();
    writeFileSync(record, '["desk"]\n');
    expect(() => recordMembers(estate)).toThrow(
      /accounts\.desk {2}must be an account, because .*estate\.members\.json lists it as a member of the organization, got nothing/,
    );
    expect(() => recordMembers(estate)).not.toThrow(/accounts\.lab/);
    expect(recorded()).toBe('["desk"]\n');
  });

  test("writes nothing for an invalid estate, or over a record that is not a list", () => {
    write({ "accounts.dev.id": "2222" });
    expect(() => recordMembers(estate)).toThrow(/accounts\.dev\.id +must be 12 digits in quotes, got "2222"/);
    expect(existsSync(record)).toBe(false);
    write();
    writeFileSync(record, "{}");
    expect(() => recordMembers(estate)).toThrow(/must be a JSON list of account names/);
    expect(recorded()).toBe("{}");
  });

  test("has prettier's format for every number of names", async () => {
    const options = await resolveConfig(join(__dirname, "../../../config/example.members.json"));
    expect(options).toMatchObject({ printWidth: 140 });
    const texts = [0, 1, 5, 6, 7, 8, 30].map((count) => {
      const members = Array.from({ length: count }, (_, index) => `member-xxxxxxxx-${String(index)}`);
      expect(JSON.parse(recordText(members))).toEqual(members);
      return recordText(members);
    });
    expect(new Set(texts.map((text) => text.split("\n").length > 2))).toEqual(new Set([false, true]));
    for (const text of texts) expect(await format(text, { ...options, parser: "json" })).toBe(text);
  });
});

describe("fillInIds", () => {
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

  /** Writes an estate file with its record; returns its text. */
  function write(name = "estate.json", changes: Changes = WAITING): { readonly path: string; readonly text: string } {
    const path = join(folder, name);
    const json = JSON.stringify(estateWith(changes), null, 3);
    const text = name.endsWith(".ts") ? `export default ${json};\n` : json;
    writeFileSync(path, text);
    recordMembers(path);
    return { path, text };
  }

  const BOTH = { "account-id-lab": "333333333333", "account-id-desk": "555555555555" };

  test("writes the id of each waiting account, and keeps every other line", () => {
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

  test("writes the known ids, and returns the accounts that still wait", () => {
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
    ["an invalid id", { ...BOTH, "account-id-lab": "3333" }, 'the output account-id-lab must be 12 digits, got "3333"'],
    [
      "the id of a retired account",
      { ...BOTH, "account-id-desk": "444444444444" },
      'the output account-id-desk must be different from the id of attic, got "444444444444"',
    ],
  ])("writes nothing for %s", (_what, outputs, message) => {
    const { path, text } = write();
    expect(() => fillInIds(path, outputs)).toThrow(new Error(`${message}\nNo id was written into ${nameOf(path)}.`));
    expect(readFileSync(path, "utf8")).toBe(text);
  });

  test("reports every wrong output, one per line", () => {
    const { path } = write();
    expect(() => fillInIds(path, { "account-id-lab": 1, "account-id-desk": 2 })).toThrow(
      /^the output account-id-lab .*\nthe output account-id-desk .*\nNo id was written into .*\.$/,
    );
  });

  test("writes nothing if the ids would make the estate invalid", () => {
    const { path, text } = write();
    jest.mocked(accountIds.withIds).mockImplementationOnce((source) => source.replaceAll("444444444444", "4444"));
    expect(() => fillInIds(path, BOTH)).toThrow(
      /the estate is not valid .*\n {2}accounts\.attic\.id +must be 12 digits in quotes, got "4444"/,
    );
    expect(readFileSync(path, "utf8")).toBe(text);
  });

  test("writes nothing without a known id", () => {
    const { path, text } = write();
    expect(fillInIds(path, {})).toMatchObject({ written: false, missing: ["lab", "desk"] });
    expect(readFileSync(path, "utf8")).toBe(text);
  });

  test("reads the file again: keeps an id that a person added meanwhile", () => {
    const { path } = write();
    write("estate.json", { ...WAITING, "accounts.lab.id": "777777777777" });
    expect([...fillInIds(path, BOTH).ids.keys()]).toEqual(["desk"]);
    expect(loadEstate(path).accounts.find(({ name }) => name === "lab")?.id).toBe("777777777777");
  });

  test("only reads a TypeScript file, and returns the ids for a person to add", () => {
    const { path, text } = write("estate.ts");
    const { ids, written } = fillInIds(path, BOTH);
    expect({ ids: [...ids.keys()], written }).toEqual({ ids: ["lab", "desk"], written: false });
    expect(readFileSync(path, "utf8")).toBe(text);
  });

  test("keeps a link to an estate file", () => {
    const { path } = write();
    const link = join(folder, "link.json");
    symlinkSync(path, link);
    writeFileSync(join(folder, "link.members.json"), '["attic", "desk", "lab"]');
    fillInIds(link, BOTH);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(loadEstate(path).waiting).toEqual([]);
  });
});

describe("members that have joined", () => {
  const JOINING: Changes = { "accounts.lab.membership": "invited", "accounts.lab.joins": true };

  /** The members that have joined, where AWS lists these accounts. */
  const joined = (accounts: readonly Partial<ListedAccount>[], estate: Estate = estateOf(JOINING)) =>
    joinedMembers(
      estate,
      inFakeAccounts({
        master: { organizations: fakeOrganization({ ListAccounts: { Accounts: accounts.map(listed) } }).calls },
      }),
    );

  test("are those that AWS lists in the organization", async () => {
    expect(await joined([{ joinedMethod: "INVITED" }])).toEqual(["lab"]);
    expect(await joined([{ id: "444444444444" }])).toEqual([]);
  });

  test("are not asked for if no account joins, or all are recorded", async () => {
    const recorded = parseEstate(estateWith(JOINING), "test", { file: "record", members: ["lab"] });
    for (const estate of [estateOf(), recorded]) expect(await joinedMembers(estate, inFakeAccounts({}))).toEqual([]);
  });

  test("are refused with another name or address in AWS, for which Terraform would replace the account", async () => {
    await expect(joined([{ name: "Jones Lab", email: "root@lab.example.com" }])).rejects.toThrow(
      new Error(
        'accounts.lab.email must be that of the account\'s root user, "root@lab.example.com", got "lab@example.com". Correct it in the estate file.\n' +
          'accounts.lab must be the name of the account 333333333333 in AWS, "Jones Lab", got "lab". Rename it in AWS, with credentials of the account: aws account put-account-name --account-name lab\n' +
          "Nothing was recorded.",
      ),
    );
  });

  test("are refused with the same address in another case, which Terraform would replace too", async () => {
    await expect(joined([{ email: "Lab@example.com" }])).rejects.toThrow("accounts.lab.email");
  });

  test("are refused if they are closed", async () => {
    await expect(joined([{ state: "SUSPENDED" }])).rejects.toThrow("must be an open account, got SUSPENDED");
  });
});
