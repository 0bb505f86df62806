import { parsePolicy } from "../policy";
import { documentsIn } from "./iam";
import { addressIn, type Law, changed } from "./law";

/**
 * Limits in characters, without white space: "IAM and AWS STS quotas", "Quotas for AWS Organizations", and 20 KB of
 * a bucket policy, 32 KB of a key policy, 30 KB of a topic policy.
 */
const LONGEST: Readonly<Record<string, number>> = {
  aws_iam_role: 2048,
  aws_iam_policy: 6144,
  aws_s3_bucket_policy: 20480,
  aws_organizations_policy: 10240,
  aws_kms_key: 32768,
  aws_sns_topic_policy: 30720,
};
const LONGEST_INLINE = 10240;
const MOST_MANAGED = 10;

const sizeOf = (text: string) => text.replaceAll("$${", "${").replaceAll(/\s/g, "").length;

const readable: Law = {
  name: "every policy document is static, valid JSON of Version 2012-10-17, and each statement has a unique sid",
  violations: ({ stacks }) =>
    documentsIn(stacks).flatMap(({ stack, resource, text }) => {
      const where = `${stack.id} ${resource.address}`;
      try {
        const { Version, Statement } = parsePolicy(text);
        const sids = Statement.map(({ Sid }) => Sid ?? "");
        return [
          ...(Version === "2012-10-17" ? [] : [`${where} has the version ${String(Version)}`]),
          ...(Statement.length > 0 ? [] : [`${where} has no statement`]),
          ...(new Set(sids).size === sids.length && sids.every((sid) => /^[A-Za-z0-9]+$/.test(sid))
            ? []
            : [`${where} has the sids ${sids.join(", ")}`]),
        ];
      } catch (error) {
        return [`${where}: ${String(error)}`];
      }
    }),
  breaches: {
    "no version": (stack) => {
      const editor = stack("dev-iam");
      editor.editPolicy(editor.first("aws_iam_policy"), "policy", (document) => delete document.Version);
    },
    "the old version": (stack) => {
      const editor = stack("dev-iam");
      editor.editPolicy(editor.first("aws_iam_policy"), "policy", (document) => (document.Version = "2008-10-17"));
    },
    "a duplicate sid": (stack) => {
      const editor = stack("dev-iam");
      editor.editPolicy(editor.first("aws_iam_policy"), "policy", ({ Statement }) => Statement.push(...Statement));
    },
    "a statement without sid": (stack) => {
      const editor = stack("dev-iam");
      editor.editPolicy(
        editor.first("aws_iam_policy"),
        "policy",
        ({ Statement: [statement] }) => delete statement?.Sid,
      );
    },
    "a policy variable that Terraform would read": (stack) => {
      const policy = stack("prod-master-role").at("master-role/role/inline-assume-organization-access");
      policy["policy"] = String(policy["policy"]).replaceAll("$${", () => "${");
    },
    "invalid JSON": changed("dev-iam", "aws_iam_policy", { policy: '{ "Version": ' }),
  },
};

const withinLimits: Law = {
  name: "every policy document, and the sum of a role's policies, is within AWS's limits",
  violations: ({ stacks }) => [
    ...documentsIn(stacks)
      .filter(({ resource, text }) => sizeOf(text) > (LONGEST[resource.type] ?? LONGEST_INLINE))
      .map(({ stack, resource, text }) => `${stack.id} ${resource.address} has ${sizeOf(text)} characters`),
    ...stacks.flatMap((stack) =>
      stack.all("aws_iam_role").flatMap(({ address }) => {
        const ofRole = (type: string) => stack.all(type).filter(({ values }) => addressIn(values["role"]) === address);
        const inline = ofRole("aws_iam_role_policy").reduce(
          (sum, { values }) => sum + sizeOf(String(values["policy"])),
          0,
        );
        const managed = ofRole("aws_iam_role_policy_attachment").length;
        return [
          ...(inline > LONGEST_INLINE ? [`${stack.id} ${address} has inline policies of ${inline} characters`] : []),
          ...(managed > MOST_MANAGED ? [`${stack.id} ${address} has ${managed} managed policies`] : []),
        ];
      }),
    ),
  ],
  breaches: {
    ...Object.fromEntries(
      (
        [
          ["a trust policy", "aws_iam_role", "assume_role_policy", 2048],
          ["a managed policy", "aws_iam_policy", "policy", 6144],
          ["an inline policy", "aws_iam_role_policy", "policy", 10240],
        ] as const
      ).map(([what, type, attribute, characters]) => [
        `${what} that is too long`,
        (stack) => {
          const editor = stack("dev-iam");
          editor.editPolicy(editor.first(type), attribute, ({ Statement: [statement] }) =>
            Object.assign(statement ?? {}, { Resource: "x".repeat(characters) }),
          );
        },
      ]),
    ),
    "a service control policy that is too long": (stack) => {
      const editor = stack("master-organization");
      editor.editPolicy(editor.first("aws_organizations_policy"), "content", ({ Statement: [statement] }) =>
        Object.assign(statement ?? {}, { Resource: "x".repeat(10240) }),
      );
    },
    "inline policies that are too long in total": (stack) => {
      const editor = stack("dev-iam");
      for (const policy of ["read-operations", "deny-data-and-iam"]) {
        editor.editPolicy(editor.at(`operator/role/inline-${policy}`), "policy", ({ Statement: [statement] }) =>
          Object.assign(statement ?? {}, { Resource: "x".repeat(5000) }),
        );
      }
    },
    "a bucket policy that is too long": (stack) => {
      const editor = stack("dev-bootstrap");
      editor.editPolicy(editor.first("aws_s3_bucket_policy"), "policy", ({ Statement: [statement] }) =>
        Object.assign(statement ?? {}, { Resource: "x".repeat(20480) }),
      );
    },
  } satisfies Law["breaches"],
};

export const DOCUMENT_LAWS = [readable, withinLimits];
