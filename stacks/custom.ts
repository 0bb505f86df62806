import { type App, TerraformResource, TerraformStack } from "cdktf";
import { type DeclaredStack, loadCustom } from "../config/custom";
import { ownStack } from "../config/layout";
import type { Account, Environment } from "../config/model";
import { accountNames, environmentNames, roleArn, stackId } from "../config/naming";
import { applicationRoleArns } from "../config/resolve/environment";
import { lineOf } from "../config/source-line";
import { UserError } from "../config/user-error";
import type { ApplicationStack } from "./application-stack";
import { BaseStack } from "./base-stack";
import { CustomStack } from "./custom-stack";
import type { DatabaseStack } from "./database-stack";
import type { EstateSettings } from "./groups";
import type { NetworkStack } from "./network-stack";

/** What every own stack is built from, in addition to what its scope has. */
interface SharedContext {
  readonly account: Account;
  readonly region: string;
  /** A name of the environment or account: `name("orders")` is `dev-irl-galileo-orders`, or `galileo-orders`. */
  readonly name: (end: string) => string;
  /** A value that a stack of `dependsOn` shares, read from its state. With regions, its name has the region. */
  readonly valueOf: (stack: string, name: string) => string;
}

type DatabaseValues = Pick<DatabaseStack, "endpoint" | "secretArn" | "securityGroupId" | "replicaEndpoint">;

/** What a stack of an environment is built from. */
export interface EnvironmentContext extends SharedContext {
  readonly environment: Environment;
  /** The VPC, its subnets and security groups, read from the state of the environment's network. */
  readonly network: Pick<
    NetworkStack,
    "vpcId" | "publicSubnetIds" | "privateSubnetIds" | "subnetIds" | "securityGroupId"
  >;
  /** Read from the state of the environment's database. @default the environment has none */
  readonly database?: DatabaseValues;
  /** The databases of the key `databases`, by name, each read from its state. */
  readonly databases: Readonly<Record<string, DatabaseValues>>;
  /** The ARNs of buckets and URLs of image repositories by name, read from the state of the application. */
  readonly application: Pick<ApplicationStack, "bucketArns" | "repositoryUrls"> & {
    readonly apiHandlerRoleArn: string;
    readonly workflowLoopRunnerRoleArn: string;
  };
  /** In other accounts, where no state is read: the ARN of the Master role. @default the estate has no master account */
  readonly masterRoleArn?: string;
  /** In other accounts: the ARNs of the cross-account execution roles, by member. */
  readonly memberRoleArns: Readonly<Record<string, string>>;
}

/** What an account-wide stack is built from. */
export interface AccountContext extends SharedContext {
  readonly operatorRoleArn: string;
  readonly adminRoleArn: string;
  readonly stateBucket: string;
}

/** A stack that a team adds to every environment, or to some. */
export interface EnvironmentOwnStack extends DeclaredStack {
  readonly scope: "environment";
  readonly build: (stack: CustomStack, context: EnvironmentContext) => void;
}

/** A stack that a team adds to every account, or to some. */
export interface AccountOwnStack extends DeclaredStack {
  readonly scope: "account";
  readonly build: (stack: CustomStack, context: AccountContext) => void;
}

export type OwnStack = EnvironmentOwnStack | AccountOwnStack;

/** Where a resource is. */
export interface Place {
  /** The id of its stack, for example `dev-database`. */
  readonly stack: string;
  /** The last part of that id, for example `database`. */
  readonly stackName: string;
  readonly account: string;
  /** Undefined in account-wide stacks. */
  readonly environment?: string;
  /** Below the stack, for example `database/parameters`. */
  readonly path: string;
}

/** A change of every resource of a class, in every stack. */
export interface Adjustment {
  readonly target: abstract new (...args: never) => TerraformResource;
  readonly change: (resource: TerraformResource, where: Place) => void;
}

/** What `custom/index.ts` exports as default. */
export interface Custom {
  readonly stacks?: readonly OwnStack[];
  readonly adjust?: readonly Adjustment[];
}

/**
 * A change of every resource of a class.
 *
 * @example
 * adjust(S3Bucket, (bucket) => (bucket.tags = { ...bucket.tagsInput, DataOwner: "research" }))
 */
export const adjust = <T extends TerraformResource>(
  target: abstract new (...args: never) => T,
  change: (resource: T, where: Place) => void,
): Adjustment => ({
  target,
  change: (resource, where) => {
    if (resource instanceof target) change(resource, where);
  },
});

const customOf = ({ custom }: EstateSettings): Custom => (custom === undefined ? {} : (loadCustom(custom) as Custom));

/** The stacks of an environment that others read. */
interface EnvironmentStacks {
  readonly network: NetworkStack;
  /** With their names in `databases`; undefined for the one of the key `database`. */
  readonly databases: readonly (readonly [name: string | undefined, stack: DatabaseStack])[];
  readonly application: ApplicationStack;
}

/** Adds the stacks that a team declares for an environment. */
export function addEnvironmentStacks(
  app: App,
  settings: EstateSettings,
  environment: Environment,
  { network, databases, application }: EnvironmentStacks,
): void {
  const { namespace, master, members } = environment;
  const [apiHandlerRoleArn = "", workflowLoopRunnerRoleArn = ""] = applicationRoleArns(environment);
  const { bucketArns, repositoryUrls } = application;
  const context = {
    environment,
    network,
    database: databases.find(([name]) => name === undefined)?.[1],
    databases: Object.fromEntries(
      databases.flatMap(([name, stack]) => (name === undefined ? [] : [[name, stack] as const])),
    ),
    application: { bucketArns, repositoryUrls, apiHandlerRoleArn, workflowLoopRunnerRoleArn },
    masterRoleArn: master && roleArn(master.id, environmentNames.masterRole(namespace)),
    memberRoleArns: Object.fromEntries(
      members.map(({ name, account }) => [name, roleArn(account.id, environmentNames.crossAccountRole(namespace))]),
    ),
  };
  addOwnStacks(app, settings, environment, ({ scope, build }, stack, shared) => {
    if (scope === "environment") build(stack, { ...shared, ...context });
  });
}

/** Adds the stacks that a team declares for an account. */
export function addAccountStacks(app: App, settings: EstateSettings, account: Account): void {
  const context = {
    operatorRoleArn: roleArn(account.id, accountNames.operator),
    adminRoleArn: roleArn(account.id, accountNames.admin),
    stateBucket: account.stateBucket,
  };
  addOwnStacks(app, settings, account, ({ scope, build }, stack, shared) => {
    if (scope === "account") build(stack, { ...shared, ...context });
  });
}

function addOwnStacks(
  app: App,
  settings: EstateSettings,
  owner: Account | Environment,
  build: (declared: OwnStack, stack: CustomStack, shared: SharedContext) => void,
): void {
  const { stacks = [] } = customOf(settings);
  for (const config of owner.ownStacks) {
    const declared = stacks.find(({ name }) => name === config.declared);
    if (!declared) throw new Error(`${settings.custom} must declare the stack ${config.declared}`);
    const stack = new CustomStack(app, ownStack(owner, config), settings);
    const { account, region, id } = stack.spec;
    const before = (name: string) => app.node.tryFindChild(stackId(owner.name, name));
    for (const name of config.dependsOn) {
      const other = before(name);
      if (other instanceof TerraformStack) stack.addDependency(other); // an environment may have no database
    }
    const prefix = "namespace" in owner ? owner.namespace : settings.solution;
    const shared: SharedContext = {
      account,
      region,
      name: (end) => `${prefix}-${end}`,
      valueOf: (name, value) => {
        const other = config.dependsOn.includes(name) ? before(name) : undefined;
        if (other instanceof CustomStack) return other.sharedValue(value);
        throw new Error(`valueOf must name an own stack of dependsOn, got "${name}"`);
      },
    };
    asUserError(`the stack ${id}`, settings, () => {
      build(declared, stack, shared);
    });
  }
}

/** Applies a team's adjustments to the stacks of an app. They change resources, and neither add nor unprotect any. */
export function adjustResources(app: App, settings: EstateSettings): void {
  const { adjust: adjustments = [] } = customOf(settings);
  if (adjustments.length === 0) return;
  for (const stack of app.node.children.filter((child) => child instanceof BaseStack)) {
    const { id, name, account, environment } = stack.spec;
    const constructs = stack.node.findAll();
    const resources = constructs.filter((each) => each instanceof TerraformResource);
    stack.keepProtected(resources.filter(({ lifecycle }) => lifecycle?.preventDestroy));
    for (const resource of resources) {
      const path = resource.node.path.slice(id.length + 1);
      const where = { stack: id, stackName: name, account: account.name, environment: environment?.name, path };
      const isProtected = resource.lifecycle?.preventDestroy;
      asUserError(`the adjustment of ${resource.node.path}`, settings, () => {
        for (const { change } of adjustments) change(resource, where);
        if (isProtected && !resource.lifecycle?.preventDestroy)
          throw new Error("lifecycle.preventDestroy must stay true");
        if (stack.node.findAll().length !== constructs.length) throw new Error("an adjustment must add no resource");
      });
    }
  }
}

/** Runs a team's code. Its error names what it was for, the file and the line. */
function asUserError(what: string, { custom = "" }: EstateSettings, run: () => void): void {
  try {
    run();
  } catch (error) {
    if (error instanceof UserError) throw error;
    const folder = custom.slice(0, custom.lastIndexOf("/") + 1);
    const line = lineOf(error, (path) => path.startsWith(folder)) ?? custom;
    const message = error instanceof Error ? error.message : String(error);
    throw new UserError(`${line}: ${what} cannot be built: ${message}`, { cause: error });
  }
}
