import { formatValue, type Problem } from "../estate-error";
import { DEFAULT_GITLAB_SUBJECT } from "../schema/gitlab";
import { given, isDraftValues, leftOut, required, textsOf, type Draft, type DraftValues } from "./draft";

/** Settings of pipelines, without which they would be ignored. */
export function* pipelineSettings(draft: Draft): Iterable<Problem> {
  const [onGithub, onGitlab] = ["repository", "gitlab"].map((key) => Object.hasOwn(draft, key));
  if (onGithub && draft["gitlab"] !== undefined)
    yield {
      path: "gitlab",
      expected: "left out in an estate with a repository on GitHub",
      got: formatValue(draft["gitlab"]),
      remedy: "Keep the one whose pipelines apply",
    };
  const ignored = [
    ...(onGithub ? [] : ["repositoryIds"]),
    ...(onGithub || onGitlab ? [] : ["mainBranch", "planRoleReads"]),
  ];
  for (const path of ignored)
    if (draft[path] !== undefined)
      yield {
        path,
        expected: `left out in an estate without a repository${onGitlab ? " on GitHub" : ""}`,
        got: formatValue(draft[path]),
        remedy: onGitlab ? undefined : "Add the repository whose pipelines plan",
      };
  if (isDraftValues(draft["gitlab"])) yield* gitlabSettings(draft["gitlab"]);
}

/** The id of the project is given if and only if the subject has it, and the default subject is not accepted twice. */
function* gitlabSettings(gitlab: DraftValues): Iterable<Problem> {
  const subject = textsOf(given(gitlab, "subject", DEFAULT_GITLAB_SUBJECT));
  if (subject === undefined) return;
  if (subject.includes("project_id"))
    yield* required("gitlab", gitlab, "projectId", "the id of the project, because gitlab.subject begins with it");
  else yield* leftOut("gitlab", gitlab, "left out if gitlab.subject does not begin with project_id", "projectId");
  if (gitlab["alsoByPath"] === true && subject.join() === DEFAULT_GITLAB_SUBJECT.join())
    yield { path: "gitlab.alsoByPath", expected: "left out with GitLab's default subject", got: "true" };
}
