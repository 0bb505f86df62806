import { UserError } from "../../config/user-error";
import type { Stack } from "./stacks";

/**
 * A stack is destroyed together with all that need it: what stays would hold on to it, or be left without it.
 *
 * @throws UserError that lists the stacks which need a selected one and are not selected
 */
export function checkDestroy(selected: readonly Stack[], stacks: readonly Stack[]): void {
  const ids = new Set(selected.map(({ id }) => id));
  const needing = stacks.flatMap((user) =>
    ids.has(user.id) ? [] : user.dependencies.filter((id) => ids.has(id)).map((id) => ({ user: user.id, id })),
  );
  if (needing.length === 0) return;
  const lines = needing.map(({ user, id }) => `  ${user} needs ${id}`);
  throw new UserError(
    ["destroying these would leave others without what they need; select them too:", ...lines].join("\n"),
  );
}
