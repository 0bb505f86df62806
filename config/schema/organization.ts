import { settings, hasNoDuplicates, flag, list, region, servicePrincipal } from "./values";

export const organizationSchema = settings(
  {
    existing: flag().default(false).meta({
      description:
        "Whether the organization exists already: then it is read and not made, and only units of this estate get its policies.",
    }),
    trail: flag()
      .default(true)
      .meta({ description: "Whether the organization has a trail in the master account, of all its accounts." }),
    trustedServices: list(servicePrincipal, "a list of services")
      .refine(hasNoDuplicates, { error: "each service once" })
      .default([])
      .meta({
        description:
          "AWS services that work for the whole organization beside CloudTrail, for example sso.amazonaws.com; one that is not named here is turned off. Default: none.",
      }),
    allowedRegions: list(region, "a list of regions")
      .min(1, { error: "at least one region" })
      .refine(hasNoDuplicates, { error: "each region once" })
      .optional()
      .meta({ description: "The regions that its member accounts may use. Default: those that the estate uses." }),
  },
  "an organization, or {} for the defaults",
);
