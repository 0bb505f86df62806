import { findIds, idLines, withIds } from "../../config/account-ids";

const KNOWN = new Map(Object.entries({ master: "111111111111", "old-lab": "999999999999" }));

describe("findIds", () => {
  const found = (outputs: Record<string, unknown>, waiting = ["lab"]) => findIds(waiting, KNOWN, outputs);

  test("finds each waiting account's id in its output, and ignores other outputs", () => {
    const outputs = {
      "account-id-lab": "333333333333",
      "account-id-labs": "444444444444",
      "account-id-desk": "555555555555",
    };
    const { ids, missing, wrong } = found(outputs, ["lab", "desk"]);
    expect([...ids]).toEqual([
      ["lab", "333333333333"],
      ["desk", "555555555555"],
    ]);
    expect([missing, wrong]).toEqual([[], []]);
  });

  test("lists the accounts without an output, and finds the others", () => {
    const { ids, missing } = found({ "account-id-lab": "333333333333" }, ["desk", "lab", "constructor"]);
    expect([...ids.keys()]).toEqual(["lab"]);
    expect(missing).toEqual(["desk", "constructor"]);
  });

  test.each([
    ["11 digits", "33333333333", '12 digits, got "33333333333"'],
    ["13 digits", "3333333333333", '12 digits, got "3333333333333"'],
    ["a line break after 12", "333333333333\n", '12 digits, got "333333333333\\n"'],
    ["a number", 333333333333, "12 digits, got 333333333333"],
    ["null", null, "12 digits, got null"],
    ["an object", { id: "333333333333" }, '12 digits, got {"id":"333333333333"}'],
    ["the id of another account", "111111111111", 'different from the id of master, got "111111111111"'],
    ["the id of a retired account", "999999999999", 'different from the id of old-lab, got "999999999999"'],
  ])("refuses %s", (_what, id, problem) => {
    expect(found({ "account-id-lab": id })).toEqual({
      ids: new Map(),
      missing: [],
      wrong: [`the output account-id-lab must be ${problem}`],
    });
  });

  test("refuses the same id for two waiting accounts", () => {
    const { wrong } = found({ "account-id-lab": "333333333333", "account-id-desk": "333333333333" }, ["lab", "desk"]);
    expect(wrong).toEqual(['the output account-id-desk must be different from the id of lab, got "333333333333"']);
  });
});

describe("withIds", () => {
  const LAB = new Map([["lab", "333333333333"]]);

  test.each([
    [
      "two spaces",
      '{\n  "accounts": {\n    "lab": {\n      "kind": "member",\n      "membership": "created",\n      "email": "a@b.c"\n    }\n  }\n}\n',
      '{\n  "accounts": {\n    "lab": {\n      "kind": "member",\n      "membership": "created",\n      "id": "333333333333",\n      "email": "a@b.c"\n    }\n  }\n}\n',
    ],
    [
      "tabs and CRLF, membership last",
      '{\r\n\t"accounts": {\r\n\t\t"lab": {\r\n\t\t\t"kind": "member",\r\n\t\t\t"membership": "created"\r\n\t\t}\r\n\t}\r\n}',
      '{\r\n\t"accounts": {\r\n\t\t"lab": {\r\n\t\t\t"kind": "member",\r\n\t\t\t"membership": "created",\r\n\t\t\t"id": "333333333333"\r\n\t\t}\r\n\t}\r\n}',
    ],
    [
      "one line",
      '{ "accounts": { "lab": { "kind": "member", "membership" : "created", "email": "a@b.c" } } }',
      '{ "accounts": { "lab": { "kind": "member", "membership" : "created", "id" : "333333333333", "email": "a@b.c" } } }',
    ],
    [
      "no space at all",
      '{"accounts":{"lab":{"membership":"created","kind":"member"}}}',
      '{"accounts":{"lab":{"membership":"created","id":"333333333333","kind":"member"}}}',
    ],
    [
      "a byte order mark, and whatever spaces elsewhere",
      '\uFEFF{"x":  [1,2 ],\n"accounts": {"lab"\n:{ "kind":"member","membership":"created"} }   }\n\n\n',
      '\uFEFF{"x":  [1,2 ],\n"accounts": {"lab"\n:{ "kind":"member","membership":"created","id":"333333333333"} }   }\n\n\n',
    ],
    [
      "the same names elsewhere, and an escape in the account's",
      '{"environments":{"lab":{"membership":"created"}},"accounts":{"l\\u0061b":{"membership":"created"}}}',
      '{"environments":{"lab":{"membership":"created"}},"accounts":{"l\\u0061b":{"membership":"created","id":"333333333333"}}}',
    ],
  ])("adds a line like the others and leaves every other byte: %s", (_what, source, expected) => {
    expect(withIds(source, LAB)).toBe(expected);
  });

  test("adds several at once, in any order", () => {
    const source = '{"accounts":{"desk":{"membership":"created"},"lab":{"membership":"created"}}}';
    expect(JSON.parse(withIds(source, new Map([...LAB, ["desk", "444444444444"]])))).toEqual({
      accounts: {
        desk: { membership: "created", id: "444444444444" },
        lab: { membership: "created", id: "333333333333" },
      },
    });
  });

  test("does not change an account that has an id", () => {
    const source = '{"accounts":{"lab":{"id":"444444444444","membership":"created"}}}';
    expect(withIds(source, LAB)).toBe(source);
  });

  test.each(["{}", '{"accounts":{"desk":{"membership":"created"}}}', '{"accounts":{"lab":{}}}', ""])(
    "is not for %s",
    (source) => {
      expect(() => withIds(source, LAB)).toThrow(new Error("accounts.lab.membership must be given, got nothing"));
    },
  );
});

test("idLines are the lines to add, the names in a column", () => {
  const ids = new Map(Object.entries({ lab: "333333333333", "dev-analytics": "444444444444" }));
  expect(idLines(ids)).toEqual(['lab            id: "333333333333",', 'dev-analytics  id: "444444444444",']);
});
