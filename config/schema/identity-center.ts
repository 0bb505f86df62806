import { z } from "zod";
import { distinctList, displayName, line, name, region, settings } from "./values";

const groupSchema = settings(
  {
    description: line(1024, "a text")
      .optional()
      .meta({ description: "The description of the group. Default: none.", examples: ["People who run the platform"] }),
    members: distinctList(line(128, "a user name"), "a list of user names").meta({
      description: "The user names of its members. The users exist already.",
      examples: [["engineer@example.com"]],
    }),
  },
  "a group: { description, members }",
);

export const identityCenterSchema = settings(
  {
    account: name.optional().meta({
      description:
        "The account that manages IAM Identity Center: the master account, or its delegated administrator, which cannot assign people to the master account. Default: the master account.",
      examples: ["master"],
    }),
    region: region.optional().meta({
      description: "The home region of IAM Identity Center. Default: the region of `account`.",
      examples: ["eu-west-1"],
    }),
    groups: z
      .record(displayName, groupSchema, { error: "an object with groups by display name" })
      .default({})
      .meta({
        description:
          "The groups that the project creates, by display name, with these members. Members that somebody adds by hand stay. Any other group that an account names exists already: somebody created it, or the identity source provisions it (SCIM).",
        examples: [{ "platform-leads": { members: ["lead@example.com"] } }],
      }),
  },
  "{ account, region, groups }, or {} for the defaults",
);
