import { Address6 } from "ip-address";
import { z } from "zod";
import { isNoSource, networkOf, refusedForVpc, withoutPeers } from "../cidr";
import { REGIONS } from "../regions";
import sensitive from "../sensitive-reads.json";

/*
 * The kinds of values in an estate file. Every error text here is what the value must be, to be read after "must be":
 * schema-issues.ts adds the path and the value.
 */

export const textMatching = (pattern: RegExp, expected: string) =>
  z.string({ error: expected }).regex(pattern, { error: expected });

export const integer = (from: number, to: number, unit = "") => {
  const expected = `a whole number${unit && ` of ${unit}`} from ${from} to ${to}`;
  return z.int({ error: expected }).min(from, { error: expected }).max(to, { error: expected });
};

/** The retention periods that CloudWatch Logs offers, in days (its API, PutRetentionPolicy). */
export const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];
export const retentionDays = z.literal(RETENTION_DAYS, {
  error: `a number of days that CloudWatch Logs offers: ${RETENTION_DAYS.join(", ")}`,
});

/** The id of a user, an organization or a repository on GitHub, or of a project on GitLab. */
export const hostedId = integer(1, Number.MAX_SAFE_INTEGER);

/** A number of days, as long as S3 counts them, or `false` for never. */
export const daysOrFalse = z.union([z.literal(false), integer(1, 36500, "days")], {
  error: "a whole number of days from 1 to 36500, or false",
});

export const flag = () => z.boolean({ error: "true or false" });

export const list = <T extends z.ZodType>(item: T, expected: string) => z.array(item, { error: expected });

/** The arguments of `refine` for a list without duplicates. */
export const distinctItems = [
  (values: readonly string[]) => new Set(values).size === values.length,
  { error: "a list without duplicates" },
] as const;

/** A list without duplicates. */
export const distinctList = <T extends z.ZodType<string>>(item: T, expected: string) =>
  list(item, expected).refine(...distinctItems);

export const settings = <T extends z.core.$ZodShape>(shape: T, what: string) => z.strictObject(shape, { error: what });

export const name = textMatching(
  /^(?=.{1,63}$)[a-z][a-z0-9]*(-[a-z0-9]+)*$/,
  "1 to 63 lower-case letters, digits and single hyphens, beginning with a letter",
);

export const region = z.enum(Object.keys(REGIONS), { error: "the code of an AWS region, for example eu-west-1" });

/** A problem of a network as zod takes it; `note` is about the value. */
interface CidrIssue {
  readonly message: string;
  readonly note?: string;
}

/** The problem of an IPv4 network, if it has one. Prefix lengths are inclusive. */
function cidrIssue(cidr: string, expected: string, shortest: number, longest: number): CidrIssue | undefined {
  const found = networkOf(cidr);
  if (!found) return { message: expected };
  const { network, prefixLength } = found;
  if (network !== cidr) return { message: expected, note: `host bits are set: the network is ${network}` };
  if (prefixLength < shortest || prefixLength > longest)
    return { message: `a network with a prefix length from /${shortest} to /${longest}` };
  return undefined;
}

const network = (expected: string, issueOf: (value: string) => CidrIssue | undefined) =>
  z.string({ error: expected }).superRefine((value, context) => {
    const issue = issueOf(value);
    if (issue) context.addIssue({ code: "custom", message: issue.message, params: { note: issue.note } });
  });

const IPV4 = "an IPv4 network such as 10.0.0.0/20";
const IPV4_OR_IPV6 = "an IPv4 or IPv6 network such as 198.51.100.0/24";

const cidr = (shortest: number, longest: number, furtherIssue: (value: string) => CidrIssue | undefined) =>
  network(IPV4, (value) => cidrIssue(value, IPV4, shortest, longest) ?? furtherIssue(value));

/** The network of a VPC or a subnet. */
export const vpcCidr = (shortest: number, longest: number) =>
  cidr(shortest, longest, (value) => {
    const range = refusedForVpc(value);
    return range === undefined
      ? undefined
      : { message: "a network that AWS allows for a VPC", note: `it refuses ${range}` };
  });

/** The network that a rule of a security group allows. */
export const peerCidr = (shortest: number, longest: number) =>
  cidr(shortest, longest, (value) => {
    const range = withoutPeers(value);
    const note = `no packet has an address in ${range}; everywhere is 0.0.0.0/0`;
    return range === undefined ? undefined : { message: "a network that packets come from or go to", note };
  });

/** Whether it is an IPv6 network with a prefix length of at least 16, without a zone id or host bits. */
function isNetwork6(cidr: string): boolean {
  if (!/^[0-9a-f:]+\/\d+$/i.test(cidr) || !Address6.isValid(cidr)) return false;
  const address = new Address6(cidr);
  return address.subnetMask >= 16 && address.startAddress().bigInt() === address.bigInt();
}

export const sourceIp = network(IPV4_OR_IPV6, (value) => {
  const issue = isNetwork6(value) ? undefined : cidrIssue(value, IPV4_OR_IPV6, 8, 32);
  if (issue || !isNoSource(value)) return issue;
  return {
    message: "a public network",
    note: "AWS sees the public address of a request, so this one would allow nobody",
  };
});

/**
 * The path of a user or role, from ! to ~ (CreateRole, Path), without its first /. Quotes, backslashes and what is a
 * pattern in a policy (* ? $) are left out.
 */
const PATH = String.raw`(?!\/)(?:[!#%-)+->@-[\]-~]+\/)?`;

const USER_ARN = String.raw`arn:aws:iam::\d{12}:user\/(?=.{1,575}$)${PATH}[\w+=,.@-]{1,64}`;
const EXPECTED_USER = "the ARN of an IAM user, for example arn:aws:iam::111111111111:user/name";
const NO_MFA = "because the role requires MFA, which no session of a role or a federated user has";
const SESSION = /^arn:aws:(iam::\d*:role|sts::\d*:(assumed-role|federated-user))\//;

/**
 * An IAM user, because no other principal passes a condition on `aws:MultiFactorAuthPresent`: "the temporary credentials
 * returned by AssumeRole do not include MFA information in the context", and federated users have no MFA device in AWS
 * ("Secure API access with MFA", IAM User Guide).
 */
const user = z.string({ error: EXPECTED_USER }).regex(new RegExp(`^${USER_ARN}$`), {
  error: ({ input }) =>
    typeof input === "string" && SESSION.test(input) ? `the ARN of an IAM user, ${NO_MFA}` : EXPECTED_USER,
});
export const users = distinctList(user, `a list of items, each ${EXPECTED_USER}`).min(1, {
  error: `a list with at least one item: ${EXPECTED_USER}`,
});

/** How a group of IAM Identity Center is written among people, before its display name. */
const GROUP = "group:";

/**
 * A text of one line, without a space at an end, of the characters that the identity store takes (CreateGroup): others are
 * invisible, or change the order of those around them.
 */
const oneLine = (longest: number): string => String.raw`(?! )[\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}]{1,${longest}}(?<! )`;
const EXPECTED_LINE = "visible characters and spaces in one line, without a space at an end";
export const line = (longest: number, expected: string) =>
  textMatching(new RegExp(`^${oneLine(longest)}$`, "u"), `${expected} of 1 to ${longest} ${EXPECTED_LINE}`);

/** The display name of a group (CreateGroup, in the API reference of the identity store). */
const NAME_OF_GROUP = oneLine(128);
export const displayName = line(128, "a display name");
const EXPECTED_NAME = `a display name of 1 to 128 ${EXPECTED_LINE}`;

/** The display name of the group that an entry of `people` names; undefined for a user. */
export const groupIn = (person: string): string | undefined =>
  person.startsWith(GROUP) ? person.slice(GROUP.length) : undefined;

const EXPECTED_PERSON = `${EXPECTED_USER}, or "${GROUP}" with the display name of a group of IAM Identity Center`;
const person = z
  .string({ error: EXPECTED_PERSON })
  .regex(new RegExp(`^(?:${USER_ARN}|${GROUP}${NAME_OF_GROUP})$`, "u"), {
    error: ({ input }) => {
      if (typeof input !== "string") return EXPECTED_PERSON;
      if (input.startsWith(GROUP)) return `"${GROUP}" with ${EXPECTED_NAME}`;
      return SESSION.test(input) ? `the ARN of an IAM user or "${GROUP}<display name>", ${NO_MFA}` : EXPECTED_PERSON;
    },
  });
export const people = distinctList(person, `a list of items, each ${EXPECTED_PERSON}`).min(1, {
  error: `a list with at least one item: ${EXPECTED_PERSON}`,
});

const EXPECTED_PRINCIPAL = "the ARN of an IAM user or role, for example arn:aws:iam::111111111111:user/name";

/** With its suffix, which IAM Identity Center changes with every new assignment: then the ARN would match nobody. */
const WITH_SUFFIX = /\/AWSReservedSSO_[^/]*_[0-9a-f]{16}$/;

/** A principal, or a pattern for several: `*` matches any characters. */
export const principalPatterns = list(
  textMatching(
    /^arn:aws:iam::\d{12}:(user|role)\/[\w+=,.@*/-]{1,576}$/,
    `${EXPECTED_PRINCIPAL}, with * for any characters`,
  ).refine((arn) => !WITH_SUFFIX.test(arn), {
    error:
      "an ARN with * for the suffix of a permission set's role, which a new assignment changes, for example …/AWSReservedSSO_Deploy_*",
  }),
  "a list of ARNs",
);

/** No label of a host name ends with a hyphen (RFC 1035, 2.3.1); the part before the @ may have one anywhere. */
export const email = () =>
  z.email({ error: "an e-mail address" }).refine((address) => !/@.*-\./.test(address), {
    error: "an e-mail address without a hyphen before a dot in its host name",
  });

/** The characters that EC2 allows in the description of a rule ("AuthorizeSecurityGroupIngress", IpRange). */
export const ruleDescription = textMatching(
  /^(?=.*[A-Za-z0-9])[\w .:/()#,@[\]+=&;{}!$*-]{1,255}$/,
  "1 to 255 letters, digits, spaces and characters of ._-:/()#,@[]+=&;{}!$*, at least one of them a letter or digit",
);

/** The id of a resource of EC2, with 8 digits in old accounts ("Resource IDs", EC2 User Guide). */
export const idOf = (prefix: "sg" | "subnet" | "vpc") => new RegExp(`^${prefix}-([0-9a-f]{8}|[0-9a-f]{17})$`);

export const iamName = (what: "policy" | "role" | "user") =>
  textMatching(
    new RegExp(String.raw`^(?!arn:)(?=.{1,575}$)${PATH}[\w+=,.@-]{1,${what === "policy" ? 128 : 64}}$`),
    `the name of an IAM ${what}: 1 to ${what === "policy" ? 128 : 64} letters, digits and characters of +=,.@_-, after its path if it has one`,
  );
export const roleName = iamName("role");

/**
 * The value of a tag that every service takes: RDS allows only these characters and no value that begins with `aws:` or
 * `rds:` (its API, Tag), and a space at an end is cut or refused.
 */
export const chargeCode = textMatching(
  /^(?!(aws|rds):)(?=.*[a-z0-9])(?! )[\w .:/=+@-]{1,256}(?<! )$/i,
  "a charge code of 1 to 256 letters, digits and characters of _.:/=+-@ with spaces between them, not beginning with aws: or rds:",
);

export const servicePrincipal = textMatching(
  /^[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com$/,
  "a service principal such as lambda.amazonaws.com",
);

/** Reads of secrets and data in lower case, as IAM compares them; without those that are secret at some paths only. */
const SENSITIVE = new Set(
  Object.keys(sensitive.reads)
    .filter((action) => !Object.hasOwn(sensitive.resources, action))
    .map((action) => action.toLowerCase()),
);

/** An action that reads, and whose answer holds neither secrets nor data. */
export const planRoleRead = textMatching(
  /^[a-z0-9-]+:(GET|(BatchGet|Describe|Get|List|Lookup|Search|View)[A-Za-z0-9]+)$/,
  "an IAM action that reads, such as glue:GetTable, without wildcards",
).refine((action) => !SENSITIVE.has(action.toLowerCase()), {
  error: "an action whose answer holds no secrets and no data (config/sensitive-reads.json lists those that do)",
});
