import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import prettier from "prettier";
import { EXAMPLE_ESTATE } from "../../../config/load";
import { acceptancesFile, readAcceptances, writeAcceptances } from "../../../tools/controls/acceptances";
import { decideControls, newFailures } from "../../../tools/controls/decide";
import { example } from "../../support/estates";
import { synthesize } from "../../support/synthesize";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "acceptances-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const entry = { control: "EC2.6", resources: ["dev-network *"], reason: "it costs", date: "2026-11-30" };
const read = (content: unknown) => {
  const file = join(folder, "estate.controls.json");
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  return readAcceptances(file, "estate.controls.json");
};

test("the example accepts exactly what it does not keep", () => {
  const accepted = readAcceptances(acceptancesFile(EXAMPLE_ESTATE), "config/example.controls.json");
  const decisions = decideControls(synthesize(example()).stacks, accepted);
  expect(newFailures(decisions)).toEqual([]);
  expect(decisions.unused).toEqual([]);
});

test("an estate without a file accepts nothing", () => {
  expect(readAcceptances(join(folder, "none.controls.json"), "none")).toEqual([]);
  expect(acceptancesFile("/a/config/estate.json")).toBe("/a/config/estate.controls.json");
});

test("what is written is read again, and is formatted", async () => {
  const file = join(folder, "estate.controls.json");
  const many = {
    ...entry,
    resources: Array.from({ length: 9 }, (_, index) => `dev-network aws_vpc.network_vpc_${index}`),
  };
  writeAcceptances(file, [entry, many, { ...entry, reason: 'with "quotes", [brackets] and \\ in it' }]);
  const text = readFileSync(file, "utf8");
  const options = await prettier.resolveConfig(join(__dirname, "x.json"));
  expect(await prettier.format(text, { ...options, parser: "json" })).toBe(text);
  expect(readAcceptances(file, "x")).toHaveLength(3);
});

test("every problem is listed at once, with its place", () => {
  const problems = (content: unknown): string => {
    try {
      read(content);
    } catch (error) {
      return (error as Error).message;
    }
    throw new Error("it must be refused");
  };
  const wrong = problems({
    accepted: [
      { ...entry, date: "30.11.2026", reason: "" },
      { ...entry, resources: [] },
    ],
  });
  expect(wrong).toMatch(/accepted\[0\]\.date +must be a day such as 2026-11-30, got "30\.11\.2026"/);
  expect(wrong).toMatch(/accepted\[0\]\.reason +must be a text in one line, got ""/);
  expect(wrong).toContain("accepted[1].resources");
  for (const pattern of ["!dev-network *", "!(dev)-network *"])
    expect(problems({ accepted: [{ ...entry, resources: [pattern] }] })).toContain("without !");
  const unknown = problems({
    accepted: [
      { ...entry, control: "EC2.999" },
      { ...entry, date: "2999-01-01" },
    ],
  });
  expect(unknown).toContain(
    'accepted[0].control  must be a control of the list, got "EC2.999". npm run controls lists them.',
  );
  expect(unknown).toContain('accepted[1].date     must be a day that is not in the future, got "2999-01-01"');
  expect(problems("{")).toContain("must be JSON");
  expect(problems('{ "accepted": [], "accepted": [] }')).toContain("must be a key that is not repeated");
  expect(problems({ accepted: [{ ...entry, who: "me" }] })).toContain("accepted[0]");
  expect(problems({ accepted: [{ ...entry, reason: "two\nlines" }] })).toContain("must be a text in one line");
});
