import { z } from "zod";
import { flag, hostedId, list, settings, textMatching } from "./values";

/**
 * The orders of claims in a subject that trust policies can match: the project, any branch for a plan, and what is
 * required of an apply at the end. GitLab's own default is the first. ("ci_id_token_sub_claim_components", Projects API)
 */
const SUBJECTS = /^(project_path|project_id),ref_type,ref(,ref_protected)?(,environment_protected)?$/;
const CLAIMS = ["project_path", "project_id", "ref_type", "ref", "ref_protected", "environment_protected"] as const;
const SUBJECT =
  "project_path or project_id, then ref_type and ref, then ref_protected and environment_protected if you want them";

export const DEFAULT_GITLAB_SUBJECT: readonly (typeof CLAIMS)[number][] = ["project_path", "ref_type", "ref"];

export const gitlabSchema = settings(
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
