import type { EstateFile } from "../../config/schema";

// Own stacks: a queue with an alarm in both environments, which share an account. See custom/ next to this file.
// ESTATE=examples/custom-queue/estate.ts npm start -- --synth-only
const admin = "arn:aws:iam::111111111111:user/admin";
const team = { operators: [admin], admins: [admin], monthlyBudgetUsd: 20 };

const estate: EstateFile = {
  solution: "galileo",
  defaultRegion: "eu-west-1",
  chargeCode: "platform-0001",
  repository: "example-org/estate",
  accounts: { main: { kind: "main", id: "111111111111", email: "aws@example.com", ...team } },
  environments: {
    dev: { account: "main", profile: "hardened" },
    prod: { account: "main", profile: "hardened", production: true, externalId: "galileo-prod" },
  },
};

export default estate;
