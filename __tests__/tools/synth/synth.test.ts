import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newRunDirectory } from "../../../tools/synth/synth";

let parent: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "runs-"));
});

afterEach(() => {
  rmSync(parent, { recursive: true });
});

/** No process has this id. */
const ENDED = 2 ** 30;

test("keeps the folders of the last three ended runs, and removes older ones", () => {
  const names = ["20260101T000000", "20260102T000000", "20260103T000000", "20260104T000000"].map(
    (time) => `${time}-${ENDED}`,
  );
  for (const name of names) mkdirSync(join(parent, name));
  const made = newRunDirectory(parent);
  expect(readdirSync(parent).map((name) => join(parent, name))).toEqual(
    [...names.slice(1).map((name) => join(parent, name)), made].sort(),
  );
});

test("keeps the folder of a running run, however old", () => {
  const running = `20200101T000000-${process.ppid}`;
  for (const name of [running, ...[1, 2, 3, 4].map((day) => `2026010${day}T000000-${ENDED}`)])
    mkdirSync(join(parent, name));
  newRunDirectory(parent);
  expect(readdirSync(parent)).toContain(running);
});

test("creates the cache folder if it is missing", () => {
  const made = newRunDirectory(join(parent, "not/yet"));
  expect(readdirSync(made)).toEqual([]);
});
