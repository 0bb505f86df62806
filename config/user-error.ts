import { hideSecrets } from "./secret-text";

/** An error that the user can fix. It is printed as its message, without a stack trace, and quotes no secret. */
export class UserError extends Error {
  override readonly name: string = "UserError";

  constructor(message: string, options?: ErrorOptions) {
    super(hideSecrets(message), options);
  }
}

/** Whether it is an error of the operating system, such as `ENOSPC`: of a disk, a folder, a file, not of the program. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error && "code" in error && /^E[A-Z0-9]+$/.test(String(error.code));
}

/** Runs a program. A user error ends it with exit code 1 and the message; any other error keeps its stack trace. */
export async function exitOnUserError(program: () => void | Promise<void>): Promise<void> {
  try {
    await program();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
