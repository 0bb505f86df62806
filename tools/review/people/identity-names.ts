import { isObject, listOf, objectOf, type JsonObject } from "../../support/json";
import { maskPlan } from "../mask";
import type { PlanJson } from "../plan-json";

/** Types that name an id, with their attributes. Data sources have the same ones. */
const NAMED = {
  groups: { type: "aws_identitystore_group", id: "group_id", name: "display_name" },
  users: { type: "aws_identitystore_user", id: "user_id", name: "user_name" },
  sets: { type: "aws_ssoadmin_permission_set", id: "arn", name: "name" },
  durations: { type: "aws_ssoadmin_permission_set", id: "arn", name: "session_duration" },
} as const;

/** Outputs of the stack of IAM Identity Center: ids by name. */
const OUTPUTS = { accounts: "account-ids", groups: "group-ids", users: "user-ids" } as const;

type Kind = keyof typeof NAMED | keyof typeof OUTPUTS;

/**
 * The names of ids of IAM Identity Center, without secrets: assignments and memberships have only ids. Terraform drops
 * what it looked up from the state as soon as the code no longer asks for it, so a name that is removed is in an output.
 */
export class IdentityNames {
  /** The ids of the accounts that Terraform applies the plan in: the provider allows no other. */
  public readonly appliedIn: readonly unknown[];
  private readonly names = new Map<string, string>();

  constructor(plan: PlanJson) {
    const { aws } = objectOf(objectOf(plan.configuration)["provider_config"]);
    this.appliedIn = listOf(objectOf(objectOf(objectOf(aws)["expressions"])["allowed_account_ids"])["constant_value"]);
    const { resource_changes: changes, prior_state: state, output_changes: outputs = {} } = maskPlan(plan);
    for (const [kind, output] of Object.entries(OUTPUTS) as [Kind, string][])
      for (const side of [outputs[output]?.before, outputs[output]?.after])
        for (const [name, id] of Object.entries(objectOf(side))) this.add(kind, id, name);
    const resources = [
      ...resourcesIn(objectOf(objectOf(state)["values"])["root_module"]),
      ...listOf(changes).map(objectOf).flatMap(({ type, change }) => ["before", "after"].map((side) => ({ type, values: objectOf(change)[side] }))), // prettier-ignore
    ];
    for (const { type, values } of resources)
      for (const [kind, named] of Object.entries(NAMED) as [Kind, (typeof NAMED)[keyof typeof NAMED]][])
        if (type === named.type) this.add(kind, objectOf(values)[named.id], objectOf(values)[named.name]);
  }

  /** `engineers`; the id if nothing names it. */
  public group = (id: string): string => this.of("groups", id) ?? id;
  /** `lead@example.com`; the id if nothing names it. */
  public user = (id: string): string => this.of("users", id) ?? id;
  /** `Operator`; the ARN if nothing names it. */
  public permissionSet = (arn: string): string => this.of("sets", arn) ?? arn;
  /** `PT8H`. */
  public sessionDuration = (arn: string): string | undefined => this.of("durations", arn);
  /** `dev (222222222222)`; the id if nothing names it. */
  public account(id: string): string {
    const name = this.of("accounts", id);
    return name === undefined ? id : `${name} (${id})`;
  }

  private of(kind: Kind, id: string): string | undefined {
    return this.names.get(`${kind} ${id}`);
  }

  private add(kind: Kind, id: unknown, name: unknown): void {
    if (typeof id !== "string" || typeof name !== "string" || id === "" || name === "") return;
    const key = `${kind} ${id}`;
    // The first name is the present one.
    if (!this.names.has(key)) this.names.set(key, name);
  }
}

/** The resources and data sources of a state's module, and of the modules in it. */
function resourcesIn(module: unknown): readonly JsonObject[] {
  const { resources, child_modules: children } = objectOf(module);
  return [...listOf(resources).filter(isObject), ...listOf(children).flatMap(resourcesIn)];
}
