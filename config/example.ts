import type { EstateFile } from "./schema";

type Groups = NonNullable<EstateFile["environments"][string]["securityGroups"]>;

/*
 * A master account, four environments with a main account each, and three member accounts. All account ids are made up.
 * Tests and the rehearsal of a fresh clone use this file. Copy it to config/estate.ts to edit it.
 */

// People log in through IAM Identity Center. One IAM user can assume Admin if that fails.
const team = { operators: ["group:platform-engineers"], admins: ["group:platform-leads"], monthlyBudgetUsd: 50 };
const emergency = ["arn:aws:iam::111111111111:user/emergency"];

/** The application's web servers, which are tested in dev before they are in production. */
const web: Groups[string] = {
  work: "application",
  chargeCode: "web-0003",
  ingress: [{ port: 443, cidrBlock: "10.0.0.0/20" }],
  egress: [{ port: 5432, cidrBlock: "10.0.8.0/23" }],
};

const example: EstateFile = {
  solution: "galileo",
  defaultRegion: "eu-west-1",
  chargeCode: "platform-0001",
  repository: "example-org/aws-estate",
  // The identity source provisions platform-engineers; the project creates platform-leads.
  identityCenter: { groups: { "platform-leads": { members: ["lead@example.com"] } } },

  accounts: {
    master: { kind: "master", id: "111111111111", email: "aws-master@example.com", ...team, breakGlass: emergency },
    dev: { kind: "main", id: "222222222222", email: "aws-dev@example.com", ...team },
    ci: { kind: "main", id: "333333333333", email: "aws-ci@example.com", ...team },
    staging: { kind: "main", id: "444444444444", email: "aws-staging@example.com", ...team },
    prod: {
      kind: "main",
      id: "555555555555",
      email: "aws-prod@example.com",
      ...team,
      breakGlass: emergency,
      sourceIps: ["198.51.100.0/24"],
      operatorSessionSeconds: 14400,
      monthlyBudgetUsd: 200,
      stateKey: true,
    },
    "dev-analytics": {
      kind: "member",
      membership: "created",
      id: "666666666666",
      email: "aws-dev-analytics@example.com",
      ...team,
    },
    "partner-lab": {
      kind: "member",
      membership: "invited",
      id: "777777777777",
      email: "aws@partner-lab.example",
      ...team,
      // It is outside the organization, where IAM Identity Center assigns nobody.
      operators: ["arn:aws:iam::111111111111:user/platform-engineer"],
      admins: emergency,
    },
    "prod-analytics": {
      kind: "member",
      membership: "created",
      id: "888888888888",
      email: "aws-prod-analytics@example.com",
      ...team,
    },
  },

  environments: {
    dev: {
      account: "dev",
      profile: "documented",
      securityGroups: { web },
      database: { deletionProtection: false, allowedCidrBlocks: ["10.0.8.0/23"], allowedSecurityGroups: ["web"] },
      application: { repositories: ["dagster"] },
      members: {
        analytics: { account: "dev-analytics" },
        "partner-lab": { account: "partner-lab", vpcId: "vpc-0a1b2c3d4e5f60718", subnetId: "subnet-0a1b2c3d4e5f60718" },
      },
    },
    ci: {
      account: "ci",
      profile: "documented",
      database: { deletionProtection: false, allowedCidrBlocks: ["10.0.8.0/23"] },
      application: { repositories: ["dagster"] },
    },
    staging: {
      account: "staging",
      profile: "hardened",
      externalId: "galileo-staging-4f1c",
      network: { publicSubnets: false },
      database: { allowedCidrBlocks: ["10.0.8.0/23"] },
      application: { repositories: ["dagster"] },
    },
    prod: {
      account: "prod",
      production: true,
      profile: "hardened",
      externalId: "galileo-prod-9b27",
      chargeCode: "platform-0002",
      securityGroups: {
        web: {
          ...web,
          ingress: [{ port: 443, cidrBlock: "0.0.0.0/0", approval: "approved as CHG-1042: public web site" }],
        },
        // Scripts without ingress: people reach them through Session Manager, and they reach AWS.
        batch: {
          work: "computation",
          chargeCodes: ["research-0007", "research-0008"],
          egress: [{ port: 443, cidrBlock: "0.0.0.0/0" }],
        },
      },
      database: {
        allowedCidrBlocks: ["10.0.8.0/23"],
        allowedSecurityGroups: ["web"],
        backupRetentionDays: 14,
        customerManagedKey: true,
      },
      application: { repositories: ["dagster"] },
      members: { analytics: { account: "prod-analytics" } },
    },
  },
};

export default example;
