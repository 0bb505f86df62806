import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
    const code = (() => { try { return CODE; } catch { return "good"; } })();
    mkdirSync(outdir);
    writeFileSync(outdir + "/ran.json", JSON.stringify({ NODE_OPTIONS, CDKTF_CONTEXT_JSON, ESTATE, TEAM, code }));
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
    process.env["SWC_BINARY_PATH"] = join(parent, "evil.cjs");
    process.env["CDKTF_CONTEXT_JSON"] = `{"excludeStackIdFromLogicalIds":true}`;
    process.env["TEAM"] = "ours";
    const expected = { ESTATE: "estate.json", TEAM: "ours", code: "good", NODE_OPTIONS: "--max-old-space-size=4096" };
    expect(ran()).toEqual(expected);
  });

  test("no settings of the compiler change what runs", () => {
    writeFileSync(
      join(parent, ".swcrc"),
      JSON.stringify({ jsc: { transform: { optimizer: { globals: { vars: { CODE: '"evil"' } } } } } }),
    );
    expect(ran()).toMatchObject({ code: "good" });
  });
});
