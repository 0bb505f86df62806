import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { manifestText, parseManifest, planId } from "../../../tools/plans/manifest";
import { finishPlanFolder, MANIFEST, readPlanFolder, startPlanFolder } from "../../../tools/plans/plan-folder";
import { temporaryFolder } from "../terraform/support/temporary-folder";
import { manifestWith, stackWith } from "./support/manifests";

const folder = temporaryFolder();
const manifest = manifestWith([
  stackWith("dev-network", { status: "changes", plan: { fileSha256: "a".repeat(64), jsonSha256: "b".repeat(64) } }),
]);

function finished(): string {
  const unfinished = startPlanFolder(join(folder(), "plans"));
  writeFileSync(join(unfinished, MANIFEST), manifestText(manifest));
  return finishPlanFolder(unfinished, manifest);
}

test("a complete plan is named after its time and digest, and only its owner may read it", () => {
  const unfinished = startPlanFolder(join(folder(), "plans"));
  expect(basename(unfinished)).toBe(`.unfinished-${process.pid}`);
  expect(statSync(unfinished).mode & 0o777).toBe(0o700);
  const path = finished();
  expect(basename(path)).toMatch(/^20260102T030405Z-[0-9a-f]{16}$/);
  expect(readdirSync(join(folder(), "plans"))).toEqual([basename(path)]);
  expect(readPlanFolder(path)).toEqual({ folder: path, manifest });
});

test("removes the unfinished plan of a killed command, and keeps that of a running one", () => {
  const plans = join(folder(), "plans");
  const running = join(plans, ".unfinished-1"); // the first process of the system
  const killed = join(plans, ".unfinished-999999999");
  for (const path of [running, killed]) mkdirSync(path, { recursive: true });
  startPlanFolder(plans);
  expect([existsSync(running), existsSync(killed)]).toEqual([true, false]);
});

test("the id changes with any field of the manifest", () => {
  const other = [
    manifestWith([]),
    { ...manifest, dirty: true },
    { ...manifest, kind: "destroy" as const },
    { ...manifest, rehearsedOn: "a" },
  ];
  expect(new Set([manifest, ...other].map(planId)).size).toBe(5);
});

describe("is refused", () => {
  test("if it is not a plan folder", () => {
    expect(() => readPlanFolder(folder())).toThrow(
      /is not a plan folder: it has no manifest.json\. npm run plan creates one and prints its path\./,
    );
  });

  test.each([
    ["changed", (text: string) => text.replace('"dirty": false', '"dirty": true')],
    ["written otherwise", (text: string) => JSON.stringify(JSON.parse(text))],
  ])("if the manifest was %s", (_, change) => {
    const path = finished();
    const file = join(path, MANIFEST);
    writeFileSync(file, change(readFileSync(file, "utf8")));
    expect(() => readPlanFolder(path)).toThrow(/must be named 20260102T030405Z-\w+, the id of its manifest/);
  });

  test("if the folder was renamed", () => {
    const path = finished();
    renameSync(path, join(folder(), "plan"));
    expect(() => readPlanFolder(join(folder(), "plan"))).toThrow(
      /plan must be named 20260102T030405Z-\w+, the id of its manifest/,
    );
  });

  test("if the manifest is not JSON or is invalid, with every wrong field", () => {
    const path = finished();
    writeFileSync(join(path, MANIFEST), "{");
    expect(() => readPlanFolder(path)).toThrow(/is not a plan's manifest\. Plan again\. \(/);
    writeFileSync(join(path, MANIFEST), JSON.stringify({ ...manifest, kind: "hope", commit: 3 }));
    expect(() => readPlanFolder(path)).toThrow(/is not a plan's manifest\. Plan again\.\n {2}kind: .*\n {2}commit: /);
  });
});

test.each(["../outside", "a/b", "", ".", "Dev"])("%j is no id of a stack, which is used as a path", (id) => {
  expect(() => parseManifest(manifestText(manifestWith([stackWith(id)])))).toThrow(/expected the id of a stack/);
});
