import type { Terraform } from "../../../tools/terraform/terraform";

/** The file of a plan, in the stack's folder. */
export const PLAN_FILE = "test.tfplan";

interface ShownPlan {
  readonly resource_changes?: readonly {
    readonly address: string;
    readonly mode: string;
    readonly change: { readonly actions: string[] };
  }[];
}

/**
 * The planned actions by address without cdktf's hash: `{ "aws_vpc.network_vpc": "delete, create" }`. The plan is kept
 * in PLAN_FILE.
 */
export async function plannedChanges(terraform: Terraform): Promise<Record<string, string>> {
  await terraform.plan({ out: PLAN_FILE });
  const { resource_changes: all = [] } = (await terraform.showPlan(PLAN_FILE)) as ShownPlan;
  const changes = all
    .filter(({ mode }) => mode === "managed")
    .map(({ address, change }) => [address.replace(/_[0-9A-F]{8}$/, ""), change.actions.join(", ")] as const)
    .filter(([, actions]) => actions !== "no-op");
  return Object.fromEntries(changes);
}
