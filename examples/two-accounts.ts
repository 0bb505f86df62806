import type { EstateFile } from "../config/schema";

// Two accounts, dev and prod, in promotion order: prod accepts only what dev already holds. There is no organization. Each
// environment has two databases, the second one in a tier of subnets of its own.
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
    dev: {
      account: "dev",
      profile: "hardened",
      network: { tiers: { data: { prefixLength: 26 } } },
      database: { deletionProtection: false },
      databases: { reports: { deletionProtection: false, tier: "data", parameters: { work_mem: "65536" } } },
    },
    prod: {
      account: "prod",
      production: true,
      profile: "hardened",
      externalId: "galileo-prod-9b27",
      network: { tiers: { data: { prefixLength: 26 } } },
      database: { backupRetentionDays: 14 },
      databases: { reports: { tier: "data", parameters: { work_mem: "65536" } } },
    },
  },
  promotionOrder: ["dev", "prod"],
};

export default estate;
