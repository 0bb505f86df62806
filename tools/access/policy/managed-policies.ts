import pinned from "./managed-policies.json";
import { parsePolicy, type Policy } from "./policy";

interface Pinned {
  readonly version: string;
  readonly updated: string;
  readonly document: object;
}

const PINNED = new Map<string, Pinned>(Object.entries(pinned));

const parsed = new Map<string, Policy>();

/**
 * An AWS managed policy in its pinned version, which `source` names; undefined if the policy is not pinned. AWS changes
 * these policies at any time. `pin-managed-policies.py` adds and refreshes them.
 */
export function managedPolicy(arn: string): Policy | undefined {
  const known = parsed.get(arn);
  const found = PINNED.get(arn);
  if (known || !found) return known;
  const { version, updated, document } = found;
  const policy = parsePolicy(
    JSON.stringify(document),
    arn,
    `AWS managed policy, ${version} of ${updated.slice(0, 10)}`,
  );
  parsed.set(arn, policy);
  return policy;
}
