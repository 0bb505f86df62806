import { TerraformError } from "../runner/terraform-error";

/** What to do about an error of Terraform that has a command for it; empty where there is none. */
const REMEDIES: readonly { readonly says: RegExp; readonly remedy: (stackId: string) => string }[] = [
  {
    says: /Error acquiring the state lock/,
    remedy: (stackId) => `${stackId} is locked: wait for who holds it, or look who that is: npm run unlock -- ${stackId}`,
  },
  {
    // A state that is no JSON, was cut off, or is of no version that Terraform knows.
    says: /Failed to (load|decode|read) state|state snapshot|unsupported state format|Error refreshing state: (?!.*Access)/i,
    remedy: (stackId) => `the state of ${stackId} can't be read; its earlier versions: npm run state -- history ${stackId}`,
  },
  {
    says: /No valid credential sources found|ExpiredToken|InvalidClientTokenId|failed to refresh cached credentials|get credentials|could not find a profile|SSO session/i,
    remedy: (stackId) => `there are no valid credentials for the account of ${stackId}: sign in, or name a profile (--profile)`,
  },
  {
    // AWS's codes (EntityAlreadyExists, DBInstanceAlreadyExists, BucketAlreadyOwnedByYou, ResourceExistsException) and the provider's words.
    says: /already ?exists|AlreadyOwnedByYou|ResourceExistsException|ResourceAlreadyExists/i,
    remedy: (stackId) =>
      `${stackId}: what already exists is in AWS and in no state: made by hand, or by a run that was cut off; docs/applying.md, "What exists already"`,
  },
];

export function remedyOf(stackId: string, error: Error): string | undefined {
  return error instanceof TerraformError ? REMEDIES.find(({ says }) => says.test(error.message))?.remedy(stackId) : undefined;
}

/** The error's message, and what to do about it where there is something. */
export function withRemedy(stackId: string, error: Error): string {
  return [error.message, remedyOf(stackId, error)].filter((text) => text !== undefined).join("\n");
}
