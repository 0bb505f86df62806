import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "cdktf";
import { DEFAULT_ESTATE, loadEstate } from "../config/load";
import { addStacks } from "../stacks";

test("the estate of config/estate.ts, including a team's changes, is valid and synthesizes", () => {
  const outdir = mkdtempSync(join(tmpdir(), "estate-"));
  try {
    const estate = loadEstate(DEFAULT_ESTATE);
    const app = new App({ outdir });
    addStacks(app, estate);
    app.synth();
    expect(app.node.children.length).toBeGreaterThanOrEqual(2 * estate.accounts.length);
  } finally {
    rmSync(outdir, { recursive: true });
  }
});
