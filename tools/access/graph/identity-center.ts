import type { Access } from "../decide/access";
import { type Actor, type ActorsAndSteps, ADMINISTRATOR, administratorOf, groupActor, type Step } from "./access-graph";
import { administers, allowed, FULL_ADMINISTRATOR_POLICY } from "./policy-changes";
import { conditionsOf, type Decision } from "../policy/decision";
import type { AccessModel, Principal } from "../read/model";
import { permissionSetRoleArn, permissionSetRoleName } from "../read/permission-set-role";
import { distinct } from "../../support/order";

/*
 * A principal that can change IAM Identity Center can give itself access to all accounts ("Delegated administration",
 * IAM Identity Center User Guide): by permission sets, by membership of groups, or by signing in as somebody else.
 */

/** A way to use Identity Center. Each of the actions is enough. */
interface Way {
  readonly way: string;
  readonly text: string;
  readonly actions: readonly string[];
}

const WIDEN = [
  "sso:PutInlinePolicyToPermissionSet",
  "sso:AttachManagedPolicyToPermissionSet",
  "sso:AttachCustomerManagedPolicyReferenceToPermissionSet",
  "sso:PutPermissionsPolicy",
];

const ofDirectory = (...names: readonly string[]) => names.map((name) => `sso-directory:${name}`);

/** Ways to the permission sets of a group. */
const TO_GROUPS: readonly Way[] = [
  {
    way: "join-identity-group",
    text: "adds itself to",
    actions: ["identitystore:CreateGroupMembership", ...ofDirectory("AddMemberToGroup")],
  },
  {
    way: "sign-in-as-member",
    text: "signs in as a member of",
    actions: [
      ...["identitystore:UpdateUser", "sso:AssociateDirectory"],
      ...ofDirectory("UpdateUser", "UpdatePassword", "CreateBearerToken", "ImportExternalIdPCertificate"),
      ...ofDirectory("CreateExternalIdPConfigurationForDirectory", "UpdateExternalIdPConfigurationForDirectory"),
    ],
  },
];

/** Accounts whose principals can administer Identity Center: the account of its stacks, and the management account. */
export function administeringAccounts({ identityCenter, accounts }: AccessModel): string[] {
  if (!identityCenter) return [];
  return distinct([identityCenter.accountId, ...accounts.filter(({ management }) => management).map(({ id }) => id)]);
}

/** Accounts in which permission sets can be assigned: those of the organization, and those in which some are. */
export function assignableAccounts(model: AccessModel): string[] {
  const { identityCenter, accounts } = model;
  if (!identityCenter) return [];
  const inOrganization = accounts.filter(({ management, organizationPath }) => management || organizationPath);
  return distinct([identityCenter.accountId, ...inOrganization.map(({ id }) => id), ...assignedAccounts(model)]);
}

/** Names of the permission sets that are assigned. */
export function permissionSets({ principals }: AccessModel): string[] {
  return distinct(principals.flatMap(({ permissionSet }) => permissionSet ?? []));
}

function assignedAccounts({ principals }: AccessModel): string[] {
  return principals.filter(({ permissionSet }) => permissionSet !== undefined).map(({ accountId }) => accountId);
}

/** Without the management account, in which a delegated administrator can assign nothing. */
function reachableFrom({ index }: Access, by: string, accountIds: readonly string[]): string[] {
  return distinct(accountIds).filter((id) => id === by || index.account(id)?.management !== true);
}

/** Steps by which a principal that is no administrator uses Identity Center. */
export async function identityCenterSteps(access: Access, by: Principal, actor: Actor): Promise<ActorsAndSteps> {
  const found = { actors: [] as Actor[], steps: [] as Step[] };
  const { model } = access;
  if (!administeringAccounts(model).includes(by.accountId)) return found;
  const add = (to: Actor, way: string, text: string, decision: Decision) => {
    found.actors.push(actor, to);
    found.steps.push({ from: actor.id, to: to.id, way, text, conditions: conditionsOf(decision) });
  };
  const addAdministrator = (id: string, way: string, text: string, decision: Decision) => {
    add(administratorOf(access, id), way, `${text}, and then is administrator of`, decision);
  };
  for (const id of reachableFrom(access, by.accountId, assignableAccounts(model))) {
    const decision = await assigns(access, by, id);
    if (decision) addAdministrator(id, "assign-permission-set", "gives itself a permission set", decision);
  }
  const widens = await firstAllowed(access, by, WIDEN);
  for (const id of widens ? reachableFrom(access, by.accountId, assignedAccounts(model)) : [])
    if (widens) addAdministrator(id, "widen-permission-set", "widens a permission set", widens);
  for (const { way, text, actions } of TO_GROUPS) {
    const decision = await firstAllowed(access, by, actions);
    for (const { name } of decision ? (model.identityCenter?.groups ?? []) : [])
      if (decision) add(groupActor(access, name), way, text, decision);
  }
  return found;
}

/** Whether a principal can assign permission sets in an account. The console's older action names no account. */
async function assigns(access: Access, by: Principal, accountId: string): Promise<Decision | undefined> {
  const inAccount = await allowed(access, by, "sso:CreateAccountAssignment", `arn:aws:sso:::account/${accountId}`);
  return inAccount ?? (await allowed(access, by, "sso:AssociateProfile", "*"));
}

async function firstAllowed(access: Access, by: Principal, actions: readonly string[]): Promise<Decision | undefined> {
  for (const action of actions) {
    const decision = await allowed(access, by, action, "*");
    if (decision) return decision;
  }
  return undefined;
}

/** Steps from administrators of Identity Center to administrators of the principals' accounts, and to groups. */
export async function administrationSteps(access: Access, principals: readonly Principal[]): Promise<ActorsAndSteps> {
  const found = { actors: [] as Actor[], steps: [] as Step[] };
  const { model } = access;
  const assignable = assignableAccounts(model);
  const accounts = distinct(principals.map(({ accountId }) => accountId)).filter((id) => assignable.includes(id));
  for (const by of administeringAccounts(model)) {
    const administrator = anyRole(access, by, "any");
    const from = ADMINISTRATOR + by;
    for (const id of reachableFrom(access, by, accounts).filter((each) => each !== by)) {
      const assigning = await assigns(access, administrator, id);
      const administered = assigning && (await administersAsPermissionSet(access, id));
      if (!administered) continue;
      const to = administratorOf(access, id);
      const conditions = distinct([assigning, ...administered].flatMap(conditionsOf));
      found.actors.push(to);
      const text = "give themselves a permission set, and then are administrators of";
      found.steps.push({ from, to: to.id, way: "assign-permission-set", text, conditions });
    }
    // A delegated administrator decides who is in a group that has a permission set in the management account.
    const isDelegated = model.accounts.some(({ id, management }) => management && id !== by);
    for (const { name } of isDelegated && accounts.includes(by) ? (model.identityCenter?.groups ?? []) : []) {
      const to = groupActor(access, name);
      found.actors.push(to);
      found.steps.push({ from, to: to.id, way: "join-identity-group", text: "add themselves to", conditions: [] });
    }
  }
  return found;
}

/** Whether a permission set that allows everything makes administrators of an account, under some name. */
async function administersAsPermissionSet(access: Access, accountId: string): Promise<Decision[] | undefined> {
  for (const name of ["of-a-name-that-no-policy-speaks-of", ...permissionSets(access.model)]) {
    const decisions = await administers(access, anyRole(access, accountId, name));
    if (decisions) return decisions;
  }
  return undefined;
}

/** The role of a permission set that allows everything. */
function anyRole({ model: { identityCenter } }: Access, accountId: string, permissionSet: string): Principal {
  const { region = "us-east-1" } = identityCenter ?? {};
  return {
    ...{ kind: "role", name: permissionSetRoleName(permissionSet), accountId, tags: {}, source: "any permission set" },
    arn: permissionSetRoleArn(accountId, region, permissionSet),
    policies: [FULL_ADMINISTRATOR_POLICY],
  };
}
