import { isDeepStrictEqual } from "node:util";
import { toError } from "../support/errors";

/** A statement about what lies in an account, and how to see it from outside Terraform. */
export interface Proof {
  /** The name of the account that it is about. */
  readonly account: string;
  /** A sentence. */
  readonly claim: string;
  /** Throws when the claim does not hold. */
  readonly check: () => Promise<void>;
}

export interface ProofResult {
  readonly proof: Proof;
  /** Undefined where the claim holds. */
  readonly error?: Error;
}

/** Throws when two values differ; `what` names them. */
export function expectEqual(what: string, got: unknown, expected: unknown): void {
  if (isDeepStrictEqual(got, expected)) return;
  throw new Error(`${what}: got ${JSON.stringify(got)}, expected ${JSON.stringify(expected)}`);
}

/** The value that AWS must have given; throws where it gave none. */
export function expectDefined<T>(what: string, value: T | undefined): T {
  if (value === undefined) throw new Error(`${what}: got nothing, expected a value`);
  return value;
}

/** The only element of a list; throws where the list has none or several. */
export function expectOne<T>(what: string, values: readonly T[]): T {
  expectEqual(`number of ${what}`, values.length, 1);
  return expectDefined(what, values[0]);
}

/** Tries every proof and reports each: one that fails does not keep the others from being tried. */
export async function tryProofs(proofs: readonly Proof[]): Promise<ProofResult[]> {
  const results: ProofResult[] = [];
  for (const proof of proofs) {
    try {
      await proof.check();
      results.push({ proof });
    } catch (error) {
      results.push({ proof, error: toError(error) });
    }
  }
  return results;
}
