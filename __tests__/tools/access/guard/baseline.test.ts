import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { format } from "prettier";
import { baselineOf, tagsNamedIn } from "../../../../tools/access/guard/baseline";
import { baselineText, parseBaseline, readBaseline } from "../../../../tools/access/guard/access-files";
import type { AccessModel, Principal } from "../../../../tools/access/read/model";
import { parsePolicy, type Policy } from "../../../../tools/access/policy/policy";
import { UserError } from "../../../../config/user-error";

const ACCOUNT = "111111111111";
const READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess";

function policy(name: string, statement: object, source = "dev-iam: aws_iam_role_policy.x"): Policy {
  return parsePolicy(JSON.stringify({ Version: "2012-10-17", Statement: statement }), name, source);
}

const everything = { Effect: "Allow", Action: "*", Resource: "*" };
const readOnly = policy(READ_ONLY, { ...everything, Action: ["s3:List*", "s3:Get*"] }, "AWS managed policy, v45");

function role(name: string, given: Partial<Principal> = {}): Principal {
  const arn = `arn:aws:iam::${ACCOUNT}:role/${name}`;
  const what = {
    kind: "role" as const,
    arn,
    name,
    accountId: ACCOUNT,
    policies: [readOnly],
    tags: {},
    source: `dev-iam: ${name}`,
  };
  return { ...what, ...given };
}

function modelOf(given: Partial<AccessModel> = {}): AccessModel {
  const full = policy("FullAWSAccess", everything, "AWS managed policy");
  const organizationPath = [
    { name: "root", policies: [policy("guardrails", { ...everything, Effect: "Deny" }), full] },
  ];
  return {
    accounts: [{ id: ACCOUNT, name: "dev", region: "eu-west-1", management: false, organizationPath }],
    principals: [
      role("b"),
      role("a", { trust: policy("trust", { Effect: "Allow", Principal: "*", Action: "sts:AssumeRole" }) }),
    ],
    guardedResources: [
      {
        ...{ arn: "arn:aws:s3:::data", service: "s3", accountId: ACCOUNT, source: "dev-application: x" },
        policy: policy("bucket", { ...everything, Principal: { Service: ["b", "a"] } }),
      },
    ],
    managedPolicies: [],
    resources: [],
    ...given,
  };
}

const step = {
  from: "person:ann",
  to: `administrator:${ACCOUNT}`,
  way: "assume",
  text: "assumes",
  conditions: ["MFA", "ExternalId"],
};
const accessGraph = { actors: [], steps: [step], paths: [{ from: "person:ann", accountId: ACCOUNT, steps: [step] }] };
const textOf = (given: Partial<AccessModel> = {}) => baselineText(baselineOf(modelOf(given), accessGraph));

test("a baseline contains everything that decides access, sorted, and each managed policy once", () => {
  expect(baselineOf(modelOf(), accessGraph)).toEqual({
    format: 1,
    accounts: {
      [ACCOUNT]: {
        name: "dev",
        management: false,
        organizationPath: [{ name: "root", policies: ["FullAWSAccess", "guardrails"] }],
      },
    },
    principals: {
      [`arn:aws:iam::${ACCOUNT}:role/a`]: {
        kind: "role",
        account: ACCOUNT,
        policies: [READ_ONLY],
        trust: {
          name: "trust",
          version: "2012-10-17",
          statements: [{ effect: "Allow", principals: { AWS: ["*"] }, actions: ["sts:AssumeRole"] }],
        },
      },
      [`arn:aws:iam::${ACCOUNT}:role/b`]: { kind: "role", account: ACCOUNT, policies: [READ_ONLY] },
    },
    guardedResources: {
      "arn:aws:s3:::data": {
        account: ACCOUNT,
        policies: [
          {
            name: "bucket",
            version: "2012-10-17",
            statements: [{ effect: "Allow", principals: { Service: ["a", "b"] }, actions: ["*"], resources: ["*"] }],
          },
        ],
      },
    },
    pathsToAdministrator: [
      {
        from: "person:ann",
        account: ACCOUNT,
        steps: [{ to: `administrator:${ACCOUNT}`, way: "assume", conditions: ["ExternalId", "MFA"] }],
      },
    ],
    managedPolicies: {
      [READ_ONLY]: {
        name: READ_ONLY,
        version: "2012-10-17",
        statements: [{ effect: "Allow", actions: ["s3:Get*", "s3:List*"], resources: ["*"] }],
      },
    },
    serviceControlPolicies: {
      FullAWSAccess: {
        name: "FullAWSAccess",
        version: "2012-10-17",
        statements: [{ effect: "Allow", actions: ["*"], resources: ["*"] }],
      },
      guardrails: {
        name: "guardrails",
        version: "2012-10-17",
        statements: [{ effect: "Deny", actions: ["*"], resources: ["*"] }],
      },
    },
  });
});

describe("the text", () => {
  test("is parsed to the same baseline", () => {
    expect(parseBaseline(textOf(), "config/estate.access/baseline.json")).toEqual(baselineOf(modelOf(), accessGraph));
  });

  test("does not depend on the order of the model, or on sources, environments and names", () => {
    const { principals, accounts } = modelOf();
    const moved = principals
      .toReversed()
      .map((each) => ({ ...each, source: "elsewhere", environment: "dev", name: "other" }));
    expect(textOf({ principals: moved, accounts: accounts.toReversed() })).toBe(textOf());
  });

  test("is formatted as by prettier, with lists long and short", async () => {
    for (let length = 1; length <= 120; length++) {
      const actions = Array.from({ length: length / 4 }, (_, index) => `ec2:DescribeSomething${index}`);
      const long = policy("long", { ...everything, Action: [`ec2:${"x".repeat(length)}`, ...actions] });
      const values = { StringEquals: { k: ["x".repeat(length), "y"] }, Bool: { b: "true" } };
      const conditional = policy("conditional", { ...everything, Condition: values });
      const principals = [role("a", { policies: [long, conditional], maxSessionSeconds: 3600 })];
      const text = textOf({ principals, accounts: [] });
      expect(await format(text, { parser: "json", printWidth: 140 })).toBe(text);
    }
  });
});

describe("a baseline keeps only tags that policies name", () => {
  const tags = { Team: "a", Cost: "1", owner: "o" };
  test.each<readonly [string, object]>([
    ["as a key", { ...everything, Condition: { StringEquals: { "aws:principaltag/team": "a" } } }],
    ["as a variable of a resource", { ...everything, Resource: "arn:aws:s3:::${aws:PrincipalTag/team}/*" }],
    [
      "as a variable of a NotResource",
      { Effect: "Allow", Action: "*", NotResource: "arn:aws:s3:::${aws:PrincipalTag/Team}" },
    ],
    [
      "as a variable with a default",
      { ...everything, Condition: { StringLike: { "s3:prefix": "${aws:PrincipalTag/Team, 'none'}/*" } } },
    ],
  ])("%s", (_how, statement) => {
    const principals = [role("a", { tags }), role("b", { policies: [policy("inline", statement)] })];
    expect(Object.values(baselineOf(modelOf({ principals }), accessGraph).principals).map((each) => each.tags)).toEqual(
      [{ Team: "a" }, undefined],
    );
  });

  test("in service control policies and boundaries", () => {
    const statement = { ...everything, Effect: "Deny", Condition: { StringEquals: { "aws:PrincipalTag/Cost": "1" } } };
    const organizationPath = [{ name: "root", policies: [policy("guardrails", statement)] }];
    const accounts = [{ id: ACCOUNT, name: "dev", region: "eu-west-1", management: false, organizationPath }];
    const inBoundary = [
      role("a", { tags, boundary: policy("b", { ...everything, Resource: "${aws:PrincipalTag/owner}" }) }),
    ];
    const kept = (given: Partial<AccessModel>) =>
      Object.values(baselineOf(modelOf(given), accessGraph).principals)[0]?.tags;
    expect(kept({ accounts, principals: [role("a", { tags })] })).toEqual({ Cost: "1" });
    expect(kept({ principals: inBoundary })).toEqual({ owner: "o" });
  });

  test("a resource tag is not a principal tag", () => {
    expect([...tagsNamedIn([{ conditions: { StringEquals: { "aws:ResourceTag/Team": ["a"] } } }])]).toEqual([]);
  });
});

describe("shared policies", () => {
  test("are written in place if a different policy has the name", () => {
    const other = { ...policy(READ_ONLY, everything), source: "AWS managed policy, v46" };
    const { principals, managedPolicies } = baselineOf(
      modelOf({ principals: [role("a"), role("b", { policies: [other] })] }),
      accessGraph,
    );
    expect(Object.keys(managedPolicies)).toEqual([READ_ONLY]);
    expect(Object.values(principals).map(({ policies }) => typeof policies[0])).toEqual(["string", "object"]);
  });

  test("are kept even if no principal has them: a condition may name one as a boundary", () => {
    const own = policy(`arn:aws:iam::${ACCOUNT}:policy/limit`, everything);
    expect(Object.keys(baselineOf(modelOf({ managedPolicies: [own] }), accessGraph).managedPolicies)).toContain(
      own.name,
    );
  });
});

describe("a file is rejected", () => {
  function refusal(text: string): string {
    try {
      parseBaseline(text, "config/estate.access/baseline.json");
    } catch (error) {
      if (error instanceof UserError) return error.message;
      throw error;
    }
    throw new Error("it was accepted");
  }
  const remedy = ". Run npm run access -- --accept, which writes it again.";
  /** The message for a baseline with one wrong value. */
  const edited = (part: string, of: string, member: string, to: unknown) => {
    const value = JSON.parse(textOf()) as Record<string, Record<string, Record<string, unknown>>>;
    const there = value[part]?.[of];
    if (!there) throw new Error(`no ${part} ${of}`);
    there[member] = to;
    return refusal(JSON.stringify(value));
  };
  const ARN = `arn:aws:iam::${ACCOUNT}:role/b`;

  test("that is not JSON", () => {
    expect(refusal("{")).toMatch(
      /^config\/estate.access\/baseline.json is not JSON \(.*\)\. Run npm run access -- --accept, which writes it again\.$/,
    );
  });

  test("in another format, with any other content", () => {
    const message = "config/estate.access/baseline.json: format must be 1, got 2";
    expect(refusal('{"format": 2, "other": []}')).toBe(message + remedy);
  });

  test("without a format", () => {
    expect(refusal("{}")).toBe(
      `config/estate.access/baseline.json: format must be 1, got nothing, and 6 more${remedy}`,
    );
    expect(refusal("[]")).toBe(`config/estate.access/baseline.json: the file must be an object, got []${remedy}`);
    expect(refusal("null")).toBe(`config/estate.access/baseline.json: the file must be an object, got null${remedy}`);
  });

  const bare = { name: "x", version: "2012-10-17" };
  test.each<readonly [string, [part: string, of: string, member: string, to: unknown], string]>([
    ["a string in place of a list", ["principals", ARN, "policies", "x"], 'must be a list, got "x"'],
    ["an unknown member", ["accounts", ACCOUNT, "nick", "d"], 'must be left out, got "d"'],
    ["an unknown kind", ["principals", ARN, "kind", "group"], 'must be "role" or "user", got "group"'],
    ["a fraction of a second", ["principals", ARN, "maxSessionSeconds", 1.5], "must be a whole number, got 1.5"],
    [
      "a number in place of a policy",
      ["principals", ARN, "boundary", 5],
      "must be the name of a policy, or a policy, got 5",
    ],
    ["an unknown policy name", ["principals", ARN, "policies", ["x"]], 'must name one of managedPolicies, got "x"'],
    [
      "an unknown boundary",
      ["principals", ARN, "boundary", "toString"],
      'must name one of managedPolicies, got "toString"',
    ],
    [
      "an unknown service control policy",
      ["accounts", ACCOUNT, "organizationPath", [{ name: "root", policies: ["x"] }]],
      'must name one of serviceControlPolicies, got "x"',
    ],
  ])("with %s", (_name, edit, message) => {
    const [part, of, member] = edit;
    expect(edited(...edit)).toBe(`config/estate.access/baseline.json: ${part}.${of}.${member} ${message}${remedy}`);
  });

  test("with an invalid policy, and names the wrong member", () => {
    expect(edited("principals", ARN, "policies", [READ_ONLY, bare])).toBe(
      `config/estate.access/baseline.json: principals.${ARN}.policies.1.statements must be a list, got nothing${remedy}`,
    );
  });
});

test("is refused if it is nested thousands deep, and if a key is given twice, since a reviewer may read the first", () => {
  const deep = "x.json is not JSON (it has more than 100 levels of objects and lists). Run npm run access -- --accept, which writes it again."; // prettier-ignore
  expect(() => parseBaseline("[".repeat(20_000) + "]".repeat(20_000), "x.json")).toThrow(new UserError(deep));
  const twice = "x.json: principals.a must be given once, got it twice. Run npm run access -- --accept, which writes it again."; // prettier-ignore
  expect(() => parseBaseline('{"principals":{"a":{},"a":{}}}', "x.json")).toThrow(new UserError(twice));
});

test("cannot be read from a named pipe", () => {
  const file = join(mkdtempSync(join(tmpdir(), "baseline-")), "baseline.json");
  execFileSync("mkfifo", [file]);
  expect(() => readBaseline(file)).toThrow(new UserError(`${file} must be a file, got a named pipe`));
  rmSync(join(file, ".."), { recursive: true });
});

test("a text longer than a line stays one string", () => {
  const from = `subject:arn:aws:iam::${ACCOUNT}:oidc-provider/token.example.com#repo:${"example-org".repeat(20)}:environment:dev`;
  const long = { ...accessGraph, paths: [{ from, accountId: ACCOUNT, steps: [step] }] };
  const baseline = baselineOf(modelOf(), long);
  expect(parseBaseline(baselineText(baseline), "config/estate.access/baseline.json")).toEqual(
    JSON.parse(JSON.stringify(baseline)),
  );
});
