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
 * @throws UserError that lists everything AWS would refuse, such as too long policies, with each construct; then
 *   nothing is written
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
    // Its trust policy names the application's roles, and AWS refuses a trust policy that names a missing role.
    stack.addDependency(application);
  }
}

function stacksIn(app: App): BaseStack[] {
  return app.node.children.filter((child): child is BaseStack => child instanceof BaseStack);
}

/**
 * Refuses two stacks with the same state: each would destroy the other's resources. The estate's checks rule it out.
 * This catches a stack that chooses its own state.
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
 * Runs every construct's validation before anything is written: app.synth() would write the stacks that come before an
 * invalid one.
 */
function refuseInvalid(app: App): void {
  const problems = app.node
    .findAll()
    .flatMap(({ node }) => node.validate().map((problem) => `  ${node.path}: ${problem}`));
  if (problems.length > 0) refuse(app, ["AWS would refuse what this estate asks for:", ...problems].join("\n"));
}

/** Throws, and removes the empty folders that the app has created: a refused estate leaves no files. */
function refuse(app: App, message: string): never {
  for (const folder of [join(app.outdir, "stacks"), app.outdir]) {
    if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder);
  }
  throw new UserError(message);
}
