import { isNativeError } from "node:util/types";
import { UserError } from "../../config/user-error";

/** Anything that was thrown, as an Error. In Jest, errors of Node's modules are of another realm: no `instanceof`. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error || isNativeError(thrown) ? thrown : new Error(String(thrown));
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return toError(thrown).message;
}

/** The code of a system error, such as `ENOENT`; undefined for any other error. */
export function errnoCode(error: unknown): string | undefined {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}

/**
 * Something outside the project is missing or too old. The message is one line: what is missing, what was found, the
 * remedy.
 */
export class MissingTool extends UserError {
  override readonly name = "MissingTool";

  /** @param found what was found instead. Default: nothing, and the message leaves it out */
  constructor(missing: string, remedy: string, found?: string) {
    super(found === undefined ? `${missing}: ${remedy}` : `${missing}: found ${found}; ${remedy}`);
  }
}
