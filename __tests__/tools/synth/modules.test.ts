import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assetsIn, copyStackFiles, refuseRemoteModules } from "../../../tools/synth/modules";
import type { Stack } from "../../../tools/synth/stacks";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "modules-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const MAIN = "assets/events-files/0A/main.tf";

function stackWith(source: string): Stack {
  mkdirSync(join(directory, "assets/events-files/0A"), { recursive: true });
  writeFileSync(join(directory, MAIN), "code");
  writeFileSync(join(directory, "cdk.tf.json"), JSON.stringify({ module: { events: { source } } }));
  return { id: "dev-events", directory } as Stack;
}

test("a stack is copied with its assets, and nothing else", () => {
  const stack = stackWith("./assets/events-files/0A");
  writeFileSync(join(directory, "other.tf"), "");
  const to = join(directory, "copy");
  mkdirSync(to);
  copyStackFiles(stack, to);
  expect(readFileSync(join(to, MAIN), "utf8")).toBe("code");
  expect(existsSync(join(to, "cdk.tf.json"))).toBe(true);
  expect(existsSync(join(to, "other.tf"))).toBe(false);
});

test("assets are listed by their path in the stack's folder", () => {
  expect([...assetsIn(stackWith("x").directory)]).toEqual([[MAIN, Buffer.from("code")]]);
  rmSync(join(directory, "assets"), { recursive: true });
  expect([...assetsIn(directory)]).toEqual([]);
});

test("modules outside custom/ are refused with their source", () => {
  expect(() => {
    refuseRemoteModules([stackWith("./assets/events-files/0A")]);
  }).not.toThrow();
  for (const source of ["terraform-aws-modules/sns/aws", "../elsewhere", "git::https://example.com/m.git"])
    expect(() => {
      refuseRemoteModules([stackWith(source)]);
    }).toThrow(`dev-events: module.events must be in custom/, got ${source}.`);
});
