import type { Access } from "./access";
import type { Principal } from "../read/model";
import type { ModelIndex } from "./model-index";
import { conditionText, type Decision, isUnconditional } from "../policy/decision";
import { covers, coversAny } from "../policy/patterns";

/** A permission with a name that people know. The matrix decides it in each principal's own account. */
interface Capability {
  readonly id: string;
  /** After "may": `delete databases`. */
  readonly label: string;
  readonly action: string;
  /** The ARNs to ask for in an account. A `*` in an ARN asks for any match. */
  readonly on: (account: AccountRegion, index: ModelIndex) => readonly string[];
}

interface AccountRegion {
  readonly id: string;
  readonly region: string;
}

type Target = Capability["on"];

const anything: Target = () => ["*"];
const any =
  (service: string, rest: string): Target =>
  ({ id, region }) => [`arn:aws:${service}:${["iam", "organizations"].includes(service) ? "" : region}:${id}:${rest}`];
const anyRole = any("iam", "role/*");

/** The resources of a type that the stacks create, and any other. */
const created =
  (type: string, others: Target, part = ""): Target =>
  (account, index) => {
    const own = index.resourcesOf(account.id).filter((resource) => resource.type === type);
    return [...own.map(({ arn }) => arn + part), ...others(account, index)];
  };
const anyBucket: Target = () => ["arn:aws:s3:::*"];
const anyObject: Target = () => ["arn:aws:s3:::*/*"];
const objects = created("aws_s3_bucket", anyObject, "/*");
const databases = created("aws_db_instance", any("rds", "db:*"));
const repositories = created("aws_ecr_repository", any("ecr", "repository/*"));
const keys = created("aws_kms_key", any("kms", "key/*"));
/** Any secret, and each secret with a resource policy: that policy applies to it alone. */
const secrets: Target = (account, index) => [
  ...any("secretsmanager", "secret:*")(account, index),
  ...index
    .guardedResourcesOf(account.id)
    .filter(({ service }) => service === "secretsmanager")
    .map(({ arn }) => arn),
];

/** The capabilities that the matrix decides, in the order of its rows. */
export const CAPABILITIES: readonly Capability[] = [
  { id: "see-machines", label: "see instances", action: "ec2:DescribeInstances", on: anything },
  { id: "see-databases", label: "see databases", action: "rds:DescribeDBInstances", on: databases },
  { id: "see-iam", label: "see roles and their policies", action: "iam:GetRolePolicy", on: anyRole },
  { id: "read-logs", label: "read logs", action: "logs:FilterLogEvents", on: any("logs", "log-group:*") },
  { id: "read-costs", label: "see costs", action: "ce:GetCostAndUsage", on: anything },
  { id: "handle-support", label: "handle support cases", action: "support:CreateCase", on: anything },

  { id: "list-objects", label: "list objects", action: "s3:ListBucket", on: created("aws_s3_bucket", anyBucket) },
  { id: "read-objects", label: "read objects", action: "s3:GetObject", on: objects },
  { id: "write-objects", label: "write objects", action: "s3:PutObject", on: objects },
  { id: "delete-objects", label: "delete objects", action: "s3:DeleteObject", on: objects },
  { id: "read-secrets", label: "read secrets", action: "secretsmanager:GetSecretValue", on: secrets },
  { id: "write-secrets", label: "write secrets", action: "secretsmanager:PutSecretValue", on: secrets },
  { id: "read-parameters", label: "read parameters", action: "ssm:GetParameter", on: any("ssm", "parameter/*") },
  { id: "decrypt", label: "decrypt", action: "kms:Decrypt", on: keys },
  {
    id: "log-in-to-databases",
    label: "log in to databases",
    action: "rds-db:connect",
    on: any("rds-db", "dbuser:*/*"),
  },
  { id: "pull-images", label: "pull images", action: "ecr:BatchGetImage", on: repositories },
  { id: "push-images", label: "push images", action: "ecr:PutImage", on: repositories },

  { id: "launch-machines", label: "launch instances", action: "ec2:RunInstances", on: any("ec2", "instance/*") },
  {
    id: "enter-machines",
    label: "start sessions on instances",
    action: "ssm:StartSession",
    on: any("ec2", "instance/*"),
  },
  {
    id: "open-security-groups",
    label: "open security groups",
    action: "ec2:AuthorizeSecurityGroupIngress",
    on: any("ec2", "security-group/*"),
  },
  { id: "delete-networks", label: "delete networks", action: "ec2:DeleteVpc", on: any("ec2", "vpc/*") },
  { id: "stop-databases", label: "stop databases", action: "rds:StopDBInstance", on: databases },
  { id: "delete-databases", label: "delete databases", action: "rds:DeleteDBInstance", on: databases },
  { id: "delete-buckets", label: "delete buckets", action: "s3:DeleteBucket", on: created("aws_s3_bucket", anyBucket) },
  {
    id: "change-bucket-policies",
    label: "change bucket policies",
    action: "s3:PutBucketPolicy",
    on: created("aws_s3_bucket", anyBucket),
  },
  { id: "delete-keys", label: "delete keys", action: "kms:ScheduleKeyDeletion", on: keys },
  {
    id: "make-stacks",
    label: "create CloudFormation stacks",
    action: "cloudformation:CreateStack",
    on: any("cloudformation", "stack/*/*"),
  },
  { id: "run-clusters", label: "run EMR clusters", action: "elasticmapreduce:RunJobFlow", on: anything },

  { id: "make-users", label: "create users", action: "iam:CreateUser", on: any("iam", "user/*") },
  { id: "make-access-keys", label: "create access keys", action: "iam:CreateAccessKey", on: any("iam", "user/*") },
  { id: "make-roles", label: "create roles", action: "iam:CreateRole", on: anyRole },
  { id: "change-role-policies", label: "change role policies", action: "iam:PutRolePolicy", on: anyRole },
  { id: "change-trust", label: "change trust policies", action: "iam:UpdateAssumeRolePolicy", on: anyRole },
  {
    id: "remove-boundaries",
    label: "remove boundaries of roles",
    action: "iam:DeleteRolePermissionsBoundary",
    on: anyRole,
  },
  { id: "pass-roles", label: "pass roles to services", action: "iam:PassRole", on: anyRole },
  { id: "assume-roles", label: "assume other roles", action: "sts:AssumeRole", on: () => ["arn:aws:iam::*:role/*"] },

  { id: "stop-trails", label: "stop trails", action: "cloudtrail:StopLogging", on: any("cloudtrail", "trail/*") },
  {
    id: "delete-analyzers",
    label: "delete analyzers",
    action: "access-analyzer:DeleteAnalyzer",
    on: any("access-analyzer", "analyzer/*"),
  },
  {
    id: "leave-organization",
    label: "leave the organization",
    action: "organizations:LeaveOrganization",
    on: anything,
  },
  { id: "create-accounts", label: "create accounts", action: "organizations:CreateAccount", on: anything },
  {
    id: "close-accounts",
    label: "close accounts",
    action: "organizations:CloseAccount",
    on: any("organizations", "account/o-*/*"),
  },
  {
    id: "lift-guardrails",
    label: "detach service control policies",
    action: "organizations:DetachPolicy",
    on: any("organizations", "policy/o-*/service_control_policy/*"),
  },
];

/** Whether a principal has a capability: always, under a condition, on some resources only, or not. */
export interface Cell {
  readonly answer: "yes" | "if" | "no";
  /** The resources it applies to; left out if it applies to all that were asked for, or to all but `except`. */
  readonly on?: readonly string[];
  /** The resources of the estate that it does not apply to, though it applies to any other. */
  readonly except?: readonly string[];
  /** The conditions it depends on, as text. */
  readonly condition?: string;
}

export interface Row {
  readonly arn: string;
  /** By capability id, without those that are refused. */
  readonly cells: Readonly<Record<string, Cell>>;
}

/** What each user and role of the estate may do in its own account. */
export interface Matrix {
  readonly capabilities: readonly Pick<Capability, "id" | "label" | "action">[];
  readonly rows: readonly Row[];
}

/** Decides every capability for every principal. */
export async function matrixOf(access: Access): Promise<Matrix> {
  const { accounts, principals } = access.model;
  const targets = new Map(accounts.map((account) => [account.id, targetsIn(account, access.index)]));
  const rows = [];
  for (const principal of principals) rows.push(await rowOf(access, principal, targets.get(principal.accountId)));
  return { capabilities: CAPABILITIES.map(({ id, label, action }) => ({ id, label, action })), rows };
}

/** The ARNs to ask for in an account. */
type Targets = ReadonlyMap<Capability, readonly string[]>;

const targetsIn = (account: AccountRegion, index: ModelIndex): Targets =>
  new Map(CAPABILITIES.map((capability) => [capability, capability.on(account, index)]));

async function rowOf(access: Access, principal: Principal, targets: Targets | undefined): Promise<Row> {
  if (!targets) throw new Error(`the account of ${principal.arn} must be in the model`);
  const cells: Record<string, Cell> = {};
  for (const [{ id, action }, on] of targets) {
    // Most principals may not do most things.
    if (access.isRefusedAtOnce(principal, action, on)) continue;
    const cell = await cellOf(access, principal, action, on);
    if (cell.answer !== "no") cells[id] = cell;
  }
  return { arn: principal.arn, cells };
}

async function cellOf(access: Access, principal: Principal, action: string, on: readonly string[]): Promise<Cell> {
  const answers = await Promise.all(on.map((target) => answerOn(access, principal, action, target)));
  const allowed = answers.filter(({ decision }) => decision.allowed);
  if (allowed.length === 0) return { answer: "no" };
  const conditions = allowed.map(({ decision }) => (isUnconditional(decision) ? "" : conditionText(decision)));
  const condition = [...new Set(conditions.filter((words) => words !== ""))].sort().join("; ");
  return {
    answer: conditions.some((words) => words === "") ? "yes" : "if",
    ...extentOf(answers),
    ...(condition !== "" && { condition }),
  };
}

interface Answer {
  readonly target: string;
  readonly decision: Decision;
  /** Whether the answer is of the whole target. If a pattern was asked for, policies may allow only a part of it. */
  readonly isWhole: boolean;
}

/**
 * The answer for a pattern holds for some resource of it: for a policy's own pattern, or for one that a Deny spares. It
 * holds for any resource if it also holds for one that no policy names.
 */
async function answerOn(access: Access, principal: Principal, action: string, target: string): Promise<Answer> {
  const decision = await access.decide(principal, action, target, { brief: true });
  if (!decision.allowed || !coversAny(decision.resources, target)) return { target, decision, isWhole: false };
  const [owner, name] = [target.split(":", 5), target.split(":").slice(5).join(":")];
  // The ids of organizations have a format of their own.
  const isNamed = !name.includes("*") || owner.includes("organizations");
  if (isNamed || access.index.beginsWithResource(target)) return { target, decision, isWhole: true };
  const unnamed = [...owner, name.replaceAll("*", "named-by-no-policy")].join(":");
  const { allowed: isWhole } = await access.decide(principal, action, unnamed, { brief: true });
  return { target, decision: isWhole ? decision : { ...decision, resources: [] }, isWhole };
}

/** Which of the resources that were asked for are allowed. Nothing, if all are. */
function extentOf(answers: readonly Answer[]): Pick<Cell, "on" | "except"> {
  const whole = answers.filter(({ isWhole }) => isWhole).map(({ target }) => target);
  const refused = answers.filter(({ decision }) => !decision.allowed).map(({ target }) => target);
  const partial = answers.filter(({ isWhole, decision }) => decision.allowed && !isWhole);
  if (whole.length === answers.length) return {};
  if (partial.length === 0 && refused.every((target) => coversAny(whole, target))) return { except: refused.sort() };
  const named = [...new Set([...whole, ...partial.flatMap(({ decision }) => decision.resources)])].sort();
  const resources = named.length > 0 ? named : partial.map(({ target }) => target);
  return { on: resources.filter((each) => !resources.some((other) => other !== each && covers(other, each))) };
}
