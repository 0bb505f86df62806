import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { example } from "./support/estates";
import { ContentCache } from "./support/content-cache";
import { SOURCES, synthesize } from "./support/synthesize";
import { TYPESCRIPT } from "../tools/support/project";

/*
 * cdktf is archived; CDK Terrain (cdktn) continues it. The project stays one alias away: docs/decisions/0001-cdktf.md.
 * `npm run successor` installs the alias, and proves more. This needs no network.
 */

const ROOT = join(__dirname, "..");
/** The text of each stack's JSON as the successor synthesizes it. */
let texts: ReadonlyMap<string, string>;

const AS_SUCCESSOR = join(__dirname, "support/as-cdktn.cjs");
const cache = new ContentCache("successor", [...SOURCES, "main.ts", TYPESCRIPT, AS_SUCCESSOR, __filename]);

beforeAll(() => {
  texts = new Map(cache.get(example(), synthesizeAsSuccessor));
}, 60_000);

function synthesizeAsSuccessor(): [id: string, text: string][] {
  const directory = mkdtempSync(join(tmpdir(), "successor-"));
  try {
    const args = ["--require", AS_SUCCESSOR, "--require", TYPESCRIPT, "main.ts"];
    execFileSync(process.execPath, args, { cwd: ROOT, env: { ...process.env, CDKTF_OUTDIR: directory } });
    const ids = readdirSync(join(directory, "stacks"));
    return ids.map((id) => [id, readFileSync(join(directory, "stacks", id, "cdk.tf.json"), "utf8")]);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

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
