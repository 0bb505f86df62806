import { spawn } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { type BucketLocationConstraint, CreateBucketCommand } from "@aws-sdk/client-s3";
import exampleFile from "../../config/example";
import { parseEstate } from "../../config/load";
import type { EstateFile } from "../../config/schema";
import { CACHE, ROOT } from "../support/project";
import { startEmulator } from "../emulator/emulator";
import { selectStacks } from "../synth/selection";
import { clientsFor } from "../rehearsal/clients";
import { findTools, stackEnvironment, type Tools } from "../rehearsal/rehearse";
import { synthesize } from "../synth/synth";
import { applyStacks } from "../rehearsal/apply-stacks";
import { createView } from "../terraform/view/create-view";
import { type Stack } from "../synth/stacks";
import { readStacks } from "../synth/read-stacks";

const ENVIRONMENT = "dev";
/** Rounds, in turns. The fastest round counts: other load of the machine can only slow down a round. */
const ROUNDS = 2;

/** Seconds of planning the same stacks of an applied environment in which one stack has changed. */
interface PlanningMeasured {
  readonly stacks: number;
  /** `npm run plan`: synth, init, plan, JSON and summary. */
  readonly npmRunPlan: number;
  /** `cdktf diff <stack> --skip-provider-lock`, one stack after another. */
  readonly cdktfDiff: number;
  /** `terraform init` and `terraform plan` of the same JSON, with the same parallelism. */
  readonly terraform: number;
  /** `terraform plan` alone. */
  readonly terraformPlan: number;
}

interface Run {
  readonly stacks: readonly Stack[];
  readonly env: (stack: Stack) => NodeJS.ProcessEnv;
  readonly directory: string;
  readonly estateFile: string;
  readonly tools: Tools;
}

/** Needs Terraform, the provider and the emulator. Takes about six minutes. */
export async function measurePlanning(directory: string): Promise<PlanningMeasured> {
  const tools = await findTools(CACHE);
  const estate = parseEstate(exampleFile, "config/example.ts");
  const outdir = join(directory, "before");
  synthesize(outdir, { estate: join(ROOT, "config/example.ts") });
  const emulator = await startEmulator({ logFile: join(directory, "emulator.log"), source: tools.emulator });
  try {
    const env = stackEnvironment(emulator.url, estate, tools);
    for (const { id, region, stateBucket } of estate.accounts)
      await createBucket(emulator.url, id, region, stateBucket);
    const ids = new Set(selectStacks(estate, [`environment:${ENVIRONMENT}`], false).map(({ id }) => id));
    const ofEnvironment = (stacks: readonly Stack[]) => stacks.filter(({ id }) => ids.has(id));
    const view = createView({ stream: { write: () => true } });
    const applied = await applyStacks(ofEnvironment(readStacks(outdir)), {
      ...{ env, view, check: false, logDir: join(directory, "logs") },
      binary: tools.terraform.path,
    });
    const failed = applied.stacks.find(({ error }) => error);
    if (failed?.error) throw failed.error;
    const estateFile = writeChanged(directory);
    const changed = join(directory, "changed");
    synthesize(changed, { estate: estateFile });
    const run: Run = { stacks: ofEnvironment(readStacks(changed)), env, directory, estateFile, tools };
    return await inTurns(run, emulator.url);
  } finally {
    await emulator.stop();
  }
}

async function inTurns(run: Run, url: string): Promise<PlanningMeasured> {
  const measured: Omit<PlanningMeasured, "stacks">[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const npmRunPlan = await timeNpmRunPlan(run, url);
    measured.push({ npmRunPlan, ...(await timeTerraform(run, round)), cdktfDiff: await timeCdktfDiff(run) });
  }
  const best = (what: keyof (typeof measured)[number]) => Math.min(...measured.map((each) => each[what]));
  return {
    stacks: run.stacks.length,
    npmRunPlan: best("npmRunPlan"),
    cdktfDiff: best("cdktfDiff"),
    terraform: best("terraform"),
    terraformPlan: best("terraformPlan"),
  };
}

/** The command as a user runs it, with a profile for each account. */
async function timeNpmRunPlan({ stacks, estateFile, directory, env, tools }: Run, url: string): Promise<number> {
  const profiles = join(directory, "aws-config");
  const accounts = parseEstate(exampleFile, "config/example.ts").accounts;
  writeFileSync(profiles, accounts.map(({ name, id }) => `[profile ${name}]\naws_access_key_id = ${id}\naws_secret_access_key = emulator\n`).join("")); // prettier-ignore
  const [first] = stacks;
  if (!first) throw new Error("stacks must have at least one stack, got none");
  const profile = { ESTATE_PROFILE: "{account}", AWS_CONFIG_FILE: profiles, AWS_ENDPOINT_URL: url };
  const environment = { ...env(first), ...tools.cliConfig.env, ...profile, ESTATE: estateFile, CI: "true" };
  const args = ["--import", "tsx", "tools/cli/plan.ts", ...stacks.map(({ id }) => id)];
  const before = plans();
  try {
    return await timed(() => execute(process.execPath, args, ROOT, environment, [2]));
  } finally {
    for (const plan of plans().filter((name) => !before.includes(name)))
      rmSync(join(ROOT, "plans", plan), { recursive: true });
  }
}

async function timeTerraform(
  { stacks, env, directory, tools }: Run,
  round: number,
): Promise<Pick<PlanningMeasured, "terraform" | "terraformPlan">> {
  const queueOf = () => [...stacks];
  const each = async (work: (stack: Stack) => Promise<void>) => {
    const queue = queueOf();
    const worker = async () => {
      for (let stack = queue.shift(); stack; stack = queue.shift()) await work(stack);
    };
    await Promise.all(Array.from({ length: availableParallelism() }, worker));
  };
  const folderOf = ({ id }: Stack) => join(directory, `bare-${round}`, id);
  const terraform = (stack: Stack, success: readonly number[], ...args: string[]) =>
    execute(tools.terraform.path, args, folderOf(stack), env(stack), success);
  for (const stack of stacks) {
    mkdirSync(folderOf(stack), { recursive: true });
    cpSync(join(stack.directory, "cdk.tf.json"), join(folderOf(stack), "cdk.tf.json"));
  }
  const init = await timed(() => each((stack) => terraform(stack, [0], "init", "-input=false")));
  const terraformPlan = await timed(() =>
    each((stack) => terraform(stack, [0, 2], "plan", "-input=false", "-detailed-exitcode", "-out=plan")),
  );
  return { terraform: init + terraformPlan, terraformPlan };
}

async function timeCdktfDiff({ stacks, env, estateFile, directory }: Run): Promise<number> {
  const output = join(directory, "cdktf-diff");
  return timed(async () => {
    for (const stack of stacks) {
      const args = ["diff", stack.id, "--skip-provider-lock", "--output", output];
      await execute(join(ROOT, "node_modules/.bin/cdktf"), args, ROOT, { ...env(stack), ESTATE: estateFile, CI: "true", DISABLE_VERSION_CHECK: "1" }, [0]); // prettier-ignore
    }
  });
}

/** Writes the estate with one change in the network: another rule of a security group. */
function writeChanged(directory: string): string {
  const changed = structuredClone<EstateFile>(exampleFile);
  changed.environments[ENVIRONMENT]?.securityGroups?.["web"]?.ingress?.push({ port: 80, cidrBlock: "10.0.0.0/20" });
  const file = join(directory, "changed.json");
  writeFileSync(file, JSON.stringify(changed));
  cpSync(join(ROOT, "config/example.members.json"), join(directory, "changed.members.json"));
  return file;
}

async function createBucket(url: string, accountId: string, region: string, Bucket: string): Promise<void> {
  const CreateBucketConfiguration = { LocationConstraint: region as BucketLocationConstraint };
  await clientsFor(url, accountId, region).s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
}

function plans(): readonly string[] {
  mkdirSync(join(ROOT, "plans"), { recursive: true });
  return readdirSync(join(ROOT, "plans"));
}

async function timed(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

function execute(
  command: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
  success: readonly number[],
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text: Buffer) => (output += text.toString()));
    child.once("error", reject);
    child.once("close", (code) => {
      if (code !== null && success.includes(code)) resolve();
      else reject(new Error(`${command} ${args.join(" ")} failed (exit code ${code ?? "none"}):\n${output}`));
    });
  });
}
