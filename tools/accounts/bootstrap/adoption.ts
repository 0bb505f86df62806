import type { Stack } from "../../synth/stacks";
import type { StateDocument } from "../../terraform/terraform";
import type { FirstApplyAccount } from "./account";
import type { StackResources } from "./stack-resources";

/** A resource that exists already, and that the stack would create with the same name. */
export interface Adoption {
  /** Its address in the stack. */
  readonly to: string;
  /** The id for Terraform's import. */
  readonly id: string;
  /** Its description: `the role galileo-pipeline-plan`. */
  readonly what: string;
}

/** The existing resources that the stack adopts, and the problems that prevent it. */
export interface AdoptionCheck {
  readonly adoptions: readonly Adoption[];
  /** Why the first apply is refused, each with the remedy. */
  readonly problems: readonly string[];
}

export interface AdoptionQuestion {
  readonly stack: Stack;
  readonly resources: StackResources;
  readonly account: FirstApplyAccount;
  /** Whether the stack's state bucket exists in the account. */
  readonly bucketIsThere: boolean;
  /** The local state, whose resources are known already. */
  readonly local: StateDocument | undefined;
}

export const NOTHING: AdoptionCheck = { adoptions: [], problems: [] };

export const adopt = (...adoptions: readonly Adoption[]): AdoptionCheck => ({ adoptions, problems: [] });

export const refuse = (problem: string): AdoptionCheck => ({ adoptions: [], problems: [problem] });

export function merge(found: readonly AdoptionCheck[]): AdoptionCheck {
  return {
    adoptions: found.flatMap(({ adoptions }) => adoptions),
    problems: found.flatMap(({ problems }) => problems),
  };
}
