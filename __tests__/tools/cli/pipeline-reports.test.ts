import { spawn } from "node:child_process";
import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, TYPESCRIPT } from "../../../tools/support/project";
import { GithubServer } from "../../e2e/support/github-server";
import { VPC, writePlan } from "../pipelines/support";
import { temporaryFolder } from "../terraform/support/temporary-folder";

const REPOSITORY = "example-org/aws-estate";
const folder = temporaryFolder();
const server = new GithubServer(REPOSITORY);

beforeAll(() => server.start());
afterAll(() => server.stop());

/** Runs the command as a step of a job, without blocking the server. */
async function pipeline(env: NodeJS.ProcessEnv, ...args: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ["--require", TYPESCRIPT, join(ROOT, "tools/cli/pipeline.ts"), ...args], {
    cwd: ROOT,
    env: {
      PATH: process.env["PATH"],
      GITHUB_REPOSITORY: REPOSITORY,
      GITHUB_TOKEN: "t",
      GITHUB_API_URL: server.url,
      ...env,
    },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text: Buffer) => (output += text.toString()));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, output };
}

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
  const { code, output } = await pipeline({ PULL_REQUEST: "7" }, "comment", plans, matrix);
  expect({ code, output }).toMatchObject({ code: 0 });
  expect(server.comments).toHaveLength(1);
  expect(server.comments[0]?.body).toContain("## Plan: 2 stacks, 1 with changes, **1 failed**");
}, 30_000);
