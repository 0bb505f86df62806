import type { Subject } from "../../../../tools/access/decide/access";
import type { Assumption, Circumstances } from "../../../../tools/access/policy/decision";
import sensitive from "../../../../config/sensitive-reads.json";
import { actionsMatching, resourceTypesOf } from "../../../../tools/access/policy/catalog";
import { managedPolicy } from "../../../../tools/access/policy/managed-policies";
import type { Principal } from "../../../../tools/access/read/model";
import type { Policy } from "../../../../tools/access/policy/policy";
import { accessOf } from "../../../support/access";
import { exampleWithUsers, found } from "../../../support/estates";

/** The access of the shipped estate with users: what is said of their roles holds for those of users in an emergency. */
export const access = accessOf(exampleWithUsers());

/** The accounts of the shipped estate, by name. */
export const ACCOUNT = {
  master: "111111111111",
  dev: "222222222222",
  ci: "333333333333",
  staging: "444444444444",
  prod: "555555555555",
  "dev-analytics": "666666666666",
  "partner-lab": "777777777777",
  "prod-analytics": "888888888888",
} as const;

export type AccountName = keyof typeof ACCOUNT;

export const ACCOUNTS = Object.keys(ACCOUNT) as AccountName[];

/** An account outside the estate. */
export const FOREIGN = "999999999999";

export const ENVIRONMENTS = ["dev", "ci", "staging", "prod"] as const;
export const DOCUMENTED = ["dev", "ci"] as const;
export const HARDENED = ["staging", "prod"] as const;

export type EnvironmentName = (typeof ENVIRONMENTS)[number];

export const EXTERNAL_ID: Readonly<Record<EnvironmentName, string>> = {
  dev: "galileo",
  ci: "galileo",
  staging: "galileo-staging-4f1c",
  prod: "galileo-prod-9b27",
};

export const MEMBERS: Readonly<Record<EnvironmentName, readonly AccountName[]>> = {
  dev: ["dev-analytics", "partner-lab"],
  ci: [],
  staging: [],
  prod: ["prod-analytics"],
};

/** Every pair of two different values. */
export function pairs<T>(values: readonly T[]): [T, T][] {
  return values.flatMap((one) => values.filter((other) => other !== one).map((other): [T, T] => [one, other]));
}

export const namespace = (environment: EnvironmentName) => `${environment}-irl-galileo`;
export const roleArn = (account: AccountName, name: string) => `arn:aws:iam::${ACCOUNT[account]}:role/${name}`;
export const rootArn = (account: AccountName) => `arn:aws:iam::${ACCOUNT[account]}:root`;
export const serviceUserArn = (account: AccountName, name: string) =>
  `arn:aws:iam::${ACCOUNT[account]}:user/service/${name}`;
/** A person: a user of the master account. */
export const person = (name: string) => `arn:aws:iam::${ACCOUNT.master}:user/${name}`;

export const apiHandler = (environment: EnvironmentName) =>
  roleArn(environment, `${namespace(environment)}-ApiHandler`);
export const workflowLoopRunner = (environment: EnvironmentName) =>
  roleArn(environment, `${namespace(environment)}-WorkflowLoopRunner`);
export const applicationRoles = (environment: EnvironmentName) => [
  apiHandler(environment),
  workflowLoopRunner(environment),
];
export const deployment = (environment: EnvironmentName) =>
  roleArn(environment, `${namespace(environment)}-deployment`);
export const masterRole = (environment: EnvironmentName) =>
  roleArn("master", `${namespace(environment)}-prep-raas-master-MasterRole`);
export const crossAccountRole = (environment: EnvironmentName, member: AccountName) =>
  roleArn(member, `${namespace(environment)}-cross-account-role`);
export const planRole = (account: AccountName) => roleArn(account, "galileo-pipeline-plan");
export const applyRole = (account: AccountName, deploys: string) =>
  roleArn(account, `galileo-pipeline-apply-${deploys}`);

/** The apply roles of each account, as the ends of their names. */
export const DEPLOYMENTS: Readonly<Record<AccountName, readonly string[]>> = {
  master: ["account", "dev", "ci", "staging", "prod"],
  dev: ["account", "dev"],
  ci: ["account", "ci"],
  staging: ["account", "staging"],
  prod: ["account", "prod"],
  "dev-analytics": ["account", "dev"],
  "partner-lab": ["account", "dev"],
  "prod-analytics": ["account", "prod"],
};

/** Every apply role: its account, and what it applies. */
export const APPLY_ROLES = ACCOUNTS.flatMap((account) =>
  DEPLOYMENTS[account].map((deploys) => [account, deploys] as const),
);

/** The ARN of the identity provider of GitHub jobs in an account, or of another provider. */
export const identityProvider = (account: AccountName, host = "token.actions.githubusercontent.com") =>
  `arn:aws:iam::${ACCOUNT[account]}:oidc-provider/${host}`;

export const stateBucket = (account: AccountName) => `arn:aws:s3:::${ACCOUNT[account]}-galileo-terraform-state`;
export const studydata = (environment: EnvironmentName) =>
  `arn:aws:s3:::${ACCOUNT[environment]}-${namespace(environment)}-studydata`;

/** An address in the network from which people reach production. */
export const OFFICE = "198.51.100.7";

/** A request to assume a role. By default with MFA, from the office. */
export function asking(from: string, to: string, rest: Partial<Assumption> = {}): Assumption {
  return { from, to, mfa: true, sourceIp: OFFICE, ...rest };
}

/** A subject with additional policies. */
export function givenToo({ principal }: Subject, ...policies: readonly Policy[]): Subject {
  return { access, principal: { ...principal, policies: [...principal.policies, ...policies] } };
}

export const ADMINISTRATOR_ACCESS = defined(managedPolicy("arn:aws:iam::aws:policy/AdministratorAccess"));

export function defined<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("is undefined");
  return value;
}

/** Every action that the principal's own policies could allow, ignoring conditions and resources. */
export async function namedActions({ policies }: Pick<Principal, "policies">): Promise<string[]> {
  const allowing = policies.flatMap(({ statements }) => statements).filter(({ effect }) => effect === "Allow");
  expect(allowing.filter(({ notActions }) => notActions)).toEqual([]);
  return every(allowing.flatMap(({ actions = [] }) => actions));
}

/** Every action that one of the patterns matches. */
export async function every(patterns: readonly string[]): Promise<string[]> {
  return [...new Set((await Promise.all(patterns.map(actionsMatching))).flat())].sort();
}

/** Every action of S3 that acts on objects, or on buckets. */
export async function s3Actions(on: "object" | "bucket"): Promise<string[]> {
  const actions = await actionsMatching("s3:*");
  const types = await Promise.all(actions.map(resourceTypesOf));
  const found = actions.filter((_, index) => types[index]?.some(({ name }) => name === on));
  expect(found.length).toBeGreaterThan(40);
  return found;
}

/** The actions that are allowed to the subject, with or without a condition. */
export async function allowedOf(
  { access: decides, principal }: Subject,
  actions: readonly string[],
  on = "*",
  rest: Circumstances = {},
): Promise<string[]> {
  const allowed: string[] = [];
  for (const action of actions)
    if ((await decides.decide(principal, action, on, { ...rest, brief: true })).allowed) allowed.push(action);
  return allowed;
}

/** The actions that the statement with this sid denies. */
export async function refusedBy(
  { access: decides, principal }: Subject,
  sid: string,
  actions: readonly string[],
  on = "*",
  rest: Circumstances = {},
): Promise<string[]> {
  const refused: string[] = [];
  for (const action of actions) {
    const { explicit, because } = await decides.decide(principal, action, on, rest);
    if (explicit && because.some(({ statement, effect }) => effect === "Deny" && statement === sid))
      refused.push(action);
  }
  return refused;
}

/** The actions of config/sensitive-reads.json that are allowed to the subject, on any resource that the list means. */
export async function sensitiveReadsOf(subject: Subject): Promise<string[]> {
  const at: Readonly<Record<string, readonly string[]>> = sensitive.resources;
  const allowed: string[] = [];
  for (const action of Object.keys(sensitive.reads)) {
    const resources = at[action]?.map((arn) => arn.replace(":*:", ":eu-west-1:")) ?? ["*"];
    for (const resource of resources) allowed.push(...(await allowedOf(subject, [action], resource)));
  }
  return [...new Set(allowed)];
}

/** One action for each of many services. Administrators have all of them. */
export const SAMPLE = [
  "access-analyzer:DeleteAnalyzer",
  "acm:DeleteCertificate",
  "apigateway:DELETE",
  "application-autoscaling:DeleteScalingPolicy",
  "athena:StartQueryExecution",
  "autoscaling:DeleteAutoScalingGroup",
  "backup:DeleteRecoveryPoint",
  "batch:SubmitJob",
  "budgets:ModifyBudget",
  "cloudformation:CreateStack",
  "cloudfront:DeleteDistribution",
  "cloudtrail:CreateTrail",
  "cloudwatch:DeleteAlarms",
  "codebuild:StartBuild",
  "cognito-idp:AdminCreateUser",
  "config:DeleteConfigRule",
  "dynamodb:DeleteTable",
  "ec2:RunInstances",
  "ecr:DeleteRepository",
  "ecs:RunTask",
  "eks:DeleteCluster",
  "elasticfilesystem:DeleteFileSystem",
  "elasticmapreduce:RunJobFlow",
  "events:PutRule",
  "firehose:DeleteDeliveryStream",
  "glue:StartJobRun",
  "guardduty:DeleteDetector",
  "iam:CreateUser",
  "kinesis:DeleteStream",
  "lambda:CreateFunction",
  "logs:DeleteLogGroup",
  "rds:DeleteDBInstance",
  "redshift:DeleteCluster",
  "route53:ChangeResourceRecordSets",
  "s3:CreateBucket",
  "sagemaker:CreateNotebookInstance",
  "secretsmanager:GetSecretValue",
  "sns:DeleteTopic",
  "sqs:DeleteQueue",
  "ssm:SendCommand",
  "states:StartExecution",
  "sts:GetFederationToken",
  "wafv2:DeleteWebACL",
] as const;

/** Every IAM action that changes something. */
export async function iamWrites(): Promise<string[]> {
  const writes = (await actionsMatching("iam:*")).filter((action) => !/^iam:(Get|List|Generate|Simulate)/.test(action));
  expect(writes.length).toBeGreaterThan(100);
  return writes;
}

/** The database of an environment in the model. */
export function databaseOf(environment: EnvironmentName): string {
  const databases = access.model.resources.filter(({ type }) => type === "aws_db_instance");
  return found(Object.fromEntries(databases.map(({ environment: of = "", arn }) => [of, arn])), environment);
}

/** The key of production's states in the model. The model does not know its alias: requests must set it. */
export function stateKey(): string {
  const keys = access.model.resources.filter(({ type }) => type === "aws_kms_key");
  return defined(keys.find(({ arn }) => arn.includes(`:${ACCOUNT.prod}:key/prod-bootstrap`))).arn;
}
