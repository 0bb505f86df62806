import { actionMatcher } from "../policy/patterns";
import { serviceOf } from "./request-context";

/** The service of an action pattern, in lower case; undefined if that has a wildcard. */
export const serviceIn = (pattern: string): string | undefined => /^([^*?:]+):/.exec(pattern)?.[1]?.toLowerCase();

const patterns = new Map<string, { readonly matcher: RegExp; readonly service: string | undefined }>();

export function patternOf(text: string) {
  const pattern = patterns.get(text) ?? { matcher: actionMatcher(text), service: serviceIn(text) };
  patterns.set(text, pattern);
  return pattern;
}

const byService = new WeakMap<readonly string[], Map<string, readonly string[]>>();

/** The patterns that match the action. AWS managed policies have thousands of patterns of other services. */
export function patternsOf(all: readonly string[], action: string): readonly string[] {
  const known = byService.get(all) ?? new Map<string, readonly string[]>();
  byService.set(all, known);
  const wanted = serviceOf(action);
  const near = known.get(wanted) ?? all.filter((text) => [undefined, wanted].includes(patternOf(text).service));
  known.set(wanted, near);
  return near.filter((text) => matchesAction(text, action));
}

export function matchesAction(text: string, action: string): boolean {
  const { matcher, service } = patternOf(text);
  // Comparing the service first is fast.
  return (service === undefined || service === serviceOf(action)) && matcher.test(action);
}
