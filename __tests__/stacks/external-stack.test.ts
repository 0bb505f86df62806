import type { EstateFile } from "../../config/schema";
import { predecessorOf } from "../../config/predecessor";
import { estateOf } from "../config/estate-fixture";
import { synthesize } from "../support/synthesize";

const TENANT = "00000000-0000-4000-8000-000000000000";
const [APPLICATION, PRINCIPAL, OWNER] = [1, 2, 3].map((last) => `00000000-0000-4000-8000-00000000000${last}`);
const CALLBACK = "https://login.example.com/oauth/callback";

/** Every key. */
const all: Pick<EstateFile, "search" | "singleSignOn"> = {
  search: {
    account: "dev",
    parentId: "org1a23f456789",
    billingGroup: TENANT,
    technicalEmails: ["search@example.com"],
    projects: {
      logs: {
        project: "example-logs",
        environment: "dev",
        chargeCode: "search-0001",
        cloud: "aws-eu-west-2",
        existing: true,
        services: {
          tenants: {
            plan: "business-4",
            version: "2",
            terminationProtection: false,
            ipFilter: ["198.51.100.0/24"],
            existing: true,
          },
        },
      },
    },
  },
  singleSignOn: {
    microsoft: {
      account: "dev",
      tenantId: TENANT,
      applications: {
        web: {
          displayName: "Web",
          environment: "dev",
          chargeCode: "web-0001",
          audience: "AzureADMultipleOrgs",
          redirectUris: [CALLBACK],
          optionalClaims: { idToken: ["email"], accessToken: ["upn"] },
          owners: [OWNER ?? ""],
          assignmentRequired: false,
          existing: { application: APPLICATION ?? "", servicePrincipal: PRINCIPAL },
        },
      },
    },
    google: {
      account: "dev",
      projects: {
        web: {
          projectId: "example-web",
          displayName: "Example web",
          environment: "dev",
          chargeCode: "Web/0001",
          organization: "123456789012",
          billingAccount: "012345-567890-ABCDEF",
          labels: { team: "web", solution: "mine" },
          redirectUris: [CALLBACK],
          existing: true,
        },
        other: { projectId: "example-other", displayName: "Other", folder: "210987654321" },
      },
    },
  },
};

/** Only what is required. */
const least: Pick<EstateFile, "search" | "singleSignOn"> = {
  search: {
    account: "dev",
    technicalEmails: ["search@example.com"],
    projects: {
      logs: { project: "example-logs", services: { tenants: { plan: "startup-4", ipFilter: ["198.51.100.0/24"] } } },
    },
  },
  singleSignOn: {
    microsoft: {
      account: "dev",
      tenantId: TENANT,
      applications: { web: { displayName: "Web", redirectUris: [CALLBACK] } },
    },
  },
};

const estate = estateOf(all);
const full = synthesize(estate);
const small = synthesize(estateOf(least));
const KEPT = { prevent_destroy: true };
const tags = (stack: string, environment: string, chargeCode: string) => [
  { key: "Solution", value: "demo" },
  { key: "ManagedBy", value: "cdktf" },
  { key: "Environment", value: environment },
  { key: "Account", value: "dev" },
  { key: "Stack", value: stack },
  { key: "ChargeCode", value: chargeCode },
];

test("Aiven's stack has its projects and services, with their tags", () => {
  const stack = full.stack("dev-aiven");
  expect(stack.at("logs/project")).toEqual({
    project: "example-logs",
    parent_id: "org1a23f456789",
    billing_group: TENANT,
    technical_emails: ["search@example.com"],
    default_cloud: "aws-eu-west-2",
    tag: tags("dev-aiven", "dev", "search-0001"),
    lifecycle: KEPT,
  });
  expect(stack.at("logs/service/tenants")).toEqual({
    project: stack.reference("logs/project", "project"),
    service_name: "tenants",
    plan: "business-4",
    cloud_name: "aws-eu-west-2",
    termination_protection: false,
    tag: tags("dev-aiven", "dev", "search-0001"),
    opensearch_user_config: { opensearch_version: "2", ip_filter_string: ["198.51.100.0/24"] },
    lifecycle: KEPT,
  });
});

test("Microsoft's stack acts in one tenant, and has applications without a password", () => {
  const stack = full.stack("dev-microsoft");
  expect(stack.json.provider).toEqual({ azuread: [{ tenant_id: TENANT }] });
  const notes =
    "Solution: demo; ManagedBy: cdktf; Environment: dev; Account: dev; Stack: dev-microsoft; ChargeCode: web-0001";
  expect(stack.at("web/application")).toMatchObject({
    display_name: "Web",
    sign_in_audience: "AzureADMultipleOrgs",
    owners: [OWNER],
    notes,
    web: { redirect_uris: [CALLBACK] },
    optional_claims: { id_token: [{ name: "email" }], access_token: [{ name: "upn" }] },
    lifecycle: KEPT,
  });
  expect(stack.at("web/service-principal")).toEqual({
    client_id: stack.reference("web/application", "client_id"),
    app_role_assignment_required: false,
    owners: [OWNER],
    notes,
    lifecycle: KEPT,
  });
});

test("Google's stack has projects whose labels Google accepts; those of the project take precedence", () => {
  const stack = full.stack("dev-google");
  expect(stack.at("web/project")).toEqual({
    name: "Example web",
    project_id: "example-web",
    org_id: "123456789012",
    billing_account: "012345-567890-ABCDEF",
    labels: {
      team: "web",
      solution: "demo",
      managedby: "cdktf",
      environment: "dev",
      account: "dev",
      stack: "dev-google",
      chargecode: "web-0001",
    },
    deletion_policy: "PREVENT",
    lifecycle: KEPT,
  });
  expect(stack.at("other/project")).toMatchObject({
    folder_id: "210987654321",
    auto_create_network: false,
    labels: { environment: "account-wide" },
  });
});

test("what exists is imported by the ids that each provider documents", () => {
  const importsOf = (id: string) => Object.values(full.stack(id).json.import ?? {}).map((each) => each.id);
  expect(importsOf("dev-aiven")).toEqual(["example-logs", "example-logs/tenants"]);
  expect(importsOf("dev-microsoft")).toEqual([`/applications/${APPLICATION}`, `/servicePrincipals/${PRINCIPAL}`]);
  expect(importsOf("dev-google")).toEqual(["example-web"]);
});

test("what is not given keeps the provider's default, and a service is protected", () => {
  expect(small.stack("dev-aiven").at("logs/project")).toEqual({
    project: "example-logs",
    technical_emails: ["search@example.com"],
    default_cloud: "aws-eu-west-1",
    tag: tags("dev-aiven", "account-wide", "demo-0001"),
    lifecycle: KEPT,
  });
  expect(small.stack("dev-aiven").at("logs/service/tenants")).toMatchObject({
    termination_protection: true,
    opensearch_user_config: { ip_filter_string: ["198.51.100.0/24"] },
  });
  const application = small.stack("dev-microsoft").at("web/application");
  expect(Object.keys(application)).not.toEqual(expect.arrayContaining(["owners"]));
  expect(application).toMatchObject({ sign_in_audience: "AzureADMyOrg" });
  expect(application).not.toHaveProperty("optional_claims");
  expect(small.stack("dev-microsoft").at("web/service-principal")).toMatchObject({
    app_role_assignment_required: true,
  });
  expect(small.stack("dev-microsoft").json.import).toBeUndefined();
});

test("each stack has its state in the account's bucket, no AWS provider, and a pinned provider", () => {
  for (const [id, provider] of Object.entries({ aiven: "aiven", microsoft: "azuread", google: "google" })) {
    const { json, backend } = full.stack(`dev-${id}`);
    expect(Object.keys(json.provider ?? {})).toEqual([provider]);
    expect(json.terraform?.required_providers).toEqual({
      [provider]: {
        source: expect.stringContaining(`/${provider}`) as string,
        version: expect.stringMatching(/^\d+\.\d+\.\d+$/) as string,
      },
    });
    expect(backend).toMatchObject({
      bucket: "222222222222-demo-terraform-state",
      key: `dev/${id}.tfstate`,
      allowed_account_ids: ["222222222222"],
      use_lockfile: true,
    });
  }
});

test("the other stacks of an estate are the same with and without them, but for the account's bootstrap", () => {
  const none = synthesize(estateOf());
  for (const [id, text] of none.texts)
    if (id !== "dev-bootstrap") expect([id, full.texts.get(id) === text]).toEqual([id, true]);
});

test("no earlier environment has to apply them first", () => {
  for (const id of ["dev-aiven", "dev-microsoft", "dev-google"]) expect(predecessorOf({ id }, estate)).toBeUndefined();
});
