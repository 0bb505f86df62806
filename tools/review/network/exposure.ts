import type { PlannedResource } from "../planned-resource";
import type { Finding } from "../review";
import { UNKNOWN, type Value } from "../value";
import type { Identities } from "./identities";
import { GROUP_LISTS } from "./security-groups";

interface Exposure {
  /** @default every type that has the attribute */
  readonly types?: readonly string[];
  /** A path, `vpc_config.0.endpoint_public_access`. */
  readonly attribute: string;
  readonly isOpen: (value: Value) => boolean;
  readonly message: string;
}

const isTrue = (value: Value): boolean => value.isTrue;

/** Attributes that put something within reach of the internet, or of others. */
const EXPOSURES: readonly Exposure[] = [
  { attribute: "publicly_accessible", isOpen: isTrue, message: "gets a public address" },
  {
    attribute: "map_public_ip_on_launch",
    isOpen: isTrue,
    message: "each resource that starts in it gets a public address",
  },
  {
    attribute: "assign_ipv6_address_on_creation",
    isOpen: isTrue,
    message: "each resource that starts in it gets an IPv6 address, which is public",
  },
  { attribute: "associate_public_ip_address", isOpen: isTrue, message: "gets a public address" },
  { attribute: "endpoint_public_access", isOpen: isTrue, message: "its endpoint is public" },
  { attribute: "vpc_config.0.endpoint_public_access", isOpen: isTrue, message: "its endpoint is public" },
  {
    ...{
      types: ["aws_lb", "aws_alb", "aws_elb"],
      attribute: "internal",
      message: "the load balancer faces the internet",
    },
    isOpen: (value) => !value.isTrue,
  },
  {
    ...{
      types: ["aws_lambda_function_url"],
      attribute: "authorization_type",
      message: "anyone who knows the function's URL can call it",
    },
    isOpen: (value) => value.raw === "NONE",
  },
  {
    ...{
      types: ["aws_s3_bucket", "aws_s3_bucket_acl"],
      attribute: "acl",
      message: "the bucket's ACL allows access from other accounts",
    },
    isOpen: (value) => ["public-read", "public-read-write", "authenticated-read"].includes(String(value.raw)),
  },
  {
    ...{
      types: ["aws_network_interface_sg_attachment"],
      attribute: "security_group_id",
      message: "the network interface joins the security group",
    },
    isOpen: (value) => value.text !== undefined,
  },
];

/** Resources that are created exposed, become exposed, or have a public address when they are imported and keep it. */
export function exposures(resource: PlannedResource, identities: Identities): readonly Finding[] {
  const { address, type, action, before, after } = resource;
  const kept = keepsAddress(resource) ? [{ address, message: "has a public address, and keeps it" }] : [];
  if (action !== "create" && action !== "update" && action !== "replace") return kept;
  const opened = EXPOSURES.filter(({ types }) => types?.includes(type) ?? true).flatMap(
    ({ attribute, isOpen, message }) => {
      const [was, will] = [valueAt(before, attribute), valueAt(after, attribute)];
      const wasOpen = action !== "create" && isOpen(was);
      if (will.isUnknown) {
        return !wasOpen && resource.isConfigured(topOf(attribute))
          ? [`${message}, depending on ${topOf(attribute)} ${UNKNOWN}`]
          : [];
      }
      return isOpen(will) && !wasOpen ? [message] : [];
    },
  );
  return [...kept, ...[...opened, ...groupsJoined(resource, identities)].map((message) => ({ address, message }))];
}

const keepsAddress = ({ isImported, before, after }: PlannedResource): boolean =>
  isImported && [before, after].every((side) => side.at("publicly_accessible").isTrue);

/** A resource that joins another security group accepts what that group allows. Rules of groups are not members. */
function groupsJoined(resource: PlannedResource, identities: Identities): readonly string[] {
  const { type, action, before, after } = resource;
  if (action === "create" || type.includes("security_group")) return [];
  return GROUP_LISTS.flatMap((attribute) => {
    const was = before.at(attribute).elements().map(({ raw }) => raw); // prettier-ignore
    // Only AWS knows it: the provider fills it in.
    if (after.at(attribute).isUnknown) return [];
    const joined = after.at(attribute).elements().filter((each) => each.isUnknown || !was.includes(each.raw)); // prettier-ignore
    return joined.map(
      (each) =>
        `joins the security group ${identities.of(resource, attribute, each).label}, and accepts the traffic that it allows`,
    );
  });
}

function valueAt(value: Value, path: string): Value {
  return path.split(".").reduce((place, key) => place.at(key), value);
}

function topOf(path: string): string {
  return path.split(".")[0] ?? path;
}

const OWNERS: Readonly<Record<string, string>> = {
  aws_s3_bucket_public_access_block: "the bucket",
  aws_s3_account_public_access_block: "the account's buckets",
};

/**
 * The effect of turning each setting off ("Blocking public access to your Amazon S3 storage" in the user guide of S3).
 */
const SETTINGS: Readonly<Record<string, string>> = {
  block_public_acls: "new public ACLs are accepted",
  block_public_policy: "new public policies are accepted",
  ignore_public_acls: "public ACLs count",
  restrict_public_buckets: "public policies allow public access",
};

/**
 * Public access blocks that are removed or weakened.
 *
 * @param isDestroyed whether the bucket of this name is destroyed in the same plan
 */
export function openedBuckets(resource: PlannedResource, isDestroyed: (bucket: string) => boolean): readonly Finding[] {
  const { address, type, action, before, after } = resource;
  const owner = OWNERS[type];
  if (owner === undefined || action === "none" || action === "forget") return [];
  if (action === "destroy") {
    const isDestroyedToo = isDestroyed(before.at("bucket").text ?? "");
    return isDestroyedToo ? [] : [{ address, message: `removes the public access block of ${owner}` }];
  }
  // By default, AWS blocks all public access to a new bucket, and nothing for an account.
  const isBucket = type === "aws_s3_bucket_public_access_block";
  return Object.entries(SETTINGS).flatMap(([setting, effect]) => {
    const wasOn = action === "create" ? isBucket : before.at(setting).isTrue;
    const will = after.at(setting);
    if (!wasOn || will.isTrue) return [];
    const off = will.isUnknown ? `may be off ${UNKNOWN}` : "is off";
    return [{ address, message: `${setting} ${off} for ${owner}: ${effect}` }];
  });
}
