/** An error that a person can mend, told without a stack trace: its message is all they need. */
export class UserError extends Error {
  override readonly name: string = "UserError";
}

/**
 * Runs a program. What a person can mend ends it with exit code 1 and the message alone; a fault of ours keeps its
 * stack trace.
 */
export function exitOnUserError(program: () => void): void {
  // cdktf takes a stack trace for every token. Translating each to TypeScript costs a tenth of synth; that of a fault
  // is, when it is told.
  process.setSourceMapsEnabled(false);
  try {
    program();
  } catch (error) {
    process.setSourceMapsEnabled(true);
    if (!(error instanceof UserError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
