import fc from "fast-check";
import type { AccessModel, OrganizationLevel, Principal } from "../../../../tools/access/read/model";
import { parsePolicy, type Policy } from "../../../../tools/access/policy/policy";
import { setArn, setRole } from "../identity";
import { allow, deny, EC2, ONE, role, THREE, trusting, TWO, user } from "../support";

/*
 * Random models of a few accounts whose principals trust, limit and escalate each other, and random changes of them. A
 * model is made from its recipe, so that a change of a managed policy reaches all principals that have it.
 */

const FOUR = "444444444444";
export const ACCOUNTS = [ONE, TWO, THREE, FOUR];

type Statements = readonly object[];

interface PrincipalRecipe {
  readonly kind: "role" | "user";
  readonly account: string;
  readonly name: string;
  readonly trusts: Statements;
  readonly may: Statements;
  readonly attached: readonly string[];
  readonly boundary: string | undefined;
  readonly group: boolean;
  readonly tags: Readonly<Record<string, string>>;
}

/** Parts by name, so that a change can replace, add or remove one. */
export interface Recipe {
  readonly principals: Readonly<Record<string, PrincipalRecipe>>;
  /** By ARN. */
  readonly policies: Readonly<Record<string, Statements>>;
  /** The policies of the group of each account. */
  readonly groups: Readonly<Record<string, Statements>>;
  /** By ARN. */
  readonly guarded: Readonly<Record<string, Statements>>;
  /** Accounts: whether it is in the organization, and its service control policies. */
  readonly accounts: Readonly<Record<string, Statements | undefined>>;
  readonly organizationId: string | undefined;
  /** The account of Identity Center; undefined without it. */
  readonly identityCenter: string | undefined;
  /** Permission sets that Identity Center assigns, by ARN of their role. */
  readonly permissionSets: Readonly<Record<string, PermissionSetRecipe>>;
}

interface PermissionSetRecipe {
  readonly account: string;
  readonly name: string;
  readonly groups: readonly string[];
  readonly may: Statements;
}

/** Replaced by the account of the principal that names it: most principals are used in their own account. */
const HOME = "HOME";

const account = fc.constantFrom(...ACCOUNTS);
const near = fc.oneof({ weight: 2, arbitrary: fc.constant(HOME) }, account);
const name = fc.constantFrom("a", "b", "c");
const roleArn = fc.tuple(near, name).map(([id, each]) => `arn:aws:iam::${id}:role/${each}`);
const userArn = fc.tuple(near, fc.constantFrom("u", "stranger")).map(([id, it]) => `arn:aws:iam::${id}:user/${it}`);
const policyArn = fc.tuple(near, fc.constantFrom("p", "q")).map(([id, each]) => `arn:aws:iam::${id}:policy/${each}`);
const sessionArn = fc.tuple(near, name).map(([id, each]) => `arn:aws:sts::${id}:assumed-role/${each}/session`);
const root = near.map((id) => `arn:aws:iam::${id}:root`);
const variable = "arn:aws:iam::${aws:PrincipalAccount}:policy/p";

const ofPrincipal = fc.oneof(
  { weight: 3, arbitrary: fc.oneof(roleArn, userArn).map((arn) => ({ ArnEquals: { "aws:PrincipalArn": arn } })) },
  fc.constantFrom<object>(
    { Bool: { "aws:MultiFactorAuthPresent": "true" } },
    { StringEquals: { "sts:ExternalId": "x" } },
    { StringEquals: { "aws:PrincipalTag/team": "red" } },
    { StringEquals: { "aws:PrincipalOrgID": "the organization" } },
    { StringEquals: { "aws:PrincipalOrgID": "o-abcd" } },
    { StringEquals: { "aws:ResourceOrgID": "${aws:PrincipalOrgID}" } },
    { ArnLike: { "aws:PrincipalArn": "arn:aws:iam::*:role/a" } },
    { ArnNotLike: { "aws:PrincipalArn": "arn:aws:iam::*:role/aws-reserved/*AWSReservedSSO_s_*" } },
    { ArnEquals: { "aws:PrincipalArn": "arn:aws:iam::${aws:PrincipalAccount}:role/a" } },
  ),
);
const ofPolicy = fc.oneof(policyArn, fc.constant(variable));
const ofBoundary = ofPolicy.map((arn) => ({ StringEquals: { "iam:PermissionsBoundary": arn } }));
const ofAttached = ofPolicy.map((arn) => ({ ArnEquals: { "iam:PolicyARN": arn } }));

const condition = fc.option(ofPrincipal, { nil: undefined });
const trust = fc
  .tuple(
    fc.oneof(
      { weight: 4, arbitrary: fc.oneof(roleArn, root) },
      fc.oneof(userArn, sessionArn, fc.constantFrom<string | object>("*", EC2, EC2)),
    ),
    condition,
  )
  .map(([who, only]) => trusting(who, only));
const effect = fc.oneof({ weight: 4, arbitrary: fc.constant(allow) }, fc.constant(deny));
const on = fc.oneof(roleArn, fc.constantFrom("*", "arn:aws:iam::*:role/a", "arn:aws:iam::*:user/u"));
const statement = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(allow("*"), allow("sts:AssumeRole"), deny("sts:AssumeRole")) },
  { weight: 2, arbitrary: roleArn.map((arn) => allow("sts:AssumeRole", arn)) },
  fc
    .tuple(
      effect,
      fc.constantFrom<string | readonly string[]>(
        "iam:UpdateAssumeRolePolicy",
        ["iam:PassRole", "ec2:RunInstances"],
        "iam:PutRolePolicy",
        ["iam:CreateAccessKey", "iam:AddUserToGroup"],
        ["iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy"],
        "iam:PutGroupPolicy",
        "iam:CreatePolicyVersion",
        ["iam:DeleteRolePermissionsBoundary", "iam:DeleteUserPermissionsBoundary"],
        "ssm:StartSession",
        "sso:CreateAccountAssignment",
        "sso:PutInlinePolicyToPermissionSet",
        "identitystore:CreateGroupMembership",
      ),
      on,
      condition,
    )
    .map(([make, action, resource, only]) => make(action, resource, only)),
  ofBoundary.map((only) => allow(["iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy"], "*", only)),
  {
    weight: 2,
    arbitrary: fc
      .tuple(ofAttached, fc.boolean())
      .map(([only, isNew]) => allow(isNew ? ["iam:CreateRole", "iam:AttachRolePolicy"] : "iam:Attach*", "*", only)),
  },
);
const anyStatements = fc.array(statement, { minLength: 1, maxLength: 3 });
const statements = fc.tuple(account, anyStatements).map(([id, all]) => at(id, all));
const somePolicyArn = fc.tuple(account, policyArn).map(([id, arn]) => arn.replace(HOME, id));

const at = <T>(id: string, value: T): T => JSON.parse(JSON.stringify(value).replaceAll(HOME, id)) as T;

const principal: fc.Arbitrary<PrincipalRecipe> = fc
  .record({
    isUser: fc.integer({ max: 4, min: 0 }),
    account,
    name,
    trusts: fc.array(trust, { minLength: 1, maxLength: 2 }),
    may: fc.array(statement, { maxLength: 2 }),
    attached: fc.array(policyArn, { maxLength: 1 }),
    boundary: fc.option(policyArn, { freq: 2, nil: undefined }),
    group: fc.boolean(),
    tags: fc.constantFrom<Record<string, string>>({}, { team: "red" }),
  })
  .map(({ isUser, ...each }) => {
    const own = at(each.account, each);
    return isUser === 0 ? { ...own, kind: "user", name: "u" } : { ...own, kind: "role", group: false };
  });

const permissionSet = fc
  .record({
    account,
    name: fc.constantFrom("s", "t"),
    groups: fc.uniqueArray(fc.constantFrom("g", "h"), { minLength: 1 }),
    may: anyStatements,
  })
  .map((each): [arn: string, recipe: PermissionSetRecipe] => {
    return [setArn(each.account, each.name), at(each.account, each)];
  });

const guarded = fc.tuple(
  account,
  fc.oneof(
    fc.constantFrom("arn:aws:s3:::data", "*"),
    roleArn, // a topic's policy may name any ARN
    policyArn,
    near.map((id) => `arn:aws:iam::${id}:group/g`),
    account.map((id) => `arn:aws:kms:eu-west-1:${id}:key/data`),
  ),
  fc.array(fc.tuple(fc.oneof(roleArn, userArn, root), fc.oneof(condition, ofAttached)), { minLength: 1, maxLength: 2 }),
);
const guardedStatements = guarded.map(([id, arn, who]) =>
  at(id, [arn, who.map(([each, only]) => trusting(each, only, "iam:*"))] as [string, Statements]),
);

const guardrails = fc.tuple(account, fc.array(
  fc.oneof(
    fc.tuple(fc.constantFrom("sts:AssumeRole", "iam:CreateRole", "iam:PutRolePolicy"), condition).map(([action, only]) => deny(action, "*", only)),
    ofBoundary.map((only) => deny("iam:CreateRole", "*", only)),
  ),
  { maxLength: 1 },
)).map(([id, all]) => at(id, all)); // prettier-ignore

const entriesOf = <T>(key: fc.Arbitrary<string>, value: fc.Arbitrary<T>, maxLength: number) =>
  fc.array(fc.tuple(key, value), { maxLength }).map((entries) => Object.fromEntries(entries) as Record<string, T>);

const keyOf = ({ account: id, kind, name: own }: PrincipalRecipe) => `arn:aws:iam::${id}:${kind}/${own}`;

export const recipe: fc.Arbitrary<Recipe> = fc.record({
  principals: fc
    .array(principal, { minLength: 4, maxLength: 9 })
    .map((all) => Object.fromEntries(all.map((each) => [keyOf(each), each]))),
  policies: entriesOf(somePolicyArn, statements, 4),
  groups: entriesOf(account, statements, 2),
  guarded: fc.array(guardedStatements, { maxLength: 1 }).map((all) => Object.fromEntries(all)),
  accounts: fc
    .tuple(...ACCOUNTS.map((id) => fc.tuple(fc.constant(id), fc.option(guardrails, { freq: 1, nil: undefined }))))
    .map((all) => Object.fromEntries(all)),
  organizationId: fc.constantFrom(undefined, "the organization"),
  identityCenter: fc.constantFrom(undefined, ONE, ONE, TWO),
  permissionSets: fc.array(permissionSet, { maxLength: 3 }).map((all) => Object.fromEntries(all)),
});

type Change = (before: Recipe) => Recipe;

const replaced = (part: keyof Recipe, key: string, value: unknown): Change => {
  return (before) => {
    const others = Object.entries(before[part] ?? {}).filter(([each]) => each !== key);
    return { ...before, [part]: Object.fromEntries(value === undefined ? others : [...others, [key, value]]) };
  };
};

/** Replaces, adds or removes a part; most often a principal or a managed policy. */
export const change: fc.Arbitrary<Change> = fc
  .array(
    fc.oneof(
      { weight: 8, arbitrary: principal.map((each) => replaced("principals", keyOf(each), each)) },
      {
        weight: 3,
        arbitrary: fc.nat().map((at): Change => (before) => {
          const keys = Object.keys(before.principals);
          return replaced("principals", keys[at % keys.length] ?? "", undefined)(before);
        }),
      },
      {
        weight: 6,
        arbitrary: fc.tuple(somePolicyArn, fc.option(statements, { nil: undefined })).map(([arn, its]) => replaced("policies", arn, its)), // prettier-ignore
      },
      {
        weight: 2,
        arbitrary: fc.tuple(account, fc.option(statements, { nil: undefined })).map(([id, its]) => replaced("groups", id, its)), // prettier-ignore
      },
      {
        weight: 3,
        arbitrary: fc.tuple(permissionSet, fc.boolean()).map(([[arn, its], stays]) => replaced("permissionSets", arn, stays ? its : undefined)), // prettier-ignore
      },
      { weight: 2, arbitrary: guardedStatements.map(([arn, its]) => replaced("guarded", arn, its)) },
      {
        weight: 1,
        arbitrary: fc.tuple(account, fc.option(guardrails, { nil: undefined })).map(([id, its]) => replaced("accounts", id, its)), // prettier-ignore
      },
      {
        weight: 1,
        arbitrary: fc.constant<Change>((before) => ({
          ...before,
          organizationId: before.organizationId === undefined ? "the organization" : undefined,
        })),
      },
    ),
    { minLength: 1, maxLength: 2 },
  )
  .map((changes) => (before: Recipe) => changes.reduce((now, each) => each(now), before));

function policy(named: string, written: Statements, source = "here"): Policy {
  return parsePolicy(JSON.stringify({ Version: "2012-10-17", Statement: written }), named, source);
}

/** The model of a recipe. Accounts that are left out exist if a principal is in them. */
export function modelFrom(recipe: Recipe): AccessModel {
  const { principals, policies, groups, guarded: resources, accounts, organizationId, identityCenter } = recipe;
  const sets = identityCenter === undefined ? [] : Object.values(recipe.permissionSets);
  const managed = new Map(Object.entries(policies).map(([arn, written]) => [arn, policy(arn, written)]));
  const all = Object.values(principals);
  const groupPolicies = new Map(Object.entries(groups).map(([id, written]) => [id, [policy("group", written)]]));
  const made = all.map((each): Principal => {
    const { kind, account: accountId, name: own, trusts, may, attached, boundary, group, tags } = each;
    const found = attached.flatMap((arn) => managed.get(arn) ?? []);
    const ofGroup = group ? (groupPolicies.get(accountId) ?? []) : [];
    const inline = may.length > 0 ? [policy("own", may)] : [];
    const wish = { accountId, tags, policies: [...inline, ...found, ...ofGroup] };
    const limit = boundary === undefined ? undefined : managed.get(boundary);
    return kind === "user"
      ? user(own, { ...wish, boundary: limit, trusts: undefined })
      : role(own, { ...wish, boundary: limit, trusts });
  });
  const assigned = sets.map((set) =>
    setRole(set.account, set.name, set.groups, ...set.may),
  );
  const named = [...new Set(sets.flatMap((set) => set.groups))].sort();
  const ids = new Set([...Object.keys(accounts), ...all.map((each) => each.account), ...sets.map((set) => set.account)]);
  if (identityCenter !== undefined) ids.add(identityCenter);
  return {
    accounts: [...ids].sort().map((id) => {
      const limits = accounts[id];
      const levels = limits && [{ name: "root", policies: [policy("guardrails", [allow("*"), ...limits])] }];
      const organizationPath: readonly OrganizationLevel[] | undefined = id === ONE ? undefined : levels;
      return { id, name: id, region: "eu-west-1", management: id === ONE && organizationId !== undefined, organizationPath };
    }),
    principals: [...made, ...assigned].sort((a, b) => (a.arn < b.arn ? -1 : 1)),
    groups: [...groupPolicies].map(([id, own]) => ({
      arn: `arn:aws:iam::${id}:group/g`,
      name: "g",
      accountId: id,
      policies: own,
      users: all.filter((each) => each.account === id && each.group).map((each) => each.name),
    })),
    guardedResources: Object.entries(resources).map(([arn, written]) => ({
      ...{ arn, service: arn.split(":")[2] ?? "", accountId: THREE, source: "here" },
      policy: policy("guard", written.map((each) => ({ ...each, Resource: "*" }))),
    })),
    managedPolicies: [...managed.values()],
    resources: [],
    organizationId,
    ...(identityCenter !== undefined && {
      identityCenter: {
        accountId: identityCenter,
        region: "eu-west-1",
        groups: named.map((each) => ({ name: each, members: [], created: false })),
      },
    }),
  };
} // prettier-ignore
