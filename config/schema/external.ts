import { z } from "zod";
import { chargeCode, distinctList, email, flag, line, name, peerCidr, settings, textMatching } from "./values";

/* What the estate manages outside AWS: search at Aiven, single sign-on at Microsoft and Google. */

const uuid = textMatching(
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  "a UUID in lower case, such as 00000000-0000-4000-8000-000000000000",
);

const account = name.meta({
  description:
    "The account whose bucket stores the state, among its account-wide stacks: its approvers approve changes. To change it later, move the state first.",
  examples: ["prod"],
});

const environment = name.optional().meta({
  description: "The environment that uses it, for its tags and its secret. Default: none or several.",
  examples: ["dev"],
});

const ownChargeCode = chargeCode.optional().meta({
  description: "Its charge code. Default: that of the environment, otherwise of the estate.",
  examples: ["platform-0002"],
});

const existing = flag().default(false).meta({ description: "Whether it exists already, and Terraform imports it." });

/** Without `*` and fragments, which neither Microsoft nor Google accepts. */
const redirectUri = textMatching(
  /^https:\/\/[a-z0-9][a-z0-9.-]*(:\d+)?(\/[\w./~%@:+-]*)?(\?[\w=&%.~+-]*)?$/i,
  "an https URL without wildcards and fragment, such as https://login.example.com/oauth/callback",
);
const redirectUris = distinctList(redirectUri, "a list of https URLs");

const serviceSchema = settings(
  {
    plan: textMatching(/^[a-z0-9]+(-[a-z0-9]+)*$/, "the name of a plan, such as startup-4").meta({
      description: "Aiven's plan of the service. It costs money.",
      examples: ["business-4"],
    }),
    version: textMatching(/^\d+(\.\d+)?$/, "a version of OpenSearch, such as 2")
      .optional()
      .meta({
        description: "The version of OpenSearch. Default: the one that Aiven chooses.",
        examples: ["2"],
      }),
    terminationProtection: flag().default(true).meta({ description: "Whether Aiven refuses to delete it." }),
    ipFilter: distinctList(peerCidr(8, 32), "a list of IPv4 networks")
      .min(1, { error: "a list of at least one IPv4 network" })
      .meta({ description: "The IPv4 networks that reach it.", examples: [["198.51.100.0/24"]] }),
    existing,
  },
  "a service: { plan, ipFilter, … }",
);

const aivenProjectSchema = settings(
  {
    project: textMatching(
      /^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$/,
      "the name of an Aiven project: 2 to 63 lower-case letters, digits and hyphens",
    ).meta({
      description: "The name of the project, unique among all customers of Aiven. It cannot change.",
      examples: ["example-search-dev"],
    }),
    environment,
    chargeCode: ownChargeCode,
    cloud: textMatching(/^[a-z]+-[a-z0-9-]+$/, "Aiven's name of a cloud and region, such as aws-eu-west-1")
      .optional()
      .meta({
        description: "Where new services run. Default: `aws-` and the region of the environment, or of the estate.",
        examples: ["aws-eu-west-2"],
      }),
    existing,
    services: z.record(name, serviceSchema, { error: "an object with services by name" }).default({}).meta({
      description:
        "OpenSearch services by name. Aiven's provider writes the password of their first user into the state: leave out what a service broker creates.",
    }),
  },
  "a project: { project, … }",
);

export const searchSchema = settings(
  {
    account,
    parentId: textMatching(/^[a-z0-9]{4,36}$/, "the id of an organization or unit at Aiven")
      .optional()
      .meta({
        description: "The organization or unit that the projects belong to, by its id at Aiven. Default: none.",
        examples: ["org1a23f456789"],
      }),
    billingGroup: uuid.optional().meta({
      description: "The id of the billing group of the projects. Default: none.",
      examples: ["11111111-2222-4333-8444-555555555555"],
    }),
    technicalEmails: distinctList(email(), "a list of e-mail addresses")
      .min(1, { error: "a list of at least one e-mail address" })
      .meta({ description: "Who gets Aiven's alerts about the projects.", examples: [["search@example.com"]] }),
    projects: z
      .record(name, aivenProjectSchema, { error: "an object with projects by name" })
      .meta({ description: "The projects at Aiven by name." }),
  },
  "search at Aiven: { account, technicalEmails, projects }",
);

const claims = distinctList(textMatching(/^[a-z_]{1,64}$/, "the name of a claim, such as email"), "a list of claims");

const applicationSchema = settings(
  {
    displayName: line(120, "a display name").meta({
      description: "The name of the application that people see.",
      examples: ["Example sign-in (dev)"],
    }),
    environment,
    chargeCode: ownChargeCode,
    audience: z
      .enum(["AzureADMyOrg", "AzureADMultipleOrgs", "AzureADandPersonalMicrosoftAccount"], {
        error: "AzureADMyOrg, AzureADMultipleOrgs or AzureADandPersonalMicrosoftAccount",
      })
      .default("AzureADMyOrg")
      .meta({ description: "Whose accounts sign in: those of the tenant, of every tenant, or personal ones too." }),
    redirectUris: redirectUris
      .min(1, { error: "a list of at least one https URL" })
      .meta({ description: "Where Microsoft sends people after they sign in.", examples: [["https://login.example.com/oauth/callback"]] }), // prettier-ignore
    optionalClaims: settings(
      {
        idToken: claims.default([]).meta({ description: "Claims in ID tokens.", examples: [["email"]] }),
        accessToken: claims.default([]).meta({ description: "Claims in access tokens.", examples: [["email"]] }),
      },
      "{ idToken, accessToken }",
    )
      .optional()
      .meta({ description: "Claims that tokens have in addition. Default: none." }),
    owners: distinctList(uuid, "a list of object ids")
      .optional()
      .meta({
        description: "The object ids of its owners at Microsoft. Default: owners are left alone.",
        examples: [["00000000-0000-4000-8000-000000000001"]],
      }),
    assignmentRequired: flag()
      .default(true)
      .meta({ description: "Whether only people and groups that are assigned to it sign in." }),
    existing: settings(
      {
        application: uuid.meta({
          description: "The object id of the application, not its client id.",
          examples: ["00000000-0000-4000-8000-000000000002"],
        }),
        servicePrincipal: uuid.optional().meta({
          description: "The object id of its service principal (enterprise application). Default: it has none yet.",
          examples: ["00000000-0000-4000-8000-000000000003"],
        }),
      },
      "{ application, servicePrincipal }",
    )
      .optional()
      .meta({ description: "What exists already, and Terraform imports. Default: nothing." }),
  },
  "an application: { displayName, redirectUris, … }",
);

const number = textMatching(/^\d{4,20}$/, "a number in quotes, as Google shows it");
const label = /^[a-z][a-z0-9_-]{0,62}$/;

const googleProjectSchema = settings(
  {
    projectId: textMatching(
      /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/,
      "the id of a Google project: 6 to 30 lower-case letters, digits and hyphens",
    ).meta({ description: "The id of the project. It cannot change.", examples: ["example-sign-in"] }),
    displayName: textMatching(
      /^[A-Za-z0-9 '"!-]{4,30}$/,
      "4 to 30 letters, digits, spaces and characters of '\"!-",
    ).meta({ description: "The name of the project that people see.", examples: ["Example sign-in"] }),
    environment,
    chargeCode: ownChargeCode,
    organization: number.optional().meta({
      description: "The number of the organization that it is in, if it is in no folder. Default: none.",
      examples: ["123456789012"],
    }),
    folder: number.optional().meta({
      description: "The number of the folder that it is in. Default: none.",
      examples: ["210987654321"],
    }),
    billingAccount: textMatching(/^[0-9A-F]{6}(-[0-9A-F]{6}){2}$/, "a billing account such as 012345-567890-ABCDEF")
      .optional()
      .meta({ description: "The billing account. Default: none.", examples: ["012345-567890-ABCDEF"] }),
    labels: z
      .record(
        textMatching(label, "a label: a lower-case letter, then letters, digits, _ and -"),
        textMatching(/^[a-z0-9_-]{0,63}$/, "up to 63 lower-case letters, digits, _ and -"),
        { error: "an object with labels" },
      )
      .default({})
      .meta({ description: "Labels in addition to the project's own.", examples: [{ team: "platform" }] }),
    redirectUris: redirectUris.default([]).meta({
      description:
        "Where Google sends people after they sign in, for the OAuth client that somebody creates by hand. Empty: it has no client.",
      examples: [["https://login.example.com/oauth/callback"]],
    }),
    existing,
  },
  "a project: { projectId, displayName, organization or folder, … }",
);

export const singleSignOnSchema = settings(
  {
    microsoft: settings(
      {
        account,
        tenantId: uuid.meta({
          description: "The id of the tenant of Microsoft Entra ID. Terraform acts in no other.",
          examples: ["00000000-0000-4000-8000-000000000000"],
        }),
        applications: z
          .record(name, applicationSchema, { error: "an object with applications by name" })
          .meta({ description: "The applications by name." }),
      },
      "{ account, tenantId, applications }",
    )
      .optional()
      .meta({ description: "Applications of Microsoft Entra ID (Azure Active Directory). Default: none." }),
    google: settings(
      {
        account,
        projects: z
          .record(name, googleProjectSchema, { error: "an object with projects by name" })
          .meta({ description: "The projects by name." }),
      },
      "{ account, projects }",
    )
      .optional()
      .meta({ description: "Projects of Google Cloud. Default: none." }),
  },
  "single sign-on: { microsoft, google }",
);
