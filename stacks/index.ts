import { existsSync, readdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import type { App } from "cdktf";
import { accountStack, environmentStack, memberStack } from "../config/layout";
import type { Environment, Estate } from "../config/model";
import { UserError } from "../config/user-error";
import { ApplicationStack } from "./application-stack";
import { BaseStack } from "./base-stack";
import { BootstrapStack } from "./bootstrap-stack";
import { DatabaseStack } from "./database-stack";
import { IamStack } from "./iam-stack";
import { MasterRoleStack } from "./master-role-stack";
import { MemberStack } from "./member-stack";
import { NetworkStack } from "./network-stack";
import { OrganizationStack } from "./organization-stack";

/**
 * Adds every stack of an estate to an app.
 *
 * @throws UserError that lists everything AWS would refuse (sizes of policies, say), and names each construct;
 *   nothing is written then
 */
export function addStacks(app: App, estate: Estate): void {
  for (const account of estate.accounts) {
    new BootstrapStack(app, accountStack(account, "bootstrap"), estate);
    new IamStack(app, accountStack(account, "iam"), estate);
    if (account.kind === "master" && estate.organization) {
      new OrganizationStack(app, accountStack(account, "organization"), estate, estate.organization);
    }
  }
  for (const environment of estate.environments) addEnvironment(app, environment, estate);
  refuseSharedStates(app);
  refuseInvalid(app);
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
    // Its trust policy names the application's roles, and AWS refuses a trust policy that names a role which does not
    // exist.
    stack.addDependency(application);
  }
}

function stacksIn(app: App): BaseStack[] {
  return app.node.children.filter((child): child is BaseStack => child instanceof BaseStack);
}

/**
 * Two stacks with one state would destroy each other's resources. The estate's checks rule it out; this catches a stack
 * that names its own.
 */
export function refuseSharedStates(app: App): void {
  const owners = new Map<string, string>();
  for (const { spec } of stacksIn(app)) {
    const state = `${spec.state.bucket}/${spec.state.key}`;
    const owner = owners.get(state);
    if (owner) refuse(app, `every stack must have a state of its own, got ${state} for both ${owner} and ${spec.id}`);
    owners.set(state, spec.id);
  }
}

/**
 * Runs every construct's validation before anything is written: app.synth() would write the stacks before the one that
 * it refuses.
 */
function refuseInvalid(app: App): void {
  const problems = app.node
    .findAll()
    .flatMap(({ node }) => node.validate().map((problem) => `  ${node.path}: ${problem}`));
  if (problems.length > 0) refuse(app, ["AWS would refuse what this estate asks for:", ...problems].join("\n"));
}

/**
 * An app makes its folders before there is anything to write: where they are empty they go again, so that a refused
 * estate leaves nothing.
 */
function refuse(app: App, message: string): never {
  for (const folder of [join(app.outdir, "stacks"), app.outdir]) {
    if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder);
  }
  throw new UserError(message);
}
