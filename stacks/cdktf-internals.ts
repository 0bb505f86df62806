import { Token } from "cdktf"; // first: alone, its parts import each other in a circle
import { Aspects, DefaultTokenResolver, TerraformElement, type TerraformStack } from "cdktf";
// An `import` would be a copy, in which nothing can be replaced.
/* eslint-disable @typescript-eslint/no-require-imports */
import resolving = require("cdktf/lib/tokens/private/resolve");
import stackTrace = require("cdktf/lib/tokens/private/stack-trace");
import expressions = require("cdktf/lib/tfExpression");
/* eslint-enable @typescript-eslint/no-require-imports */
import { TokenMap } from "cdktf/lib/tokens/private/token-map";
import { ValidateTerraformVersion } from "cdktf/lib/validations/validate-terraform-version";

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
 * Keeps cdktf from running `terraform version` twice for each resource that is imported or moved. Every stack requires a
 * newer version than those that cdktf asks for, and a synth needs no Terraform.
 */
export function skipVersionChecks(): void {
  ValidateTerraformVersion.prototype.validate = (): string[] => [];
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

const resolve: (value: unknown, options: ResolveOptions) => unknown = resolving.resolve;
type ResolveOptions = Parameters<typeof resolving.resolve>[1];

/**
 * Resolves values without a token, which most are, at once: cdktf tests each string and key with several regular
 * expressions, each time in a new context. That is a third of the time of a synth. The rest is left to cdktf.
 */
export function resolvePlainValuesAtOnce(): void {
  const replaced: Record<string, unknown> = resolving;
  replaced["resolve"] = (value: unknown, options: ResolveOptions): unknown => {
    if (options.previousContext || options.prefix) return resolve(value, options);
    return isBuilt(value) ? resolveBuilt(value, options) : resolveValue(value, [], options);
  };
  DefaultTokenResolver.prototype.resolveToken = function (token, ...rest): unknown {
    if (token.constructor !== Plain && !(token instanceof Expression)) otherTokens++;
    return resolveToken.call(this, token, ...rest) as unknown;
  };
}

function resolveValue(value: unknown, path: string[], options: ResolveOptions): unknown {
  switch (typeof value) {
    case "undefined":
    case "boolean":
      return value;
    case "string":
      if (isPlainText(value)) return value;
      break;
    case "number":
      if (value >= 0) return value; // tokens are negative
      break;
    case "object":
      if (value === null) return value;
      if (path.length > MOST_LEVELS) break;
      if (Array.isArray(value)) {
        if (!value.every(isPlainElement)) break;
        return value.map((each, index) => resolveAt(each, String(index), path, options)).filter(isDefined);
      }
      if (isPlainObject(value)) return resolveObject(value, path, options);
  }
  return resolve(value, { ...options, prefix: [...path] });
}

/** cdktf refuses more levels as a cycle. */
const MOST_LEVELS = 200;

function resolveObject(value: Readonly<Record<string, unknown>>, path: string[], options: ResolveOptions) {
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const resolved = resolveAt(value[key], key, path, options);
    if (resolved !== undefined) result[key] = resolved;
  }
  return result;
}

function resolveAt(value: unknown, key: string, path: string[], options: ResolveOptions): unknown {
  path.push(key);
  const resolved = resolveValue(value, path, options);
  path.pop();
  return resolved;
}

const isDefined = (value: unknown): boolean => value !== undefined;

/** A text without anything that cdktf may take for an encoded token. */
const isPlainText = (text: string): boolean =>
  !text.includes("TfToken[") && !ENCODED_NUMBER.test(text) && !MAP_TOKENS.has(text);
/** Part of every number that encodes a token: its exponent. */
const ENCODED_NUMBER = /[-|\d.+]e[-|\d.eE+]/;
const MAP_TOKENS: ReadonlySet<string> = new Set([Token.STRING_MAP_TOKEN_VALUE, Token.ANY_MAP_TOKEN_VALUE]);

/** Of an array: a token may stand for all of it. */
const isPlainElement = (value: unknown): boolean =>
  typeof value === "string" ? isPlainText(value) : typeof value !== "number" || value >= 0;

/** No token, construct or instance of another class, and no key with a token. */
function isPlainObject(value: object): value is Record<string, unknown> {
  return (
    Object.getPrototypeOf(value) === Object.prototype &&
    !("resolve" in value) &&
    !("_children" in value) &&
    Object.keys(value).every(isPlainText)
  );
}

/**
 * Lets cdktf build and resolve each element of an app's stacks once. It does so twice: first to find what a stack reads
 * of others (`prepareStack`), then to write it. An element is still built twice if it has a token that may resolve to
 * something else later, such as a lazy value, and so are all elements if an aspect may change them in between. Needs
 * `resolvePlainValuesAtOnce`.
 */
export function buildElementsOnce(stacks: readonly TerraformStack[]): void {
  const constructs = stacks.flatMap(({ node }) => node.findAll());
  if (constructs.some((each) => Aspects.of(each).all.length > 0)) return;
  for (const each of constructs) if (TerraformElement.isTerraformElement(each)) buildOnce(each);
}

/** What elements were built to, and what that resolves to. Nothing is kept if it may resolve to something else later. */
const built = new WeakMap<object, { kept?: unknown }>();
const isBuilt = (value: unknown): value is object => typeof value === "object" && value !== null && built.has(value);

function buildOnce(element: TerraformElement): void {
  const build = element.toTerraform.bind(element) as () => object;
  let last: object | undefined;
  element.toTerraform = () => {
    if (last && built.get(last)?.kept !== undefined) return last;
    last = build();
    built.set(last, {});
    return last;
  };
}

function resolveBuilt(value: object, options: ResolveOptions): unknown {
  const entry = built.get(value);
  if (entry?.kept !== undefined) return entry.kept;
  const before = otherTokens;
  const resolved = resolveValue(value, [], options);
  if (entry && otherTokens === before) entry.kept = resolved;
  return resolved;
}

/** How many tokens were resolved that may resolve to something else later. */
let otherTokens = 0;
// eslint-disable-next-line @typescript-eslint/unbound-method -- it is called with the resolver that it belongs to
const { resolveToken } = DefaultTokenResolver.prototype;
/** The classes of plain values, and of expressions made of other tokens. */
const [Plain, Expression] = [
  Token.asAny("").constructor,
  Object.getPrototypeOf(expressions.ref("").constructor) as Class,
];
type Class = new (...args: never) => object;

/** Whether `addOverride` of a stack declares a remote state: no construct shows it. */
export function hasRemoteStateOverride(stack: TerraformStack): boolean {
  const { rawOverrides } = stack as unknown as { readonly rawOverrides: { readonly data?: object } };
  return "terraform_remote_state" in (rawOverrides.data ?? {});
}
