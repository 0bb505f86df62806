import { z } from "zod";
import {
  distinctList,
  flag,
  integer,
  list,
  RETENTION_DAYS,
  retentionDays,
  settings,
  textMatching,
  vpcCidr,
} from "./values";

const subnetCidrs = (tier: "public" | "private", example: readonly string[]) =>
  list(vpcCidr(16, 28), "a list of networks, one for each zone")
    .max(3, { error: "a list of at most three networks, one for each zone" })
    .optional()
    .meta({
      description: `The ${tier} subnets, one for each zone. Default: the layout of the AWS console's VPC wizard.`,
      examples: [example],
    });

/** S3 has a gateway endpoint, which costs nothing. The group of all endpoints is a construct next to theirs. */
const endpointService = textMatching(
  /^(?!(s3|security-group)$)[a-z0-9]+([.-][a-z0-9]+)*$/,
  "the last part of the name of a service's interface endpoint, for example ssm of com.amazonaws.eu-west-1.ssm, and not s3, which every network has",
);

export const endpointServices = distinctList(endpointService, "a list of services").max(50, {
  error: "a list of at most 50 services",
});

const tier = settings(
  {
    prefixLength: integer(16, 28)
      .optional()
      .meta({
        description:
          "The size of each subnet, 16 to 28. The subnets are placed in the free space of the network, with room for three zones. Default: none, `cidrBlocks` gives the subnets.",
        examples: [26],
      }),
    cidrBlocks: list(vpcCidr(16, 28), "a list of networks, one for each zone")
      .max(6, { error: "a list of at most six networks, one for each zone" })
      .optional()
      .meta({
        description:
          "The subnets, one for each zone, in place of `prefixLength`. Give it to a tier before you remove or change one before it: its subnets stay where they are. Default: none, `prefixLength` places the subnets.",
        examples: [["10.0.3.0/26", "10.0.3.64/26"]],
      }),
  },
  "a tier: { prefixLength } or { cidrBlocks }",
);

const ONE_TO_THREE_ZONES = { error: "a list of one to three availability zones" };

export const networkSchema = settings(
  {
    cidrBlock: vpcCidr(16, 24)
      .default("10.0.0.0/20")
      .meta({ description: "The network of the VPC, /16 to /24.", examples: ["10.1.0.0/16"] }),
    zones: list(z.string({ error: "an availability zone" }), "a list of availability zones")
      .min(1, ONE_TO_THREE_ZONES)
      .max(3, ONE_TO_THREE_ZONES)
      .optional()
      .meta({
        description: "One to three availability zones. A database needs two. Default: the first two of the region.",
        examples: [["eu-west-1a", "eu-west-1c"]],
      }),
    publicSubnets: flag().default(true).meta({
      description: "Whether there are public subnets. The addresses of the private ones do not depend on it.",
    }),
    publicSubnetCidrBlocks: subnetCidrs("public", ["10.0.0.0/24", "10.0.1.0/24"]),
    privateSubnetCidrBlocks: subnetCidrs("private", ["10.0.8.0/24", "10.0.9.0/24"]),
    tiers: z
      .record(
        textMatching(
          /^(?=.{1,40}$)(?!(public|private)$)[a-z][a-z0-9]*(-[a-z0-9]+)*$/,
          "1 to 40 lower-case letters, digits and single hyphens, beginning with a letter, neither public nor private",
        ),
        tier,
        { error: "an object with tiers by name" },
      )
      .default({})
      .meta({
        description:
          "Further tiers of private subnets by name, each with a subnet in each zone and no route to the internet. Their place does not depend on tiers that follow in the file: add tiers at the end.",
      }),
    mapPublicAddresses: flag().default(false).meta({
      description: "Whether instances in public subnets automatically get a public address.",
    }),
    endpoints: endpointServices.default([]).meta({
      description:
        'Services that the VPC reaches without the internet, by interface endpoints in each private subnet, each the last part of its endpoint\'s name (AWS PrivateLink, "AWS services that integrate with AWS PrivateLink"), at most 50 ("Amazon VPC quotas"). They cost money. Session Manager needs the three of the example, and pulls from ECR need `ecr.api` and `ecr.dkr`.',
      examples: [["ssm", "ssmmessages", "ec2messages"]],
    }),
    flowLogs: flag().optional().meta({
      description:
        "Whether all flows are logged to CloudWatch, which costs money. Default: true in production, false elsewhere.",
    }),
    flowLogRetentionDays: retentionDays
      .default(30)
      .meta({ description: `The days that flow logs are kept: ${RETENTION_DAYS.join(", ")}.`, examples: [90] }),
  },
  "a network, or {} for the defaults",
);
