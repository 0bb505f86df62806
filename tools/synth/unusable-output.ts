import { UserError } from "../../config/user-error";

/**
 * The synthesized output can't be run as it is. The message says where, what was expected, what was found, and the
 * remedy.
 */
export class UnusableOutput extends UserError {
  override readonly name = "UnusableOutput";
}
