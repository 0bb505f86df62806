import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeAdoptions } from "../../../tools/adopt/adoption-file";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "adoption-file-"));
  file = join(folder, "estate.adopt.json");
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const before = { "dev-network": { "aws_vpc.a": "vpc-1" } };
const found = { "dev-network": { "aws_vpc.a": "vpc-1", "aws_subnet.b": "subnet-1" } };

test("writes what was found, and nothing if there is nothing new", () => {
  expect(writeAdoptions(file, before)).toBe(true);
  expect(writeAdoptions(file, found, before)).toBe(true);
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(found);
  expect(writeAdoptions(file, found, found)).toBe(false);
});

test.each(['{ "dev-network": { "aws_vpc.a": "vpc-2" } }', "{"])("keeps what somebody wrote meanwhile: %s", (text) => {
  writeFileSync(file, text);
  for (const read of [before, undefined])
    expect(() => writeAdoptions(file, found, read)).toThrow(
      "estate.adopt.json must stay as it is while the command runs, got a change. Nothing was written. Run it again.",
    );
  expect(readFileSync(file, "utf8")).toBe(text);
});

test("does not bring back a file that somebody removed meanwhile", () => {
  expect(() => writeAdoptions(file, found, before)).toThrow("got a change");
  expect(existsSync(file)).toBe(false);
});
