import fc from "fast-check";
import { Names } from "../../../../tools/access/output/names";
import {
  accountsIn,
  cellText,
  type FoldedRow,
  foldedRows,
  type RowCell,
  rowTexts,
} from "../../../../tools/access/output/rows";
import { accountsNamed } from "./graphs";
import { roleWith } from "./principals";

const accounts = accountsNamed("dev", "ci", "prod", "dev-analytics");
const principals = ["dev", "ci"].map((environment) => roleWith("111111111111", environment, [], { environment }));
const names = new Names({ accounts, principals }, { actors: [] });

const texts = (...rows: readonly (readonly [string, ...RowCell[]])[]) =>
  foldedRows(rows, names).map((row) => rowTexts(row, names));

test("lists the accounts of rows that differ only in the account, in the order of the accounts", () => {
  expect(texts(["Admin", ["prod"], "MFA"], ["Admin", ["dev"], "MFA"])).toEqual([["Admin", "dev, prod", "MFA"]]);
});

test("prints all accounts only if the row has all of them", () => {
  const rows = accounts.map(({ name }): [string, ...RowCell[]] => ["Admin", [name]]);
  expect(texts(...rows)).toEqual([["Admin", "all 4 accounts"]]);
  expect(texts(...rows.slice(1))).toEqual([["Admin", "ci, prod, dev-analytics"]]);
});

test("writes a placeholder for the one name in which rows differ, and lists the names", () => {
  expect(texts(["dev-app", ["dev"], "as dev-app"], ["ci-app", ["ci"], "as ci-app"])).toEqual([
    ["<env>-app (<env>: dev, ci)", "<env>", "as <env>-app"],
  ]);
  expect(texts(["job dev", ["dev"]], ["job dev-analytics", ["dev-analytics"]])).toEqual([
    ["job <account> (<account>: dev, dev-analytics)", "<account>"],
  ]);
});

test("does not merge rows that differ in more than one name", () => {
  expect(texts(["dev-app", ["dev"]], ["ci-app", ["prod"]])).toEqual([
    ["dev-app", "dev"],
    ["ci-app", "prod"],
  ]);
});

test("joins the first cells of rows with equal other cells", () => {
  expect(texts(["a", ["dev"], "x"], ["b", ["dev"], "x"], ["c", ["dev"], "y"])).toEqual([
    ["a, b", "dev", "x"],
    ["c", "dev", "y"],
  ]);
});

test("does not take a name inside a longer word for the name of an environment", () => {
  expect(texts(["device-app", ["prod"]], ["cice-app", ["prod"]])).toEqual([["device-app, cice-app", "prod"]]);
});

/** All rows that a folded row merges. */
function expanded(row: FoldedRow): string[] {
  const values = row.values.length === 0 ? [""] : row.values;
  return values.flatMap((value) => {
    const single = { ...row, values: value === "" ? [] : [value] };
    const resolve = (text: string) => cellText(text, single, names).replaceAll(/<env>|<account>/g, value);
    const [who, inAccounts = []] = row.others;
    return row.firsts.flatMap((first) =>
      accountsIn([inAccounts].flat(), single, names).map((account) =>
        JSON.stringify([resolve(first), resolve(String(who)), account]),
      ),
    );
  });
}

test("folded rows contain exactly the original rows, for any rows", () => {
  const name = fc.constantFrom("dev", "ci", "prod", "dev-analytics");
  const text = fc.oneof(
    name,
    fc.tuple(name, name).map((pair) => pair.join(" and ")),
    fc.constant("x"),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text, name), { minLength: 1, maxLength: 12 }), (rows) => {
      const folded = foldedRows(
        rows.map(([first, who, account]): [string, ...RowCell[]] => [first, who, [account]]),
        names,
      );
      expect([...new Set(folded.flatMap(expanded))].sort()).toEqual(
        [...new Set(rows.map((row) => JSON.stringify(row)))].sort(),
      );
    }),
  );
});
