import { terraformErrorIn } from "./terraform-error";

/** What to do about an error of Terraform that has a command for it; empty where there is none. */
const REMEDIES: readonly { readonly says: RegExp; readonly remedy: (stackId: string) => string }[] = [
  {
    says: /Error acquiring the state lock/,
    remedy: (stackId) =>
      `${stackId} is locked: wait for who holds it, or look who that is: npm run unlock -- ${stackId}`,
  },
  {
    // A state that is no JSON, was cut off, or is of no version that Terraform knows.
    says: /Failed to (load|decode|read) state|state snapshot|unsupported state format|Error refreshing state: (?!.*Access)/i,
    remedy: (stackId) =>
      `the state of ${stackId} can't be read; its earlier versions: npm run state -- history ${stackId}`,
  },
  {
    says: /No valid credential sources found|ExpiredToken|InvalidClientTokenId|failed to refresh cached credentials|get credentials|could not find a profile|SSO session/i,
    remedy: (stackId) =>
      `there are no valid credentials for the account of ${stackId}: sign in, or name a profile (--profile)`,
  },
  {
    says: /BucketAlreadyExists/,
    remedy: (stackId) =>
      `${stackId}: another account has a bucket of this name, which is one in all of AWS: choose another`,
  },
  {
    // AWS's codes (EntityAlreadyExists, DBInstanceAlreadyExists, BucketAlreadyOwnedByYou, ResourceExistsException) and
    // the provider's words.
    says: /already ?exists|AlreadyOwnedByYou|ResourceExistsException/i,
    remedy: (stackId) =>
      `${stackId}: what already exists is in AWS, and not in this stack's state: made by another stack, by hand (docs/applying.md, "What exists already"), or by a run that was cut off ("When an apply is killed")`,
  },
];

export function remedyOf(stackId: string, error: Error): string | undefined {
  const failure = terraformErrorIn(error);
  return failure && REMEDIES.find(({ says }) => says.test(failure.message))?.remedy(stackId);
}

/** The error's message, and what to do about it where there is something. */
export function withRemedy(stackId: string, error: Error): string {
  return [error.message, remedyOf(stackId, error)].filter((text) => text !== undefined).join("\n");
}
