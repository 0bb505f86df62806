import { z } from "zod";
import { settings, chargeCode, cidr, hasNoDuplicates, integer, list, ruleDescription } from "./values";

const port = () => integer(0, 65535);

/** Who may connect, or where to. What goes together with what is in checks/security-groups.ts. */
const rule = (whom: string) =>
  settings(
    {
      protocol: z
        .enum(["tcp", "udp", "icmp", "all"], { error: "tcp, udp, icmp or all" })
        .default("tcp")
        .meta({ description: "tcp, udp, icmp or all." }),
      port: port().optional().meta({ description: "The port, or the first of several, 0 to 65535; tcp and udp only." }),
      toPort: port().optional().meta({ description: "The last port. Default: port." }),
      cidrBlock: cidr(0, 32)
        .optional()
        .meta({ description: `The IPv4 network ${whom}. Either this or group.` }),
      group: z
        .string({ error: "the name of a security group, or an id sg-…" })
        .optional()
        .meta({ description: `The security group ${whom}: a name in this environment, or an id sg-….` }),
      approval: ruleDescription.optional().meta({
        description:
          "The reference of the approval, without which nothing may be open to the internet. It becomes the rule's description.",
      }),
    },
    "a rule: { port, cidrBlock or group, … }",
  );

export const securityGroupSchema = settings(
  {
    description: ruleDescription.optional().meta({
      description: "What it is for. AWS cannot change it: a group that is described otherwise needs another name.",
    }),
    work: z.enum(["application", "computation"], { error: "application or computation" }).optional().meta({
      description:
        "application goes to an earlier environment first and to production after; computation is in production only, and never open to the internet. Not optional but for `default`.",
    }),
    chargeCode: chargeCode.optional().meta({ description: "Its charge code. Default: the environment's." }),
    chargeCodes: list(chargeCode, "a list of charge codes")
      .min(2, { error: "two charge codes at least; one is a chargeCode" })
      .max(10, { error: "ten charge codes at most" })
      .refine(hasNoDuplicates, { error: "each charge code once" })
      .optional()
      .meta({
        description:
          "Several charge codes, for the rare group that has more than one; the first is the tag ChargeCode.",
      }),
    ingress: list(rule("it admits"), "a list of rules")
      .default([])
      .meta({ description: "Who may connect. Default: nobody." }),
    egress: list(rule("it lets out to"), "a list of rules")
      .default([])
      .meta({ description: "Where members may connect to. Default: nowhere." }),
  },
  "a security group: { work, ingress, … }",
);
