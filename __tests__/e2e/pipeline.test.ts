import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AuthorizeSecurityGroupIngressCommand, DescribeSecurityGroupsCommand } from "@aws-sdk/client-ec2";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { copyProject } from "../../tools/bench/affected";
import { stacksOf } from "../../config/layout";
import { loadEstate } from "../../config/load";
import type { Estate } from "../../config/model";
import type { EstateFile } from "../../config/schema";
import { startEmulator, type Emulator } from "../../tools/emulator/emulator";
import { stackContentOf } from "../../tools/plans/promotion/content";
import { deploymentNames } from "../../tools/pipelines/roles";
import { Promotion } from "../../tools/plans/promotion/promotion";
import { clientsFor } from "../../tools/rehearsal/clients";
import { createPreconditions, knownAccountIds } from "../../tools/rehearsal/preconditions";
import { findTools, stackEnvironment, type Tools } from "../../tools/rehearsal/rehearse";
import { synthesize } from "../../tools/synth/synth";
import { applyStacks } from "../../tools/rehearsal/apply-stacks";
import { createView } from "../../tools/terraform/view/create-view";
import { NOBODY, withoutCredentials } from "./support/clone";
import { GithubServer } from "./support/github-server";
import { WorkflowRunner, type RanWorkflow } from "./support/workflow-runner";
import { CACHE, makeStateBucketIn, writeEstate } from "./support/workplace";
import { readStacks } from "../../tools/synth/read-stacks";

/*
 * A change from pull request to production: plans, merge, each environment in order, a drift and its repair. Runs the
 * steps of the real workflows, with the real Terraform against the emulator, and a bare repository in place of GitHub.
 */

const REPOSITORY = "example-org/aws-estate";
const people = {
  operators: ["arn:aws:iam::222222222222:user/o"],
  admins: ["arn:aws:iam::222222222222:user/a"],
  monthlyBudgetUsd: 50,
};
const web = { work: "application" as const, ingress: [{ port: 443, cidrBlock: "10.0.0.0/20" }] };

function estateFile(groups: Record<string, typeof web>): EstateFile {
  const environment = (account: string, name: string) => ({
    account,
    profile: "hardened" as const,
    externalId: `galileo-${name}-1234`,
    network: { publicSubnets: false },
    securityGroups: groups,
  });
  return {
    solution: "galileo",
    defaultRegion: "eu-west-1",
    chargeCode: "platform-0001",
    repository: REPOSITORY,
    accounts: {
      dev: { kind: "main", id: "222222222222", email: "dev@example.com", ...people },
      prod: { kind: "main", id: "555555555555", email: "prod@example.com", ...people },
    },
    environments: {
      dev: environment("dev", "dev"),
      ci: environment("dev", "ci"),
      staging: environment("dev", "staging"),
      prod: { ...environment("prod", "prod"), production: true },
    },
  };
}

const parent = mkdtempSync(join(tmpdir(), "pipeline-"));
const remote = join(parent, "remote.git");
const work = join(parent, "work");
const server = new GithubServer(REPOSITORY);
let emulator: Emulator;
let tools: Tools;
let estate: Estate;
let runner: WorkflowRunner;
/** The GitHub environments that requested approval, with the page of the run at that time. */
let approvals: { readonly environment: string; readonly page: string }[] = [];
let approves: (environment: string) => boolean = () => true;

const git = (...args: string[]) =>
  execFileSync("git", args, { cwd: work, env: { ...process.env, ...NOBODY }, encoding: "utf8" }).trim();
const commit = (message: string) => {
  git("add", "--all");
  git("commit", "--quiet", "--message", message);
};
const push = () => {
  server.main = git("rev-parse", "main");
  return { name: "push" as const, sha: server.main, ref: "refs/heads/main" };
};
const jobsOf = ({ jobs }: RanWorkflow) => jobs.map(({ name, result }) => `${name}: ${result}`);
const logOf = ({ jobs }: RanWorkflow, name: string) => jobs.find((job) => job.name === name)?.log ?? "";
/** Fails with the log of the job that failed. */
const expectSuccess = ({ jobs }: RanWorkflow) => {
  expect(jobs.filter(({ result }) => result !== "success").map(({ name, log }) => `${name}\n${log}`)).toEqual([]);
};

beforeAll(async () => {
  tools = await findTools(CACHE);
  execFileSync("git", ["init", "--quiet", "--bare", "--initial-branch=main", remote]);
  copyProject(work);
  process.env["ESTATE"] = writeEstate(join(work, "config"), estateFile({}));
  git("init", "--quiet", "--initial-branch=main");
  commit("feat: the estate");
  git("remote", "add", "origin", remote);
  git("push", "--quiet", "origin", "main");
  estate = loadEstate();
  emulator = await startEmulator({
    logFile: join(parent, "emulator.log"),
    source: tools.emulator,
    accountIds: knownAccountIds(estate),
  });
  await createPreconditions(estate, emulator.url);
  await server.start();
  for (const name of deploymentNames(estate))
    server.environments.set(name, { branches: ["main"], reviewers: name.endsWith("prod") });
  await applyTheBeginning();
  // A repository variable names the estate.
  const environment = { ...withoutCredentials(emulator.url, tools), ESTATE: undefined };
  runner = new WorkflowRunner({
    ...{
      repository: REPOSITORY,
      remote,
      directory: parent,
      server,
      environment,
      vars: { ESTATE: "config/estate.json" },
    },
    without: ["access"], // of one command, which has tests of its own, and a baseline that is another estate's
    approve: (name, page) => {
      approvals.push({ environment: name, page });
      return approves(name);
    },
  });
});

afterAll(async () => {
  await server.stop();
  await emulator.stop();
  rmSync(parent, { recursive: true, force: true, maxRetries: 5 });
});

beforeEach(() => {
  approvals = [];
  approves = () => true;
});

/**
 * Applies the start: all networks, and all of ci, which is planned completely when it is repaired. Everything else is
 * recorded as applied, without a state, and locked, so that the drift check passes over it.
 */
async function applyTheBeginning(): Promise<void> {
  const isThere = (id: string) => id.endsWith("-network") || id === "ci-application";
  const outdir = join(parent, "cdktf.out");
  synthesize(outdir);
  const stacks = readStacks(outdir);
  for (const account of ["dev", "prod"]) await makeStateBucketIn(emulator.url, estate, account);
  const logDir = join(parent, "logs");
  mkdirSync(logDir);
  const applied = await applyStacks(
    stacks.filter(({ id }) => isThere(id)),
    {
      ...{ env: stackEnvironment(emulator.url, estate, tools), binary: tools.terraform.path, logDir, check: false },
      view: createView({ stream: { write: () => true } }),
    },
  );
  expect(applied.ok).toBe(true);
  const s3Of = ({ account, state }: ReturnType<typeof stacksOf>[number]) =>
    clientsFor(emulator.url, account.id, state.region).s3;
  const promotion = new Promotion({ estate, s3Of });
  for (const spec of stacksOf(estate).filter(({ name }) => name !== "bootstrap")) {
    const json: unknown = JSON.parse(readFileSync(join(outdir, "stacks", spec.id, "cdk.tf.json"), "utf8"));
    const by = { commit: git("rev-parse", "HEAD"), plan: "20260102T030405Z-0123456789abcdef" };
    await promotion.recordApplied({ id: spec.id, ...stackContentOf(json, spec, estate) }, by);
    if (isThere(spec.id)) continue;
    const Body = JSON.stringify({
      ID: "1",
      Operation: "OperationTypeApply",
      Who: "a@b",
      Created: new Date().toISOString(),
    });
    await s3Of(spec).send(new PutObjectCommand({ Bucket: spec.state.bucket, Key: `${spec.state.key}.tflock`, Body }));
  }
}

async function groupsIn(environment: string): Promise<{ name: string; id: string; open: number }[]> {
  const account = estate.environments.find(({ name }) => name === environment)?.account;
  const { ec2 } = clientsFor(emulator.url, account?.id ?? "", "eu-west-1");
  const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({}));
  return SecurityGroups.filter(({ GroupName }) => GroupName?.startsWith(`${environment}-irl-`)).map((group) => ({
    name: group.GroupName ?? "",
    id: group.GroupId ?? "",
    open: (group.IpPermissions ?? [])
      .flatMap(({ IpRanges = [] }) => IpRanges)
      .filter(({ CidrIp }) => CidrIp === "0.0.0.0/0").length,
  }));
}

/** Adds a folder, which sorts before every plan, to an artifact of the newest run: it must not be applied. */
function addToArtifact(artifact: string, folder: string): void {
  const runs = readdirSync(join(parent, "artifacts")).map(Number);
  mkdirSync(join(parent, "artifacts", String(Math.max(...runs)), artifact, folder));
}

const hasWeb = async (environment: string) => (await groupsIn(environment)).some(({ name }) => name.endsWith("-web"));

describe("a change, from the pull request to production", () => {
  let planned: RanWorkflow;

  test("the pull request is planned, a job for each affected stack, with plan roles only", async () => {
    git("checkout", "--quiet", "-b", "web");
    writeEstate(join(work, "config"), estateFile({ web }));
    commit("feat: a group for web servers");
    git("checkout", "--quiet", "-b", "merged", "main");
    git("merge", "--quiet", "--no-ff", "--message", "merge", "web");
    git("push", "--quiet", "origin", "web", "merged:refs/pull/1/merge");
    server.pullRequests.push({ number: 1, headSha: git("rev-parse", "web") });
    planned = await runner.run("plan.yml", {
      ...{ name: "pull_request", sha: git("rev-parse", "merged"), ref: "refs/pull/1/merge", baseRef: "main" },
      payload: { pull_request: { number: 1, user: { login: "somebody" }, head: { repo: { full_name: REPOSITORY } } } },
    });
    expectSuccess(planned);
    expect(jobsOf(planned).filter((job) => job.startsWith("plan"))).toEqual([
      "plan / plan dev-network: success",
      "plan / plan ci-network: success",
      "plan / plan staging-network: success",
      "plan / plan prod-network: success",
    ]);
    expect(new Set(runner.roles.map(({ subject, roleArn }) => `${subject} ${roleArn}`))).toEqual(
      new Set([
        `repo:${REPOSITORY}:pull_request arn:aws:iam::222222222222:role/galileo-pipeline-plan`,
        `repo:${REPOSITORY}:pull_request arn:aws:iam::555555555555:role/galileo-pipeline-plan`,
      ]),
    );
    expect(approvals).toEqual([]);
    expect(await hasWeb("dev")).toBe(false);
  });

  test("one comment shows the reviewer the plans", () => {
    expect(server.comments).toHaveLength(1);
    const [comment] = server.comments;
    expect(comment?.pullRequest).toBe(1);
    const body = comment?.body;
    expect(body).toContain("## Plan: 4 stacks, 4 with changes");
    for (const id of ["dev-network", "ci-network", "staging-network", "prod-network"]) expect(body).toContain(id);
    expect(body).toContain("aws_security_group");
  });

  test("after the merge the reviewed plans are applied environment by environment, and none before an unapproved one", async () => {
    git("checkout", "--quiet", "main");
    git("merge", "--quiet", "--squash", "web");
    commit("feat: a group for web servers (#1)");
    git("push", "--quiet", "origin", "main");
    estate = loadEstate();
    Object.assign(server.pullRequests[0] ?? {}, { mergeSha: git("rev-parse", "main") });
    server.planRuns.push({ id: planned.id, headSha: git("rev-parse", "web") });
    runner.roles.length = 0;
    approves = (environment) => {
      if (environment === "dev") addToArtifact("apply-dev-1", "20000101T000000Z-0000000000000000");
      return environment !== "staging";
    };
    const ran = await runner.run("apply.yml", push());
    expect(jobsOf(ran).filter((job) => !job.endsWith("success"))).toEqual(["deploy staging / first / apply: failure"]);
    expect(approvals.map(({ environment }) => environment)).toEqual(["dev", "ci", "staging"]);
    expect(logOf(ran, "deploy prod / first / check")).toContain(
      "prod: prod-network must wait: the environment before has not applied the same content",
    );
    for (const environment of ["dev", "ci"]) {
      expect(logOf(ran, `deploy ${environment} / first / check`)).toContain("this is what was reviewed");
      expect(await hasWeb(environment)).toBe(true);
    }
    for (const environment of ["staging", "prod"]) expect(await hasWeb(environment)).toBe(false);
    const [first] = approvals;
    expect(first?.page).toContain("This does exactly what was reviewed with the pull request.");
  });

  test("another run applies what is left, each deployment with the roles of its own GitHub environment", async () => {
    const ran = await runner.run("apply.yml", push());
    expectSuccess(ran);
    expect(approvals.map(({ environment }) => environment)).toEqual(["staging", "prod"]);
    for (const environment of ["staging", "prod"]) expect(await hasWeb(environment)).toBe(true);
    const applying = runner.roles.filter(({ roleArn }) => roleArn.includes("pipeline-apply-"));
    expect(applying).toEqual([
      {
        subject: `repo:${REPOSITORY}:environment:dev`,
        roleArn: "arn:aws:iam::222222222222:role/galileo-pipeline-apply-dev",
      },
      {
        subject: `repo:${REPOSITORY}:environment:ci`,
        roleArn: "arn:aws:iam::222222222222:role/galileo-pipeline-apply-ci",
      },
      {
        subject: `repo:${REPOSITORY}:environment:staging`,
        roleArn: "arn:aws:iam::222222222222:role/galileo-pipeline-apply-staging",
      },
      {
        subject: `repo:${REPOSITORY}:environment:prod`,
        roleArn: "arn:aws:iam::555555555555:role/galileo-pipeline-apply-prod",
      },
    ]);
    expect(runner.roles.filter(({ roleArn }) => roleArn.endsWith("pipeline-plan")).every(({ subject }) => subject === `repo:${REPOSITORY}:ref:refs/heads/main`)).toBe(true); // prettier-ignore
  });

  test("the next run finds nothing to do", async () => {
    const ran = await runner.run("apply.yml", push());
    expect(jobsOf(ran)).toEqual(["deployments: success"]);
  });

  test("a run of an older commit that is started again applies nothing", async () => {
    const older = {
      ...push(),
      name: "workflow_dispatch" as const,
      sha: git("rev-parse", "main~1"),
      inputs: { deployment: "dev" },
    };
    const ran = await runner.run("apply.yml", older);
    expect(jobsOf(ran)).toEqual(["deployments: success", "deploy dev / first / check: failure"]);
    expect(logOf(ran, "deploy dev / first / check")).toContain("main has moved on");
    expect(approvals).toEqual([]);
  });

  test("an unprotected environment stops every run before it requests an apply role", async () => {
    const kept = new Map(server.environments);
    server.environments.delete("account-dev");
    server.environments.set("prod", { branches: ["main"], reviewers: true, adminsBypass: true, selfReview: true });
    server.settings.set("/actions/permissions/fork-pr-workflows-private-repos", {
      run_workflows_from_fork_pull_requests: true,
      send_write_tokens_to_workflows: true,
      send_secrets_and_variables: false,
      require_approval_for_fork_pr_workflows: true,
    });
    const ran = await runner.run("apply.yml", push());
    for (const [name, environment] of kept) server.environments.set(name, environment);
    server.settings.clear();
    expect(jobsOf(ran)).toEqual(["deployments: failure"]);
    const log = logOf(ran, "deployments");
    expect(log).toContain('"account-dev" must be an environment for main only, got none in the repository');
    expect(log).toContain('"prod" must not allow administrators to bypass its protection, got allowed');
    expect(log).toContain('"prod" must prevent self-review, got allowed: it applies production');
    expect(log).toContain("workflows of forks must not get write tokens");
    expect(log).toContain("not checked, because this token may not read them: the permissions of workflows.");
  });
});

describe("a drift", () => {
  const nightly = () => ({ ...push(), name: "schedule" as const });

  test("is found and gets an issue", async () => {
    const [group] = (await groupsIn("ci")).filter(({ name }) => name.endsWith("-web"));
    const { ec2 } = clientsFor(emulator.url, "222222222222", "eu-west-1");
    const opened = { IpProtocol: "tcp", FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: "0.0.0.0/0" }] };
    await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId: group?.id, IpPermissions: [opened] }));
    const ran = await runner.run("drift.yml", nightly());
    expectSuccess(ran);
    expect(server.issues.map(({ title, state }) => `${title} ${state}`)).toEqual(["Drift: ci-network open"]);
    expect(server.issues[0]?.body).toContain("0.0.0.0/0");
    expect(existsSync(runner.artifact(ran.id, "drift-dev"))).toBe(true);
  });

  test("is repaired by an approved run for that deployment, and the issue is closed", async () => {
    const ran = await runner.run("apply.yml", { ...push(), name: "workflow_dispatch", inputs: { deployment: "ci" } });
    expectSuccess(ran);
    expect(approvals.map(({ environment }) => environment)).toEqual(["ci"]);
    expect(approvals[0]?.page).toContain("Not what was reviewed");
    expect((await groupsIn("ci")).map(({ open }) => open)).not.toContain(1);
    expectSuccess(await runner.run("drift.yml", nightly()));
    expect(server.issues.map(({ title, state }) => `${title} ${state}`)).toEqual(["Drift: ci-network closed"]);
  });
});
