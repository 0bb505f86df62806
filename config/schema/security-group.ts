import { z } from "zod";
import { chargeCode, peerCidr, distinctItems, integer, list, ruleDescription, settings } from "./values";

const MOST_RULES = 1000;

const port = () => integer(0, 65535);

/** A rule. Which keys it may combine is in checks/security-groups.ts. */
const rule = (peer: string) =>
  settings(
    {
      protocol: z
        .enum(["tcp", "udp", "icmp", "all"], { error: "tcp, udp, icmp or all" })
        .default("tcp")
        .meta({ description: "The IP protocol: tcp, udp, icmp or all." }),
      port: port()
        .optional()
        .meta({
          description: "The port or the first of several, 0 to 65535. Required for tcp and udp, for no others.",
          examples: [443],
        }),
      toPort: port()
        .optional()
        .meta({ description: "The last port. Default: `port`.", examples: [8443] }),
      cidrBlock: peerCidr(0, 32)
        .optional()
        .meta({
          description: `The IPv4 network ${peer}. A rule has either this or \`group\`.`,
          examples: ["10.0.0.0/20"],
        }),
      group: z
        .string({ error: "the name of a security group, or an id sg-…" })
        .optional()
        .meta({
          description: `The security group ${peer}: a name in this environment, or an id sg-….`,
          examples: ["web"],
        }),
      approval: ruleDescription.optional().meta({
        description:
          "The reference of the approval. A rule that is open to the internet requires one. It is the rule's description in AWS.",
        examples: ["approved as CHG-1042: public web site"],
      }),
    },
    "a rule: { port, cidrBlock or group, … }",
  );

/** EC2 allows no more rules in one direction, whatever quota was asked for ("Security group quotas"). */
const rules = (peer: string) =>
  list(rule(peer), "a list of rules").max(MOST_RULES, { error: `a list of at most ${MOST_RULES} rules` });

export const securityGroupSchema = settings(
  {
    description: ruleDescription.optional().meta({
      description:
        "The purpose of the group. AWS cannot change a description, and plans that do so are blocked: give the group a new name with it. Default: `<name> in <namespace>`.",
      examples: ["Web servers"],
    }),
    work: z.enum(["application", "computation"], { error: "application or computation" }).optional().meta({
      description:
        "`application` must also be in an earlier environment before production. `computation` is in production only and never open to the internet. Required for every group except `default`.",
    }),
    chargeCode: chargeCode.optional().meta({
      description: "The charge code of the group. Default: the environment's `chargeCode`.",
      examples: ["web-0003"],
    }),
    chargeCodes: list(chargeCode, "a list of charge codes")
      .min(2, { error: "a list of at least two charge codes (chargeCode holds one)" })
      .max(10, { error: "a list of at most ten charge codes" })
      .refine(...distinctItems)
      .optional()
      .meta({
        description:
          "Several charge codes, for the rare group that has more than one. The first is the tag ChargeCode.",
        examples: [["research-0007", "research-0008"]],
      }),
    ingress: rules("that may connect")
      .default([])
      .meta({
        description: "The connections that the group accepts.",
        examples: [[{ port: 443, cidrBlock: "10.0.0.0/20" }]],
      }),
    egress: rules("to which it may connect")
      .default([])
      .meta({
        description: "The connections that the members of the group may open.",
        examples: [[{ port: 5432, cidrBlock: "10.0.8.0/23" }]],
      }),
  },
  "a security group: { work, ingress, … }",
);
