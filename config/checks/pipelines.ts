import { formatValue, type Problem } from "../estate-error";
import { DEFAULT_GITLAB_SUBJECT } from "../schema/repository";
import { given, isDraftValues, leftOut, required, textsOf, type Draft, type DraftValues } from "./draft";

/** Settings of pipelines, without which they would be ignored. */
export function* pipelineSettings(draft: Draft): Iterable<Problem> {
  const isGiven = Object.hasOwn(draft, "repository");
  const services: DraftValues = isDraftValues(draft["repository"])
    ? draft["repository"]
    : { github: draft["repository"] };
  const onGithub = isGiven && Object.hasOwn(services, "github");
  const hasBranch = onGithub || Object.hasOwn(services, "gitlab");
  const withoutRepository = {
    expected: "left out in an estate without a repository",
    remedy: "Add the repository whose pipelines plan",
  };
  const ignored: readonly (readonly [key: string, Pick<Problem, "expected" | "remedy">])[] = [
    ...(onGithub ? [] : [["repositoryIds", isGiven ? { expected: "left out in an estate without a repository on GitHub" } : withoutRepository] as const]), // prettier-ignore
    ...(isGiven ? [] : [["mainBranch", withoutRepository] as const, ["planRoleReads", withoutRepository] as const]),
    ...(isGiven && !hasBranch ? [["mainBranch", ONLY_CONNECTIONS] as const] : []),
  ];
  for (const [path, problem] of ignored)
    if (draft[path] !== undefined) yield { path, got: formatValue(draft[path]), ...problem };
  if (isDraftValues(services["gitlab"])) yield* gitlabSettings(services["gitlab"]);
}

const ONLY_CONNECTIONS = {
  expected: "left out in an estate with pipelines on Azure DevOps only, whose tokens name no branch",
  remedy: "Set the branch in the branch control of each service connection",
};

const GITLAB = "repository.gitlab";

/** Hosts of the issuers of GitHub and Azure DevOps. */
const OTHER_ISSUERS: readonly unknown[] = ["token.actions.githubusercontent.com", "vstoken.dev.azure.com"];

/** The id of the project is given if and only if the subject has it, and the default subject is not accepted twice. */
function* gitlabSettings(gitlab: DraftValues): Iterable<Problem> {
  // An account has one identity provider for an issuer, and conditions of both would compare the same tokens.
  if (OTHER_ISSUERS.includes(gitlab["host"]))
    yield { path: `${GITLAB}.host`, expected: "the host of a GitLab", got: formatValue(gitlab["host"]) };
  const subject = textsOf(given(gitlab, "subject", DEFAULT_GITLAB_SUBJECT));
  if (subject === undefined) return;
  if (subject.includes("project_id"))
    yield* required(GITLAB, gitlab, "projectId", `the id of the project, because ${GITLAB}.subject begins with it`);
  else yield* leftOut(GITLAB, gitlab, `left out if ${GITLAB}.subject does not begin with project_id`, "projectId");
  if (gitlab["alsoByPath"] === true && subject.join() === DEFAULT_GITLAB_SUBJECT.join())
    yield { path: `${GITLAB}.alsoByPath`, expected: "left out with GitLab's default subject", got: "true" };
}
