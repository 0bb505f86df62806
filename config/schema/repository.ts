import { z } from "zod";
import { flag, hostedId, list, settings, textMatching } from "./values";

const githubSchema = textMatching(
  /^[A-Za-z0-9][\w-]{0,38}\/(?!\.{1,2}$)[\w.-]{1,100}$/,
  "a GitHub repository, owner/name",
);

/**
 * The orders of claims in a subject that trust policies can match: the project, any branch for a plan, and what is
 * required of an apply at the end. GitLab's own default is the first. ("ci_id_token_sub_claim_components", Projects API)
 */
const SUBJECTS = /^(project_path|project_id),ref_type,ref(,ref_protected)?(,environment_protected)?$/;
const CLAIMS = ["project_path", "project_id", "ref_type", "ref", "ref_protected", "environment_protected"] as const;
const SUBJECT =
  "project_path or project_id, then ref_type and ref, then ref_protected and environment_protected if you want them";

export const DEFAULT_GITLAB_SUBJECT: readonly (typeof CLAIMS)[number][] = ["project_path", "ref_type", "ref"];

const gitlabSchema = settings(
  {
    project: textMatching(
      /^(?=.{1,255}$)(?!.*\.(git|atom)?(\/|$))\w[\w.-]*(\/\w[\w.-]*)+$/,
      "the path of a GitLab project, group/project",
    ).meta({ description: "The path of the project, with its groups.", examples: ["example-group/aws-estate"] }),
    host: textMatching(
      /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/,
      "the host name of a GitLab in lower case, without https://",
    )
      .default("gitlab.com")
      .meta({
        description: "The host of your GitLab. AWS must reach it over the internet.",
        examples: ["gitlab.example.com"],
      }),
    subject: list(z.enum(CLAIMS, { error: `one of ${CLAIMS.join(", ")}` }), SUBJECT)
      .refine((claims) => SUBJECTS.test(claims.join()), { error: SUBJECT })
      .default([...DEFAULT_GITLAB_SUBJECT])
      .meta({
        description:
          "The claims in the subject of the project's tokens: the same list as `ci_id_token_sub_claim_components` of the project on GitLab. Applies then need the main branch, also protected and a job of a protected environment if the list names these.",
        examples: [["project_id", "ref_type", "ref", "ref_protected"]],
      }),
    projectId: hostedId.optional().meta({
      description: "The id of the project, if `subject` names it. Default: none.",
      examples: [57382910],
    }),
    alsoByPath: flag().default(false).meta({
      description:
        "Whether tokens with GitLab's default subject are accepted too: set it while you change the subject.",
    }),
  },
  "a GitLab project: { project, … }",
);

/**
 * The subject of a service connection's token is `sc://<organization>/<project>/<connection>`, and the issuer has the id of
 * the organization ("How to federate into AWS from Azure DevOps using OpenID Connect", Microsoft Workloads on AWS). No
 * source says how it writes a space, so that names with one are refused.
 */
const azureDevOpsSchema = settings(
  {
    organization: textMatching(
      /^[A-Za-z0-9]([A-Za-z0-9-]{0,48}[A-Za-z0-9])?$/,
      "the name of an Azure DevOps organization: 1 to 50 letters, digits and hyphens",
    ).meta({
      description: "The name of the organization, as in `https://dev.azure.com/<organization>`.",
      examples: ["example-org"],
    }),
    organizationId: textMatching(
      /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
      "the id of an Azure DevOps organization: a GUID in lower case",
    ).meta({
      description:
        "The id of the organization: `instanceId` at `https://dev.azure.com/<organization>/_apis/connectionData`.",
      examples: ["11111111-2222-3333-4444-555555555555"],
    }),
    project: textMatching(
      /^[A-Za-z0-9]([\w.-]{0,62}[\w-])?$/,
      "the name of an Azure DevOps project without spaces: 1 to 64 letters, digits and characters of ._-",
    ).meta({ description: "The name of the project, without spaces.", examples: ["aws-estate"] }),
  },
  "an Azure DevOps project: { organization, organizationId, project }",
);

const SERVICES = settings(
  {
    github: githubSchema.optional().meta({
      description: "The GitHub repository, owner/name. Default: none.",
      examples: ["example-org/aws-estate"],
    }),
    gitlab: gitlabSchema.optional().meta({ description: "The GitLab project. Default: none." }),
    azureDevOps: azureDevOpsSchema
      .optional()
      .meta({ description: "The Azure DevOps project, with a service connection for each role. Default: none." }),
  },
  "{ github, gitlab, azureDevOps }",
).refine((services) => Object.keys(services).length > 0, {
  error: "an object with at least one of github, gitlab and azureDevOps",
  when: ({ issues }) => issues.length === 0,
});

/** A text is a repository on GitHub. */
export const repositorySchema = z.union([githubSchema, SERVICES], {
  error: "a GitHub repository, owner/name, or { github, gitlab, azureDevOps }",
});
