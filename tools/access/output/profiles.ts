import { UserError } from "../../../config/user-error";
import { type AccessModel, type AccountAccess, IDENTITY_GROUP, type Principal } from "../read/model";
import { scopesOf } from "../read/resolver";
import type { SynthesizedStack } from "../../synth/synthesized";
import { compareTexts, distinct, groupedBy } from "../../support/order";
import type { ParsedStatement } from "../policy/statement";

/** AWS's default duration of a session. */
const DEFAULT_SECONDS = 3600;

/** A role, and the users that may assume it on the same terms. */
interface Profile {
  readonly name: string;
  readonly role: Principal;
  readonly account: AccountAccess;
  readonly terms: PersonTerms;
  /** Whether groups work in the role's place, so that it is for emergencies. @default false */
  readonly isForEmergencies?: boolean;
}

/**
 * Profiles for `~/.aws/config`: one for each permission set, and for each role that a named user may assume, in the
 * accounts that an environment's stacks deploy into.
 *
 * @param environment @default all accounts
 * @throws UserError if the environment has no stack
 */
export function profilesOf(model: AccessModel, stacks: readonly SynthesizedStack[], environment?: string): string {
  const accounts = environment === undefined ? model.accounts : accountsOf(model, stacks, environment);
  const ofSets = permissionSetProfiles(model, accounts);
  const profiles = accounts.flatMap((account) => accountProfiles(model, account, environment));
  const ofRoles = distinctNames(profiles, new Set(ofSets.map(({ name }) => name)));
  const isNone = profiles.length === 0 && ofSets.length === 0;
  return [
    `# Roles of ${environment === undefined ? "all accounts" : `the environment ${environment}`}, for ~/.aws/config. Replace`,
    ...(ofSets.length === 0 ? [] : [SESSION_PLACEHOLDER]),
    ...(profiles.length === 0 && !isNone ? [] : USER_PLACEHOLDERS),
    ...(isNone ? ["# None: no role of its accounts names a user who may assume it."] : []),
    ...ofSets.flatMap(({ lines }) => ["", ...lines]),
    ...ofRoles.flatMap((profile) => ["", ...profileLines(profile)]),
  ].join("\n");
}

const USER_PLACEHOLDERS = [
  "#   <your profile>    the profile that has your access key",
  "#   <your user name>  your IAM user's name, in the ARN of your MFA device",
  "#   <your name>       what CloudTrail is to call you",
];

/** The accounts that an environment's stacks deploy into. The one with most of its stacks, its main account, is first. */
function accountsOf(model: AccessModel, stacks: readonly SynthesizedStack[], environment: string): AccountAccess[] {
  const scopes = [...scopesOf(stacks).values()].map((scope) => ({
    of: scope.environment(),
    accountId: scope.accountId,
  }));
  const known = distinct(scopes.flatMap(({ of }) => (of === undefined ? [] : [of])));
  if (!known.includes(environment)) {
    throw new UserError(
      `--profiles must be one of ${known.join(", ") || "no environment: the estate has none"}, got ${JSON.stringify(environment)}`,
    );
  }
  const own = groupedBy(
    scopes.filter(({ of }) => of === environment),
    ({ accountId }) => accountId,
  );
  const ids = [...own]
    .sort(([a, each], [b, others]) => others.length - each.length || compareTexts(a, b))
    .map(([id]) => id);
  return ids.flatMap((id) => model.accounts.filter((account) => account.id === id));
}

/** A section of `~/.aws/config`. */
interface Section {
  readonly name: string;
  readonly lines: readonly string[];
}

/** Terraform does not know the URL: a person finds it in the settings of Identity Center. */
const SESSION_PLACEHOLDER =
  "#   <start URL>       the URL of your access portal, such as https://d-1234567890.awsapps.com/start";

/** The session of IAM Identity Center, and a profile for each permission set in these accounts; none without one. */
function permissionSetProfiles(model: AccessModel, accounts: readonly AccountAccess[]): readonly Section[] {
  const { identityCenter, principals } = model;
  const solution = principals.map(({ tags }) => tags["Solution"]).find((tag) => tag !== undefined);
  const session = profileName(solution ?? "estate");
  const profiles = accounts.flatMap((account) =>
    principals
      .filter(({ accountId }) => accountId === account.id)
      .sort((a, b) => compareTexts(a.name, b.name))
      .flatMap((role) => profileOf(role, account, session)),
  );
  if (!identityCenter || profiles.length === 0) return [];
  const lines = [
    `[sso-session ${session}]`,
    "sso_start_url = <start URL>",
    `sso_region = ${identityCenter.region}`,
    "sso_registration_scopes = sso:account:access",
  ];
  return [{ name: "", lines }, ...profiles];
}

function profileOf({ permissionSet, trust }: Principal, account: AccountAccess, session: string): Section[] {
  if (permissionSet === undefined) return [];
  const groups = distinct((trust?.statements ?? []).flatMap(({ principals = {} }) => principals[IDENTITY_GROUP] ?? []));
  // An account's own permission set has the name of the account at its end.
  const own = `-${account.name}`;
  const short = permissionSet.endsWith(own) ? permissionSet.slice(0, -own.length) : permissionSet;
  const name = profileName(session, account.name, short);
  return [
    {
      name,
      lines: [
        `# for the ${groups.length > 1 ? "groups" : "group"} ${groups.join(", ")}`,
        `[profile ${name}]`,
        `sso_session = ${session}`,
        `sso_account_id = ${account.id}`,
        `sso_role_name = ${permissionSet}`,
        `region = ${account.region}`,
      ],
    },
  ];
}

/** The parts as a name that `~/.aws/config` may have. */
function profileName(...parts: readonly (string | undefined)[]): string {
  return parts
    .filter((part) => part !== undefined)
    .join("-")
    .toLowerCase()
    .replace(/[^\w@+.%:/-]/g, "-");
}

function accountProfiles({ principals }: AccessModel, account: AccountAccess, environment?: string): Profile[] {
  return principals
    .filter(({ kind, accountId }) => kind === "role" && accountId === account.id)
    .sort((a, b) => compareTexts(a.name, b.name))
    .flatMap((role) => {
      const name = profileName(role.tags["Solution"] ?? environment, account.name, role.name);
      return personTerms(role).map((terms) => ({ name, role, account, terms }));
    });
}

/** Appends `-emergency` to the name of a permission set's profile, and a number to a name that is already taken. */
function distinctNames(profiles: readonly Profile[], ofSets: ReadonlySet<string>): Profile[] {
  const taken = new Set(ofSets);
  return profiles.map((profile) => {
    const isForEmergencies = ofSets.has(profile.name);
    const own = isForEmergencies ? `${profile.name}-emergency` : profile.name;
    let name = own;
    for (let number = 2; taken.has(name); number += 1) name = `${own}-${String(number)}`;
    taken.add(name);
    return { ...profile, name, isForEmergencies };
  });
}

function profileLines({ name, role, account, terms, isForEmergencies = false }: Profile): string[] {
  const { accountId, users, mfa, externalId, regions, sourceIps } = terms;
  const { maxSessionSeconds = DEFAULT_SECONDS } = role;
  const region =
    regions.length === 0 || regions.includes(account.region) ? account.region : (regions[0] ?? account.region);
  return [
    [
      `# for ${users.join(", ")}`,
      ...(sourceIps.length > 0 ? [`from ${sourceIps.join(" or ")}`] : []),
      ...(isForEmergencies ? ["if Identity Center fails"] : []),
    ].join(", "),
    `[profile ${name}]`,
    `role_arn = ${role.arn}`,
    "source_profile = <your profile>",
    ...(mfa ? [`mfa_serial = arn:aws:iam::${accountId}:mfa/<your user name>`] : []),
    ...(externalId === undefined ? [] : [`external_id = ${externalId}`]),
    "role_session_name = <your name>",
    ...(maxSessionSeconds > DEFAULT_SECONDS ? [`duration_seconds = ${String(maxSessionSeconds)}`] : []),
    `region = ${region}`,
  ];
}

/** The conditions on which a role's trust policy allows users that it names. */
interface PersonTerms {
  /** The account of the users. */
  readonly accountId: string;
  /** Names of users, in order. */
  readonly users: readonly string[];
  readonly mfa: boolean;
  readonly externalId?: string;
  /** Regions whose STS must be used; empty if any may be. */
  readonly regions: readonly string[];
  /** Addresses that the request must come from; empty if any may. */
  readonly sourceIps: readonly string[];
}

const USER = /^arn:aws[\w-]*:iam::(\d{12}):user\/(?:.*\/)?([^/]+)$/;

/** The terms on which named users may assume a role; users on the same terms are together. */
function personTerms({ trust }: Principal): PersonTerms[] {
  const statements = trust?.statements ?? [];
  const refusesWithoutMfa = statements.some(
    (statement) =>
      statement.effect === "Deny" && valuesOf(statement, "Bool", "aws:multifactorauthpresent").includes("false"),
  );
  const each = statements
    .filter(({ effect }) => effect === "Allow")
    .flatMap((statement) => statementTerms(statement, refusesWithoutMfa));
  const groups = groupedBy(each, ({ users: _users, ...terms }) => JSON.stringify(terms));
  return [...groups]
    .sort(([a], [b]) => compareTexts(a, b))
    .flatMap(([, [first, ...others]]) =>
      first ? [{ ...first, users: distinct([first, ...others].flatMap(({ users }) => users)) }] : [],
    );
}

function statementTerms(statement: ParsedStatement, refusesWithoutMfa: boolean): PersonTerms[] {
  const users = (statement.principals?.["AWS"] ?? []).flatMap((arn) => {
    const [, accountId, name] = USER.exec(arn) ?? [];
    return accountId !== undefined && name !== undefined ? [{ accountId, name }] : [];
  });
  const mfa =
    refusesWithoutMfa ||
    valuesOf(statement, "Bool", "aws:multifactorauthpresent").includes("true") ||
    valuesOf(statement, "NumericLessThan", "aws:multifactorauthage").length > 0;
  return users.map(({ accountId, name }) => ({
    ...{ accountId, users: [name], mfa },
    externalId: valuesOf(statement, "StringEquals", "sts:externalid")[0],
    regions: valuesOf(statement, "StringEquals", "aws:requestedregion"),
    sourceIps: valuesOf(statement, "IpAddress", "aws:sourceip"),
  }));
}

/** The values of a condition, with or without `IfExists`. */
function valuesOf({ conditions }: ParsedStatement, operator: string, key: string): readonly string[] {
  return Object.entries(conditions)
    .filter(([name]) => name.replace(/IfExists$/, "") === operator)
    .flatMap(([, keys]) => Object.entries(keys))
    .filter(([name]) => name.toLowerCase() === key)
    .flatMap(([, values]) => values);
}
