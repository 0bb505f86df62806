import type { GuardedResource, KnownResource } from "./model";
import { type Policy, policyOf } from "../policy/policy";
import type { Problems } from "./problems";
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

/** All resources of the stacks that have a policy. */
export function readGuardedResources(scopes: readonly StackScope[], problems: Problems): GuardedResource[] {
  const found = scopes.flatMap((scope) =>
    scope
      .resources(...Object.keys(POLICY_HOLDERS))
      .flatMap((resource) => problems.attempt(resource.address, () => guarded(resource, scope, problems)) ?? []),
  );
  const written = new Set(found.filter(({ policy }) => policy.name !== "default key policy").map(({ arn }) => arn));
  return found.filter(({ arn, policy }) => policy.name !== "default key policy" || !written.has(arn));
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
