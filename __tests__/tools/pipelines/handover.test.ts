import { execFileSync } from "node:child_process";
import { rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../../../config/user-error";
import { readHandover, writePrivately } from "../../../tools/pipelines/handover";
import { temporaryFolder } from "../terraform/support/temporary-folder";

const folder = temporaryFolder();
const schema = z.object({ stacks: z.array(z.string()), count: z.number() });
const file = () => join(folder(), "matrix.json");
const read = () => readHandover(file(), schema, "a matrix");

function problemOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof UserError) return error.message.replaceAll(folder(), "");
    throw error;
  }
  return "none";
}

test("reads a valid file of another job", () => {
  writeFileSync(file(), '{"stacks":["a"],"count":1,"more":true}');
  expect(read()).toEqual({ stacks: ["a"], count: 1 });
});

test("names a missing or invalid file with every problem", () => {
  expect(problemOf(read)).toMatch(/^\/matrix.json must be a matrix, but cannot be read \(ENOENT/);
  writeFileSync(file(), "{");
  expect(problemOf(read)).toMatch(/^\/matrix.json must be a matrix, got no JSON \(/);
  writeFileSync(file(), '{"stacks":[1]}');
  const said = problemOf(read);
  expect(said).toMatch(/^\/matrix.json must be a matrix:\n/);
  for (const field of ["stacks[0]", "count"]) expect(said).toContain(field);
});

test("refuses anything but a file, and JSON that is nested too deeply, at once", () => {
  writeFileSync(file(), '{"stacks":'.repeat(20_000) + "1" + "}".repeat(20_000));
  const problem = "/matrix.json must be a matrix, got no JSON (it has more than 100 levels of objects and lists)";
  expect(problemOf(read)).toBe(problem);
  rmSync(file());
  execFileSync("mkfifo", [file()]);
  expect(problemOf(read)).toBe(
    "/matrix.json must be a matrix, but cannot be read (/matrix.json must be a file, got a named pipe)",
  );
});

test("writes a file that only its owner may read, and reports if it cannot be written", () => {
  writePrivately(file(), "text");
  expect(statSync(file()).mode & 0o777).toBe(0o600);
  expect(problemOf(() => { writePrivately(join(file(), "x"), "text"); })).toMatch(/^\/matrix.json\/x cannot be written \(ENOTDIR/); // prettier-ignore
  execFileSync("mkfifo", [join(folder(), "pipe")]);
  expect(problemOf(() => { writePrivately(join(folder(), "pipe"), "text"); })).toBe("/pipe cannot be written (it is a named pipe)"); // prettier-ignore
});
