import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BenchGroup, measureGroup, selectGroups } from "../../../tools/bench/group";
import type { Result } from "../../../tools/bench/report";
import { MissingTool } from "../../../tools/support/errors";

const result: Result = { what: "synth", got: 1, unit: "s" };
const groupOf = (
  name: string,
  onlyByName = false,
  measure: BenchGroup["measure"] = () => Promise.resolve([result]),
): BenchGroup => ({
  name,
  about: `what ${name} measures`,
  onlyByName,
  measure,
});
const GROUPS = [groupOf("synth"), groupOf("access"), groupOf("start", true)];
const namesOf = (...names: string[]) => selectGroups(GROUPS, names).map(({ name }) => name);

const options = { parent: mkdtempSync(join(tmpdir(), "bench-group-")), scale: false };
afterAll(() => {
  rmSync(options.parent, { recursive: true, force: true });
});

test("a run without names measures every group but those only by name", () => {
  expect(namesOf()).toEqual(["synth", "access"]);
});

test("named groups are measured in the order of the list, each once", () => {
  expect(namesOf("start", "synth", "start")).toEqual(["synth", "start"]);
});

test("all measures every group", () => {
  expect(namesOf("all")).toEqual(["synth", "access", "start"]);
});

test("unknown names are refused at once, with the list", () => {
  expect(() => namesOf("synht", "access", "acess")).toThrow(
    'group must be one of synth, access, start, all, got "synht". Did you mean synth?\n' +
      'group must be one of synth, access, start, all, got "acess". Did you mean access?',
  );
});

test("a group returns its results and its time", async () => {
  const run = await measureGroup(groupOf("synth"), options);
  expect(run).toMatchObject({ group: "synth", results: [result], failure: undefined });
  expect(run.seconds).toBeGreaterThanOrEqual(0);
});

test("a group whose tool is missing counts as not measured, and is no failure", async () => {
  const missing = () => Promise.reject(new MissingTool("Terraform is missing", "install it"));
  const { results, failure } = await measureGroup(groupOf("planning", false, missing), options);
  expect(failure).toBeUndefined();
  expect(results).toEqual([
    { what: "what planning measures", got: undefined, unit: "", detail: "Terraform is missing: install it" },
  ]);
});

test("a group that fails keeps its error, and counts as not measured", async () => {
  const error = new Error("npm run plan failed (exit code 1):\nits output");
  const { results, failure } = await measureGroup(
    groupOf("planning", false, () => Promise.reject(error)),
    options,
  );
  expect(failure).toBe(error);
  expect(results).toEqual([
    expect.objectContaining({ got: undefined, detail: "failed: npm run plan failed (exit code 1):" }),
  ]);
});

test("the folder of a group is removed, unless the group fails: its logs explain why", async () => {
  const writing = (name: string, ending: () => Promise<readonly Result[]>) =>
    groupOf(name, false, ({ directory }) => {
      writeFileSync(join(directory, "dev-iam.log"), "the log");
      return ending();
    });
  await measureGroup(writing("works", () => Promise.resolve([result])), options); // prettier-ignore
  await measureGroup(writing("lacks", () => Promise.reject(new MissingTool("a", "b"))), options); // prettier-ignore
  await measureGroup(writing("fails", () => Promise.reject(new Error("it failed"))), options); // prettier-ignore
  expect(existsSync(join(options.parent, "works"))).toBe(false);
  expect(existsSync(join(options.parent, "lacks"))).toBe(false);
  expect(readdirSync(join(options.parent, "fails"))).toEqual(["dev-iam.log"]);
});
