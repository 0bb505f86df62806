import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { type BucketLocationConstraint, CreateBucketCommand } from "@aws-sdk/client-s3";
import exampleFile from "../../config/example";
import { parseEstate } from "../../config/load";
import type { Estate } from "../../config/model";
import type { EstateFile } from "../../config/schema";
import { startEmulator } from "../emulator/emulator";
import { applyStacks } from "../rehearsal/apply-stacks";
import { clientsFor } from "../rehearsal/clients";
import { createPreconditions } from "../rehearsal/preconditions";
import { findTools, stackEnvironment, type Tools } from "../rehearsal/rehearse";
import { CACHE, ROOT } from "../support/project";
import { readStacks } from "../synth/read-stacks";
import { STACK_JSON, stackJson, type Stack } from "../synth/stacks";
import { synthesize } from "../synth/synth";
import { createView } from "../terraform/view/create-view";
import { commit, copyProject, ESTATE } from "./affected";
import { estateOfSize } from "./estate-of-size";
import { inTurns, medianOf, run } from "./measure";

/** Stacks that grant access, in four accounts, and whose first apply takes less than a minute. */
const STACKS = ["dev-iam", "ci-iam", "dev-master-role", "ci-master-role", "dev-member-analytics", "dev-member-partner-lab"]; // prettier-ignore
/** Applied and not measured: AWS accepts the members' roles only if the roles that they trust exist. */
const TRUSTED = "dev-application";
/** Six stacks an environment, and three of the master account. */
const ENVIRONMENTS = 167;
const CHANGED = { environment: "env-7", stack: "env-7-network" };
const ROUNDS = 2;

/** Seconds for the same stacks. */
export interface PlanningMeasured {
  readonly stacks: number;
  /** `npm run plan`: synth, init, plan, JSON and summary. */
  readonly npmRunPlan: number;
  /** `terraform init`, and then `terraform plan`, with the same parallelism. */
  readonly terraform: number;
}

interface Planning {
  readonly oneChanged: PlanningMeasured;
  /** Every stack changes what it grants. */
  readonly accessChanged: PlanningMeasured;
  /** `cdktf diff --skip-provider-lock` of one stack. */
  readonly cdktfDiff: number;
  /** `npm run plan -- --affected main`, against the one affected stack alone. `stacks` counts the whole estate. */
  readonly affected: PlanningMeasured;
}

/** What is planned. */
interface Planned {
  readonly stacks: readonly Stack[];
  readonly estate: Estate;
  /** The file of the estate. */
  readonly estateFile: string;
}

interface Context {
  readonly directory: string;
  readonly url: string;
  readonly tools: Tools;
}

/** Needs Terraform, the provider and the emulator. */
export async function measurePlanning(directory: string): Promise<Planning> {
  const tools = await findTools(CACHE);
  const emulator = await startEmulator({ logFile: join(directory, "emulator.log"), source: tools.emulator });
  try {
    const context = { directory, url: emulator.url, tools };
    return { ...(await measureExample(context)), affected: await measureAffectedPlan(context) };
  } finally {
    await emulator.stop();
  }
}

async function measureExample(context: Context): Promise<Omit<Planning, "affected">> {
  const { directory, url } = context;
  const estate = parseEstate(exampleFile, "config/example.ts");
  await createPreconditions(estate, url);
  for (const { id, region, stateBucket } of estate.accounts) await createBucket(url, id, region, stateBucket);
  const example = join(ROOT, "config/example.ts");
  const planned = stacksIn(context, "example", example);
  const granting = stacksIn(context, "granting", example);
  for (const stack of granting) addStatement(stack);
  await apply(context, [...granting, ...stacksIn(context, "trusted", example, [TRUSTED])], estate);
  const accessChanged = await inRounds(context, { stacks: planned, estate, estateFile: example });
  await apply(context, planned, estate);
  const changed = structuredClone<EstateFile>(exampleFile);
  Object.assign(changed.accounts["dev"] ?? {}, { monthlyBudgetUsd: 51 });
  const file = join(directory, "changed.json");
  writeFileSync(file, JSON.stringify(changed));
  cpSync(join(ROOT, "config/example.members.json"), join(directory, "changed.members.json"));
  const withOne = { stacks: stacksIn(context, "changed", file), estate, estateFile: file };
  const oneChanged = await inRounds(context, withOne);
  return { oneChanged, accessChanged, cdktfDiff: await cdktfDiff(context, withOne) };
}

function stacksIn({ directory }: Context, name: string, estate: string, ids = STACKS): readonly Stack[] {
  const outdir = join(directory, name);
  synthesize(outdir, { estate });
  return readStacks(outdir).filter(({ id }) => ids.includes(id));
}

/** Adds a statement to a policy in the stack's JSON, so that the plan of the unchanged stack changes access. */
function addStatement(stack: Stack): void {
  const json = stackJson(stack) as { resource: { aws_iam_role_policy: Record<string, { policy: string }> } };
  const [policy] = Object.values(json.resource.aws_iam_role_policy);
  if (!policy) throw new Error(`${stack.id} must have a policy of a role, got none`);
  const document = JSON.parse(policy.policy) as { Statement: object[] };
  document.Statement.push({ Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::bench/*" });
  policy.policy = JSON.stringify(document);
  // In lines, as Terraform quotes the line of an error.
  writeFileSync(join(stack.directory, STACK_JSON), JSON.stringify(json, null, 2));
}

async function apply({ directory, url, tools }: Context, stacks: readonly Stack[], estate: Estate): Promise<void> {
  const applied = await applyStacks(stacks, {
    env: stackEnvironment(url, estate, tools),
    view: createView({ stream: { write: () => true } }),
    check: false,
    logDir: join(directory, "logs"),
    binary: tools.terraform.path,
  });
  const failed = applied.stacks.find(({ error }) => error);
  if (failed?.error) throw failed.error;
}

async function inRounds(
  context: Context,
  planned: Planned,
  args: readonly string[] = planned.stacks.map(({ id }) => id),
  cwd = ROOT,
): Promise<PlanningMeasured> {
  const { npmRunPlan, terraform } = await inTurns(ROUNDS, {
    npmRunPlan: () => npmRunPlanOf(context, planned, args, cwd),
    terraform: () => terraformAlone(context, planned),
  });
  return {
    stacks: planned.stacks.length,
    npmRunPlan: medianOf(npmRunPlan, "seconds"),
    terraform: medianOf(terraform, "seconds"),
  };
}

/** The command as a user runs it, with a profile for each account. */
async function npmRunPlanOf(
  { directory, url, tools }: Context,
  { stacks, estate, estateFile }: Planned,
  args: readonly string[],
  cwd = ROOT,
): Promise<{ readonly seconds: number }> {
  const [stack] = stacks;
  if (!stack) throw new Error("stacks must have at least one stack, got none");
  const profiles = join(directory, "aws-config");
  writeFileSync(profiles, estate.accounts.map(({ name, id }) => `[profile ${name}]\naws_access_key_id = ${id}\naws_secret_access_key = emulator\n`).join("")); // prettier-ignore
  const profile = { ESTATE_PROFILE: "{account}", AWS_CONFIG_FILE: profiles, ESTATE: estateFile };
  const env = { ...stackEnvironment(url, estate, tools)(stack), ...profile, CI: "true", INIT_CWD: cwd };
  const { seconds, output } = await run("npm", ["run", "--silent", "plan", "--", ...args], { cwd, env, success: [2] });
  const folder = /plans[/\\][\dTZ]+-[0-9a-f]{40}/.exec(output)?.[0];
  if (folder !== undefined) rmSync(join(cwd, folder), { recursive: true, force: true });
  return { seconds };
}

/** Each step for all stacks, in a queue for each core. */
async function terraformAlone(
  { directory, url, tools }: Context,
  { stacks, estate }: Planned,
): Promise<{ readonly seconds: number }> {
  const env = stackEnvironment(url, estate, tools);
  const folders = join(directory, "alone");
  rmSync(folders, { recursive: true, force: true });
  for (const { id, directory: from } of stacks) {
    mkdirSync(join(folders, id), { recursive: true });
    cpSync(join(from, STACK_JSON), join(folders, id, STACK_JSON));
  }
  const each = async (args: readonly string[], success: readonly number[]): Promise<void> => {
    const queue = [...stacks];
    const worker = async () => {
      for (let stack = queue.shift(); stack; stack = queue.shift())
        await run(tools.terraform.path, args, { cwd: join(folders, stack.id), env: env(stack), success });
    };
    await Promise.all(Array.from({ length: availableParallelism() }, worker));
  };
  const began = performance.now();
  await each(["init", "-input=false"], [0]);
  await each(["plan", "-input=false", "-detailed-exitcode", "-out=plan"], [0, 2]);
  return { seconds: (performance.now() - began) / 1000 };
}

async function cdktfDiff({ directory, url, tools }: Context, { stacks, estate, estateFile }: Planned): Promise<number> {
  const [stack] = stacks;
  if (!stack) throw new Error("stacks must have at least one stack, got none");
  const args = ["diff", stack.id, "--skip-provider-lock", "--output", join(directory, "cdktf-diff")];
  const env = {
    ...stackEnvironment(url, estate, tools)(stack),
    ESTATE: estateFile,
    CI: "true",
    DISABLE_VERSION_CHECK: "1",
  };
  return (await run(join(ROOT, "node_modules/.bin/cdktf"), args, { env })).seconds;
}

/** One stack of a large estate changes, in a copy of the project with two commits. It was never applied. */
async function measureAffectedPlan(context: Context): Promise<PlanningMeasured> {
  const project = join(context.directory, "project");
  copyProject(project);
  const file = estateOfSize(ENVIRONMENTS);
  commit(project, file, "init");
  const web = { work: "application", chargeCode: "web", ingress: [{ port: 443, cidrBlock: "10.0.0.0/20" }] };
  Object.assign(file.environments[CHANGED.environment] ?? {}, { securityGroups: { web } });
  commit(project, file, "switch");
  const estate = parseEstate(JSON.parse(readFileSync(join(project, ESTATE), "utf8")), ESTATE);
  const outdir = join(context.directory, "all");
  synthesize(outdir, { estate: join(project, ESTATE) });
  const all = readStacks(outdir);
  const own = all.filter(({ id }) => id === CHANGED.stack);
  for (const { accountId, region, state } of own) await createBucket(context.url, accountId, region, state.bucket);
  const planned = { stacks: own, estate, estateFile: ESTATE };
  return { ...(await inRounds(context, planned, ["--affected", "main"], project)), stacks: all.length };
}

async function createBucket(url: string, accountId: string, region: string, Bucket: string): Promise<void> {
  const CreateBucketConfiguration = { LocationConstraint: region as BucketLocationConstraint };
  await clientsFor(url, accountId, region).s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
}
