import { isDeepStrictEqual } from "node:util";
import type { Estate } from "../../config/model";
import type { PlanJson, ResourceChange } from "../review/plan-json";
import type { Finding } from "../review/review";
import { objectOf } from "../support/json";
import type { Stack } from "../synth/stacks";
import { awsErrorMessage, isDenied } from "../terraform/aws/aws-problem";
import type { SettingClients } from "../terraform/aws/setting-clients";
import { statesOnce, type StatesOf } from "../terraform/state/bucket-states";
import { oncePerRegion, resourceRegion } from "./destruction/destroyed-resources";
import { ACCOUNT_LOOKS, CHANGE_LOOKS } from "./existing/account-settings";
import { IAM_LOOKS } from "./existing/iam-settings";
import { losesLastUser, withoutPermissionSet } from "./existing/last-user";
import type { Looks } from "./existing/look";
import { otherAccounts } from "./existing/other-accounts";
import {
  destructionsHeldElsewhere,
  importsHeldElsewhere,
  importsOfOneThing,
  importsOfOtherAccounts,
} from "./held-imports";
import { REGIONAL_LOOKS } from "./existing/regional-settings";
import { duplicates, isAdopting, type ReadersOf } from "./duplicates";
import { keptCreations } from "./kept-creations";

/** A setting that exists in AWS, and that a plan would create. */
export interface ExistingSetting extends Finding {
  /** Whether the plan must not be applied. Otherwise reviewers decide. */
  readonly refused: boolean;
}

/** Creates the clients that read settings in the account of a stack, in a region. */
export type SettingClientsOf = (stack: Stack, region: string) => Promise<SettingClients>;

/** Types of which an account, a region, a role or a user has only one, or one of a name. Terraform creates them without checking what exists. */
export const CREATION_LOOKS: Looks = { ...ACCOUNT_LOOKS, ...IAM_LOOKS, ...REGIONAL_LOOKS };

/**
 * Asks AWS what exists of the settings that plans would create: CreateAccountAlias and UpdateAccountPasswordPolicy replace
 * it without a warning; and what uses a setting that plans would change. Changes nothing. Also finds resources that plans
 * would create although the estate says that they exist, what stacks that import would create a second time, and what
 * plans need of other accounts.
 *
 * @param estate undefined on an emulator, which has nothing that exists
 * @param readersOf clients that look for what would exist twice. @default nobody looks
 * @param isApply whether the plan has been made, with credentials that may read more
 * @returns by stack; stacks in which nothing is replaced are absent
 */
export async function existingSettings(
  plans: readonly { readonly stack: Stack; readonly plan: PlanJson }[],
  clientsOf: SettingClientsOf,
  estate: Estate | undefined,
  readersOf?: ReadersOf,
  isApply = false,
): Promise<ReadonlyMap<string, readonly ExistingSetting[]>> {
  const clients = oncePerRegion(clientsOf);
  const shared = importsOfOneThing(plans);
  const twiceIn = readersOf && duplicatesLook(readersOf, isApply);
  const buckets = createdBuckets(plans.map(({ plan }) => plan));
  const found = await Promise.all(
    plans.map(async ({ stack, plan }) => {
      const settings = await Promise.all(
        (plan.resource_changes ?? []).map((change) => lookAt(change, { plan, buckets }, stack, clients)),
      );
      const twice = (await twiceIn?.(plan, stack)) ?? [];
      const ofEstate = estate
        ? [...keptCreations(plan, stack.id, estate), ...(await otherAccounts(plan, stack, estate, clients, isApply))]
        : [];
      const own = [...ofEstate, ...(shared.get(stack.id) ?? [])];
      const all = [...settings.flat(), ...own.map(({ address, message }) => ({ address, message, refused: true }))];
      const isListed = ({ address }: Finding) => all.some((each) => each.refused && each.address === address);
      const others = twice.filter((each) => !isListed(each)).map((each) => ({ ...each, refused: true }));
      return [stack.id, [...all, ...others]] as const;
    }),
  );
  return new Map(found.filter(([, settings]) => settings.length > 0));
}

function duplicatesLook(readersOf: ReadersOf, isApply: boolean): (plan: PlanJson, stack: Stack) => Promise<Finding[]> {
  const statesOf = statesOnce(async (stack) => (await readersOf(stack, stack.state.region)).s3(), isApply);
  return (plan, stack) => lookForDuplicates(plan, stack, readersOf, statesOf);
}

async function lookForDuplicates(
  plan: PlanJson,
  stack: Stack,
  readersOf: ReadersOf,
  statesOf: StatesOf,
): Promise<Finding[]> {
  const isImport = isAdopting(stack, plan);
  const isDestruction = (plan.resource_changes ?? []).some(({ change }) => change.actions.includes("delete"));
  if (!isImport && !isDestruction) return [];
  try {
    const destroyed = await destructionsHeldElsewhere(plan, stack, statesOf);
    if (!isImport) return destroyed;
    const [held, foreign, twice] = await Promise.all([
      importsHeldElsewhere(plan, stack, statesOf),
      importsOfOtherAccounts(plan, stack, async (region) => (await readersOf(stack, region)).s3()),
      duplicates(plan, stack, readersOf),
    ]);
    return [...destroyed, ...held, ...foreign, ...twice];
  } catch (error) {
    const unknown = isImport ? "create twice" : "destroy of other stacks";
    const message = `what exists cannot be read: ${awsErrorMessage(error, stack.id)}. So it is unknown what the plan would ${unknown}. ${isDenied(error) ? "Allow this call, and plan" : "Plan"} again.`;
    return [{ address: isImport ? "import" : "destroy", message }];
  }
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
  estate: Estate | undefined,
  readersOf?: ReadersOf,
): Promise<string[]> {
  const plans = applies.flatMap(({ plan, stack }) => (plan ? [{ stack, plan }] : []));
  const existing = await existingSettings(plans, clientsOf, estate, readersOf, true);
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

/** What to look at before a resource is created, or changed or replaced. */
function looksFor(resource: ResourceChange): Looks {
  const { mode, type, change } = resource;
  const { actions } = change;
  if (mode !== "managed") return {};
  if (actions.join() === "create") return CREATION_LOOKS;
  if (!actions.includes("update") && !actions.includes("create")) return {};
  // Most changed roles need no client of AWS.
  if (type === "aws_iam_role") return losesLastUser(resource) ? { [type]: withoutPermissionSet } : {};
  return CHANGE_LOOKS;
}

const createdBuckets = (plans: readonly PlanJson[]): ReadonlySet<string> =>
  new Set(
    plans
      .flatMap(({ resource_changes: changes = [] }) => changes)
      .filter(({ type, change }) => type === "aws_s3_bucket" && change.actions.includes("create"))
      .map(({ change }) => String(objectOf(change.after)["bucket"])),
  );

async function lookAt(
  resource: ResourceChange,
  { plan, buckets }: { readonly plan: PlanJson; readonly buckets: ReadonlySet<string> },
  stack: Stack,
  clientsOf: SettingClientsOf,
): Promise<ExistingSetting[]> {
  const { address, type, change } = resource;
  const looks = looksFor(resource);
  const look = Object.hasOwn(looks, type) ? looks[type] : undefined;
  if (!look) return [];
  try {
    const region = resourceRegion(resource, plan, stack);
    const found = await look({
      ...(await clientsOf(stack, region)),
      accountId: stack.accountId,
      region,
      before: objectOf(change.before),
      planned: objectOf(change.after),
      changes: plan.resource_changes ?? [],
      createdBuckets: buckets,
    });
    return found ? [{ address, ...found }] : [];
  } catch (error) {
    const message = `what exists cannot be read: ${awsErrorMessage(error, stack.id)}. So it is unknown what would be replaced. ${isDenied(error) ? "Allow this call, and plan" : "Plan"} again.`;
    return [{ address, message, refused: true }];
  }
}
