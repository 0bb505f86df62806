import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Move } from "../../config/address-files";
import { UserError } from "../../config/user-error";
import { differingKeys, objectOf, type JsonObject } from "../support/json";
import { compareTexts } from "../support/order";
import type { PlanJson } from "../review/plan-json";
import { STACK_JSON, stackJson, type Stack } from "../synth/stacks";
import { PLAN_FILE } from "../terraform/plan-stacks";
import type { Terraform } from "../terraform/terraform";
import type { StateChange } from "./move-resources";

interface ProvedSide {
  readonly stack: Pick<Stack, "id" | "directory">;
  readonly terraformIn: (directory: string) => Terraform;
  readonly change: StateChange;
}

/** What a plan would change. */
interface Change {
  readonly stack: string;
  readonly address: string;
  readonly type: string;
  /** "update", "delete and create". */
  readonly action: string;
  readonly attributes: readonly string[];
}

/** Attributes that name the stack: they follow a resource with the next apply. */
const TAGS = new Set(["tags", "tags_all"]);

/**
 * Plans both stacks on the states as they would become, in folders of this run: nothing is written to AWS.
 *
 * @param source undefined if the code no longer has it: nobody plans it then
 * @returns what the next plans show: lines, empty if both are empty
 * @throws UserError if a moved resource would change in more than tags, or if the same plans would destroy and create a
 *   resource of one type, which the move then lacks
 */
export async function proveMove(
  { source, target }: { readonly source?: ProvedSide; readonly target: ProvedSide },
  moves: readonly Move[],
  folder: string,
): Promise<string[]> {
  try {
    // Both must have ended before the folder is removed.
    const ended = await Promise.allSettled([source, target].map(async (side) => (side ? changesOf(side, folder) : [])));
    const [left = [], arrived = []] = ended.map((each) => {
      if (each.status === "rejected") throw each.reason;
      return each.value;
    });
    const moved = new Set(moves.map(({ to }) => to));
    const isTags = ({ action, attributes }: Change) =>
      action === "update" && attributes.every((name) => TAGS.has(name));
    const problems = [
      ...arrived
        .filter((change) => moved.has(change.address) && !isTags(change))
        .map((change) => `${target.stack.id} must keep a moved resource as it is, got: ${lineOf(change)}. Make it equal in both stacks first.`), // prettier-ignore
      ...left
        .filter(({ action }) => action === "delete")
        .flatMap(({ stack, address, type }) => {
          const other = arrived.find((each) => each.type === type && each.action === "create");
          return other ? [`${stack} would destroy ${address}, and ${other.stack} would create ${other.address}. Add this pair to the command: ${stack}:${address} ${other.stack}:${other.address}`] : []; // prettier-ignore
        }),
    ];
    if (problems.length > 0) throw new UserError(["nothing was changed:", ...problems].join("\n  "));
    return [...left, ...arrived].map((change) => `${change.stack}: ${lineOf(change)}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const lineOf = ({ action, address, attributes }: Change): string =>
  `${action} ${address}${attributes.length > 0 ? ` (${attributes.join(", ")})` : ""}`;

async function changesOf({ stack, terraformIn, change }: ProvedSide, folder: string): Promise<Change[]> {
  const directory = join(folder, stack.id);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const json = stackJson(stack) as JsonObject;
  const local = { ...json, terraform: { ...objectOf(json["terraform"]), backend: { local: {} } } };
  const write = (name: string, text: string) => {
    writeFileSync(join(directory, name), text, { mode: 0o600 });
  };
  write(STACK_JSON, JSON.stringify(local));
  const state = change.next ?? change.text;
  if (state !== undefined) write("terraform.tfstate", state);
  const terraform = terraformIn(directory);
  await terraform.init();
  await terraform.plan({ out: PLAN_FILE, lock: false });
  const { resource_changes: changes = [] } = (await terraform.showPlan(PLAN_FILE)) as PlanJson;
  return changes
    .map(({ change: planned, ...resource }) => ({ ...resource, planned, action: planned.actions.join(" and ") }))
    .filter(({ mode, action }) => mode === "managed" && action !== "no-op")
    .map(({ address, type, action, planned }) => {
      const attributes = action === "update" ? differingKeys(objectOf(planned.before), objectOf(planned.after)) : [];
      return { stack: stack.id, address, type, action, attributes };
    })
    .sort((one, other) => compareTexts(one.address, other.address));
}
