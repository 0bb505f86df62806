import { isDeepStrictEqual } from "node:util";
import { toError } from "../support/errors";

/** A claim about an account, and its check without Terraform. */
export interface Proof {
  /** The name of the account. */
  readonly account: string;
  /** A sentence. */
  readonly claim: string;
  /** Throws when the claim does not hold. */
  readonly check: () => Promise<void>;
}

export interface ProofResult {
  readonly proof: Proof;
  /** Undefined if the claim holds. */
  readonly error?: Error;
}

/** Throws when two values differ. `what` names the value in the message. */
export function expectEqual(what: string, got: unknown, expected: unknown): void {
  if (isDeepStrictEqual(got, expected)) return;
  throw new Error(`${what} must be ${JSON.stringify(expected)}, got ${JSON.stringify(got)}`);
}

/** Returns a value of AWS that must exist. Throws if it is undefined. */
export function expectDefined<T>(what: string, value: T | undefined): T {
  if (value === undefined) throw new Error(`${what} must be defined, got nothing`);
  return value;
}

/** Returns the only element of a list. Throws if the list has no element or several. */
export function expectOne<T>(what: string, values: readonly T[]): T {
  expectEqual(`number of ${what}`, values.length, 1);
  return expectDefined(what, values[0]);
}

/** Checks all proofs at once and returns all results, in their order. */
export function tryProofs(proofs: readonly Proof[]): Promise<ProofResult[]> {
  return Promise.all(
    proofs.map(async (proof) => {
      try {
        await proof.check();
        return { proof };
      } catch (error) {
        return { proof, error: toError(error) };
      }
    }),
  );
}
