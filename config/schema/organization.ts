import { distinctList, flag, name, region, servicePrincipal, settings } from "./values";

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
    trailAccount: name.optional().meta({
      description:
        "The account of kind security that stores the log files of the organization's trail. For a new estate only: a trail keeps its bucket. Default: the master account stores them.",
      examples: ["security"],
    }),
    centralRootAccess: flag()
      .optional()
      .meta({
        description:
          "Whether the master account manages the root users of its members: new members have no root password, and administrators of the master account delete root credentials and unlock buckets and queues. Default: true for an organization that the estate creates, false for one that exists.",
        examples: [false],
      }),
    trustedServices: distinctList(servicePrincipal, "a list of services")
      .default([])
      .meta({
        description:
          "AWS services with trusted access to the whole organization, in addition to those that the estate's other keys need, such as CloudTrail. Trusted access of any other service is turned off, unless AWS says that the service is in use: then the plan is blocked.",
        examples: [["config.amazonaws.com"]],
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
