import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { acceptedFile, readAccepted } from "../../../../tools/drift/unmanaged/accepted";
import { example } from "../../../support/estates";
import { temporaryFolder } from "../../terraform/support/temporary-folder";

const folder = temporaryFolder();
const TYPES = ["aws_iam_user", "aws_s3_bucket"];
const entry = { account: "dev", type: "aws_iam_user", id: "intern", reason: "leaves in March" };

function read(content: unknown) {
  const file = join(folder(), "estate.ts");
  writeFileSync(acceptedFile(file), typeof content === "string" ? content : JSON.stringify(content));
  return readAccepted(file, example(), TYPES);
}

test("the file is next to the estate file, and need not exist", () => {
  expect(acceptedFile("config/estate.ts")).toBe("config/estate.unmanaged.json");
  expect(acceptedFile("/x/team.json")).toBe("/x/team.unmanaged.json");
  expect(readAccepted(join(folder(), "estate.ts"), example(), TYPES)).toEqual([]);
  expect(read([entry])).toEqual([entry]);
});

test("lists every problem at once", () => {
  const wrong = [
    { ...entry, account: "nobody" },
    { ...entry, type: "aws_thing" },
    { ...entry, id: "**" },
    entry,
    { ...entry, reason: "another" },
  ];
  const run = () => read(wrong);
  expect(run).toThrow(/^(.*\n)+.*\[0\]\.account +must be one of master, .*got "nobody"/);
  expect(run).toThrow(/\[1\]\.type +must be one of aws_iam_user, aws_s3_bucket, got "aws_thing"/);
  expect(run).toThrow(/\[2\]\.id +must be an id, in which \* matches any text, and not only \*, got "\*\*"/);
  expect(run).toThrow(/\[4\]\.id +must be an id that is accepted once, got "intern"/);
});

test.each([
  { what: "no JSON", content: "[", says: /must be JSON, got the error/ },
  { what: "an object", content: {}, says: /must be JSON such as \[\{ "account": "dev"/ },
  { what: "an entry without a reason", content: [{ ...entry, reason: " " }], says: /\[0\]\.reason +must be a reason, got " "/ },
  { what: "another key", content: [{ ...entry, until: "March" }], says: /\[0\] +must be JSON such as/ },
])("$what is refused", ({ content, says }) => {
  expect(() => read(content)).toThrow(says);
}); // prettier-ignore

test("a folder in its place is refused", () => {
  const file = join(folder(), "estate.ts");
  mkdirSync(acceptedFile(file));
  expect(() => readAccepted(file, example(), TYPES)).toThrow(/must be a file, got a directory/);
});
