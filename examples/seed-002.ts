import type { EstateFile } from "../config/schema";

// A platform whose accounts, people, search and single sign-on are described in one file: four environments at AWS and
// Aiven, four sign-in applications at Microsoft, two projects at Google (docs/beyond-aws.md). Ids are placeholders.
// ESTATE=examples/seed-002.ts npm start -- --synth-only
const people = (id: string) => ({
  operators: [`arn:aws:iam::${id}:user/engineer`],
  admins: [`arn:aws:iam::${id}:user/lead`],
});

const account = (name: string, id: string, monthlyBudgetUsd: number) => ({
  kind: "main" as const,
  id,
  email: `aws-${name}@example.com`,
  monthlyBudgetUsd,
  ...people(id),
});

const network = ["198.51.100.0/24"];
const service = { plan: "business-4", version: "2", ipFilter: network };

const sso = "https://login.example.com";
const redirectUris = (host: string) => [`https://login.${host}/login/callback/azureOAuth`];
const optionalClaims = { idToken: ["email"] };
const signIn = { audience: "AzureADMultipleOrgs" as const, assignmentRequired: false, optionalClaims };

const estate: EstateFile = {
  solution: "platform",
  defaultRegion: "eu-west-1",
  chargeCode: "platform-0001",
  accounts: {
    dev: account("dev", "222222222222", 50),
    ci: account("ci", "333333333333", 50),
    staging: account("staging", "444444444444", 100),
    prod: account("prod", "555555555555", 200),
  },
  environments: {
    dev: { account: "dev", profile: "hardened" },
    ci: { account: "ci", profile: "hardened" },
    staging: { account: "staging", region: "eu-west-2", profile: "hardened", externalId: "platform-staging-3f1c" },
    prod: { account: "prod", production: true, profile: "hardened", externalId: "platform-prod-9b27" },
  },
  search: {
    account: "prod",
    parentId: "org1a23f456789",
    billingGroup: "11111111-2222-4333-8444-555555555555",
    technicalEmails: ["search@example.com"],
    projects: {
      // A service broker creates the services of tenants: they are not listed.
      dev: { project: "example-search-dev", environment: "dev", existing: true },
      ci: { project: "example-search-ci", environment: "ci", existing: true },
      staging: { project: "example-search-staging", environment: "staging", existing: true },
      prod: {
        project: "example-search-prod",
        environment: "prod",
        existing: true,
        services: { "platform-logs": service },
      },
    },
  },
  singleSignOn: {
    microsoft: {
      account: "prod",
      tenantId: "00000000-0000-4000-8000-000000000000",
      applications: {
        dev: {
          displayName: "Platform (Dev)",
          environment: "dev",
          redirectUris: redirectUris("dev.example.com"),
          ...signIn,
          existing: {
            application: "00000000-0000-4000-8000-000000000001",
            servicePrincipal: "00000000-0000-4000-8000-000000000002",
          },
        },
        "staging-london": {
          displayName: "Platform (Staging London)",
          environment: "staging",
          redirectUris: redirectUris("london.staging.example.com"),
          ...signIn,
        },
        "prod-london": {
          displayName: "Platform (Prod London)",
          environment: "prod",
          redirectUris: redirectUris("london.example.com"),
          ...signIn,
        },
        prod: {
          displayName: "Platform (Prod)",
          environment: "prod",
          redirectUris: redirectUris("example.com"),
          ...signIn,
        },
      },
    },
    google: {
      account: "prod",
      projects: {
        platform: {
          projectId: "example-platform",
          displayName: "Platform",
          organization: "123456789012",
          billingAccount: "012345-567890-ABCDEF",
          redirectUris: [`${sso}/login/callback/google`],
          existing: true,
        },
        "platform-development": {
          projectId: "example-platform-dev-210707",
          displayName: "platform-development",
          environment: "dev",
          organization: "123456789012",
          existing: true,
        },
      },
    },
  },
};

export default estate;
