import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/* cdktf is archived; CDK Terrain (cdktn) continues it. The project stays one alias away: docs/decisions/0001-cdktf.md. */

const ROOT = join(__dirname, "..");
let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "successor-"));
});

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** The synthesized stacks, without metadata. */
function synthesized(name: string, ...options: string[]): Record<string, unknown> {
  const outdir = join(directory, name);
  execFileSync(process.execPath, [...options, "--require", "tsx/cjs", "main.ts"], {
    cwd: ROOT,
    env: { ...process.env, CDKTF_OUTDIR: outdir },
  });
  const stacks = readdirSync(join(outdir, "stacks"));
  const withoutMetadata = (key: string, value: unknown) => (key === "//" ? undefined : value);
  return Object.fromEntries(
    stacks.map((id) => [
      id,
      JSON.parse(readFileSync(join(outdir, "stacks", id, "cdk.tf.json"), "utf8"), withoutMetadata) as unknown,
    ]),
  );
}

test("the successor of cdktf synthesizes the same JSON, except for metadata", () => {
  const [cdktf, cdktn] = [
    synthesized("cdktf"),
    synthesized("cdktn", "--require", join(__dirname, "support/as-cdktn.cjs")),
  ];
  expect(Object.keys(cdktf)).toContain("dev-network");
  expect(cdktn).toEqual(cdktf);
}, 60_000);

test("the successor really synthesized it", () => {
  const metadata = (name: string) => readFileSync(join(directory, name, "stacks/dev-network/cdk.tf.json"), "utf8");
  expect(metadata("cdktf")).toContain('"version": "0.21.0"');
  expect(metadata("cdktn")).toContain('"version": "0.24.0"');
});
