import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A plan folder records which of its stacks were applied, so that the next run goes on with the others. */
const recordOf = (folder: string, stackId: string): string => join(folder, "applied", `${stackId}.json`);

/** When a stack of this plan was applied (ISO 8601). Undefined where it was not, or was not seen to be. */
export function appliedAt(folder: string, stackId: string): string | undefined {
  const file = recordOf(folder, stackId);
  if (!existsSync(file)) return undefined;
  try {
    const { appliedAt } = JSON.parse(readFileSync(file, "utf8")) as { readonly appliedAt?: unknown };
    return typeof appliedAt === "string" ? appliedAt : undefined;
  } catch {
    return undefined; // cut off by a sudden end: the state tells
  }
}

export function recordApplied(folder: string, stackId: string): void {
  const file = recordOf(folder, stackId);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ appliedAt: new Date().toISOString() }), { mode: 0o600 });
}
