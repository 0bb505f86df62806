import { documentOf, NotAPolicy, parsePolicy, type PolicyKind, policyOf } from "../../../../tools/access/policy/policy";

const STATEMENT = { Effect: "Allow", Action: "s3:GetObject", Resource: "*" };

const parse = (text: string, kind?: PolicyKind) => parsePolicy(text, "p", "here", kind);
const parsed = (statement: object) =>
  parse(JSON.stringify({ Version: "2012-10-17", Statement: statement })).statements[0];

function problemOf(document: unknown, kind?: PolicyKind): string {
  try {
    parse(typeof document === "string" ? document : JSON.stringify(document), kind);
  } catch (error) {
    if (error instanceof NotAPolicy) return error.message;
    throw error;
  }
  return "";
}

const problemWith = (statement: object, kind?: PolicyKind) =>
  problemOf({ Statement: { ...STATEMENT, ...statement } }, kind);

test("parses a single value like a list of one, and a single statement likewise", () => {
  const listed = { ...STATEMENT, Action: ["s3:GetObject"], Resource: ["*"] };
  expect(parsed(STATEMENT)).toEqual(parsed([listed]));
  expect(parsed(STATEMENT)).toMatchObject({
    effect: "Allow",
    actions: ["s3:GetObject"],
    resources: ["*"],
    conditions: {},
  });
});

test("parses a policy without a version as version 2008-10-17", () => {
  expect(parse(JSON.stringify({ Statement: STATEMENT })).version).toBe("2008-10-17");
});

test("parses * and AWS: * to the same principals, and an account id to the account's root", () => {
  const principals = (principal: unknown) => parsed({ ...STATEMENT, Principal: principal })?.principals;
  expect(principals("*")).toEqual({ AWS: ["*"] });
  expect(principals({ AWS: "*" })).toEqual({ AWS: ["*"] });
  expect(principals({ AWS: ["111111111111"] })).toEqual({ AWS: ["arn:aws:iam::111111111111:root"] });
});

test("parses condition values to strings, and operators to the case that AWS writes", () => {
  const conditions = {
    bool: { "aws:SecureTransport": false },
    "foranyvalue:stringlikeifexists": { k: [1, "a"] },
    NULL: { x: "true" },
  };
  expect(parsed({ ...STATEMENT, Condition: conditions })?.conditions).toEqual({
    Bool: { "aws:SecureTransport": ["false"] },
    "ForAnyValue:StringLikeIfExists": { k: ["1", "a"] },
    Null: { x: ["true"] },
  });
});

test("writes a document as it was parsed", () => {
  const statement = {
    Sid: "A",
    Effect: "Deny",
    NotAction: ["iam:*"],
    NotResource: ["*"],
    NotPrincipal: { AWS: ["*"] },
  };
  expect(JSON.parse(JSON.stringify(documentOf(policyOf("p", "here", statement))))).toEqual({
    Version: "2012-10-17",
    Statement: [statement],
  });
});

test.each([
  ["{", "is not JSON"],
  ['"text"', 'must be an object, got "text"'],
  ["[]", "must be an object, got []"],
  [{ Statement: [] }, "Statement must hold at least one statement, got []"],
  [{ Version: "2012-10-17" }, "Statement must hold at least one statement, got nothing"],
  [{ Version: "2020-01-01", Statement: STATEMENT }, "Version must be 2012-10-17 or 2008-10-17"],
  [{ statement: STATEMENT, Statement: STATEMENT }, "must not have an unknown element, got statement"],
  [{ Statement: "x" }, 'Statement 1 must be an object, got "x"'],
  [
    '{"Statement":{"Effect":"Deny","Effect":"Allow","Action":"*","Resource":"*"}}',
    "must have each key once in an object, got Effect twice",
  ],
])("rejects the document %j: %s", (document, problem) => {
  expect(problemOf(document)).toContain(problem);
});

test("rejects a document that is nested thousands deep", () => {
  expect(problemOf(`{"Statement":${"[".repeat(20_000)}${"]".repeat(20_000)}}`)).toContain(
    "is not JSON (it has more than 100 levels of objects and lists)",
  );
});

test.each([
  [{ Effect: "allow" }, 'Effect must be Allow or Deny, got "allow"'],
  [{ action: "s3:*" }, "must not have an unknown element, got action"],
  [{ Action: undefined }, "must have Action or NotAction, got neither"],
  [{ NotAction: "s3:*" }, "must have Action or NotAction, got both"],
  [{ NotResource: "*" }, "must have Resource or NotResource, got both"],
  [{ Action: [] }, "Action must be a string or a list of strings, got []"],
  [{ Action: "i?m:*" }, "Action must be * or <service>:<action>, got i?m:*"],
  [{ Action: "PassRole" }, "Action must be * or <service>:<action>, got PassRole"],
  [{ Resource: [1] }, "Resource must be a string or a list of strings, got [1]"],
  [{ Principal: 1 }, 'Principal must be "*" or an object, got 1'],
  [{ Principal: {} }, "Principal must name a principal, got {}"],
  [{ Principal: { aws: "*" } }, "Principal must have a kind of AWS, Service, Federated, CanonicalUser; got aws"],
  [{ Principal: { "*": "*" } }, "Principal must have a kind of AWS, Service, Federated, CanonicalUser; got *"],
  [
    { Principal: { AWS: "AROAEXAMPLEEXAMPLE" } },
    "Principal.AWS must name a principal without wildcards or unique ids, got AROAEXAMPLEEXAMPLE",
  ],
  [
    { Principal: { AWS: "arn:aws:iam::111111111111:role/*" } },
    "must name a principal without wildcards or unique ids, got arn:aws:iam::111111111111:role/*",
  ],
  [
    { Principal: { AWS: "arn:aws:iam::*:root" } },
    "must name a principal without wildcards or unique ids, got arn:aws:iam::*:root",
  ],
  [
    { Principal: { AWS: "arn:aws-cn:iam::111111111111:root" } },
    "must name a principal without wildcards or unique ids, got arn:aws-cn:iam::111111111111:root",
  ],
  [{ Principal: { Service: "*" } }, "Principal.Service must name a principal without wildcards or unique ids, got *"],
  [
    { Principal: { Federated: "*" } },
    "Principal.Federated must name a principal without wildcards or unique ids, got *",
  ],
  [{ NotPrincipal: { AWS: "111111111111" } }, "must not have NotPrincipal with Effect Allow"],
  [{ Principal: "*", NotPrincipal: { AWS: "111111111111" } }, "must have Principal or NotPrincipal, got both"],
  [{ Condition: [] }, "Condition must be an object, got []"],
  [{ Condition: { Bool: "x" } }, 'Condition.Bool must be an object, got "x"'],
  [{ Condition: { Bool: { k: null } } }, "Condition.Bool.k must be a string or a list of strings"],
  [{ Condition: { StringFoo: { k: "x" } } }, "Condition must have a known operator, got StringFoo"],
  [{ Condition: { NullIfExists: { k: "true" } } }, "Condition must have a known operator, got NullIfExists"],
  [
    { Condition: { Bool: { "aws:x": "true", "AWS:X": "false" } } },
    "must have each key once in an object, got AWS:X twice",
  ],
])("rejects a statement with %j: %s", (statement, problem) => {
  expect(problemWith(statement)).toContain(problem);
});

test("reports all problems at once, each with the statement's number and sid", () => {
  const problem = problemOf({ Statement: [STATEMENT, { Sid: "Second", Effect: "x", Action: "*", Principal: {} }] });
  expect(problem).toContain('Statement 2 (Second): Effect must be Allow or Deny, got "x"');
  expect(problem).toContain("Statement 2 (Second): Principal must name a principal, got {}");
});

test.each([
  ["identity", { Principal: "*" }, "must not have a Principal in an identity policy"],
  ["identity", { Resource: undefined }, "must have Resource or NotResource, got neither"],
  ["trust", { Resource: undefined }, "must have Principal or NotPrincipal, got neither"],
  ["trust", { Principal: "*" }, "must not have a Resource in a trust policy"],
  ["resource", {}, "must have Principal or NotPrincipal, got neither"],
] as const)("rejects a policy of kind %s with %j: %s", (kind, statement, problem) => {
  expect(problemWith(statement, kind)).toContain(problem);
});

test.each([
  ["identity", {}],
  ["trust", { Principal: "*", Resource: undefined }],
  ["resource", { Principal: "*" }],
  ["resource", { Principal: { CanonicalUser: "a".repeat(64) }, Resource: undefined }],
  ["resource", { Effect: "Deny", NotPrincipal: { AWS: "arn:aws:sts::111111111111:assumed-role/r/s" } }],
] as const)("accepts a policy of kind %s with %j", (kind, statement) => {
  expect(problemWith(statement, kind)).toBe("");
});
