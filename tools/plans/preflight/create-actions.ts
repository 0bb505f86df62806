import { CREATE_ACTIONS } from "../../../config/create-actions";
import { literalText } from "../../accounts/bootstrap/stack-resources";
import planCalls from "../../rehearsal/plan-calls.json";
import { uniqueNameOf, type Declared } from "./creations";

/** An action that first applies request. */
export interface NeededAction {
  readonly action: string;
  /** An ARN, or `*` if AWS or an apply decides it. */
  readonly on: string;
  readonly region: string;
  readonly stackId: string;
}

/** What applies request to create resources, and the reads of a plan in the same services. */
export function neededActions(creations: readonly Declared[]): NeededAction[] {
  const writes = creations.flatMap((resource) => {
    const { type, region, stack } = resource;
    const actions = CREATE_ACTIONS[type]?.split(" ") ?? [];
    return actions.map((action) => ({ action, on: arnOf(resource) ?? "*", region, stackId: stack.id }));
  });
  const reads = writes.flatMap(({ action, region, stackId }) => {
    const service = action.replace(/:.*/, ":");
    const ofService = planCalls.actions.filter((read) => read.startsWith(service));
    return ofService.map((read) => ({ action: read, on: "*", region, stackId }));
  });
  return [...new Map([...writes, ...reads].map((each) => [JSON.stringify(each), each])).values()];
}

/** Paths of the ARNs of IAM, by type. */
const IAM_ARNS: Readonly<Record<string, string>> = {
  aws_iam_instance_profile: "instance-profile",
  aws_iam_policy: "policy",
  aws_iam_role: "role",
  aws_iam_user: "user",
};

/** The ARN of a resource whose name decides it. */
function arnOf(resource: Declared): string | undefined {
  const name = uniqueNameOf(resource);
  const kind = IAM_ARNS[resource.type];
  if (resource.type === "aws_s3_bucket" && name !== undefined) return `arn:aws:s3:::${name}`;
  if (kind === undefined || name === undefined) return undefined;
  return `arn:aws:iam::${resource.stack.accountId}:${kind}${literalText(resource, "path") ?? "/"}${name}`;
}
