import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CONTROLS, idsText, LIST_DATE, numbersText, ruleOf } from "../../../tools/controls/list";
import { baselinePage } from "../../../tools/controls/output";

const PAGE = readFileSync(join(__dirname, "../../../docs/baseline.md"), "utf8");

test("every control has a key and numbers of its own, and says what it asks and what keeps it", () => {
  expect(CONTROLS.length).toBeGreaterThan(90);
  const repeated = (all: readonly string[]) => all.filter((each, index) => all.indexOf(each) !== index);
  for (const numbers of ["ids", "cis5", "cis7"] as const)
    expect(repeated(CONTROLS.flatMap((control) => control[numbers]))).toEqual([]);
  expect(repeated(CONTROLS.map(({ key }) => key))).toEqual([]);
  for (const { asks, keptBy, ids, cis5, cis7 } of CONTROLS) {
    expect(asks.length).toBeGreaterThan(3);
    expect(keptBy.length).toBeGreaterThan(5);
    expect(ids.length + cis5.length + cis7.length).toBeGreaterThan(0);
  }
});

test("what the project accepts has a date, and a reason or a sentence of a document", () => {
  const accepted = CONTROLS.flatMap((control) => control.accepted);
  expect(accepted.length).toBeGreaterThan(20);
  for (const { date, reason, document, sentence } of accepted) {
    expect(date <= LIST_DATE && /^\d{4}-\d\d-\d\d$/.test(date)).toBe(true);
    expect(reason !== undefined).not.toBe(document !== undefined && sentence !== undefined);
  }
});

test("the documents accept a single zone, no group, Admin and s3:*", () => {
  const sentences = (key: string) =>
    CONTROLS.filter((control) => control.key === key)
      .flatMap(({ accepted }) => accepted)
      .map(({ sentence = "" }) => sentence)
      .join("\n");
  expect(sentences("RDS.5")).toContain("Single zone");
  expect(sentences("IAM.2")).toContain("an IAM group is not used");
  expect(sentences("CIS 1.15")).toContain("The `Admin` role grants full IAM access to an account.");
  expect(sentences("IAM.21")).toContain('"s3:*"');
});

test("every file that keeps a control exists", () => {
  const files = CONTROLS.flatMap(({ keptBy }) =>
    [...keptBy.matchAll(/`((?:modules|docs)\/[\w/.-]+)`/g)].map(([, file = ""]) => file),
  );
  expect(files.length).toBeGreaterThan(30);
  for (const file of files)
    expect(() => readFileSync(join(__dirname, "../../..", file.replace(/\/$/, "/role.ts")))).not.toThrow();
});

test("docs/baseline.md has the table of the list, and a page without it gets one", () => {
  expect(baselinePage(PAGE)).toBe(PAGE);
  const changed = PAGE.replace("| strong passwords |", "| weak passwords |");
  expect(changed).not.toBe(PAGE);
  expect(baselinePage(changed)).toBe(PAGE);
});

test("ids and numbers are short texts", () => {
  expect(numbersText(["4.1", "4.2", "4.4", "4.5", "4.6", "5.1"])).toBe("4.1, 4.2, 4.4 to 4.6, 5.1");
  expect(numbersText([])).toBe("");
  const control = { key: "", asks: "", keptBy: "", accepted: [] };
  expect(idsText({ ...control, ids: ["S3.5"], cis5: ["2.1.1"], cis7: ["3.1.1"] })).toBe(
    "S3.5 (CIS 2.1.1; CIS 7.0.0: 3.1.1)",
  );
  expect(idsText({ ...control, ids: ["S3.9"], cis5: [], cis7: [] })).toBe("S3.9");
  expect(idsText({ ...control, ids: [], cis5: [], cis7: ["2.1.1"] })).toBe("CIS 7.0.0: 2.1.1");
});

test("a law cannot ask a rule that does not exist", () => {
  expect(() => ruleOf("S3.99")).toThrow("there is no rule S3.99");
});
