import { App, type Manifest, TerraformRemoteState } from "cdktf";
import type { AddressFiles } from "../config/address-files";
import {
  accountStack,
  databaseStackName,
  environmentStack,
  externalStack,
  memberStack,
  stacksOfOwner,
  TRAIL_BUCKET,
  type StackSpec,
} from "../config/layout";
import { UserError } from "../config/user-error";
import { ApplicationStack } from "./application-stack";
import { BaseStack } from "./base-stack";
import { BootstrapStack } from "./bootstrap-stack";
import {
  buildElementsOnce,
  forgetTokens,
  hasRemoteStateOverride,
  resolvePlainValuesAtOnce,
  skipCreationTraces,
  skipVersionChecks,
} from "./cdktf-internals";
import { addAccountStacks, addEnvironmentStacks, adjustResources } from "./custom";
import { DatabaseStack } from "./database-stack";
import { refuseNested, refuseUndeclared } from "./declared-stacks";
import {
  bindingPolicies,
  deniedCreations,
  ownCreations,
  type BindingPolicy,
  type OwnCreation,
} from "./denied-creations";
import { ExternalStack } from "./external-stack";
import type { AccountInput, EnvironmentInput, StackGroup } from "./groups";
import { IamStack } from "./iam-stack";
import { IdentityStack } from "./identity-stack";
import { MasterRoleStack } from "./master-role-stack";
import { MemberStack } from "./member-stack";
import { NetworkStack } from "./network-stack";
import { OrganizationStack } from "./organization-stack";
import { TrailBucketStack } from "./trail-bucket-stack";

/**
 * Synthesizes groups of stacks as `app.synth()` does for an app with all of them, in much less memory: each group has an
 * app of its own, which is released before the next one.
 *
 * @param outdir an empty folder. If a group is refused, it may contain some of the stacks, but no manifest
 * @throws UserError that lists everything AWS would refuse, such as too long policies, with each construct
 */
export function synthesizeGroups(groups: readonly StackGroup[], outdir: string): void {
  const inputs = groups.map(({ input }) => input);
  finishSynth(synthesizeEach(inputs, outdir, new Int32Array(1)), outdir);
}

type StackState = Pick<StackSpec, "id" | "state">;

/** What became of a group. */
export interface GroupOutcome {
  /** Its place among the groups. */
  readonly place: number;
  /** Everything AWS would refuse. */
  readonly problems: readonly string[];
  /** In an estate with own stacks, the policies of the organization, and what own stacks create. @default none */
  readonly policies?: readonly BindingPolicy[];
  readonly creations?: readonly OwnCreation[];
  /** Its stacks. @default none: something was refused before */
  readonly written?: { readonly states: readonly StackState[]; readonly manifest: Manifest["stacks"] };
  /** @default none */
  readonly failure?: { readonly error: unknown };
}

/**
 * Builds and writes groups of stacks, but no manifest.
 *
 * @param next the place of the next group to take. Threads may share it
 */
export function synthesizeEach(
  inputs: readonly StackGroup["input"][],
  outdir: string,
  next: Int32Array,
): GroupOutcome[] {
  skipCreationTraces();
  skipVersionChecks();
  resolvePlainValuesAtOnce();
  const outcomes: GroupOutcome[] = [];
  let isRefused = false;
  for (;;) {
    const place = Atomics.add(next, 0, 1);
    const input = inputs[place];
    if (!input) return outcomes;
    try {
      const app = new App({ outdir });
      addStacks(app, input);
      const problems = problemsIn(app);
      isRefused ||= problems.length > 0;
      // After a problem the other groups are still built, to find theirs.
      outcomes.push({
        ...{ place, problems, ...ownStacksOf(app, input) },
        written: isRefused ? undefined : synthesizeStacks(app),
      });
    } catch (error) {
      outcomes.push({ place, problems: [], failure: { error } });
      Atomics.store(next, 0, inputs.length); // nothing more to do
    }
    forgetTokens();
  }
}

function ownStacksOf(app: App, input: StackGroup["input"]): Pick<GroupOutcome, "policies" | "creations"> {
  if (input.settings.custom === undefined) return {};
  const organization = "organization" in input ? input.organization : undefined;
  return { policies: organization && bindingPolicies(app, organization), creations: ownCreations(app) };
}

/**
 * Writes the manifest of all groups.
 *
 * @throws like `synthesizeGroups`, or the error of the first group that failed
 */
export function finishSynth(outcomes: readonly GroupOutcome[], outdir: string): void {
  const inOrder = [...outcomes].sort((one, other) => one.place - other.place);
  const failed = inOrder.find(({ failure }) => failure);
  if (failed?.failure) throw failed.failure.error;
  const problems = [
    ...inOrder.flatMap((outcome) => outcome.problems),
    ...deniedCreations(
      inOrder.flatMap(({ policies = [] }) => policies),
      inOrder.flatMap(({ creations = [] }) => creations),
    ),
  ];
  if (problems.length > 0)
    throw new UserError(["AWS or Terraform would refuse what this estate asks for:", ...problems].join("\n"));
  refuseSharedStates(inOrder.flatMap(({ written }) => written?.states ?? []));
  const { manifest } = new App({ outdir });
  for (const { written } of inOrder) Object.assign(manifest.stacks, written?.manifest);
  manifest.writeToFile();
}

/** Adds the stacks of a group to an app. */
export function addStacks(app: App, input: StackGroup["input"]): void {
  const owner = "environment" in input ? input.environment : input.account;
  refuseUndeclared(
    app,
    stacksOfOwner(owner).map(({ id }) => id),
  );
  if ("environment" in input) addEnvironment(app, input);
  else addAccount(app, input);
  refuseNested(app);
  adjustResources(app, input.settings);
  if (input.addresses) setAddresses(app, input.addresses);
}

function setAddresses(app: App, { adoptions = {}, moves = {} }: AddressFiles): void {
  for (const stack of app.node.children.filter((child) => child instanceof BaseStack)) {
    const { id } = stack.spec;
    stack.setAddresses({ adoptions: adoptions[id] ?? {}, moves: moves[id] ?? [] });
  }
}

function addAccount(app: App, input: AccountInput): void {
  const { settings, account, organization, identity, external = {} } = input;
  new BootstrapStack(app, accountStack(account, "bootstrap"), input);
  if (account.trailBucket)
    new TrailBucketStack(app, accountStack(account, TRAIL_BUCKET), settings, account.trailBucket);
  new IamStack(app, accountStack(account, "iam"), settings);
  const units =
    organization && new OrganizationStack(app, accountStack(account, "organization"), settings, organization);
  if (identity) {
    const people = new IdentityStack(app, accountStack(account, "identity"), settings, identity);
    // Only accounts of the organization can be assigned.
    if (units) people.addDependency(units);
  }
  for (const name of account.externalStacks)
    new ExternalStack(app, externalStack(account, name), settings.solution, external);
  addAccountStacks(app, settings, account);
}

function addEnvironment(app: App, { settings, environment, otherAccessRoleArns }: EnvironmentInput): void {
  const network = new NetworkStack(app, environmentStack(environment, "network"), settings);
  const databases = environment.databases.map((database) => {
    const spec = environmentStack(environment, databaseStackName(database.name));
    return [database.name, new DatabaseStack(app, spec, settings, database, network)] as const;
  });
  const application = new ApplicationStack(app, environmentStack(environment, "application"), settings);
  if (environment.master) {
    const spec = environmentStack(environment, "master-role", environment.master);
    new MasterRoleStack(app, spec, settings, otherAccessRoleArns);
  }
  for (const member of environment.members) {
    const stack = new MemberStack(app, memberStack(environment, member), settings, member);
    // Its trust policy names the application's roles, and AWS refuses a trust policy that names a missing role.
    stack.addDependency(application);
  }
  addEnvironmentStacks(app, settings, environment, { network, databases, application });
}

/** Does what `app.synth()` does, but writes no manifest. */
function synthesizeStacks({ node, outdir, manifest }: App): NonNullable<GroupOutcome["written"]> {
  const stacks = node.children.filter((child) => child instanceof BaseStack);
  const references = new Set(stacks.map(({ node }) => `cross-stack-reference-input-${node.id}`));
  buildElementsOnce(stacks);
  for (const stack of stacks) stack.prepareStack();
  for (const stack of stacks) {
    // A state that another group writes: `npm run affected` would not see that this stack reads it.
    const other = stack.node
      .findAll()
      .find((each) => each instanceof TerraformRemoteState && !references.has(each.node.id));
    const where = other ?? (hasRemoteStateOverride(stack) ? stack : undefined);
    if (where) throw new Error(`${where.node.path} must read the state of a stack of its own group, got another state`);
    stack.synthesizer.synthesize({ outdir, skipValidation: false, manifest });
  }
  return { states: stacks.map(({ spec: { id, state } }) => ({ id, state })), manifest: manifest.stacks };
}

/**
 * Refuses two stacks with the same state: each would destroy the other's resources. The estate's checks
 * rule it out. This catches a stack that chooses its own state.
 */
export function refuseSharedStates(specs: readonly StackState[]): void {
  const owners = new Map<string, string>();
  const ids = new Set<string>();
  for (const { id, state } of specs) {
    if (ids.has(id)) throw new Error(`stacks must have different ids, got ${id} twice`);
    ids.add(id);
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
