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

test("one value and a list of it are read alike, and so are one statement and a list of it", () => {
  const listed = { ...STATEMENT, Action: ["s3:GetObject"], Resource: ["*"] };
  expect(parsed(STATEMENT)).toEqual(parsed([listed]));
  expect(parsed(STATEMENT)).toMatchObject({
    effect: "Allow",
    actions: ["s3:GetObject"],
    resources: ["*"],
    conditions: {},
  });
});

test("a policy without a version is of 2008, in which variables are plain text", () => {
  expect(parse(JSON.stringify({ Statement: STATEMENT })).version).toBe("2008-10-17");
});

test("everybody is the same however it is written, and a number is the account's root", () => {
  const principals = (principal: unknown) => parsed({ ...STATEMENT, Principal: principal })?.principals;
  expect(principals("*")).toEqual({ AWS: ["*"] });
  expect(principals({ AWS: "*" })).toEqual({ AWS: ["*"] });
  expect(principals({ AWS: ["111111111111"] })).toEqual({ AWS: ["arn:aws:iam::111111111111:root"] });
});

test("values of conditions are texts, and operators are as AWS writes them", () => {
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

test("a document is written as it was read", () => {
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
  [{ statement: STATEMENT, Statement: STATEMENT }, "has an unknown element statement"],
  [{ Statement: "x" }, 'Statement 1 must be an object, got "x"'],
  ['{"Statement":{"Effect":"Deny","Effect":"Allow","Action":"*","Resource":"*"}}', "has Effect twice in one place"],
])("%j is no policy: %s", (document, problem) => {
  expect(problemOf(document)).toContain(problem);
});

test.each([
  [{ Effect: "allow" }, 'Effect must be Allow or Deny, got "allow"'],
  [{ action: "s3:*" }, "has an unknown element action"],
  [{ Action: undefined }, "has neither Action nor NotAction"],
  [{ NotAction: "s3:*" }, "has Action and NotAction"],
  [{ NotResource: "*" }, "has Resource and NotResource"],
  [{ Action: [] }, "Action must be a text or a list of texts, got []"],
  [{ Action: "i?m:*" }, "Action i?m:* is no action"],
  [{ Action: "PassRole" }, "Action PassRole is no action"],
  [{ Resource: [1] }, "Resource must be a text or a list of texts, got [1]"],
  [{ Principal: 1 }, 'Principal must be "*" or an object, got 1'],
  [{ Principal: {} }, "Principal names nobody"],
  [{ Principal: { aws: "*" } }, "Principal has an unknown kind aws"],
  [{ Principal: { "*": "*" } }, "Principal has an unknown kind *"],
  [{ Principal: { AWS: "AROAEXAMPLEEXAMPLE" } }, "AROAEXAMPLEEXAMPLE is nobody that can be told"],
  [{ Principal: { AWS: "arn:aws:iam::111111111111:role/*" } }, "role/* is nobody that can be told"],
  [{ Principal: { AWS: "arn:aws:iam::*:root" } }, "arn:aws:iam::*:root is nobody that can be told"],
  [
    { Principal: { AWS: "arn:aws-cn:iam::111111111111:root" } },
    "arn:aws-cn:iam::111111111111:root is nobody that can be told",
  ],
  [{ Principal: { Service: "*" } }, "Principal.Service * is nobody"],
  [{ Principal: { Federated: "*" } }, "Principal.Federated * is nobody"],
  [{ NotPrincipal: { AWS: "111111111111" } }, "allows everybody but a NotPrincipal"],
  [{ Principal: "*", NotPrincipal: { AWS: "111111111111" } }, "has Principal and NotPrincipal"],
  [{ Condition: [] }, "Condition must be an object, got []"],
  [{ Condition: { Bool: "x" } }, 'Condition.Bool must be an object, got "x"'],
  [{ Condition: { Bool: { k: null } } }, "Condition.Bool.k must be a text or a list of texts"],
  [{ Condition: { StringFoo: { k: "x" } } }, "Condition has an unknown operator StringFoo"],
  [{ Condition: { NullIfExists: { k: "true" } } }, "Condition has an unknown operator NullIfExists"],
  [{ Condition: { Bool: { "aws:x": "true", "AWS:X": "false" } } }, "has AWS:X twice in one place"],
])("a statement with %j is refused: %s", (statement, problem) => {
  expect(problemWith(statement)).toContain(problem);
});

test("a statement is named by its place and its sid, and all that is wrong is told at once", () => {
  const problem = problemOf({ Statement: [STATEMENT, { Sid: "Second", Effect: "x", Action: "*", Principal: {} }] });
  expect(problem).toContain('Statement 2 (Second): Effect must be Allow or Deny, got "x"');
  expect(problem).toContain("Statement 2 (Second): Principal names nobody");
});

test.each([
  ["identity", { Principal: "*" }, "names a Principal, in an identity policy"],
  ["identity", { Resource: undefined }, "has neither Resource nor NotResource"],
  ["trust", { Resource: undefined }, "has neither Principal nor NotPrincipal"],
  ["trust", { Principal: "*" }, "names a Resource, in a trust policy"],
  ["resource", {}, "has neither Principal nor NotPrincipal"],
] as const)("a policy of kind %s with %j is refused: %s", (kind, statement, problem) => {
  expect(problemWith(statement, kind)).toContain(problem);
});

test.each([
  ["identity", {}],
  ["trust", { Principal: "*", Resource: undefined }],
  ["resource", { Principal: "*" }],
  ["resource", { Principal: { CanonicalUser: "a".repeat(64) }, Resource: undefined }],
  ["resource", { Effect: "Deny", NotPrincipal: { AWS: "arn:aws:sts::111111111111:assumed-role/r/s" } }],
] as const)("a policy of kind %s may have %j", (kind, statement) => {
  expect(problemWith(statement, kind)).toBe("");
});
