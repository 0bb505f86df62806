import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { GithubServer } from "../../e2e/support/github-server";
import { VPC, writePlan } from "../pipelines/support";
import { temporaryFolder } from "../terraform/support/temporary-folder";
import { callCommand } from "./support/call-command";

const REPOSITORY = "example-org/aws-estate";
const folder = temporaryFolder();
const server = new GithubServer(REPOSITORY);

beforeAll(() => server.start());
afterAll(() => server.stop());

test("a comment counts a plan that cannot be read as failed, and is still updated", async () => {
  const plans = join(folder(), "plans");
  mkdirSync(plans);
  writePlan(plans, { "dev-network": { change: VPC } });
  const damaged = writePlan(plans, { "dev-iam": { change: VPC } });
  appendFileSync(join(damaged, "manifest.json"), " ");
  const matrix = join(folder(), "matrix.json");
  const include = ["dev-network", "dev-iam"].map((stack) => ({ stack }));
  writeFileSync(matrix, JSON.stringify({ waves: [{ include }], gone: [] }));
  server.comments.push({ id: 1, pullRequest: 7, body: "<!-- plan of the estate -->\nof an earlier push" });
  const job = { GITHUB_REPOSITORY: REPOSITORY, GITHUB_TOKEN: "t", GITHUB_API_URL: server.url, PULL_REQUEST: "7" };
  expect(await callCommand("pipeline", ["comment", plans, matrix], job)).toMatchObject({ status: 0 });
  expect(server.comments).toHaveLength(1);
  expect(server.comments[0]?.body).toContain("## Plan: 2 stacks, 1 with changes, **1 failed**");
}, 30_000);
