import { App, type Manifest } from "cdktf";
import { accountStack, environmentStack, memberStack, type StackSpec } from "../config/layout";
import type { Account, Environment, Estate } from "../config/model";
import { UserError } from "../config/user-error";
import { ApplicationStack } from "./application-stack";
import { BaseStack } from "./base-stack";
import { BootstrapStack } from "./bootstrap-stack";
import { forgetTokens, skipCreationTraces } from "./cdktf-internals";
import { DatabaseStack } from "./database-stack";
import { IamStack } from "./iam-stack";
import { MasterRoleStack } from "./master-role-stack";
import { MemberStack } from "./member-stack";
import { NetworkStack } from "./network-stack";
import { OrganizationStack } from "./organization-stack";

/**
 * Synthesizes an estate as `app.synth()` does for an app with all its stacks, in much less memory: each group of stacks
 * has an app of its own, which is released before the next one.
 *
 * @param outdir an empty folder. If the estate is refused, it may contain some of the stacks, but no manifest
 * @throws UserError that lists everything AWS would refuse, such as too long policies, with each construct
 */
export function synthesizeEstate(estate: Estate, outdir: string): void {
  skipCreationTraces();
  const synthesized: StackSpec[] = [];
  const problems: string[] = [];
  let manifest: Manifest | undefined;
  for (const addGroup of groupsOf(estate)) {
    const app = new App({ outdir });
    addGroup(app);
    manifest ??= app.manifest;
    problems.push(...problemsIn(app));
    // After a problem the other groups are still built, to find theirs.
    if (problems.length === 0) synthesized.push(...synthesizeStacks(app, manifest));
    forgetTokens();
  }
  if (problems.length > 0) throw new UserError(["AWS would refuse what this estate asks for:", ...problems].join("\n"));
  refuseSharedStates(synthesized);
  manifest?.writeToFile();
}

/** Does what `app.synth()` does, and adds to the manifest of another app. Returns the app's stacks. */
function synthesizeStacks(app: App, manifest: Manifest): StackSpec[] {
  const stacks = app.node.children.filter((child) => child instanceof BaseStack);
  for (const stack of stacks) stack.prepareStack();
  for (const stack of stacks) {
    const other = stack.dependencies.find((each) => !app.node.children.includes(each));
    // Its JSON would lack the outputs that this one reads.
    if (other) throw new Error(`${stack.spec.id} must read stacks of its own group only, got ${other.node.id}`);
    if (stack.spec.id in manifest.stacks) throw new Error(`stacks must have different ids, got ${stack.spec.id} twice`);
    stack.synthesizer.synthesize({ outdir: app.outdir, skipValidation: false, manifest });
  }
  return stacks.map(({ spec }) => spec);
}

/** Adds the stacks of a group to an app. Only stacks of one app can read each other's values. */
type AddGroup = (app: App) => void;

/** A group for each account, of its account-wide stacks, and one for each environment. */
export function groupsOf(estate: Estate): AddGroup[] {
  return [
    ...estate.accounts.map((account): AddGroup => (app) => {
      addAccount(app, account, estate);
    }),
    ...estate.environments.map((environment): AddGroup => (app) => {
      addEnvironment(app, environment, estate);
    }),
  ];
}

function addAccount(app: App, account: Account, estate: Estate): void {
  new BootstrapStack(app, accountStack(account, "bootstrap"), estate);
  new IamStack(app, accountStack(account, "iam"), estate);
  if (account.kind === "master" && estate.organization)
    new OrganizationStack(app, accountStack(account, "organization"), estate, estate.organization);
}

function addEnvironment(app: App, environment: Environment, estate: Estate): void {
  const network = new NetworkStack(app, environmentStack(environment, "network"), estate);
  if (environment.database) {
    new DatabaseStack(app, environmentStack(environment, "database"), estate, environment.database, network);
  }
  const application = new ApplicationStack(app, environmentStack(environment, "application"), estate);
  if (environment.master) {
    new MasterRoleStack(app, environmentStack(environment, "master-role", environment.master), estate);
  }
  for (const member of environment.members) {
    const stack = new MemberStack(app, memberStack(environment, member), estate, member);
    // Its trust policy names the application's roles, and AWS refuses a trust policy that names a missing role.
    stack.addDependency(application);
  }
}

/**
 * Refuses two stacks with the same state: each would destroy the other's resources. The estate's checks
 * rule it out. This catches a stack that chooses its own state.
 */
export function refuseSharedStates(specs: readonly StackSpec[]): void {
  const owners = new Map<string, string>();
  for (const { id, state } of specs) {
    const location = `${state.bucket}/${state.key}`;
    const owner = owners.get(location);
    if (owner)
      throw new UserError(`every stack must have a state of its own, got ${location} for both ${owner} and ${id}`);
    owners.set(location, id);
  }
}

/** The problems that the constructs' validations report. app.synth() would write the stacks before an invalid one. */
const problemsIn = (app: App): string[] =>
  app.node.findAll().flatMap(({ node }) => node.validate().map((problem) => `  ${node.path}: ${problem}`));
