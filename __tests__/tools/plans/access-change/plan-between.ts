import { isDeepStrictEqual } from "node:util";
import type { SynthesizedStack } from "../../../../tools/synth/synthesized";
import type { PlanJson, ResourceChange } from "../../../../tools/review/plan-json";
import { created, type DataRead, deleted, planOf, replaced, unchanged, updated } from "./plans";
import { statesOf } from "./states";
import type { JsonObject } from "../../../../tools/support/json";

/** Arguments that AWS cannot change in place. */
const FORCING = ["name", "path", "bucket", "role", "user", "policy_arn", "policy_id", "target_id", "role_name"];

/** The plans, by stack, that Terraform would make for stacks with the states of other ones. */
export function plansBetween(
  now: readonly SynthesizedStack[],
  then: readonly SynthesizedStack[],
): ReadonlyMap<string, PlanJson> {
  const [before, after] = [statesOf(now), statesOf(then)];
  return new Map(
    then.map((stack) => [stack.id, planOf(changesOf(before.get(stack.id), after.get(stack.id)), dataOf(stack))]),
  );
}

type State = ReadonlyMap<string, JsonObject>;

function changesOf(was: State = new Map(), is: State = new Map()): ResourceChange[] {
  return [...new Set([...was.keys(), ...is.keys()])].map((address) =>
    changeOf(address, was.get(address), is.get(address)),
  );
}

function changeOf(address: string, was: JsonObject | undefined, is: JsonObject | undefined): ResourceChange {
  const [type = "", name = ""] = address.split(".");
  if (!was) return created(type, name, is ?? {});
  if (!is) return deleted(type, name, was);
  const keys = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  const all = (values: JsonObject) => Object.fromEntries(keys.map((key) => [key, values[key] ?? null]));
  if (isDeepStrictEqual(all(was), all(is))) return unchanged(type, name, all(was));
  const forces = FORCING.some((key) => !isDeepStrictEqual(was[key], is[key]));
  return (forces ? replaced : updated)(type, name, all(was), all(is));
}

/** An organization that exists already. */
function dataOf({ json }: SynthesizedStack): DataRead[] {
  const [type, values] = ["aws_organizations_organization", { id: "o-0example", roots: [{ id: "r-abcd" }] }];
  return Object.keys(json.data?.[type] ?? {}).map((name) => ({ type, name, values }));
}
