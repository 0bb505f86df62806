import type { EstateFile } from "../config/schema";

// An organization: its master account, a main account that runs dev, and a created member account for dev's analytics.
// organization.members.json records the created member; npm run accounts -- --record writes such a file.
// ESTATE=examples/organization.ts npm start -- --synth-only
const people = {
  operators: ["arn:aws:iam::111111111111:user/engineer"],
  admins: ["arn:aws:iam::111111111111:user/lead"],
  monthlyBudgetUsd: 50,
};

const estate: EstateFile = {
  solution: "galileo",
  defaultRegion: "eu-west-1",
  chargeCode: "platform-0001",
  organization: { trustedServices: ["config.amazonaws.com"] },
  accounts: {
    master: { kind: "master", id: "111111111111", email: "aws-master@example.com", ...people },
    dev: { kind: "main", id: "222222222222", email: "aws-dev@example.com", ...people },
    // Leave the id out until AWS has created the account: npm run accounts prints it after the first apply.
    analytics: {
      kind: "member",
      membership: "created",
      id: "666666666666",
      email: "aws-analytics@example.com",
      ...people,
    },
  },
  environments: {
    dev: { account: "dev", profile: "hardened", members: { analytics: { account: "analytics" } } },
  },
};

export default estate;
