import { distinctList, flag, region, servicePrincipal, settings } from "./values";

export const organizationSchema = settings(
  {
    existing: flag().default(false).meta({
      description:
        "Whether the organization exists already. Then it is only read, and only this estate's units get its policies.",
    }),
    trail: flag().default(true).meta({
      description:
        "Whether the organization has a CloudTrail trail in the master account that covers all its accounts.",
    }),
    trustedServices: distinctList(servicePrincipal, "a list of services")
      .default([])
      .meta({
        description:
          "AWS services with trusted access to the whole organization, in addition to CloudTrail. Trusted access of any other service is turned off.",
        examples: [["sso.amazonaws.com"]],
      }),
    allowedRegions: distinctList(region, "a list of regions")
      .min(1, { error: "a list of at least one region" })
      .optional()
      .meta({
        description:
          "The regions that its member accounts may use. Default: every region in which the estate has stacks.",
        examples: [["eu-west-1", "us-east-1"]],
      }),
  },
  "an organization, or {} for the defaults",
);
