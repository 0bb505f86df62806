import { deploymentOf, stacksOf, type StackSpec } from "../../../config/layout";
import type { Estate } from "../../../config/model";
import { awsErrorMessage } from "../../terraform/aws/aws-problem";
import type { S3 } from "../../terraform/state/state-lock";
import {
  appliedOf,
  currentOf,
  isHeld,
  pendingNow,
  wasGiven,
  type Applied,
  type AppliedContent,
  type PendingContent,
} from "./applied-content";
import { stackContentOf, type StackContent } from "./content";
import { predecessorOf } from "../../../config/predecessor";
import { readApplied, s3Of } from "./record-store";
import { reachable } from "../../synth/selection";
import { synthesizeStacks } from "../../synth/synth";
import { stackJson, type Stack } from "../../synth/stacks";
import { credentialsOf } from "../../terraform/aws/aws-run";

/** Whether a stack holds what the present code generates, and whether it may be applied. */
export interface PromotionStatus {
  readonly spec: StackSpec;
  /** The content that the present code generates. */
  readonly content: string;
  /**
   * "up to date": the stack holds that content; "pending": that content is applied, and AWS applies the rest of it in a
   * maintenance window; "ready": it may be applied; "waiting": its predecessor must be applied from this code first;
   * "unknown": its record, or its predecessor's, cannot be read.
   */
  readonly status: "up to date" | "pending" | "ready" | "waiting" | "unknown";
  /** What it holds. Undefined if nothing is recorded. */
  readonly applied?: Applied;
  /** What AWS still has to change. Present if the status is "pending". */
  readonly pending?: PendingContent;
  /** The stack that must be applied before it. */
  readonly predecessor?: StackSpec;
  /** Why the status is unknown. */
  readonly problem?: string;
}

interface PromotionStatusOptions {
  readonly estate: Estate;
  /** The JSON of a stack, by its id. */
  readonly jsonOf: (id: string) => unknown;
  readonly s3Of: (stack: StackSpec) => S3;
}

interface Read {
  readonly record?: AppliedContent;
  readonly problem?: string;
}

/** The status of every stack that is applied through plans, in the order of the estate: all except bootstrap stacks. */
export async function promotionStatuses({ estate, jsonOf, s3Of }: PromotionStatusOptions): Promise<PromotionStatus[]> {
  const specs = reachable(stacksOf(estate)).filter(({ name }) => name !== "bootstrap");
  const read = new Map(await Promise.all(specs.map(async (spec) => [spec.id, await readOne(spec, s3Of)] as const)));
  const contents = new Map(specs.map((spec) => [spec.id, stackContentOf(jsonOf(spec.id), spec, estate)]));
  const contentFor = ({ id }: StackSpec): StackContent => {
    const content = contents.get(id);
    if (!content) throw new Error(`${id} has no content to compare`);
    return content;
  };
  return specs.map((spec): PromotionStatus => {
    const { record, problem } = read.get(spec.id) ?? {};
    const predecessor = predecessorOf(spec, estate);
    const before = predecessor && read.get(predecessor.id);
    const { content, exact } = contentFor(spec);
    const common = { spec, content, applied: currentOf(record), predecessor };
    if (problem !== undefined) return { ...common, status: "unknown", problem };
    const pending = pendingNow(record);
    const isApplied = isHeld(record, exact);
    if (isApplied && !pending) return { ...common, status: "up to date" };
    if (pending && (isApplied || pending.exact === exact)) return { ...common, status: "pending", pending };
    if (!predecessor || wasGiven(record, exact)) return { ...common, status: "ready" };
    if (before?.problem !== undefined) return { ...common, status: "unknown", problem: before.problem };
    const isTested = appliedOf(before?.record, contentFor(predecessor).content) !== undefined;
    return { ...common, status: isTested ? "ready" : "waiting" };
  });
}

async function readOne(spec: StackSpec, s3Of: PromotionStatusOptions["s3Of"]): Promise<Read> {
  try {
    return { record: await readApplied(s3Of(spec), spec) };
  } catch (error) {
    return { problem: awsErrorMessage(error, spec.id, { account: spec.account.name }) };
  }
}

/** The stacks that one job of a pipeline applies after approval of one GitHub environment. */
interface PendingDeployment {
  readonly deployment: string;
  /** Undefined for account-wide stacks. */
  readonly environment?: string;
  /** Stacks that do not hold what the present code generates, in the order of the estate. */
  readonly stacks: readonly string[];
  /** Whether all of them wait for another deployment. */
  readonly waits: boolean;
}

/**
 * Deployments with something to apply, in promotion order. The account-wide stacks of an account come before the first
 * environment that uses it. Stacks with an unknown status count: planning them reports the reason.
 */
export function pendingDeployments(
  statuses: readonly PromotionStatus[],
  { environments, accounts }: Estate,
): PendingDeployment[] {
  const owners = [...accounts.filter(({ kind }) => kind === "master"), ...environments.flatMap((environment) => [environment.account, ...environment.members.map(({ account }) => account), environment]), ...accounts]; // prettier-ignore
  const names = owners.map((owner) => ("namespace" in owner ? owner.name : deploymentOf({ account: owner })));
  return [...new Set(names)].flatMap((deployment) => {
    const isLeft = ({ status }: PromotionStatus): boolean => status !== "up to date" && status !== "pending";
    const left = statuses.filter((each) => deploymentOf(each.spec) === deployment && isLeft(each));
    const [first] = left;
    if (!first) return [];
    const waits = left.every(({ status }) => status === "waiting");
    return [{ deployment, environment: first.spec.environment?.name, stacks: left.map(({ spec }) => spec.id), waits }];
  });
}

export interface CurrentPromotion {
  readonly statuses: readonly PromotionStatus[];
  /** Every stack that the present code generates. */
  readonly stacks: readonly Stack[];
}

/**
 * Synthesizes the estate and reads the promotion status of every stack from AWS.
 * @param directory a folder of this run for the stacks
 * @param profile the AWS profile; `{account}` is replaced with the account's name
 */
export async function currentPromotion(
  estate: Estate,
  directory: string,
  profile: string | undefined,
): Promise<CurrentPromotion> {
  const stacks = await synthesizeStacks(directory);
  const byId = new Map(stacks.map((stack) => [stack.id, stack]));
  const jsonOf = (id: string): unknown => {
    const stack = byId.get(id);
    if (!stack) throw new Error(`${id} was not synthesized`);
    return stackJson(stack);
  };
  const statuses = await promotionStatuses({ estate, jsonOf, s3Of: s3Of(credentialsOf({ estate, profile })) });
  return { statuses, stacks };
}
