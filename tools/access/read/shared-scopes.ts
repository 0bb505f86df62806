import type { SynthesizedStack } from "../../synth/synthesized";
import { scopesOf, StackScope } from "./resolver";

type Scopes = ReadonlyMap<string, StackScope>;

/**
 * The scopes of stacks that exist in another version too. A stack that resolves the same values in both keeps its scope,
 * so what was read of it is not read again.
 *
 * @param known the scopes of the other version
 */
export function sharedScopes(stacks: readonly SynthesizedStack[], known: Scopes): Scopes {
  const own = scopesOf(stacks);
  const shared = new Map<string, StackScope>();
  for (const stack of stacks) {
    const [one, other] = [known.get(stack.id), own.get(stack.id)];
    shared.set(stack.id, one && resolveTheSame(one, other) ? one : new StackScope(stack, shared));
  }
  return shared;
}

/** Whether two scopes are of the same stack, and so are all whose outputs they read. */
function resolveTheSame(
  one: StackScope | undefined,
  other: StackScope | undefined,
  compared = new Set<StackScope>(),
): boolean {
  if (one?.stack !== other?.stack) return false;
  // One that was compared before did not differ, or is being compared.
  if (!one || !other || compared.has(one)) return true;
  compared.add(one);
  const upstreams = other.upstreams();
  return one.upstreams().every((upstream, index) => resolveTheSame(upstream, upstreams[index], compared));
}
