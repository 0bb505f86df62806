import type { GuardedResource, KnownResource } from "./model";
import { type Policy, policyOf } from "../policy/policy";
import type { Problems } from "./problems";
import { groupedBy } from "../../support/order";
import { type ScopedResource, type StackScope, Unresolvable } from "./resolver";

/** A type of resource with a policy. */
interface PolicyHolder {
  /** The argument with the policy. */
  readonly argument: string;
  /** The ARN of the resource that the policy protects. */
  readonly guards: (resource: ScopedResource, scope: StackScope) => string;
}

const ownArn = (resource: ScopedResource, scope: StackScope) =>
  String(scope.resolve(`\${${resource.type}.${resource.name}.arn}`));
const arnIn = (argument: string) => (resource: ScopedResource) => resource.argument(argument);
const regional = (service: string, rest: (resource: ScopedResource) => string) => (resource: ScopedResource) =>
  `arn:aws:${service}:${resource.region}:${resource.accountId}:${rest(resource)}`;

const lastPart = (text: string) => text.split("/").at(-1) ?? text;
/** `key_id` is an id or an ARN. The key of an alias is not known before apply. */
const keyArn = (resource: ScopedResource): string => {
  const key = resource.argument("key_id");
  if (/(^|:)alias\//.test(key)) throw new Unresolvable(`key_id of ${resource.address} is an alias`);
  return key.startsWith("arn:") ? key : regional("kms", () => `key/${key}`)(resource);
};

/** Types whose policies are read. `unsupported-resources.ts` reports other types with policies. */
export const POLICY_HOLDERS: Readonly<Record<string, PolicyHolder>> = {
  aws_s3_bucket_policy: { argument: "policy", guards: (resource) => `arn:aws:s3:::${resource.argument("bucket")}` },
  aws_kms_key: { argument: "policy", guards: ownArn },
  aws_kms_key_policy: { argument: "policy", guards: keyArn },
  aws_sns_topic: { argument: "policy", guards: ownArn },
  aws_sns_topic_policy: { argument: "policy", guards: arnIn("arn") },
  aws_sqs_queue: { argument: "policy", guards: ownArn },
  aws_sqs_queue_policy: {
    argument: "policy",
    guards: regional("sqs", (resource) => lastPart(resource.argument("queue_url"))),
  },
  aws_ecr_repository_policy: {
    argument: "policy",
    guards: regional("ecr", (resource) => `repository/${resource.argument("repository")}`),
  },
  aws_secretsmanager_secret: { argument: "policy", guards: ownArn },
  aws_secretsmanager_secret_policy: { argument: "policy", guards: arnIn("secret_arn") },
  aws_cloudwatch_log_resource_policy: { argument: "policy_document", guards: regional("logs", () => "*") },
};

/** The policy of a key without one ("Default key policy", in the guide of KMS). */
export function defaultKeyPolicy(accountId: string, source: string): Policy {
  return policyOf("default key policy", source, {
    Sid: "EnableIAMUserPermissions",
    Effect: "Allow",
    Principal: { AWS: `arn:aws:iam::${accountId}:root` },
    Action: "kms:*",
    Resource: "*",
  });
}

/** The type whose arguments are a statement of a function's policy. */
export const LAMBDA_PERMISSION = "aws_lambda_permission";

/** Arguments of a permission that become conditions, with their operator and key ("AddPermission", API of Lambda). */
const PERMISSION_CONDITIONS = {
  source_arn: ["ArnLike", "AWS:SourceArn"],
  source_account: ["StringEquals", "AWS:SourceAccount"],
  principal_org_id: ["StringEquals", "aws:PrincipalOrgID"],
  function_url_auth_type: ["StringEquals", "lambda:FunctionUrlAuthType"],
  event_source_token: ["StringEquals", "lambda:EventSourceToken"],
} as const;

interface Permission extends Pick<GuardedResource, "arn" | "accountId" | "source"> {
  readonly statement: object;
}

/**
 * The statement that a permission adds to the policy of a function. A condition on a value that is known after the apply
 * only is left out: then more is reported than is allowed, never less.
 */
function permissionIn(resource: ScopedResource): Permission {
  const { accountId, address: source, values } = resource;
  const text = (argument: string) => (values[argument] === undefined ? undefined : resource.argument(argument));
  const name = resource.argument("function_name");
  const named = name.startsWith("arn:") ? name : regional("lambda", () => `function:${name.replace(/^.*:function:/, "")}`)(resource); // prettier-ignore
  const qualifier = text("qualifier");
  const arn = qualifier === undefined ? named : `${named}:${qualifier}`;
  const principal = resource.argument("principal");
  const kind = /^(\d{12}|arn:.*)$/.test(principal) ? "AWS" : "Service";
  const conditions: Record<string, Record<string, string>> = {};
  for (const [argument, [operator, key]] of Object.entries(PERMISSION_CONDITIONS)) {
    const value = knownText(() => text(argument));
    if (value !== undefined) conditions[operator] = { ...conditions[operator], [key]: value };
  }
  const statement = {
    Effect: "Allow",
    Principal:
      principal === "*" ? "*" : { [kind]: /^\d+$/.test(principal) ? `arn:aws:iam::${principal}:root` : principal },
    Action: resource.argument("action"),
    Resource: arn,
    ...(Object.keys(conditions).length > 0 && { Condition: conditions }),
  };
  return { arn, accountId, source, statement };
}

/** The policies of functions, each of all its permissions. */
function functionPolicies(scopes: readonly StackScope[], problems: Problems): GuardedResource[] {
  const permissions = scopes.flatMap((scope) =>
    scope
      .resources(LAMBDA_PERMISSION)
      .flatMap((resource) => problems.attempt(resource.address, () => permissionIn(resource)) ?? []),
  );
  return [...groupedBy(permissions, ({ arn }) => arn)].flatMap(([arn, own]) =>
    own.slice(0, 1).map(({ accountId, source }) => {
      const policy = policyOf(`policy of ${arn}`, source, ...own.map(({ statement }) => statement));
      return { arn, service: "lambda", accountId, policy, source };
    }),
  );
}

function knownText(read: () => string | undefined): string | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Unresolvable) return undefined;
    throw error;
  }
}

/** All resources of the stacks that have a policy. */
export function readGuardedResources(scopes: readonly StackScope[], problems: Problems): GuardedResource[] {
  const found = scopes.flatMap((scope) =>
    scope
      .resources(...Object.keys(POLICY_HOLDERS))
      .flatMap((resource) => problems.attempt(resource.address, () => guarded(resource, scope, problems)) ?? []),
  );
  const written = new Set(found.filter(({ policy }) => policy.name !== "default key policy").map(({ arn }) => arn));
  return [
    ...found.filter(({ arn, policy }) => policy.name !== "default key policy" || !written.has(arn)),
    ...functionPolicies(scopes, problems),
  ];
}

function guarded(resource: ScopedResource, scope: StackScope, problems: Problems): GuardedResource[] {
  const { type, values, accountId, address } = resource;
  const holder = POLICY_HOLDERS[type];
  if (!holder) return [];
  const { argument, guards } = holder;
  const isWritten = values[argument] !== undefined;
  if (!isWritten && type !== "aws_kms_key") return [];
  const arn = guards(resource, scope);
  const policy = isWritten
    ? problems.policy(resource, argument, `policy of ${arn}`, "resource")
    : defaultKeyPolicy(accountId, address);
  return policy ? [{ arn, service: arn.split(":")[2] ?? "", accountId, policy, source: address }] : [];
}

/** Types that the capabilities of the access matrix apply to. */
const KNOWN_TYPES = [
  "aws_s3_bucket",
  "aws_db_instance",
  "aws_ecr_repository",
  "aws_kms_key",
  "aws_cloudtrail",
  "aws_sns_topic",
];

/** The resources of the stacks that the capabilities of the access matrix apply to. */
export function readKnownResources(scopes: readonly StackScope[], problems: Problems): KnownResource[] {
  return scopes.flatMap((scope) =>
    scope.resources(...KNOWN_TYPES).flatMap((resource) => {
      const { type, accountId, address, values } = resource;
      const known = problems.attempt(address, () => {
        const environment = scope.environment(values);
        return { type, arn: ownArn(resource, scope), accountId, tags: resource.tags(), environment, source: address };
      });
      return known ? [known] : [];
    }),
  );
}
