import { parseEstate } from "../../../config/load";
import { createdMember, estateWith, NO_MASTER, problemsWith } from "../estate-fixture";

describe("the record of created members", () => {
  const file = "config/estate.members.json";
  const record = (...members: string[]) => ({ file, members });
  const unlisted = (name: string) =>
    `accounts.${name} must be listed in ${file}, because it is a created member, got no entry. Run npm run accounts -- --record and commit the file.`;
  const missing = (name: string) =>
    `accounts.${name} must be an account, because ${file} lists it as a member of the organization, got nothing. ` +
    "Restore it under this name, with retired: true if Terraform is to forget the account and leave it unchanged " +
    `(if it was never applied, remove it from ${file} instead).`;
  const changed = (name: string, kind: string) =>
    `accounts.${name} must be a created member or an account that joins, because ${file} lists it, got one of kind ${kind}. ` +
    "Restore it, with retired: true if Terraform is to forget the account.";

  test("lists every created member, with an id or without, retired or not", () => {
    const changes = {
      "accounts.new": createdMember("new@example.com"),
      "accounts.old": createdMember("old@example.com", { retired: true }),
    };
    expect(problemsWith(changes, record("lab", "new", "old"))).toEqual([]);
    expect(problemsWith(changes, record())).toEqual([unlisted("lab"), unlisted("new"), unlisted("old")]);
  });

  test("may list an invited member that joins, which must stay one from then on", () => {
    const joining = { "accounts.lab.membership": "invited", "accounts.lab.joins": true };
    expect(problemsWith(joining, record())).toEqual([]);
    expect(problemsWith(joining, record("lab"))).toEqual([]);
    expect(problemsWith({ ...joining, "accounts.lab.joins": false }, record("lab"))).toEqual([
      changed("lab", "member, invited"),
    ]);
    expect(problemsWith({ "accounts.lab": undefined }, record("lab"))).toEqual([missing("lab")]);
  });

  test("may list a main account that joins, or joined: then Terraform forgets it, and it keeps its stacks", () => {
    expect(problemsWith({ "accounts.dev.joins": true }, record("dev", "lab"))).toEqual([]);
    expect(problemsWith({}, record("dev", "lab"))).toEqual([]);
  });

  test("lists no other accounts", () => {
    expect(problemsWith(NO_MASTER, record())).toEqual([]);
  });

  test("reports a missing member, which Terraform would remove from the organization", () => {
    expect(problemsWith({ "accounts.lab": undefined }, record("lab"))).toEqual([missing("lab")]);
  });

  test("reports a renamed member, which is another account to Terraform", () => {
    const renamed = {
      "accounts.lab": undefined,
      "accounts.laboratory": createdMember("lab@example.com", { id: "333333333333" }),
    };
    expect(problemsWith(renamed, record("lab"))).toEqual([
      missing("lab"),
      `accounts.laboratory must be listed in ${file}, because it is a created member, got no entry. If it is lab with a new name, restore the old one: a created member keeps its name (docs/organization.md).`,
    ]);
  });

  test.each(["constructor", "toString", "__proto__"])(
    "reports a missing member called %s, a property of every JavaScript object",
    (name) => {
      expect(problemsWith({}, record("lab", name))).toEqual([missing(name)]);
    },
  );

  test("accepts a retired member", () => {
    expect(problemsWith({ "accounts.lab.retired": true }, record("lab"))).toEqual([]);
  });

  test("rejects a created member that is now invited", () => {
    expect(problemsWith({ "accounts.lab.membership": "invited" }, record("lab"))).toEqual([
      changed("lab", "member, invited"),
    ]);
  });

  test("a created member that is now a main account is forgotten by Terraform, and keeps its stacks", () => {
    const main = { "accounts.lab.membership": undefined, "accounts.lab.kind": "main" };
    expect(problemsWith(main, record("lab"))).toEqual([]);
    const { organization, accounts } = parseEstate(estateWith(main), "test", record("lab"));
    expect(organization).toMatchObject({ members: [], retired: ["lab"] });
    expect(accounts.map(({ name }) => name)).toContain("lab");
  });

  test("does not check a member whose values were refused", () => {
    expect(problemsWith({ "accounts.lab": null }, record("lab"))).toEqual([
      "accounts.lab must be an account: { kind, id, … }, got null",
    ]);
    for (const [path, value] of [
      ["accounts.lab.kind", "sandbox"],
      ["accounts.lab.membership", "borrowed"],
      ["accounts.lab.membership", undefined],
      ["accounts", null],
    ] as const) {
      expect(problemsWith({ [path]: value, environments: {} }, record("lab"))).toHaveLength(1);
    }
  });

  test("is checked together with everything else", () => {
    expect(problemsWith({ "accounts.lab": undefined, "environments.dev.account": "nobody" }, record("lab"))).toEqual([
      'environments.dev.account must be the name of an account (master, dev), got "nobody"',
      missing("lab"),
    ]);
  });

  test("is optional for a parsed value", () => {
    expect(problemsWith({ "accounts.new": createdMember("new@example.com") })).toEqual([]);
  });
});
