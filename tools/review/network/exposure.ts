import type { PlannedResource } from "../planned-resource";
import type { Matter } from "../review";
import { UNKNOWN, type Value } from "../value";

interface Exposure {
  /** @default every type that has the attribute */
  readonly types?: readonly string[];
  /** A path, `vpc_config.0.endpoint_public_access`. */
  readonly attribute: string;
  readonly isOpen: (value: Value) => boolean;
  readonly words: string;
}

const isTrue = (value: Value): boolean => value.isTrue;

/** Attributes that put something within reach of the internet, or of others. */
const EXPOSURES: readonly Exposure[] = [
  { attribute: "publicly_accessible", isOpen: isTrue, words: "gets a public address" },
  { attribute: "map_public_ip_on_launch", isOpen: isTrue, words: "whatever starts in it gets a public address" },
  {
    attribute: "assign_ipv6_address_on_creation",
    isOpen: isTrue,
    words: "whatever starts in it gets an IPv6 address, which is public",
  },
  { attribute: "associate_public_ip_address", isOpen: isTrue, words: "gets a public address" },
  { attribute: "endpoint_public_access", isOpen: isTrue, words: "its endpoint is public" },
  { attribute: "vpc_config.0.endpoint_public_access", isOpen: isTrue, words: "its endpoint is public" },
  {
    ...{
      types: ["aws_lb", "aws_alb", "aws_elb"],
      attribute: "internal",
      words: "the load balancer faces the internet",
    },
    isOpen: (value) => !value.isTrue,
  },
  {
    ...{
      types: ["aws_lambda_function_url"],
      attribute: "authorization_type",
      words: "whoever knows the function's URL may call it",
    },
    isOpen: (value) => value.raw === "NONE",
  },
  {
    ...{ types: ["aws_s3_bucket", "aws_s3_bucket_acl"], attribute: "acl", words: "the bucket's ACL lets others in" },
    isOpen: (value) => ["public-read", "public-read-write", "authenticated-read"].includes(String(value.raw)),
  },
  {
    ...{
      types: ["aws_network_interface_sg_attachment"],
      attribute: "security_group_id",
      words: "the network interface joins the security group",
    },
    isOpen: (value) => value.text !== undefined,
  },
];

/** What comes within reach that was not: where it is made so, and where it becomes so. */
export function exposures(resource: PlannedResource): readonly Matter[] {
  const { address, type, action, before, after } = resource;
  if (action !== "create" && action !== "update" && action !== "replace") return [];
  const opened = EXPOSURES.filter(({ types }) => types?.includes(type) ?? true).flatMap(
    ({ attribute, isOpen, words }) => {
      const [was, will] = [valueAt(before, attribute), valueAt(after, attribute)];
      const wasOpen = action !== "create" && isOpen(was);
      if (will.isUnknown) {
        return !wasOpen && resource.isConfigured(topOf(attribute))
          ? [`${words}, if ${topOf(attribute)} says so ${UNKNOWN}`]
          : [];
      }
      return isOpen(will) && !wasOpen ? [words] : [];
    },
  );
  return [...opened, ...groupsJoined(resource)].map((words) => ({ address, words }));
}

/** Attributes that say to which security groups something belongs. */
const GROUPS = ["vpc_security_group_ids", "security_groups", "security_group_ids"];

/**
 * Whoever joins one more group is open to whoever that one lets in. Of a security group's rules, the groups are no
 * members.
 */
function groupsJoined({ type, action, before, after }: PlannedResource): readonly string[] {
  if (action === "create" || type.includes("security_group")) return [];
  return GROUPS.flatMap((attribute) => {
    const was = before.at(attribute).elements().map(({ raw }) => raw); // prettier-ignore
    // Known to AWS alone: the provider fills it in.
    if (after.at(attribute).isUnknown) return [];
    const joined = after.at(attribute).elements().filter((each) => each.isUnknown || !was.includes(each.raw)); // prettier-ignore
    return joined.map(({ words }) => `joins the security group ${words}, and is open to whoever that lets in`);
  });
}

function valueAt(value: Value, path: string): Value {
  return path.split(".").reduce((place, key) => place.at(key), value);
}

function topOf(path: string): string {
  return path.split(".")[0] ?? path;
}
