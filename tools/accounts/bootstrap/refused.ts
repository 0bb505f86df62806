import { UserError } from "../../../config/user-error";

/**
 * A birth can't start, or go on, without a person's decision. What it has made until then stays, and so does its local
 * state.
 */
export class BirthRefused extends UserError {
  public override readonly name = "BirthRefused";
}
