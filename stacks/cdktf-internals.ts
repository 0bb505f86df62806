import "cdktf"; // first: alone, its parts import each other in a circle
// An `import` would be a copy, in which nothing can be replaced.
// eslint-disable-next-line @typescript-eslint/no-require-imports
import stackTrace = require("cdktf/lib/tokens/private/stack-trace");
import { TokenMap } from "cdktf/lib/tokens/private/token-map";

/* What cdktf has no setting for. __tests__/stacks/cdktf-internals.test.ts proves each under cdktf and its successor. */

/**
 * Keeps tokens from recording where they were created, about a sixth of the time of a synth. Only cdktf's own error
 * messages print it; the synthesized JSON is the same.
 */
export function skipCreationTraces(): void {
  const capturing: Record<string, unknown> = stackTrace;
  // The second is the successor's.
  for (const name of ["captureStackTrace", "captureCreationStack"])
    if (name in capturing) capturing[name] = (): string[] => [];
}

/**
 * Releases every token, and with the tokens the constructs that they refer to: cdktf keeps them until the process ends.
 * Resolving an older token fails afterwards.
 */
export function forgetTokens(): void {
  const { stringTokenMap, numberTokenMap } = TokenMap.instance() as unknown as Readonly<
    Record<"stringTokenMap" | "numberTokenMap", Map<unknown, unknown>>
  >;
  stringTokenMap.clear();
  numberTokenMap.clear();
}
