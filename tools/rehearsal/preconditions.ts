import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  CreateOrganizationCommand,
  EnableAWSServiceAccessCommand,
  EnablePolicyTypeCommand,
  ListRootsCommand,
  type OrganizationsClient,
} from "@aws-sdk/client-organizations";
import { CreateRoleCommand, CreateUserCommand } from "@aws-sdk/client-iam";
import { type Estate } from "../../config/model";
import { clientsFor } from "./clients";
import { masterOf } from "../../config/resolve/account";
import { applicationRoleArns } from "../../config/resolve/environment";
import { asList, objectOf, type JsonObject } from "../support/json";
import { STACK_JSON, stackJson, type Stack } from "../synth/stacks";
import {
  startEmulator,
  turnOnIdentityCenter,
  type Emulator,
  type EmulatorSource,
  type IdentityCenterProps,
} from "../emulator/emulator";

/**
 * The known ids of the members' accounts, by email address. The emulator creates these accounts with the same ids, and
 * knows the addresses of those that join.
 */
export function knownAccountIds({ organization, accounts }: Estate): Record<string, string> {
  const members = [...(organization?.members ?? []), ...accounts.filter(({ joins }) => joins)];
  return Object.fromEntries(members.flatMap(({ email, id }) => (id === undefined ? [] : [[email, id] as const])));
}

/** A user or role that the estate names and does not create. */
interface ExistingPrincipal {
  readonly accountId: string;
  readonly kind: "user" | "role";
  readonly path: string;
  readonly name: string;
}

/** The people of `operators` and `admins`, and the application's roles where `existingRoles` names them. */
export function existingPrincipals({ accounts, environments }: Estate): ExistingPrincipal[] {
  const people = accounts.flatMap(({ operators, admins }) => [...operators, ...admins]);
  const roles = environments.filter(({ application }) => !application.makesRoles).flatMap(applicationRoleArns);
  return [...new Set([...people, ...roles])].flatMap((arn) => {
    const [, accountId, kind, path = "/", name] =
      /^arn:aws:iam::(\d{12}):(user|role)(\/(?:.*\/)?)([^/]+)$/.exec(arn) ?? [];
    return accountId && name ? [{ accountId, kind: kind === "user" ? "user" : "role", path, name }] : [];
  });
}

/**
 * Creates on the emulator the users and roles that the estate names and does not create: AWS refuses a policy that names
 * a missing one, and so does the emulator.
 */
async function createPrincipals(estate: Estate, emulatorUrl: string): Promise<void> {
  for (const { accountId, kind, path, name } of existingPrincipals(estate)) {
    const { iam } = clientsFor(emulatorUrl, accountId, "us-east-1");
    const Principal = { AWS: `arn:aws:iam::${accountId}:root` };
    const trust = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Principal, Action: "sts:AssumeRole" }] };
    const creation =
      kind === "user"
        ? iam.send(new CreateUserCommand({ UserName: name, Path: path }))
        : iam.send(
            new CreateRoleCommand({ RoleName: name, Path: path, AssumeRolePolicyDocument: JSON.stringify(trust) }),
          );
    await creation.catch((error: unknown) => {
      // The emulator still runs from another rehearsal.
      if ((error as Error).name !== "EntityAlreadyExistsException") throw error;
    });
  }
}

/**
 * IAM Identity Center as its stack finds it: turned on, with the groups and users that the estate names and does not
 * create. Main accounts, and members that joined, are in the organization, which does not create them.
 */
export function existingIdentityCenter(estate: Estate): IdentityCenterProps | undefined {
  const { identity, accounts } = estate;
  const manager = accounts.find(({ name }) => name === identity?.account);
  if (!identity || !manager) return undefined;
  const owner = masterOf(estate) ?? manager;
  const created = new Set(identity.groups.map(({ name }) => name));
  const named = new Set(accounts.flatMap(({ operatorGroups, adminGroups }) => [...operatorGroups, ...adminGroups]));
  return {
    account: owner.id,
    region: identity.region,
    administrator: manager === owner ? undefined : manager.id,
    accounts: accounts.filter(({ membership }) => membership !== "created").map(({ id }) => id),
    groups: [...named].filter((name) => !created.has(name)),
    users: [...new Set(identity.groups.flatMap(({ members }) => members))],
  };
}

/**
 * Creates on the emulator what exists in AWS according to the estate: the users and roles that it names, IAM Identity
 * Center, and an organization that the organization stack accepts.
 */
export async function createPreconditions(estate: Estate, emulatorUrl: string): Promise<void> {
  await createPrincipals(estate, emulatorUrl);
  const identityCenter = existingIdentityCenter(estate);
  if (identityCenter) await turnOnIdentityCenter(emulatorUrl, identityCenter);
  const master = masterOf(estate);
  if (!estate.organization?.existing || !master) return;
  const { organizations } = clientsFor(emulatorUrl, master.id, master.region);
  if (await exists(organizations)) return; // the emulator still runs from another rehearsal
  await organizations.send(new CreateOrganizationCommand({ FeatureSet: "ALL" }));
  await organizations.send(new EnableAWSServiceAccessCommand({ ServicePrincipal: "cloudtrail.amazonaws.com" }));
  const { Roots: [root] = [] } = await organizations.send(new ListRootsCommand({}));
  const enabled = root?.PolicyTypes?.some(
    ({ Type, Status }) => Type === "SERVICE_CONTROL_POLICY" && Status === "ENABLED",
  );
  if (!enabled)
    await organizations.send(new EnablePolicyTypeCommand({ RootId: root?.Id, PolicyType: "SERVICE_CONTROL_POLICY" }));
}

async function exists(organizations: OrganizationsClient): Promise<boolean> {
  try {
    return ((await organizations.send(new ListRootsCommand({}))).Roots ?? []).length > 0;
  } catch (error) {
    if ((error as Error).name === "AWSOrganizationsNotInUseException") return false;
    throw error;
  }
}

/** Starts an emulator with the estate's preconditions. It stops with this process at the latest. */
export async function startEstateEmulator(estate: Estate, source: EmulatorSource, logFile: string): Promise<Emulator> {
  const emulator = await startEmulator({ logFile, source, accountIds: knownAccountIds(estate) });
  try {
    await createPreconditions(estate, emulator.url);
    return emulator;
  } catch (error) {
    await emulator.stop();
    throw error;
  }
}

const ACCOUNT = "aws_organizations_account";
const DATABASE = "aws_db_instance";
const MANAGED_PASSWORD = "manage_master_user_password";

/**
 * Changes the JSON of stacks as if nothing existed, since an emulator starts empty: imports are removed, and what a stack
 * would import is created instead. RDS manages the password of a database that keeps its own: a new one must have a
 * password. Only accounts that have joined an organization by invitation are left out: the emulator has no such organization.
 */
export function makeEverythingNew(stacks: readonly Pick<Stack, "directory">[]): void {
  for (const stack of stacks) {
    const json = objectOf(stackJson(stack));
    const asNew = withManagedPasswords(json["import"] === undefined ? json : withoutImports(json));
    if (asNew !== json) writeFileSync(join(stack.directory, STACK_JSON), JSON.stringify(asNew, null, 2));
  }
}

function withManagedPasswords(json: JsonObject): JsonObject {
  const resources = objectOf(json["resource"]);
  const databases = Object.entries(objectOf(resources[DATABASE])).map(
    ([name, each]) => [name, objectOf(each)] as const,
  );
  // A replica has the users of its source.
  const hasPassword = (database: JsonObject) =>
    database[MANAGED_PASSWORD] === true || database["replicate_source_db"] !== undefined;
  if (databases.every(([, database]) => hasPassword(database))) return json;
  const managed = databases.map(
    ([name, database]) => [name, hasPassword(database) ? database : { ...database, [MANAGED_PASSWORD]: true }] as const,
  );
  return { ...json, resource: { ...resources, [DATABASE]: Object.fromEntries(managed) } };
}

function withoutImports({ import: blocks, ...json }: JsonObject): JsonObject {
  const resources = objectOf(json["resource"]);
  const joined = asList(blocks)
    .map((block) => String(objectOf(block)["to"]))
    .filter((to) => isJoined(to, resources));
  if (joined.length === 0) return json;
  const accounts = without(objectOf(resources[ACCOUNT]), (name) => joined.includes(`${ACCOUNT}.${name}`));
  const outputs = without(objectOf(json["output"]), (_, output) =>
    joined.some((address) => JSON.stringify(output).includes(`${address}.`)),
  );
  return { ...json, resource: { ...resources, [ACCOUNT]: accounts }, output: outputs };
}

/** Whether it is an account that has joined. One that the organization has created has a role in it. */
function isJoined(address: string, resources: JsonObject): boolean {
  const [type, name = ""] = address.split(".");
  return type === ACCOUNT && objectOf(objectOf(resources[ACCOUNT])[name])["role_name"] === undefined;
}

const without = (object: JsonObject, isLeftOut: (key: string, value: unknown) => boolean): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([key, value]) => !isLeftOut(key, value)));
