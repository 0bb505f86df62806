import type { Stack } from "../../synth/stacks";
import type { StateDocument } from "../../terraform/terraform";
import type { FirstApplyAccount } from "./account";
import type { StackResources } from "./stack-resources";

/** Something that the account has already, which the stack would make under the same name. */
export interface Adoption {
  /** Its address in the stack. */
  readonly to: string;
  /** By which Terraform imports it. */
  readonly id: string;
  /** What it is, for people: `the role galileo-pipeline-plan`. */
  readonly what: string;
}

/** What is found where the stack is going to make something. */
export interface AdoptionCheck {
  readonly adoptions: readonly Adoption[];
  /** Why it can't go on, each with the remedy. */
  readonly problems: readonly string[];
}

export interface AdoptionQuestion {
  readonly stack: Stack;
  readonly resources: StackResources;
  readonly account: FirstApplyAccount;
  /** Whether the account has the bucket of the stack's state. */
  readonly bucketIsThere: boolean;
  /** What is in it is known already. */
  readonly local: StateDocument | undefined;
}

export const NOTHING: AdoptionCheck = { adoptions: [], problems: [] };

export const adopt = (...adoptions: readonly Adoption[]): AdoptionCheck => ({ adoptions, problems: [] });

export const refuse = (problem: string): AdoptionCheck => ({ adoptions: [], problems: [problem] });

export function together(found: readonly AdoptionCheck[]): AdoptionCheck {
  return {
    adoptions: found.flatMap(({ adoptions }) => adoptions),
    problems: found.flatMap(({ problems }) => problems),
  };
}
