import { isDeepStrictEqual } from "node:util";
import { scopesOf } from "../../../../tools/access/read/resolver";
import type { SynthesizedStack } from "../../../../tools/synth/synthesized";
import type { PlanJson, ResourceChange } from "../../../../tools/review/plan-json";
import { created, type DataRead, deleted, planOf, replaced, unchanged, updated } from "./plans";
import { awsOf, statesOf } from "./states";
import type { JsonObject } from "../../../../tools/support/json";

/** Arguments that AWS cannot change in place. */
const FORCING = [
  ...["name", "path", "bucket", "role", "user", "policy_arn", "policy_id", "target_id", "role_name"],
  ...["permission_set_arn", "principal_id", "managed_policy_arn", "group_id", "member_id"],
];

/** The plans, by stack, that Terraform would make for stacks with the states of other ones. */
export function plansBetween(
  now: readonly SynthesizedStack[],
  then: readonly SynthesizedStack[],
): ReadonlyMap<string, PlanJson> {
  const [before, after] = [statesOf(now), statesOf(then)];
  return new Map(
    then.map((stack) => {
      const was = now.find(({ id }) => id === stack.id);
      return [
        stack.id,
        planOf(changesOf(before.get(stack.id), after.get(stack.id)), dataOf(stack), was && outputsOf(was)),
      ];
    }),
  );
}

/** Ids in the directory of Identity Center, by name. A stack that was never applied has no outputs. */
function outputsOf(stack: SynthesizedStack): Readonly<Record<string, unknown>> {
  if (Object.keys(stack.json.resource ?? {}).length === 0) return {};
  const scope = scopesOf([stack]).get(stack.id);
  const ids = (name: string) => {
    const found = stack.json.output?.[name] ? (scope?.output(name) as Record<string, string>) : {};
    return Object.fromEntries(Object.entries(found).map(([key, id]) => [key, awsOf(id)]));
  };
  return { "group-ids": ids("group-ids"), "user-ids": ids("user-ids") };
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

/** An organization that exists already, and groups and users of a directory. */
function dataOf(stack: SynthesizedStack): DataRead[] {
  const { data = {} } = stack.json;
  const [type, values] = ["aws_organizations_organization", { id: "o-0example", roots: [{ id: "r-abcd" }] }];
  const scope = scopesOf([stack]).get(stack.id);
  const inDirectory = [
    { type: "aws_identitystore_group", id: "group_id" },
    { type: "aws_identitystore_user", id: "user_id" },
  ];
  return [
    ...Object.keys(data[type] ?? {}).map((name) => ({ type, name, values })),
    ...inDirectory.flatMap(({ type: kind, id }) =>
      Object.keys(data[kind] ?? {}).map((name) => {
        const found = awsOf(String(scope?.resolve(`\${data.${kind}.${name}.${id}}`)));
        return { type: kind, name, values: { [id]: found, id: found } };
      }),
    ),
  ];
}
