import type { Actor } from "../graph/access-graph";

const GITHUB = "token.actions.githubusercontent.com";
const AZURE_DEVOPS = "vstoken.dev.azure.com/";

/** What starts a job of a pipeline, read from the subject of the job's token. */
interface PipelineEvent {
  readonly service: "GitHub" | "GitLab" | "Azure DevOps";
  /** `owner/name`, a project by its path or as `project <id>`, with its host, or the pattern that a trust policy holds. */
  readonly repository: string;
  /** `pull request`, `push to main`, `environment dev`, `connection galileo-plan` … */
  readonly event: string;
}

/** An enterprise may have an issuer of its own below GitHub's. Another host may only begin like GitHub's. */
const isGithub = (issuer: string): boolean => issuer === GITHUB || issuer.startsWith(`${GITHUB}/`);

/** The host of a subject's identity provider, and the subject: `token.actions.githubusercontent.com`, `repo:…`. */
export function subjectOf({ name }: Actor): { readonly host: string; readonly subject: string } {
  const [host = name, subject = "*"] = name.split(/ (.*)/);
  return { host: isGithub(host) ? "GitHub Actions" : host, subject };
}

/** The event of a job of GitHub, Azure DevOps, or a GitLab on any host; undefined for other actors. */
export function pipelineEventOf(actor: Actor): PipelineEvent | undefined {
  if (actor.kind !== "subject") return undefined;
  const { host, subject } = subjectOf(actor);
  if (host.startsWith(AZURE_DEVOPS)) return azureDevOpsEvent(subject);
  return host === "GitHub Actions" ? githubEvent(subject) : gitlabEvent(host, subject);
}

function githubEvent(subject: string): PipelineEvent {
  const [, repository = "any repository", rest = "*"] = /^repo:([^:]*)(?::(.*))?$/.exec(subject) ?? [];
  return {
    service: "GitHub",
    repository: repository.replaceAll(/@\d+/g, ""), // newer repositories have ids after both names
    event: subject.startsWith("repo:") || subject === "*" ? githubText(rest) : `subject ${subject}`,
  };
}

function githubText(rest: string): string {
  const [, kind = rest, name = ""] = /^(environment|ref:refs\/heads|ref:refs\/tags):?\/?(.+)$/.exec(rest) ?? [];
  switch (kind) {
    case "*":
      return "job of any kind";
    case "pull_request":
      return "pull request";
    case "environment":
      return name === "*" ? "environment of any name" : `environment ${name}`;
    case "ref:refs/heads":
      return name === "*" ? "push to any branch" : `push to ${name}`;
    case "ref:refs/tags":
      return `push of tag ${name}`;
    default:
      return `subject ${rest}`;
  }
}

/** A pipeline of a merge request has the subject of its source branch. */
function gitlabEvent(host: string, subject: string): PipelineEvent | undefined {
  const [, claim, project = "", rest = "*"] = /^project_(path|id):([^:]*)(?::(.*))?$/.exec(subject) ?? [];
  if (claim === undefined) return undefined;
  const event = rest === "*" ? "job of any kind" : gitlabText(rest);
  const named = claim === "id" ? `project ${project}` : project;
  // Anyone can run a GitLab with a project of this path.
  return { service: "GitLab", repository: host === "gitlab.com" ? named : `${named} on ${host}`, event };
}

function gitlabText(rest: string): string {
  const pattern = /^ref_type:(branch|tag):ref:([^:]+)((?::(?:ref_protected|environment_protected):true)*)$/;
  const [, kind, ref, protections = ""] = pattern.exec(rest) ?? [];
  if (kind === undefined) return `subject ${rest}`;
  const job = protections.includes(":environment_protected:") ? ", job of a protected environment" : "";
  return kind === "tag" ? `push of tag ${ref}${job}` : `push to ${ref === "*" ? "any branch" : ref}${job}`;
}

/** A subject names a service connection, or a pipeline, and never a branch. */
function azureDevOpsEvent(subject: string): PipelineEvent {
  const [, kind, repository = "any project", name = ""] = /^(sc|p):\/\/([^/]*\/[^/]*)\/(.*)$/.exec(subject) ?? [];
  const event =
    kind === undefined ? `subject ${subject}` : kind === "sc" ? `connection ${name}` : `pipeline ${name} of any branch`;
  return { service: "Azure DevOps", repository, event: subject === "*" ? "job of any kind" : event };
}
