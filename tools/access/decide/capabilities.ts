import type { AccessModel } from "../read/model";

/** Something that people ask for by name: whether a principal may do it in its own account. */
export interface Capability {
  readonly id: string;
  /** After "may": `delete databases`. */
  readonly words: string;
  readonly action: string;
  /** The resources of an account that it is about; `*` in one asks for any. */
  readonly on: (account: Place, model: AccessModel) => readonly string[];
}

interface Place {
  readonly id: string;
  readonly region: string;
}

type Target = Capability["on"];

const anything: Target = () => ["*"];
const any =
  (service: string, rest: string): Target =>
  ({ id, region }) => [`arn:aws:${service}:${["iam", "organizations"].includes(service) ? "" : region}:${id}:${rest}`];
const anyRole = any("iam", "role/*");

/** Resources of a type that the stacks make; where they make none, any. */
const made =
  (type: string, otherwise: Target, part = ""): Target =>
  (account, model) => {
    const arns = model.resources
      .filter((resource) => resource.type === type && resource.accountId === account.id)
      .map(({ arn }) => arn + part);
    return arns.length > 0 ? arns : otherwise(account, model);
  };
const anyBucket: Target = () => ["arn:aws:s3:::*"];
const anyObject: Target = () => ["arn:aws:s3:::*/*"];
const objects = made("aws_s3_bucket", anyObject, "/*");
const databases = made("aws_db_instance", any("rds", "db:*"));
const repositories = made("aws_ecr_repository", any("ecr", "repository/*"));
const keys = made("aws_kms_key", any("kms", "key/*"));
/** Any, and those that have a policy of their own, which speaks of them alone. */
const secrets: Target = (account, model) => [
  ...any("secretsmanager", "secret:*")(account, model),
  ...model.guardedResources
    .filter(({ service, accountId }) => service === "secretsmanager" && accountId === account.id)
    .map(({ arn }) => arn),
];

/** What the matrix asks of everybody, in the order of its columns. */
export const CAPABILITIES: readonly Capability[] = [
  { id: "see-machines", words: "see machines", action: "ec2:DescribeInstances", on: anything },
  { id: "see-databases", words: "see databases", action: "rds:DescribeDBInstances", on: databases },
  { id: "see-iam", words: "see roles and their policies", action: "iam:GetRolePolicy", on: anyRole },
  { id: "read-logs", words: "read logs", action: "logs:FilterLogEvents", on: any("logs", "log-group:*") },
  { id: "read-costs", words: "see costs", action: "ce:GetCostAndUsage", on: anything },
  { id: "handle-support", words: "handle support cases", action: "support:CreateCase", on: anything },

  { id: "list-objects", words: "list objects", action: "s3:ListBucket", on: made("aws_s3_bucket", anyBucket) },
  { id: "read-objects", words: "read objects", action: "s3:GetObject", on: objects },
  { id: "write-objects", words: "write objects", action: "s3:PutObject", on: objects },
  { id: "delete-objects", words: "delete objects", action: "s3:DeleteObject", on: objects },
  { id: "read-secrets", words: "read secrets", action: "secretsmanager:GetSecretValue", on: secrets },
  { id: "write-secrets", words: "write secrets", action: "secretsmanager:PutSecretValue", on: secrets },
  { id: "read-parameters", words: "read parameters", action: "ssm:GetParameter", on: any("ssm", "parameter/*") },
  { id: "decrypt", words: "decrypt", action: "kms:Decrypt", on: keys },
  {
    id: "log-in-to-databases",
    words: "log in to databases",
    action: "rds-db:connect",
    on: any("rds-db", "dbuser:*/*"),
  },
  { id: "pull-images", words: "pull images", action: "ecr:BatchGetImage", on: repositories },
  { id: "push-images", words: "push images", action: "ecr:PutImage", on: repositories },

  { id: "launch-machines", words: "launch machines", action: "ec2:RunInstances", on: any("ec2", "instance/*") },
  { id: "enter-machines", words: "enter machines", action: "ssm:StartSession", on: any("ec2", "instance/*") },
  {
    id: "open-security-groups",
    words: "open security groups",
    action: "ec2:AuthorizeSecurityGroupIngress",
    on: any("ec2", "security-group/*"),
  },
  { id: "delete-networks", words: "delete networks", action: "ec2:DeleteVpc", on: any("ec2", "vpc/*") },
  { id: "stop-databases", words: "stop databases", action: "rds:StopDBInstance", on: databases },
  { id: "delete-databases", words: "delete databases", action: "rds:DeleteDBInstance", on: databases },
  { id: "delete-buckets", words: "delete buckets", action: "s3:DeleteBucket", on: made("aws_s3_bucket", anyBucket) },
  {
    id: "change-bucket-policies",
    words: "change bucket policies",
    action: "s3:PutBucketPolicy",
    on: made("aws_s3_bucket", anyBucket),
  },
  { id: "delete-keys", words: "delete keys", action: "kms:ScheduleKeyDeletion", on: keys },
  {
    id: "make-stacks",
    words: "make CloudFormation stacks",
    action: "cloudformation:CreateStack",
    on: any("cloudformation", "stack/*/*"),
  },
  { id: "run-clusters", words: "run EMR clusters", action: "elasticmapreduce:RunJobFlow", on: anything },

  { id: "make-users", words: "make users", action: "iam:CreateUser", on: any("iam", "user/*") },
  { id: "make-access-keys", words: "make access keys", action: "iam:CreateAccessKey", on: any("iam", "user/*") },
  { id: "make-roles", words: "make roles", action: "iam:CreateRole", on: anyRole },
  { id: "change-role-policies", words: "change what roles may do", action: "iam:PutRolePolicy", on: anyRole },
  { id: "change-trust", words: "change who may become roles", action: "iam:UpdateAssumeRolePolicy", on: anyRole },
  {
    id: "remove-boundaries",
    words: "remove boundaries of roles",
    action: "iam:DeleteRolePermissionsBoundary",
    on: anyRole,
  },
  { id: "pass-roles", words: "hand roles to services", action: "iam:PassRole", on: anyRole },
  { id: "assume-roles", words: "become other roles", action: "sts:AssumeRole", on: () => ["arn:aws:iam::*:role/*"] },

  { id: "stop-trails", words: "stop trails", action: "cloudtrail:StopLogging", on: any("cloudtrail", "trail/*") },
  {
    id: "delete-analyzers",
    words: "delete analyzers",
    action: "access-analyzer:DeleteAnalyzer",
    on: any("access-analyzer", "analyzer/*"),
  },
  {
    id: "leave-organization",
    words: "leave the organization",
    action: "organizations:LeaveOrganization",
    on: anything,
  },
  { id: "create-accounts", words: "create accounts", action: "organizations:CreateAccount", on: anything },
  {
    id: "close-accounts",
    words: "close accounts",
    action: "organizations:CloseAccount",
    on: any("organizations", "account/o-*/*"),
  },
  {
    id: "lift-guardrails",
    words: "lift service control policies",
    action: "organizations:DetachPolicy",
    on: any("organizations", "policy/o-*/service_control_policy/*"),
  },
];
