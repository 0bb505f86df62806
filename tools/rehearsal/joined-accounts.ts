import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { asList, isObject, objectOf, type JsonObject } from "../support/json";
import { STACK_JSON, stackJson, type Stack } from "../synth/stacks";

const ACCOUNT = "aws_organizations_account";

/**
 * Removes the accounts that have joined an organization by invitation from the JSON of stacks. Terraform imports only what
 * exists, and an emulator starts without the organization that they have joined.
 */
export function leaveOutJoined(stacks: readonly Pick<Stack, "directory" | "resourceTypes">[]): void {
  for (const stack of stacks) {
    if (stack.resourceTypes[ACCOUNT] === undefined) continue;
    const json = objectOf(stackJson(stack));
    const left = withoutJoined(json);
    if (left !== json) writeFileSync(join(stack.directory, STACK_JSON), JSON.stringify(left, null, 2));
  }
}

function withoutJoined(json: JsonObject): JsonObject {
  const imports = asList(json["import"]).filter(isObject);
  const joined = imports.map(({ to }) => String(to)).filter((to) => to.startsWith(`${ACCOUNT}.`));
  if (joined.length === 0) return json;
  const resources = objectOf(json["resource"]);
  const accounts = without(objectOf(resources[ACCOUNT]), (name) => joined.includes(`${ACCOUNT}.${name}`));
  const outputs = without(objectOf(json["output"]), (_, output) =>
    joined.some((address) => JSON.stringify(output).includes(`${address}.`)),
  );
  const others = imports.filter(({ to }) => !joined.includes(String(to)));
  const left = { ...json, resource: { ...resources, [ACCOUNT]: accounts }, output: outputs, import: others };
  return without(left, (_, block) => Array.isArray(block) && block.length === 0);
}

const without = (object: JsonObject, isLeftOut: (key: string, value: unknown) => boolean): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([key, value]) => !isLeftOut(key, value)));
