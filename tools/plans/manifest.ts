import { createHash } from "node:crypto";
import { z } from "zod";
import { parseJson, readBytes } from "../../config/input";
import type { Estate } from "../../config/model";
import { sortedBy } from "../support/order";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "expected a SHA-256");
const stackId = z.string().regex(/^[a-z0-9][a-z0-9-]*$/, "expected the id of a stack"); // used as a path
const filePath = z.string().refine(isFilePath, "expected a path inside the plan's folder");

const stackSchema = z.strictObject({
  id: stackId,
  accountId: z.string(),
  accountName: z.string(),
  /** Only stacks of the status "changes" have a plan to apply. */
  status: z.enum(["no changes", "changes", "waiting", "kept", "failed", "not started"]),
  /** Why the stack waits, is kept or was not started. */
  reasons: z.array(z.string()),
  /** What exists in AWS, and what the plan would create in its place. Absent if there is nothing. */
  existing: z.array(z.strictObject({ address: z.string(), message: z.string(), refused: z.boolean() })).optional(),
  /** Stacks that must be applied before this one. */
  dependencies: z.array(stackId),
  /** The content to apply, comparable between environments. Absent in a destroy plan and a rehearsed plan. */
  content: sha256.optional(),
  /** The same hash, including the names and ids that belong to its environment. */
  exact: sha256.optional(),
  /** Stacks that read its state and must be planned again once it is applied. */
  readers: z.array(stackId),
  /** The predecessor, and the content that it must have applied. Absent if there is no predecessor. */
  after: z.strictObject({ stackId, content: sha256 }).optional(),
  /** The position of the state that was planned on. Absent if there was none. */
  state: z.strictObject({ lineage: z.string(), serial: z.int() }).optional(),
  /** The outputs of other stacks that the plan read. */
  upstreams: z.array(z.strictObject({ stackId, outputs: z.array(z.string()), sha256 })),
});

const manifestSchema = z.strictObject({
  version: z.literal(3),
  kind: z.enum(["plan", "destroy"]),
  /** ISO 8601, UTC. */
  madeAt: z.iso.datetime(),
  /** The full hash. Absent if there was no commit. */
  commit: z.string().optional(),
  /** Git's tree hash of that commit: commits with the same tree have the same files. Absent if there was no commit. */
  tree: z.string().optional(),
  /** Whether the code differed from the commit. */
  dirty: z.boolean(),
  /** The name of the estate file, and the hash of the loaded estate. */
  estate: z.strictObject({ file: z.string(), sha256 }),
  terraformVersion: z.string(),
  providerVersion: z.string(),
  /** The commit that the emulator held before. Absent in a plan for AWS. */
  rehearsedOn: z.string().optional(),
  /** What the run went through: names and values of variables, without passwords. */
  connections: z.strictObject({
    /** Where Terraform could get providers from. The lock file decides which may run. */
    providerSources: z.array(z.string()),
    /** URLs that answered in place of AWS. */
    endpoints: z.record(z.string(), z.string()),
    proxies: z.record(z.string(), z.string()),
    caBundles: z.record(z.string(), z.string()),
    /** The names in ESTATE_PASS_VARIABLES. */
    passed: z.array(z.string()),
  }),
  /** The hash of every file of the folder, by its path with slashes, except the manifest and its signature. Sorted. */
  files: z.record(filePath, sha256).transform(sortedFiles),
  stacks: z.array(stackSchema),
});

/** The contents of a plan folder, and what they were made from. */
export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestStack = Manifest["stacks"][number];

/** @throws z.ZodError, or SyntaxError if it is not JSON */
export const parseManifest = (text: string): Manifest => manifestSchema.parse(parseJson(text));

/** The text of a manifest, independent of the order of its keys. */
export const manifestText = (manifest: Manifest): string =>
  `${JSON.stringify(manifestSchema.parse(manifest), undefined, 2)}\n`;

/**
 * Characters of the manifest's SHA-256 in a plan's id: 160 bits. The author of a plan could otherwise search for two
 * manifests with the same digest, and get one approved for the other: with 64 bits that takes 2^32 attempts.
 */
const DIGEST_LENGTH = 40;

/**
 * The id of a plan, which is the name of its folder: the time, and a digest of its manifest. The manifest contains the
 * hashes of all files in the folder, so approving an id approves exactly these files.
 */
export function planId(manifest: Manifest): string {
  const time = manifest.madeAt.replaceAll(/[-:]|\.\d+/g, "");
  return `${time}-${sha256Of(manifestText(manifest)).slice(0, DIGEST_LENGTH)}`;
}

/** Whether a path stays inside the folder that it is relative to, whatever system reads it. */
function isFilePath(path: string): boolean {
  // eslint-disable-next-line no-control-regex -- a file name may contain no control character
  return path.split("/").every((part) => part !== "." && part !== ".." && /^[^\u0000-\u001f\u007f\\:]+$/.test(part));
}

function sortedFiles(files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(sortedBy(Object.entries(files), ([path]) => path));
}

export const sha256Of = (content: string | Buffer): string => createHash("sha256").update(content).digest("hex");

/** The hash of a loaded estate, which includes imported files and defaults. */
export const estateSha256 = (estate: Estate): string => sha256Of(JSON.stringify(estate));

export const sha256OfFile = (file: string): string => sha256Of(readBytes(file));
