import { isDeepStrictEqual } from "node:util";
import type { PlanJson, ResourceChange } from "../review/plan-json";
import type { Finding } from "../review/review";
import { listOf, objectOf } from "../support/json";
import type { Stack } from "../synth/stacks";
import { awsErrorMessage, isDenied } from "../terraform/aws/aws-problem";
import type { SettingClients } from "../terraform/aws/setting-clients";
import { oncePerRegion } from "./destruction/destroyed-resources";
import { ACCOUNT_LOOKS } from "./existing/account-settings";
import { IAM_LOOKS } from "./existing/iam-settings";
import type { Looks } from "./existing/look";
import { REGIONAL_LOOKS } from "./existing/regional-settings";

/** A setting that exists in AWS, and that a plan would create. */
export interface ExistingSetting extends Finding {
  /** Whether the plan must not be applied. Otherwise reviewers decide. */
  readonly refused: boolean;
}

/** Creates the clients that read settings in the account of a stack, in a region. */
export type SettingClientsOf = (stack: Stack, region: string) => Promise<SettingClients>;

/** Types of which an account, a region, a role or a user has only one, or one of a name. Terraform creates them without checking what exists. */
const LOOKS: Looks = { ...ACCOUNT_LOOKS, ...IAM_LOOKS, ...REGIONAL_LOOKS };

/**
 * Asks AWS what exists of the settings that plans would create: CreateAccountAlias and UpdateAccountPasswordPolicy replace
 * it without a warning. Changes nothing.
 *
 * @returns by stack; stacks in which nothing is replaced are absent
 */
export async function existingSettings(
  plans: readonly { readonly stack: Stack; readonly plan: PlanJson }[],
  clientsOf: SettingClientsOf,
): Promise<ReadonlyMap<string, readonly ExistingSetting[]>> {
  const clients = oncePerRegion(clientsOf);
  const found = await Promise.all(
    plans.map(async ({ stack, plan }) => {
      const settings = await Promise.all(
        (plan.resource_changes ?? []).filter(isCreated).map((change) => lookAt(change, plan, stack, clients)),
      );
      return [stack.id, settings.flat()] as const;
    }),
  );
  return new Map(found.filter(([, settings]) => settings.length > 0));
}

/** What exists now and reviewers of a plan have not seen, or have seen with other values. */
export async function changedSettings(
  applies: readonly {
    readonly id: string;
    readonly stack: Stack;
    readonly plan?: PlanJson;
    readonly planned: { readonly existing?: readonly ExistingSetting[] };
  }[],
  clientsOf: SettingClientsOf,
): Promise<string[]> {
  const plans = applies.flatMap(({ plan, stack }) => (plan ? [{ stack, plan }] : []));
  const existing = await existingSettings(plans, clientsOf);
  return applies.flatMap(({ id, planned }) => {
    const now = existing.get(id) ?? [];
    if (isDeepStrictEqual(now, planned.existing ?? [])) return [];
    const found = now.map(({ address, message }) => `${address}: ${message}`).join("; ") || "nothing is left";
    return [`${id}: what exists in AWS has changed since it was planned (${found}). Plan again.`];
  });
}

/** The clients of AWS, loaded when they are first needed. */
export function settingClientsOfAws(env: (stack: Stack) => NodeJS.ProcessEnv): SettingClientsOf {
  return async (stack, region) => {
    const { settingClients } = await import("../terraform/aws/setting-clients.js");
    return settingClients(stack, env(stack), region);
  };
}

const isCreated = ({ type, mode, change: { actions } }: ResourceChange): boolean =>
  mode === "managed" && Object.hasOwn(LOOKS, type) && actions.join() === "create";

async function lookAt(
  { address, type, change }: ResourceChange,
  plan: PlanJson,
  stack: Stack,
  clientsOf: SettingClientsOf,
): Promise<ExistingSetting[]> {
  try {
    const region = regionOf(address, plan) ?? stack.region;
    const found = await LOOKS[type]?.({
      ...(await clientsOf(stack, region)),
      accountId: stack.accountId,
      region,
      planned: objectOf(change.after),
      changes: plan.resource_changes ?? [],
    });
    return found ? [{ address, ...found }] : [];
  } catch (error) {
    const message = `what exists cannot be read: ${awsErrorMessage(error, stack.id)}. So it is unknown what would be replaced. ${isDenied(error) ? "Allow this call, and plan" : "Plan"} again.`;
    return [{ address, message, refused: true }];
  }
}

/** The region of the provider of a resource. Undefined if the plan does not show it as text. */
function regionOf(address: string, { configuration }: PlanJson): string | undefined {
  const { root_module: module, provider_config: providers } = objectOf(configuration);
  const resource = listOf(objectOf(module)["resources"]).map(objectOf).find((each) => each["address"] === address); // prettier-ignore
  const provider = objectOf(objectOf(providers)[String(resource?.["provider_config_key"])]);
  const region = objectOf(objectOf(provider["expressions"])["region"])["constant_value"];
  return typeof region === "string" ? region : undefined;
}
