import type { EstateFile } from "../config/schema";

// Two accounts, dev and prod, in promotion order: prod accepts only what dev already holds. There is no organization.
// ESTATE=examples/two-accounts.ts npm start -- --synth-only
const people = {
  operators: ["arn:aws:iam::111111111111:user/engineer"],
  admins: ["arn:aws:iam::111111111111:user/lead"],
};

const estate: EstateFile = {
  solution: "galileo",
  defaultRegion: "eu-west-1",
  chargeCode: "platform-0001",
  accounts: {
    dev: { kind: "main", id: "222222222222", email: "aws-dev@example.com", monthlyBudgetUsd: 50, ...people },
    prod: { kind: "main", id: "555555555555", email: "aws-prod@example.com", monthlyBudgetUsd: 200, ...people },
  },
  environments: {
    dev: { account: "dev", profile: "hardened", database: { deletionProtection: false } },
    prod: {
      account: "prod",
      production: true,
      profile: "hardened",
      externalId: "galileo-prod-9b27",
      database: { backupRetentionDays: 14 },
    },
  },
  promotionOrder: ["dev", "prod"],
};

export default estate;
