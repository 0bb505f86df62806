import {
  type Question,
  questionOf,
  type QuestionParts,
  runQuestion,
} from "../../../../tools/access/decide/iam-simulate";
import { contentKeyOf, inPieces, withoutNames } from "../../../../tools/access/decide/question-names";
import { ImpossibleRequest } from "../../../../tools/access/policy/decision";
import { type Policy, policyOf } from "../../../../tools/access/policy/policy";
import { allow, deny, ONE, THREE, TWO } from "../support";

interface Asked {
  readonly action: string;
  readonly on: string;
  readonly may: readonly object[];
  readonly role?: string;
  readonly boundary?: readonly object[];
  readonly guard?: readonly object[];
  readonly levels?: readonly string[];
  readonly context?: Readonly<Record<string, string>>;
}

const arnOf = (role: string) => `arn:aws:iam::${ONE}:role/${role}`;

function question({
  action,
  on,
  may,
  role = "worker",
  boundary,
  guard,
  levels = [],
  context = {},
}: Asked): QuestionParts {
  const labelled = (label: string, statements: readonly object[]) => ({
    label,
    policy: policyOf(label, "here", ...statements),
  });
  const guards: Policy | undefined = guard && policyOf("guard", "here", ...guard);
  return {
    request: {
      ...{ principal: arnOf(role), action, resource: on, resourceAccountId: ONE },
      context: { "aws:PrincipalArn": arnOf(role), ...context },
    },
    identity: may.map((statement, index) => labelled(`policy ${String(index)}`, [statement])),
    boundary: boundary && labelled("boundary", boundary),
    organization: levels.map((name) => ({ name, policies: [labelled("level", [allow("*")])] })),
    resource: guards,
    discover: true,
    absentKeys: [],
  };
}

const nameless = (asked: QuestionParts) => withoutNames(inPieces(asked));
const textOf = async (asked: QuestionParts) => (await nameless(asked)).text();

async function answer(asked: Question, restore = (text: string) => text): Promise<string> {
  try {
    return restore(JSON.stringify(await runQuestion(asked)));
  } catch (error) {
    if (error instanceof ImpossibleRequest) return restore(error.message);
    throw error;
  }
}

/** Names of which some begin or end with others, differ in case, or are words of AWS. */
const NAMES = (
  "dev dev-2 dev-app Dev app devices prod env-1 env-10 10 main MasterRole apply-dev apply-prod apply-2 x z q zq0qz logs " +
  "role user accesspoint aws-reserved log-stream secret table true root assumed-role s3 key"
).split(" ");

/** Texts of the resources of an action; `#` is a name. */
const RESOURCES: Readonly<Record<string, readonly string[]>> = {
  "s3:GetObject": ["arn:aws:s3:::#/#", "arn:aws:s3:::#/#/#.json", "arn:aws:s3:::#-#/#"],
  "s3:ListBucket": ["arn:aws:s3:::#", "arn:aws:s3:::#-#"],
  "sts:AssumeRole": [`arn:aws:iam::${ONE}:role/#`, `arn:aws:iam::${ONE}:role/#/#`],
  "iam:AttachRolePolicy": [`arn:aws:iam::${ONE}:role/#`, `arn:aws:iam::${ONE}:role/#/#-#`],
  "logs:GetLogEvents": [`arn:aws:logs:eu-west-1:${ONE}:log-group:#:log-stream:#`],
  "secretsmanager:GetSecretValue": [`arn:aws:secretsmanager:eu-west-1:${ONE}:secret:#/#`],
  "kms:Decrypt": [`arn:aws:kms:eu-west-1:${ONE}:key/#`],
};

/** A random number generator with a seed (mulberry32): the cases are the same in each run. */
function generator(seed: number) {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const pick = <T>(values: readonly T[]): T => values[Math.floor(next() * values.length)] as T;
  const list = <T>(most: number, one: () => T): T[] => Array.from({ length: Math.floor(next() * (most + 1)) }, one);
  return { next, pick, list };
}

function randomQuestion(seed: number): Asked {
  const { next, pick, list } = generator(seed);
  // Few names, so that the texts have much in common; or names of few letters, so that their parts do.
  const composed = () => `${pick(["a", "b"])}${list(6, () => pick(["a", "b", "-"])).join("")}`;
  const name = next() < 0.5 ? () => pick(NAMES) : composed;
  const names = [name(), name(), name()];
  const tag = pick(names);
  const action = pick(Object.keys(RESOURCES));
  const filled = (text: string) => text.replace(/#/g, () => pick(names));
  const pattern = () => {
    const wild = [
      "*",
      `${pick(names)}*`,
      `*${pick(names)}`,
      `${pick(names)}-*`,
      "#*",
      "*#",
      `${pick(names).slice(0, 2)}*`,
      ...[1, 2, 3].map((at) => `${tag.slice(0, at + 1)}*${tag.slice(at, at + 1)}*`),
      `${pick(names).slice(0, 4)}*${pick(names).slice(-2)}`,
    ];
    const special = [
      "${aws:PrincipalTag/Team}",
      "${aws:PrincipalTag/Team}*",
      "#-${aws:PrincipalTag/Team}",
      "#?",
      "??????",
    ];
    const place = () => (next() < 0.5 ? "#" : pick(next() < 0.7 ? wild : special));
    return filled(pick(RESOURCES[action] ?? []).replace(/#/g, place));
  };
  const conditions = (): object | undefined => {
    const value = () => pick([pick(names), `${pick(names)}*`, "*", "${aws:PrincipalTag/Team}"]);
    return pick([
      undefined,
      undefined,
      { StringEquals: { "aws:PrincipalTag/Team": value() } },
      { StringNotLike: { "aws:PrincipalTag/Team": value() } },
      { StringEqualsIgnoreCase: { "aws:PrincipalTag/Team": pick(names) } },
      { ArnLike: { "aws:PrincipalArn": arnOf(value()) } },
      { ArnNotEquals: { "aws:PrincipalArn": [arnOf(pick(names)), arnOf(pick(names))] } },
      { StringLike: { "aws:ResourceTag/Team": value() } },
      { Bool: { "aws:SecureTransport": pick(["true", "false"]) } },
      { IpAddress: { "aws:SourceIp": "192.0.2.0/24" } },
    ]);
  };
  const statement = () => {
    const elements = { ...allow(pick([action, "*"]), pick(["*", pattern(), [pattern(), pattern()]]), conditions()) };
    const effect = next() < 0.7 ? "Allow" : "Deny";
    const { Resource, ...others } = elements as { Resource: unknown };
    return next() < 0.8 ? { ...elements, Effect: effect } : { ...others, Effect: effect, NotResource: Resource };
  };
  const guarded = () => ({
    ...statement(),
    Principal: pick(["*", { AWS: ONE }, { AWS: arnOf(pick(names)) }, { AWS: TWO }]),
  });
  const guard = [guarded(), ...list(1, guarded)].map((each) =>
    action === "sts:AssumeRole" ? { ...each, Resource: undefined, NotResource: undefined } : each,
  );
  return {
    ...{ action, role: pick(names), may: [statement(), ...list(2, statement)] },
    on: next() < 0.7 ? filled(pick(RESOURCES[action] ?? [])) : pattern().replace(/\?+|\$\{[^}]*\}/g, "*"),
    boundary: next() < 0.3 ? [allow("*", pattern())] : undefined,
    guard: next() < 0.5 || action === "sts:AssumeRole" ? guard : undefined,
    levels: next() < 0.3 ? ["root", pick(names)] : [],
    context: { "aws:SecureTransport": "true", ...(next() < 0.7 && { "aws:PrincipalTag/Team": tag }) },
  };
}

test("a question has the same answer with and without its names, for random policies", async () => {
  const seeds = Array.from({ length: 400 }, (_, index) => index + 1);
  const differing: unknown[] = [];
  const seen = { replaced: 0, allowed: 0, replacedAndAllowed: 0 };
  for (const seed of seeds) {
    const asked = question(randomQuestion(seed));
    const plain = await answer(questionOf(asked));
    const { text: textOfIt, restore } = await nameless(asked);
    const text = textOfIt();
    if ((await answer(JSON.parse(text) as Question, restore)) !== plain) differing.push({ seed, asked, text });
    const [isReplaced, isAllowed] = [text !== JSON.stringify(questionOf(asked)), plain.startsWith('{"allowed":true')];
    seen.replaced += Number(isReplaced);
    seen.allowed += Number(isAllowed);
    seen.replacedAndAllowed += Number(isReplaced && isAllowed);
  }
  expect(differing).toEqual([]);
  expect(seen.replaced).toBeGreaterThan(80);
  expect(seen.allowed).toBeGreaterThan(80);
  expect(seen.replacedAndAllowed).toBeGreaterThan(20);
});

const inEnvironment = (name: string): Asked => ({
  ...{ action: "s3:GetObject", on: `arn:aws:s3:::${name}-files/${name}/*`, role: `${name}-reader` },
  may: [allow("s3:*", `arn:aws:s3:::${name}-files/*`), deny("s3:*", `arn:aws:s3:::${name}-files/${name}/locked/*`)],
  guard: [{ ...deny("s3:*", "*", { ArnNotLike: { "aws:PrincipalArn": arnOf(`${name}-reader`) } }), Principal: "*" }],
  levels: ["root", name],
  context: { "aws:PrincipalTag/Team": name },
});

test("environments that differ only in their names ask one question", async () => {
  const all = await Promise.all(["dev", "prod-eu", "Staging2"].map((name) => nameless(question(inEnvironment(name)))));
  expect(new Set(all.map(({ text }) => text())).size).toBe(1);
  expect(new Set(all.map(({ key }) => key)).size).toBe(1);
});

test("a name keeps the beginning that a pattern matches", async () => {
  const may = (name: string) => [allow("s3:*", ["arn:aws:s3:::apply-*", `arn:aws:s3:::apply-${name}`])];
  const texts = ["dev", "prod"].map(async (name) => {
    const asked = { action: "s3:ListBucket", on: `arn:aws:s3:::apply-${name}`, may: may(name) };
    return textOf(question(asked));
  });
  expect(new Set(await Promise.all(texts)).size).toBe(1);
  expect(await texts[0]).toContain("arn:aws:s3:::apply-");
});

test.each<[string, string, Partial<Asked>]>([
  ["whose end a pattern matches", "bucket", { may: [allow("*", "arn:aws:s3:::*et")] }],
  ["whose middle a pattern matches", "bucket", { may: [allow("*", "arn:aws:s3:::*ck*")] }],
  ["whose beginning and middle a pattern matches", "dev-eu-1", { may: [allow("*", "arn:aws:s3:::dev-*-*")] }],
  ["next to a pattern with one character", "bucket", { may: [allow("*", "arn:aws:s3:::bucke?")] }],
  ["next to a variable", "bucket", { may: [allow("*", "arn:aws:s3:::b${aws:PrincipalTag/Team}")] }],
  ["that is spelled in two ways", "bucket", { may: [allow("*", "arn:aws:s3:::Bucket")] }],
  ["next to a word like a replacement", "bucket", { role: "zq0qz" }],
  ["next to a pattern that may match a replacement", "bucket", { may: [allow("*", "arn:aws:s3:::*1*")] }],
  [
    "next to a text that JSON escapes",
    "nbucket",
    { may: [allow("*", "*", { StringEquals: { "aws:PrincipalTag/a\nbucket": "x" } })] },
  ],
  ["next to a value with a wildcard", "bucket", { context: { "aws:PrincipalTag/Team": "*" } }],
  [
    "that is also a word of a condition key of a policy",
    "bucket",
    { may: [allow("*", "*", { StringEquals: { "aws:PrincipalTag/bucket": "x" } })] },
  ],
  ["that is also a word of a condition key", "bucket", { context: { "aws:PrincipalTag/bucket": "x" } }],
  ["that is a type of resource of the action", "accesspoint", {}],
  ["that is a word of IAM", "aws-reserved", {}],
  [
    "next to a condition on networks",
    "db8",
    { may: [allow("*", "*", { IpAddress: { "aws:SourceIp": "2001:db8::/32" } })] },
  ],
])("a name stays %s", async (_, name, other) => {
  const asked = question({ action: "s3:GetObject", on: `arn:aws:s3:::${name}/${name}`, may: [allow("*")], ...other });
  expect(await textOf(asked)).toContain(`:::${name}/${name}"`);
});

test("names that differ only in case stay", async () => {
  const text = await textOf(question({ action: "s3:ListBucket", on: "arn:aws:s3:::bucket", may: [], role: "Bucket" }));
  expect(text).toContain(":::bucket");
  expect(text).toContain("role/Bucket");
});

const policy = (...statements: readonly object[]): Policy => policyOf("p", "here", ...statements);
const SOME = allow("s3:*", "arn:aws:s3:::bucket/*", { StringEquals: { "aws:PrincipalTag/Team": "red" } });
const GUARD = policy({ ...SOME, Principal: "*" });
const CONTEXT = { "aws:PrincipalTag/Team": "red" };

const BASE: QuestionParts = {
  request: {
    ...question({ action: "s3:GetObject", on: "arn:aws:s3:::bucket/key", may: [] }).request,
    context: CONTEXT,
  },
  identity: [{ label: "policy 0", policy: policy(SOME) }],
  organization: [{ name: "unit", policies: [{ label: "policy 1", policy: policy(allow("*")) }] }],
  resource: GUARD,
  discover: true,
  absentKeys: ["aws:AssumedRoot"],
};

const asking = (request: Partial<QuestionParts["request"]>) => ({ request: { ...BASE.request, ...request } });
const having = (...policies: readonly Policy[]) => ({
  identity: policies.map((each, index) => ({ label: `policy ${String(index)}`, policy: each })),
});
const with2008 = (each: Policy): Policy => ({ ...each, version: "2008-10-17" });
const ofGuard = (change: object): Policy => ({
  ...GUARD,
  statements: GUARD.statements.map((statement) => ({ ...statement, ...change })),
});

/** Questions that differ from another one in one element only. */
const DIFFERING: readonly Partial<QuestionParts>[] = [
  asking({ principal: `arn:aws:iam::${ONE}:user/worker` }),
  asking({ action: "s3:PutObject" }),
  asking({ resource: "arn:aws:s3:::bucket/bucket" }),
  asking({ resourceAccountId: TWO }),
  asking({ context: {} }),
  asking({ context: { "aws:PrincipalTag/Teams": "red" } }),
  asking({ context: { "aws:PrincipalTag/Team": "bucket" } }),
  asking({ context: { "aws:PrincipalTag/Team": ["red"] } }),
  asking({ context: { "aws:PrincipalTag/Team": ["red", "red"] } }),
  { discover: false },
  { absentKeys: [] },
  having(),
  having(policy(SOME), policy(SOME)),
  having(policy(SOME, SOME)),
  having(with2008(policy(SOME))),
  having(policy({ ...SOME, Sid: "Other" })),
  having(policy({ ...SOME, Effect: "Deny" })),
  having(policy({ ...SOME, Action: "*" })),
  having(policy({ ...SOME, Action: undefined, NotAction: "s3:*" })),
  having(policy({ ...SOME, Action: undefined, NotAction: "ec2:*" })),
  having(policy({ ...SOME, Resource: "*" })),
  having(policy({ ...SOME, Resource: undefined, NotResource: "arn:aws:s3:::bucket/*" })),
  having(policy({ ...SOME, Condition: undefined })),
  { identity: [{ label: "policy 9", policy: policy(SOME) }] },
  { boundary: { label: "policy 2", policy: policy(SOME) } },
  { identity: [], boundary: { label: "policy 0", policy: policy(SOME) } },
  { session: policy(SOME) },
  { session: GUARD, resource: undefined },
  { resource: undefined },
  // These share the conditions of another statement.
  ...[{ effect: "Deny" }, { resources: ["*"] }, { resources: undefined }, { notResources: ["*"] }].map((change) => ({
    resource: ofGuard(change),
  })),
  { resource: ofGuard({ principals: { AWS: [arnOf("red")] } }) },
  { resource: ofGuard({ principals: undefined, notPrincipals: { AWS: ["*"] } }) },
  { resource: ofGuard({ principals: undefined, notPrincipals: { AWS: [arnOf("red")] } }) },
  { resource: with2008(GUARD) },
  { organization: [] },
  { organization: [{ name: "bucket", policies: BASE.organization[0]?.policies ?? [] }] },
  { organization: [{ name: "unit", policies: [] }] },
  { organization: [...BASE.organization, ...BASE.organization] },
];

test("questions that differ in one element have keys of their own", async () => {
  const questions = [BASE, ...DIFFERING.map((change) => ({ ...BASE, ...change }))];
  const all = await Promise.all(
    questions.map(async (each) => {
      const { key, text } = await nameless(each);
      return { plain: JSON.stringify(questionOf(each)), content: contentKeyOf(inPieces(each)), key, text: text() };
    }),
  );
  const count = (of: (each: (typeof all)[number]) => string) => new Set(all.map(of)).size;
  expect(count(({ plain }) => plain)).toBe(questions.length);
  expect(count(({ content }) => content)).toBe(questions.length);
  expect(count(({ text }) => text)).toBe(questions.length);
  expect(count(({ key }) => key)).toBe(questions.length);
});

test("questions that differ in account ids only have the same key, and answers with their own ids", async () => {
  const inAccount = (id: string): QuestionParts => ({
    ...BASE,
    ...asking({ principal: `arn:aws:iam::${id}:role/worker`, resourceAccountId: id }),
    resource: policy({ ...SOME, Principal: { AWS: [`arn:aws:iam::${id}:root`, THREE] } }),
  });
  const [one, two] = await Promise.all([ONE, TWO].map((id) => nameless(inAccount(id))));
  expect(two?.key).toBe(one?.key);
  expect(two?.text()).toBe(one?.text());
  expect(two?.restore(two.text())).toBe(JSON.stringify(questionOf(inAccount(TWO))));
});

test.each<[string, string]>([
  ["a pattern of ids", `arn:aws:iam::${ONE.slice(3)}*:role/x`],
  ["a pattern of the ends of ids", `arn:aws:iam::*${ONE.slice(3)}:role/x`],
  ["a variable next to an id", `arn:aws:iam::${ONE}\${aws:PrincipalTag/Team}:role/x`],
])("account ids stay next to %s", async (_, on) => {
  expect(await textOf({ ...BASE, ...having(policy(allow("*", on))) })).toContain(ONE);
});
