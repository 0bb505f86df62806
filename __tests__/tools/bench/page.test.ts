import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { measureGroup } from "../../../tools/bench/group";
import { chromiumOnPath, pageGroup } from "../../../tools/bench/page";
import { temporaryFolder } from "../terraform/support/temporary-folder";

const folder = temporaryFolder();
const PATH = process.env["PATH"];
beforeEach(() => {
  process.env["PATH"] = `/nowhere:${folder()}`;
});
afterEach(() => {
  process.env["PATH"] = PATH;
});

test("without Chromium the group is not measured, and one line says why", async () => {
  const { results, failure } = await measureGroup(pageGroup, { parent: folder(), scale: false });
  expect(failure).toBeUndefined();
  expect(results).toEqual([
    {
      ...{ what: pageGroup.about, got: undefined, unit: "" },
      detail:
        "Chromium is missing: found none of chromium, chromium-browser, google-chrome on PATH; install it and put it on PATH",
    },
  ]);
});

test("Chromium is found on the PATH, under each of its names", () => {
  const program = join(folder(), "chromium-browser");
  writeFileSync(program, "");
  chmodSync(program, 0o755);
  expect(chromiumOnPath()).toBe(program);
});
