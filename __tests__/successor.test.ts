import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { example } from "./support/estates";
import { synthesize } from "./support/synthesize";
import { TYPESCRIPT } from "../tools/support/project";

/*
 * cdktf is archived; CDK Terrain (cdktn) continues it. The project stays one alias away: docs/decisions/0001-cdktf.md.
 * `npm run successor` installs the alias, and proves more. This needs no network.
 */

const ROOT = join(__dirname, "..");
let directory: string;

/** The text of each stack's JSON as the successor synthesizes it. */
let texts: ReadonlyMap<string, string>;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "successor-"));
  const asSuccessor = ["--require", join(__dirname, "support/as-cdktn.cjs"), "--require", TYPESCRIPT, "main.ts"];
  execFileSync(process.execPath, asSuccessor, { cwd: ROOT, env: { ...process.env, CDKTF_OUTDIR: directory } });
  const ids = readdirSync(join(directory, "stacks"));
  texts = new Map(ids.map((id) => [id, readFileSync(join(directory, "stacks", id, "cdk.tf.json"), "utf8")]));
}, 60_000);

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** The stacks, without metadata. */
function withoutMetadata(stacks: ReadonlyMap<string, string>): Record<string, unknown> {
  const reviver = (key: string, value: unknown) => (key === "//" ? undefined : value);
  return Object.fromEntries([...stacks].map(([id, text]) => [id, JSON.parse(text, reviver) as unknown]));
}

test("the successor of cdktf synthesizes the same JSON, except for metadata", () => {
  const cdktf = withoutMetadata(synthesize(example()).texts);
  expect(Object.keys(cdktf)).toContain("dev-network");
  expect(withoutMetadata(texts)).toEqual(cdktf);
});

test("the successor really synthesized it", () => {
  const versionOf = (name: string) =>
    (JSON.parse(readFileSync(join(ROOT, "node_modules", name, "package.json"), "utf8")) as { version: string }).version;
  expect(synthesize(example()).texts.get("dev-network")).toContain(`"version": "${versionOf("cdktf")}"`);
  expect(texts.get("dev-network")).toContain(`"version": "${versionOf("cdktn")}"`);
});
