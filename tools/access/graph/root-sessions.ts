import type { Access } from "../decide/access";
import { ASSUMED_ROOT } from "../decide/request-context";
import { conditionsOf } from "../policy/decision";
import { policyOf } from "../policy/policy";
import type { Principal } from "../read/model";
import { ROOT_USERS } from "../read/organization";
import { type Actor, type ActorsAndSteps, actorOf, type Step } from "./access-graph";
import { allowed } from "./policy-changes";

/**
 * What AWS's five policies of root tasks leave to a session of AssumeRoot ("AWS managed policies for IAM": S3UnlockBucketPolicy
 * and others). A session has one of them.
 */
const ROOT_TASKS = policyOf("AWS's root tasks", "AWS attaches one of them to each session of AssumeRoot", {
  Effect: "Allow",
  Action: ["iam:CreateLoginProfile", "iam:DeleteLoginProfile", "s3:PutBucketPolicy", "sqs:SetQueueAttributes"],
  Resource: "*",
});

/** Steps from principals of the management account to the root users of members, where service control policies allow a root task. */
export async function rootSessionSteps(access: Access): Promise<ActorsAndSteps> {
  const found: { readonly actors: Actor[]; readonly steps: Step[] } = { actors: [], steps: [] };
  const managers = access.model.accounts.filter(({ management }) => management);
  const principals = managers.flatMap(({ id }) => access.index.principalsOf(id));
  for (const { arn, accountId, service, source } of access.model.guardedResources) {
    if (service !== ROOT_USERS || !(await mayPerformTasks(access, arn, accountId, source))) continue;
    const root: Actor = { id: `root:${accountId}`, kind: "root", name: "root", accountId };
    found.actors.push(root);
    for (const principal of principals) {
      const decision = await allowed(access, principal, "sts:AssumeRoot", arn);
      if (!decision) continue;
      found.steps.push({
        from: actorOf(access, principal.arn).id,
        to: root.id,
        way: "assume-root",
        text: "performs AWS's root tasks as",
        conditions: conditionsOf(decision),
      });
    }
  }
  return found;
}

async function mayPerformTasks(access: Access, arn: string, accountId: string, source: string): Promise<boolean> {
  const root: Principal = { kind: "user", arn, name: "root", accountId, policies: [ROOT_TASKS], tags: {}, source };
  const context = { [ASSUMED_ROOT]: "true" };
  return (await allowed(access, root, "s3:PutBucketPolicy", "*", context)) !== undefined;
}
