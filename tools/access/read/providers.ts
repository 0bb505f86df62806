import type { StackJson } from "../../synth/synthesized";
import { asList, isObject, type JsonObject } from "../../support/json";

/** The AWS providers of a stack. */
export function providersOf(json: StackJson): JsonObject[] {
  return asList(json.provider?.["aws"]).filter(isObject);
}

/** The provider of a resource; without one, the stack's own provider. */
export function providerOf(json: StackJson, resource: JsonObject = {}): JsonObject {
  const written = resource["provider"];
  const alias = typeof written === "string" ? /^(?:\$\{)?aws\.([\w-]+)\}?$/.exec(written)?.[1] : undefined;
  if (written !== undefined && alias === undefined && written !== "aws") return {};
  return providersOf(json).find((provider) => provider["alias"] === alias) ?? {};
}

/** The account of a provider, which must allow exactly one. Any other text than an account id means: unknown. */
export function accountOf(provider: JsonObject): string {
  const allowed = asList(provider["allowed_account_ids"]);
  return allowed.length === 1 ? String(allowed[0]) : "no account";
}
