import type { EstateFile } from "../../config/schema";

// Own stacks: dev has a Terraform module from a folder, ci one from the registry. See custom/ next to this file.
// ESTATE=examples/custom-module/estate.ts npm start -- --synth-only
const admin = "arn:aws:iam::111111111111:user/admin";
const team = { operators: [admin], admins: [admin], monthlyBudgetUsd: 20 };

const estate: EstateFile = {
  solution: "galileo",
  defaultRegion: "eu-west-1",
  chargeCode: "platform-0001",
  accounts: { main: { kind: "main", id: "111111111111", email: "aws@example.com", ...team } },
  environments: { dev: { account: "main", profile: "hardened" }, ci: { account: "main", profile: "hardened" } },
};

export default estate;
