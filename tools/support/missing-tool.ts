import { UserError } from "../../config/user-error";

/**
 * Something outside the project is missing or too old. The message is one line: what is missing, what was found, the
 * remedy.
 */
export class MissingTool extends UserError {
  override readonly name = "MissingTool";

  /** @param found what was found in its place. Default: nothing, and the message does not speak of it */
  constructor(missing: string, remedy: string, found?: string) {
    super(found === undefined ? `${missing}: ${remedy}` : `${missing}: found ${found}; ${remedy}`);
  }
}
