import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { z } from "zod";
import type { Estate } from "../../config/model";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "expected a SHA-256");
const stackId = z.string().regex(/^[a-z0-9][a-z0-9-]*$/, "expected the id of a stack"); // it becomes a path

const stackSchema = z.strictObject({
  id: stackId,
  accountId: z.string(),
  accountName: z.string(),
  status: z.enum(["no changes", "changes", "waiting", "kept", "failed", "not started"]),
  /** Why it waits, is kept or was not started. */
  reasons: z.array(z.string()),
  /** Stacks to apply before this one. */
  dependencies: z.array(stackId),
  /** Of `cdk.tf.json`, from which the plan was made. */
  jsonSha256: sha256,
  /** What the stack will hold, comparable between environments. Absent in a destroy, and in a rehearsed plan. */
  content: sha256.optional(),
  /** The same with the names and ids that its environment alone has. */
  exact: sha256.optional(),
  /** Stacks that read its state, and are to be planned again when it is applied. */
  readers: z.array(stackId),
  /** The stack that must have applied this content before. Absent where nothing comes before. */
  after: z.strictObject({ stackId, content: sha256 }).optional(),
  /** Only where there is a plan to apply. */
  plan: z.strictObject({ fileSha256: sha256, jsonSha256: sha256 }).optional(),
  /** Where the state stood when it was planned. Absent where there was none. */
  state: z.strictObject({ lineage: z.string(), serial: z.int() }).optional(),
  /** Other stacks' outputs that the plan was made with. */
  upstreams: z.array(z.strictObject({ stackId, outputs: z.array(z.string()), sha256 })),
});

const manifestSchema = z.strictObject({
  version: z.literal(2),
  kind: z.enum(["plan", "destroy"]),
  /** ISO 8601, UTC. */
  madeAt: z.iso.datetime(),
  /** The full hash. Absent where there was no commit. */
  commit: z.string().optional(),
  /**
   * Git's hash of everything in that commit: another commit with the same is the same code. Absent where there was no
   * commit.
   */
  tree: z.string().optional(),
  /** Whether the code differed from the commit. */
  dirty: z.boolean(),
  /** The estate file's name, and what the estate came to when it was loaded. */
  estate: z.strictObject({ file: z.string(), sha256 }),
  terraformVersion: z.string(),
  providerVersion: z.string(),
  /** The commit that the emulator held before. Absent: a plan for AWS. */
  rehearsedOn: z.string().optional(),
  stacks: z.array(stackSchema),
});

/** What a plan folder holds, and what it was made from. */
export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestStack = Manifest["stacks"][number];

/** @throws z.ZodError, or SyntaxError where it is not JSON */
export function parseManifest(text: string): Manifest {
  return manifestSchema.parse(JSON.parse(text));
}

/** One text for one manifest, in whatever order its keys were given. */
export function manifestText(manifest: Manifest): string {
  return `${JSON.stringify(manifestSchema.parse(manifest), undefined, 2)}\n`;
}

/**
 * Characters of the manifest's SHA-256 in a plan's id: 64 bits, too many to look for another manifest that has the
 * same.
 */
const DIGEST_LENGTH = 16;

/**
 * The id of a plan, which is the name of its folder: when it was made, and a digest of its manifest, which holds the
 * hashes of all that is applied. Whoever approves an id approves these very files.
 */
export function planId(manifest: Manifest): string {
  const time = manifest.madeAt.replaceAll(/[-:]|\.\d+/g, "");
  return `${time}-${sha256Of(manifestText(manifest)).slice(0, DIGEST_LENGTH)}`;
}

export function sha256Of(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

/** A hash of what an estate file comes to: all that it imports, and every default, plays a part. */
export function estateSha256(estate: Estate): string {
  return sha256Of(JSON.stringify(estate));
}

export function sha256OfFile(file: string): string {
  return sha256Of(readFileSync(file));
}
