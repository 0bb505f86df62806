import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { synthesize } from "../../../tools/synth/synth";
import { ROOT } from "../../../tools/support/project";

let parent: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "runs-"));
});

afterEach(() => {
  rmSync(parent, { recursive: true });
});

describe("a synth runs the code on disk and nothing else:", () => {
  const VARIABLES = { ...process.env };
  const MAIN = `
    import { mkdirSync, writeFileSync } from "node:fs";
    const outdir = process.env["CDKTF_OUTDIR"] as string;
    const { NODE_OPTIONS, CDKTF_CONTEXT_JSON, ESTATE, TEAM } = process.env;
    mkdirSync(outdir);
    writeFileSync(outdir + "/ran.json", JSON.stringify({ NODE_OPTIONS, CDKTF_CONTEXT_JSON, ESTATE, TEAM, code: "good" }));
  `;
  let outdir: string;

  beforeEach(() => {
    outdir = join(parent, "cdktf.out");
    writeFileSync(join(parent, "main.ts"), MAIN);
    symlinkSync(join(ROOT, "node_modules"), join(parent, "node_modules"), "junction");
    process.env["TMPDIR"] = join(parent, "temporary");
    mkdirSync(join(parent, "temporary"));
  });

  afterEach(() => {
    process.env = { ...VARIABLES };
  });

  const ran = (): unknown => {
    synthesize(outdir, { root: parent, estate: "estate.json" });
    return JSON.parse(readFileSync(join(outdir, "ran.json"), "utf8"));
  };

  test("variables cannot name other code or settings", () => {
    writeFileSync(join(parent, "evil.cjs"), `process.env.TEAM = "evil";`);
    process.env["NODE_OPTIONS"] = `--require ${join(parent, "evil.cjs")} --max-old-space-size=4096`;
    process.env["CDKTF_CONTEXT_JSON"] = `{"excludeStackIdFromLogicalIds":true}`;
    process.env["TEAM"] = "ours";
    const expected = { ESTATE: "estate.json", TEAM: "ours", code: "good", NODE_OPTIONS: "--max-old-space-size=4096" };
    expect(ran()).toEqual(expected);
  });

  test("a changed cache of compiled code is not used", () => {
    const direct = { cwd: parent, env: { ...process.env, CDKTF_OUTDIR: join(parent, "direct") } };
    execFileSync(process.execPath, ["--require", "tsx/cjs", "main.ts"], direct);
    const files = readdirSync(join(parent, "temporary"), { recursive: true, encoding: "utf8" });
    const cached = files
      .map((file) => join(parent, "temporary", file))
      .filter((file) => /^\d+-[0-9a-f]+$/.test(basename(file)) && readFileSync(file, "utf8").includes("good"));
    expect(cached).not.toEqual([]);
    for (const file of cached) writeFileSync(file, readFileSync(file, "utf8").replaceAll("good", "evil"));
    expect(ran()).toMatchObject({ code: "good" });
  });
});
