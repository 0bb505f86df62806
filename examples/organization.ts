import type { EstateFile } from "../config/schema";

// An organization: its master account, a main account that runs dev, a created member account for dev's analytics, and a
// security account that stores the log files of the organization's trail.
// organization.members.json records the created members; npm run accounts -- --record writes such a file.
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
  // For a new estate: a trail keeps its bucket.
  organization: { trailAccount: "watch", trustedServices: ["config.amazonaws.com"] },
  accounts: {
    master: { kind: "master", id: "111111111111", email: "aws-master@example.com", ...people },
    dev: { kind: "main", id: "222222222222", email: "aws-dev@example.com", ...people },
    // Leave the ids out until AWS has created the accounts: npm run accounts prints them after the first apply.
    watch: {
      kind: "security",
      membership: "created",
      id: "777777777777",
      email: "aws-security@example.com",
      ...people,
    },
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
