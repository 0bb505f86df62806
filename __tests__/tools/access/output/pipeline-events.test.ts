import { pipelineEventOf, subjectOf } from "../../../../tools/access/output/pipeline-events";
import type { Actor } from "../../../../tools/access/graph/access-graph";

const actor = (name: string): Actor => ({ id: `subject:${name}`, kind: "subject", name });
const GITHUB = "token.actions.githubusercontent.com";

test("GitHub's issuer, also that of an enterprise, is shown as GitHub", () => {
  for (const issuer of [GITHUB, `${GITHUB}/example`]) {
    const job = actor(`${issuer} repo:o/r:environment:dev`);
    expect(subjectOf(job)).toEqual({ host: "GitHub Actions", subject: "repo:o/r:environment:dev" });
    expect(pipelineEventOf(job)).toEqual({ service: "GitHub", repository: "o/r", event: "environment dev" });
  }
});

test("a host that only begins like GitHub's is shown as it is", () => {
  const job = actor(`${GITHUB}.example.com repo:o/r:environment:dev`);
  expect(subjectOf(job).host).toBe(`${GITHUB}.example.com`);
  expect(pipelineEventOf(job)).toBeUndefined();
});

test("projects with the same path on two hosts are not shown as one", () => {
  const repositories = ["gitlab.com", "gitlab.example.com"].map(
    (host) => pipelineEventOf(actor(`${host} project_path:g/p:ref_type:branch:ref:main`))?.repository,
  );
  expect(repositories).toEqual(["g/p", "g/p on gitlab.example.com"]);
});
