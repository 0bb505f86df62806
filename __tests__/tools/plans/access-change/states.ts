import { createHash } from "node:crypto";
import { COMPUTED, IN_DIRECTORY, ORGANIZATION_ID, ORGANIZATION_ROOT } from "../../../../tools/access/read/attributes";
import { scopesOf, type ScopedResource, type StackScope } from "../../../../tools/access/read/resolver";
import type { SynthesizedStack } from "../../../../tools/synth/synthesized";
import type { JsonObject } from "../../../../tools/support/json";

/* The contents of a state after an apply, in the format of the provider, as seen in states that hashicorp/aws 5.100 wrote. */

/** By stack and address. */
export type States = ReadonlyMap<string, ReadonlyMap<string, JsonObject>>;

const META = new Set(["//", "lifecycle", "depends_on", "provider"]);

/** The provider's values of unwritten arguments. */
const UNSET: Readonly<Record<string, JsonObject>> = {
  aws_iam_role: {
    ...{ description: "", permissions_boundary: "", name_prefix: "", path: "/" },
    ...{ max_session_duration: 3600, force_detach_policies: false },
  },
  aws_iam_user: { permissions_boundary: "", path: "/", force_destroy: false },
  aws_iam_group: { path: "/" },
  aws_iam_policy: { description: "", name_prefix: "", path: "/" },
  aws_iam_role_policy: { name_prefix: "" },
  aws_iam_user_policy: { name_prefix: "" },
  aws_s3_bucket: { acl: null, bucket_prefix: "", force_destroy: false, cors_rule: [], timeouts: null },
  aws_kms_key: { custom_key_store_id: "", description: "", multi_region: false },
  aws_sns_topic: { display_name: "", kms_master_key_id: "", delivery_policy: "" },
  aws_organizations_account: { role_name: null, govcloud_id: "", iam_user_access_to_billing: null, timeouts: null },
  aws_organizations_policy_attachment: { skip_destroy: null },
  aws_ssoadmin_permission_set: { description: "", relay_state: "", session_duration: "PT1H", timeouts: null },
  aws_ssoadmin_account_assignment: { target_type: "AWS_ACCOUNT", timeouts: null },
  aws_ssoadmin_managed_policy_attachment: { timeouts: null },
  aws_ssoadmin_permission_set_inline_policy: { timeouts: null },
  aws_identitystore_group: { description: "", external_ids: [] },
};

/** Attributes that the provider adds. */
const ADDED: Readonly<Record<string, JsonObject>> = {
  aws_iam_role: { create_date: "2026-01-01T00:00:00Z", unique_id: "AROAEXAMPLE" },
  aws_iam_user: { unique_id: "AIDAEXAMPLE" },
  aws_iam_policy: { attachment_count: 1, policy_id: "ANPAEXAMPLE" },
  aws_s3_bucket: { grant: [{ id: "75aa57f0", permissions: ["FULL_CONTROL"], type: "CanonicalUser", uri: "" }] },
  aws_organizations_organization: {
    accounts: [],
    feature_set: "ALL",
    roots: [{ id: "r-abcd", name: "Root", policy_types: [] }],
  },
  aws_organizations_organizational_unit: { accounts: [] },
  aws_ssoadmin_permission_set: { created_date: "2026-01-01T00:00:00Z" },
  aws_ssoadmin_managed_policy_attachment: { managed_policy_name: "ViewOnlyAccess" },
  aws_identitystore_group_membership: { membership_id: "94c2e6a8-0000-4000-8000-000000000000" },
};

/** An id in AWS for which the reader of synthesized stacks uses a placeholder: of a key, a unit or a policy. */
export function awsOf(text: string): string {
  if (text === ORGANIZATION_ID) return "o-0example";
  if (text === ORGANIZATION_ROOT) return "r-abcd";
  if (Object.values(IN_DIRECTORY).some((beginning) => text.startsWith(beginning))) return uuidOf(text);
  return text.replace(/[a-z][\w-]*-(aws_\w+)\.[\w-]+/g, (symbol, type: string) => {
    const hash = createHash("sha256").update(symbol).digest("hex");
    if (type === "aws_organizations_organizational_unit") return `ou-abcd-${hash.slice(0, 8)}`;
    if (type === "aws_organizations_policy") return `p-${hash.slice(0, 8)}`;
    if (type === "aws_ssoadmin_permission_set") return `arn:aws:sso:::permissionSet/ssoins-1/ps-${hash.slice(0, 16)}`;
    return uuidOf(symbol);
  });
}

function uuidOf(text: string): string {
  const hash = createHash("sha256").update(text).digest("hex");
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-${hash.slice(12, 16)}-${hash.slice(16, 20)}-${hash.slice(20, 32)}`;
}

const known = new WeakMap<readonly SynthesizedStack[], States>();

export function statesOf(stacks: readonly SynthesizedStack[]): States {
  const states = known.get(stacks) ?? new Map([...scopesOf(stacks)].map(([id, scope]) => [id, stateOf(scope)]));
  known.set(stacks, states);
  return states;
}

function stateOf(scope: StackScope): ReadonlyMap<string, JsonObject> {
  const own = new Map(
    scope.resources().map((resource) => [`${resource.type}.${resource.name}`, attributesOf(scope, resource)]),
  );
  return new Map(
    [...own].map(([address, values]) => [
      address,
      { ...values, ...mirrored(address.split(".")[0] ?? "", values, own) },
    ]),
  );
}

function attributesOf(scope: StackScope, resource: ScopedResource): JsonObject {
  const { type, name, values } = resource;
  const written = Object.keys(values).filter((key) => !META.has(key));
  const computed = Object.keys(COMPUTED[type] ?? {}).filter((path) => !path.includes("."));
  return {
    ...UNSET[type],
    ...Object.fromEntries(written.map((key) => [key, inAws(valueOf(() => resource.resolved(key), values[key]))])),
    id: `id-of-${name}`,
    ...Object.fromEntries(
      computed.map((key) => [key, inAws(valueOf(() => scope.resolve(`\${${type}.${name}.${key}}`), key))]),
    ),
    ...ADDED[type],
    ...(/^aws_(iam_(role|user|policy)|s3_bucket|kms_key|sns_topic|organizations_(policy|account|organizational_unit)|ssoadmin_permission_set)$/.test(
      type,
    ) && { tags: values["tags"] ?? {}, tags_all: resource.tags() }),
  };
}

/** A value that the reader cannot resolve does not concern access: it stays as written. */
function valueOf(resolve: () => unknown, written: unknown): unknown {
  try {
    return resolve();
  } catch {
    return JSON.stringify(written);
  }
}

/** Policies are normalized as by the provider: lists of one value, and the order of keys. */
function inAws(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inAws);
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, inAws(each)]));
  if (typeof value !== "string") return value;
  if (!value.startsWith('{"') || !value.includes('"Statement"')) return awsOf(value);
  const { Statement, ...others } = JSON.parse(value) as JsonObject;
  return awsOf(JSON.stringify({ Statement, ...others }));
}

/** Attributes of a resource that another resource sets, or AWS's default. */
function mirrored(type: string, values: JsonObject, all: ReadonlyMap<string, JsonObject>): JsonObject {
  const of = (kind: string) => [...all].filter(([address]) => address.startsWith(`${kind}.`)).map(([, each]) => each);
  if (type === "aws_iam_role") {
    const inline = of("aws_iam_role_policy").filter(({ role }) => role === values["name"]);
    const attached = of("aws_iam_role_policy_attachment").filter(({ role }) => role === values["name"]);
    return {
      inline_policy: values["inline_policy"] ?? inline.map(({ name, policy }) => ({ name, policy })),
      managed_policy_arns: values["managed_policy_arns"] ?? attached.map(({ policy_arn: arn }) => arn),
    };
  }
  if (type === "aws_s3_bucket")
    return { policy: of("aws_s3_bucket_policy").find(({ bucket }) => bucket === values["bucket"])?.["policy"] ?? "" };
  if (type === "aws_sns_topic" && values["policy"] === undefined) {
    const own = of("aws_sns_topic_policy").find(({ arn }) => arn === values["arn"])?.["policy"];
    return {
      policy:
        own ??
        `{"Id":"__default_policy_ID","Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"SNS:Publish","Resource":"*"}]}`,
    };
  }
  if (type !== "aws_kms_key" || values["policy"] !== undefined) return {};
  const root = /^arn:aws:kms:[\w-]+:(\d+):/.exec(String(values["arn"]))?.[1] ?? "";
  const Principal = { AWS: `arn:aws:iam::${root}:root` };
  const enable = { Action: "kms:*", Effect: "Allow", Principal, Resource: "*", Sid: "Enable IAM User Permissions" };
  return { policy: JSON.stringify({ Id: "key-default-1", Statement: [enable], Version: "2012-10-17" }) };
}
