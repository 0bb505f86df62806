import type { Cell, Matrix } from "../../../../tools/access/decide/matrix";
import { matrixText } from "../../../../tools/access/output/matrix-text";
import { accountsNamed } from "./graphs";

const accounts = accountsNamed("dev", "ci");
const [DEV, CI] = ["111111111111", "222222222222"] as const;
const capabilities = [
  { id: "see-machines", label: "see machines", action: "ec2:DescribeInstances" },
  { id: "read-objects", label: "read objects", action: "s3:GetObject" },
  { id: "stop-databases", label: "stop databases", action: "rds:StopDBInstance" },
];

function matrixFor(rows: Readonly<Record<string, Readonly<Record<string, Cell>>>>): Matrix {
  return {
    capabilities,
    rows: Object.entries(rows).map(([key, cells]) => ({ arn: `arn:aws:iam::${key.replace("/", ":role/")}`, cells })),
  };
}

/** The row of a capability, as cells by column. */
function cells(text: string, words: string): string[] {
  const line =
    text.split("\n").find((each) => each.trimStart().startsWith(words) && /(yes|some|if|·)$/.test(each)) ?? "";
  return line.trimStart().slice(words.length).trim().split(/ +/);
}

const yes: Cell = { answer: "yes" };

test("has a row for a capability and a column for each who may do something", () => {
  const text = matrixText(
    matrixFor({ [`${DEV}/a`]: { "see-machines": yes, "read-objects": yes }, [`${DEV}/b`]: { "see-machines": yes } }),
    accounts,
  );
  expect(text).toContain("  1  a in dev\n  2  b in dev\n");
  expect(cells(text, "see machines")).toEqual(["yes", "yes"]);
  expect(cells(text, "read objects")).toEqual(["yes", "·"]);
  expect(cells(text, "stop databases")).toEqual([""]);
});

test("says those of one name who may do the same in several accounts once, whatever bucket names hold", () => {
  const on = (id: string) => ({ "read-objects": { answer: "yes" as const, on: [`arn:aws:s3:::${id}-logs/*`] } });
  const text = matrixText(matrixFor({ [`${DEV}/a`]: on(DEV), [`${CI}/a`]: on(CI) }), accounts);
  expect(text).toContain("  1  a in dev, ci\n       read objects on <account>-logs/*\n");
  expect(cells(text, "read objects")).toEqual(["some"]);
});

test("tells accounts apart in which the same name may do something else", () => {
  const text = matrixText(
    matrixFor({ [`${DEV}/a`]: { "see-machines": yes }, [`${CI}/a`]: { "see-machines": yes, "read-objects": yes } }),
    accounts,
  );
  expect(text).toContain("  1  a in ci\n  2  a in dev\n");
});

test("says the condition and the resources of what is not plainly allowed", () => {
  const stop: Cell = {
    answer: "if",
    on: [`arn:aws:rds:eu-west-1:${DEV}:db:x`, `arn:aws:rds:eu-west-1:${CI}:db:y`],
    condition: "if MFA",
  };
  const text = matrixText(matrixFor({ [`${DEV}/a`]: { "stop-databases": stop } }), accounts);
  expect(text).toContain("       stop databases on db:x, db:y in ci if MFA\n");
  expect(cells(text, "stop databases")).toEqual(["if"]);
});

test("names who may do nothing that is asked for", () => {
  expect(matrixText(matrixFor({ [`${DEV}/a`]: {}, [`${CI}/a`]: {} }), accounts)).toContain(
    "  -  a in dev, ci: nothing of what is asked for here",
  );
});

test("makes as many tables as the width asks for", () => {
  const names = Array.from({ length: 30 }, (_, index) => `r${String(index).padStart(2, "0")}`);
  const distinctCells = (index: number) => ({
    "read-objects": { answer: "yes" as const, on: [`arn:aws:s3:::b${String(index)}/*`] },
  });
  const matrix = matrixFor(Object.fromEntries(names.map((name, index) => [`${DEV}/${name}`, distinctCells(index)])));
  const text = matrixText(matrix, accounts, { columns: 80 });
  expect(Math.max(...text.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(80);
  expect(text.split("\n").filter((line) => line.startsWith("may "))).toHaveLength(3);
  const numbers = text
    .split("\n")
    .filter((line) => line.startsWith("may "))
    .flatMap((line) => line.slice(4).trim().split(/ +/));
  expect(numbers.map(Number)).toEqual(names.map((_, index) => index + 1));
});

test("is the same whatever the order of its rows", () => {
  const matrix = matrixFor({
    [`${DEV}/a`]: { "see-machines": yes },
    [`${CI}/a`]: { "see-machines": yes },
    [`${CI}/b`]: { "read-objects": yes },
  });
  expect(matrixText({ ...matrix, rows: matrix.rows.toReversed() }, accounts.toReversed())).toBe(
    matrixText(matrix, accounts),
  );
});
