import type { PipelineService } from "../model";
import type { ParsedEstate } from "../schema";
import { DEFAULT_GITLAB_SUBJECT } from "../schema/repository";

type Services = Exclude<NonNullable<ParsedEstate["repository"]>, string>;

const AUDIENCE = "sts.amazonaws.com";

/** Where the name of a deployment is in a subject. */
const DEPLOYMENT = "{deployment}";

/** The services whose pipelines may plan and apply, with the tokens that the roles trust. */
export function pipelineServices(settings: ParsedEstate): PipelineService[] {
  const { repository, mainBranch, solution } = settings;
  const { github, gitlab, azureDevOps }: Services =
    typeof repository === "string" ? { github: repository } : (repository ?? {});
  return [
    ...(github === undefined ? [] : [githubTokens(github, settings)]),
    ...(gitlab ? [gitlabTokens(gitlab, mainBranch)] : []),
    ...(azureDevOps ? [azureDevOpsTokens(azureDevOps, solution)] : []),
  ];
}

/** GitHub writes ids after both names in the tokens of newer repositories, so that nobody can take over a freed name. */
function githubTokens(repository: string, { repositoryIds: ids, mainBranch }: ParsedEstate): PipelineService {
  const [owner = "", name = ""] = repository.split("/");
  const byName = `repo:${repository}`;
  const withIds = ids ? [`repo:${owner}@${ids.owner}/${name}@${ids.repository}`] : [];
  const begins = [...withIds, ...(!ids || ids.alsoByName ? [byName] : [])];
  return {
    name: "github",
    repository,
    issuer: "token.actions.githubusercontent.com",
    audience: AUDIENCE,
    planSubjects: begins.flatMap((begin) => [`${begin}:pull_request`, `${begin}:ref:refs/heads/${mainBranch}`]),
    applySubjects: begins.map((begin) => `${begin}:environment:${DEPLOYMENT}`),
  };
}

/**
 * A pipeline of a merge request has the subject of its source branch, so that pushes and merge requests look the same.
 * The name of an environment is in no subject.
 */
function gitlabTokens(gitlab: NonNullable<Services["gitlab"]>, mainBranch: string): PipelineService {
  const { host, project, projectId, subject, alsoByPath } = gitlab;
  const required: Readonly<Record<(typeof subject)[number], string | number | undefined>> = {
    project_path: project,
    project_id: projectId,
    ref_type: "branch",
    ref: mainBranch,
    ref_protected: "true",
    environment_protected: "true",
  };
  const subjectOf = (claims: readonly (typeof subject)[number][]) =>
    claims.map((claim) => `${claim}:${required[claim]}`).join(":");
  const forms = [subject, ...(alsoByPath ? [DEFAULT_GITLAB_SUBJECT] : [])];
  return {
    name: "gitlab",
    repository: project,
    issuer: host,
    audience: AUDIENCE,
    planSubjects: forms.map(([by = "project_path"]) => `${by}:${required[by]}:ref_type:branch:ref:*`),
    applySubjects: forms.map(subjectOf),
  };
}

/**
 * The subject has the names of the organization, the project and the service connection, and neither a branch nor an
 * environment. So each role has a connection of its own, whose checks in Azure DevOps decide which job gets its token.
 *
 * Issuer, audience and subject are what the AWS Toolkit for Azure DevOps prints for its connections; nobody can choose the
 * audience (aws/aws-toolkit-azure-devops#614, of July 2026). Microsoft retires this issuer in July 2027 for connections
 * with an application or a managed identity of Microsoft Entra; a connection of the toolkit has none ("Convert service
 * connections", Azure Pipelines).
 */
function azureDevOpsTokens(
  { organization, organizationId, project }: NonNullable<Services["azureDevOps"]>,
  solution: string,
): PipelineService {
  const connection = `sc://${organization}/${project}/${solution}`;
  return {
    name: "azure-devops",
    repository: `${organization}/${project}`,
    issuer: `vstoken.dev.azure.com/${organizationId}`,
    audience: "api://AzureADTokenExchange",
    planSubjects: [`${connection}-plan`],
    applySubjects: [`${connection}-apply-${DEPLOYMENT}`],
  };
}
