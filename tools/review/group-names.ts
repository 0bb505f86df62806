import { listOf, objectOf } from "../support/json";
import type { PlanJson } from "./plan-json";

/** `data.terraform_remote_state.cross-stack-reference-input-dev-network`: the state of dev-network. */
const REMOTE_STATE = /^data\.terraform_remote_state\.(?:cross-stack-reference-input-)?(.+)$/;
const GROUP_ID = /^sg-[0-9a-f]+$/;

/**
 * The names of security groups in other stacks, by id: "web of dev-network". They come from the resources of the plans,
 * and from the outputs of other stacks that the plans have read.
 *
 * @param plans by stack
 */
export function securityGroupNames(plans: ReadonlyMap<string, PlanJson>): ReadonlyMap<string, string> {
  const found = [...plans].flatMap(([stack, plan]) => [...resourceNames(stack, plan), ...outputNames(plan)]);
  // The first name of an id counts.
  return new Map(found.reverse());
}

type Named = readonly [id: string, name: string];

function resourceNames(stack: string, { resource_changes: changes }: PlanJson): readonly Named[] {
  return listOf(changes).flatMap((each): readonly Named[] => {
    const { type, change } = objectOf(each);
    const { id, name } = objectOf(objectOf(change)["before"]);
    const isGroup = type === "aws_security_group" || type === "aws_default_security_group";
    return isGroup && isGroupId(id) && typeof name === "string" ? [[id, `${name} of ${stack}`]] : [];
  });
}

function outputNames({ prior_state: state }: PlanJson): readonly Named[] {
  const { resources } = objectOf(objectOf(objectOf(state)["values"])["root_module"]);
  return listOf(resources).flatMap((each): readonly Named[] => {
    const { address, values } = objectOf(each);
    const stack = REMOTE_STATE.exec(String(address))?.[1];
    if (stack === undefined) return [];
    return Object.entries(objectOf(objectOf(values)["outputs"])).flatMap(([output, value]): readonly Named[] =>
      isGroupId(value) && !output.startsWith("cross-stack-output-")
        ? [[value, `${output.replace(/^security-group-id-/, "")} of ${stack}`]]
        : [],
    );
  });
}

const isGroupId = (value: unknown): value is string => typeof value === "string" && GROUP_ID.test(value);
