import type { EstateFile } from "../config/schema";

// One account: it hosts AWS Organizations and runs the only environment, without a database or members.
// ESTATE=examples/one-account.ts npm start -- --synth-only
const admin = "arn:aws:iam::111111111111:user/admin";
const team = { operators: [admin], admins: [admin], monthlyBudgetUsd: 20 };

const estate: EstateFile = {
  solution: "galileo",
  defaultRegion: "eu-west-1",
  chargeCode: "platform-0001",
  accounts: { only: { kind: "master", id: "111111111111", email: "aws@example.com", ...team } },
  environments: { dev: { account: "only", profile: "hardened" } },
};

export default estate;
