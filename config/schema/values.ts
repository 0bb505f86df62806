import { Address4, Address6 } from "ip-address";
import { z } from "zod";
import { REGIONS } from "../regions";

/*
 * The values that an estate file is made of. Every error text here says what was expected, and nothing else: load.ts
 * puts the path and the value before it.
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

export const flag = () => z.boolean({ error: "true or false" });

export const list = <T extends z.ZodType>(item: T, expected: string) => z.array(item, { error: expected });

export const settings = <T extends z.core.$ZodShape>(shape: T, what: string) => z.strictObject(shape, { error: what });

export const name = textMatching(
  /^(?=.{1,63}$)[a-z][a-z0-9]*(-[a-z0-9]+)*$/,
  "lower-case letters, digits and single hyphens, beginning with a letter, 63 at most",
);

export const region = z.enum(Object.keys(REGIONS), { error: "the code of an AWS region, for example eu-west-1" });

/** What is wrong with an IPv4 network: undefined if nothing is. Prefix lengths are inclusive. */
function cidrProblem(cidr: string, shortest: number, longest: number): string | undefined {
  const expected = `an IPv4 network such as 10.0.0.0/20`;
  if (!/^[\d.]+\/\d+$/.test(cidr) || !Address4.isValid(cidr)) return expected;
  const address = new Address4(cidr);
  const network = `${address.startAddress().correctForm()}/${address.subnetMask}`;
  if (network !== cidr) return `${network} (it has host bits set)`;
  if (address.subnetMask < shortest || address.subnetMask > longest)
    return `a prefix length from /${shortest} to /${longest}`;
  return undefined;
}

export const cidr = (shortest: number, longest: number) =>
  z.string({ error: "an IPv4 network such as 10.0.0.0/20" }).superRefine((value, context) => {
    const expected = cidrProblem(value, shortest, longest);
    if (expected) context.addIssue({ code: "custom", message: expected });
  });

/** Whether it is an IPv6 network of public size: no zone id, no host bits, /16 at least. */
function isNetwork6(cidr: string): boolean {
  if (!/^[0-9a-f:]+\/\d+$/i.test(cidr) || !Address6.isValid(cidr)) return false;
  const address = new Address6(cidr);
  return address.subnetMask >= 16 && address.startAddress().bigInt() === address.bigInt();
}

export const sourceIp = z
  .string({ error: "an IPv4 or IPv6 network such as 198.51.100.0/24" })
  .superRefine((value, context) => {
    const expected = isNetwork6(value) ? undefined : cidrProblem(value, 8, 32);
    if (expected)
      context.addIssue({ code: "custom", message: expected.replace("an IPv4 network", "an IPv4 or IPv6 network") });
  });

const EXPECTED_PRINCIPAL = "the ARN of an IAM user or role, for example arn:aws:iam::111111111111:user/name";
const principal = textMatching(
  /^arn:aws:iam::\d{12}:(user|role)\/([\w+=,.@-]+\/)*[\w+=,.@-]{1,64}$/,
  EXPECTED_PRINCIPAL,
);
export const principals = list(principal, `a list with ${EXPECTED_PRINCIPAL}`)
  .min(1, { error: `at least one: ${EXPECTED_PRINCIPAL}` })
  .refine((arns) => new Set(arns).size === arns.length, { error: "each principal once" });

/** A principal, or a pattern of several: `*` stands for any characters. */
export const principalPatterns = list(
  textMatching(
    /^arn:aws:iam::\d{12}:(user|role)\/[\w+=,.@*/-]{1,576}$/,
    `${EXPECTED_PRINCIPAL}, with * for any characters`,
  ),
  "a list of ARNs",
);

export const email = () => z.email({ error: "an e-mail address" });

/** What EC2 allows in the description of a security group's rule ("AuthorizeSecurityGroupIngress", IpRange). */
export const ruleDescription = textMatching(
  /^(?=.*[A-Za-z0-9])[\w .:/()#,@[\]+=&;{}!$*-]{1,255}$/,
  "1 to 255 of letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*, with a letter or digit among them",
);

export const securityGroupId = /^sg-[0-9a-f]{8,17}$/;

export const roleName = textMatching(
  /^[\w+=,.@-]{1,64}$/,
  "the name of an IAM role: 1 to 64 of letters, digits and +=,.@_-",
);

export const chargeCode = textMatching(
  /^(?=.*[A-Za-z0-9])[\w .:/=+@-]{1,256}$/,
  "a charge code: 1 to 256 of letters, digits, spaces and _.:/=+-@",
);

export const servicePrincipal = textMatching(
  /^[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com$/,
  "a service principal such as lambda.amazonaws.com",
);

export const hasNoDuplicates = (values: readonly string[]) => new Set(values).size === values.length;
