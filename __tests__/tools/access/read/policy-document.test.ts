import { NotAPolicy } from "../../../../tools/access/policy/policy";
import { renderPolicyDocument } from "../../../../tools/access/read/policy-document";

/* ../e2e compares with the output of the provider for the same arguments, byte for byte. */

type Arguments = Record<string, unknown>;

const statementOf = (statement: Arguments): unknown => {
  const { Version, Statement } = JSON.parse(renderPolicyDocument({ statement }).json) as {
    Version: string;
    Statement: unknown[];
  };
  expect([Version, Statement]).toEqual(["2012-10-17", [expect.objectContaining({ Effect: "Allow" })]]);
  return Statement[0];
};

const merged = (values: Arguments): unknown => JSON.parse(renderPolicyDocument(values).minified_json);

const text = (...statements: object[]) => JSON.stringify({ Statement: statements });

function refusal(values: Arguments): string {
  try {
    renderPolicyDocument(values);
  } catch (error) {
    if (error instanceof NotAPolicy) return error.message;
    throw error;
  }
  throw new Error("nothing was refused");
}

test("renders indented and minified JSON, with elements in the order of the provider", () => {
  const statement = { condition: [], resources: ["*"], actions: ["s3:GetObject"], effect: "Deny", sid: "NoReading" };
  const { json, minified_json } = renderPolicyDocument({ statement, policy_id: "example", version: "2008-10-17" });
  expect(minified_json).toBe(
    '{"Version":"2008-10-17","Id":"example","Statement":[{"Sid":"NoReading","Effect":"Deny","Action":"s3:GetObject","Resource":"*"}]}',
  );
  expect(json).toBe(`{
  "Version": "2008-10-17",
  "Id": "example",
  "Statement": [
    {
      "Sid": "NoReading",
      "Effect": "Deny",
      "Action": "s3:GetObject",
      "Resource": "*"
    }
  ]
}`);
});

test("accepts one block or a list of blocks, and ignores arguments outside the document", () => {
  const statement = { actions: ["a:b"] };
  const listed = renderPolicyDocument({ statement: [statement] });
  expect(renderPolicyDocument({ statement, "//": {}, provider: "aws.one", depends_on: [], lifecycle: {} })).toEqual(
    listed,
  );
  expect(renderPolicyDocument({ statement: [{ ...statement, sid: null, "//": "x" }] })).toEqual(listed);
});

test("omits empty values", () => {
  const empty = '{"Version":"2012-10-17"}';
  expect(renderPolicyDocument({}).minified_json).toBe(empty);
  expect(
    renderPolicyDocument({ statement: [], policy_id: "", source_json: "", source_policy_documents: [""] })
      .minified_json,
  ).toBe(empty);
  expect(statementOf({ sid: "", actions: [] })).toEqual({ Effect: "Allow" });
  expect(
    statementOf({
      principals: { type: "AWS", identifiers: [] },
      condition: { test: "Null", variable: "k", values: [] },
    }),
  ).toEqual({ Effect: "Allow", Principal: { AWS: [] }, Condition: { Null: { k: [] } } });
});

test("sorts sets in descending order, removes duplicates, and writes a single value without a list", () => {
  expect(
    statementOf({
      actions: ["b", "a", "C", "b"],
      not_actions: ["x", "x"],
      resources: ["1", "10", "9"],
      not_resources: ["y"],
    }),
  ).toEqual({
    ...{ Effect: "Allow", Action: ["b", "a", "C"], NotAction: "x", Resource: ["9", "10", "1"], NotResource: "y" },
  });
});

test("sorts by UTF-8 bytes, not by JavaScript's UTF-16 units", () => {
  expect(statementOf({ actions: ["\uFF00", "\u{1F600}"] })).toMatchObject({ Action: ["\u{1F600}", "\uFF00"] });
});

test("keeps the order of a condition's values, and joins blocks of the same test and variable in the order of their hashes", () => {
  const values = { StringEquals: ["b", "a", "c"], Bool: ["true"] };
  const condition = Object.entries(values).map(([test, values]) => ({ test, variable: "k", values }));
  expect(statementOf({ condition })).toEqual({
    Effect: "Allow",
    Condition: { Bool: { k: "true" }, StringEquals: { k: ["b", "a", "c"] } },
  });
  const several = [["b", "a"], ["c"], ["d", "a"], ["c"]].map((values) => ({
    test: "StringEquals",
    variable: "v",
    values,
  }));
  expect(statementOf({ condition: several })).toMatchObject({
    Condition: { StringEquals: { v: ["d", "a", "c", "b", "a"] } },
  });
});

test("joins principals of one type in the order of their hashes", () => {
  const principals = [["a", "b"], ["c", "d"], ["zz"]].map((identifiers) => ({ type: "AWS", identifiers }));
  expect(statementOf({ principals })).toMatchObject({ Principal: { AWS: ["zz", "b", "a", "d", "c"] } });
});

test.each([
  [{ type: "*", identifiers: ["*"] }, "*"],
  [{ type: "AWS", identifiers: ["*"] }, { AWS: "*" }],
  [{ type: "*", identifiers: ["*", "x"] }, { "*": ["x", "*"] }],
  [
    [
      { type: "*", identifiers: ["*"] },
      { type: "AWS", identifiers: ["*"] },
    ],
    { "*": "*", AWS: "*" },
  ],
])("writes the principals %j as %j", (principals, expected) => {
  expect(statementOf({ principals })).toEqual({ Effect: "Allow", Principal: expected });
  expect(statementOf({ not_principals: principals })).toEqual({ Effect: "Allow", NotPrincipal: expected });
});

test("converts variables only in resources, principals and condition values, after sorting", () => {
  const written = {
    actions: ["&{a}"],
    resources: ["%z", "&{a}/&{b}"],
    principals: { type: "&{t}", identifiers: ["&{b}", "%a"] },
    condition: { test: "&{t}", variable: "&{v}", values: ["&{w}"] },
  };
  expect(statementOf(written)).toEqual({
    Effect: "Allow",
    Action: "&{a}",
    Resource: ["${a}/${b}", "%z"],
    // Sorted again when it is written, unlike resources.
    Principal: { "&{t}": ["%a", "${b}"] },
    Condition: { "&{t}": { "&{v}": "${w}" } },
  });
});

test("escapes characters like Go, and composes Unicode characters like Terraform", () => {
  const { minified_json } = renderPolicyDocument({ statement: { actions: ["<&>\u2028", "e\u0301"] } });
  expect(minified_json).toContain('"Action":["\u00E9","\\u003c\\u0026\\u003e\\u2028"]');
});

test("converts numbers and booleans to texts", () => {
  expect(merged({ policy_id: 12, statement: { sid: true, actions: [1.5] } })).toMatchObject({
    ...{ Id: "12", Statement: [{ Sid: "true", Action: "1.5" }] },
  });
});

test("puts sources first, replaces statements with the same Sid in place, and appends statements without a Sid", () => {
  const document = merged({
    source_policy_documents: [
      text({ Sid: "A", Action: ["z", "a"] }, { Action: "source" }),
      text({ Sid: "B", Action: ["one"] }),
    ],
    statement: [{ sid: "B", actions: ["own"] }, { actions: ["plain"] }],
    override_policy_documents: [text({ Sid: "A", Action: "override" }, { Action: "last" })],
  });
  expect(document).toEqual({
    Version: "2012-10-17",
    Statement: [
      { Sid: "A", Action: "override" },
      { Action: "source" },
      { Sid: "B", Effect: "Allow", Action: "own" },
      { Effect: "Allow", Action: "plain" },
      { Action: "last" },
    ],
  });
});

test("uses the last Id and the latest version", () => {
  const source = ['{"Version":"2012-10-17","Id":"source"}'];
  expect(merged({ version: "2008-10-17", source_policy_documents: source })).toEqual({
    Version: "2012-10-17",
    Id: "source",
  });
  expect(merged({ policy_id: "own", source_policy_documents: source })).toMatchObject({ Id: "own" });
  expect(merged({ policy_id: "own", override_policy_documents: ['{"Version":"2008-10-17","Id":"last"}'] })).toEqual({
    ...{ Version: "2012-10-17", Id: "last" },
  });
});

test("keeps the elements of a merged statement, except principals, conditions and the case of names", () => {
  const document = merged({
    source_policy_documents: [
      text(
        {
          effect: "Deny",
          ACTION: ["b", "a"],
          Resource: [],
          Unknown: 1,
          Principal: { AWS: ["a", "b"], Service: ["s"] },
        },
        {
          Principal: { "*": ["*"] },
          NotPrincipal: "any text",
          Condition: { Bool: { k: true, l: ["one"], n: 5 }, Null: {} },
        },
      ),
    ],
  });
  expect(document).toMatchObject({
    Statement: [
      { Effect: "Deny", Action: ["b", "a"], Resource: [], Principal: { AWS: ["b", "a"], Service: ["s"] } },
      { Principal: "*", NotPrincipal: "*", Condition: { Bool: { k: "true", l: "one" } } },
    ],
  });
  expect(JSON.stringify(document)).not.toMatch(/Unknown|"n"|Null/);
});

test("renders its own output as a source to the same bytes", () => {
  const statement = {
    sid: "A",
    actions: ["b", "a"],
    resources: ["&{x}"],
    principals: { type: "AWS", identifiers: ["b", "c"] },
  };
  const first = renderPolicyDocument({ policy_id: "x", statement });
  expect(renderPolicyDocument({ source_policy_documents: [first.json] })).toEqual(first);
  expect(renderPolicyDocument({ override_policy_documents: [first.minified_json] })).toEqual(first);
});

test.each<[string, Arguments]>([
  ['statement 1 effect must be Allow or Deny, got "allow"', { statement: { effect: "allow" } }],
  ['version must be 2008-10-17 or 2012-10-17, got "2012"', { version: "2012" }],
  ["source_json must be empty: the provider does not use it any more", { source_json: "{}" }],
  ["override_json must be empty: the provider does not use it any more", { override_json: "{}" }],
  ["has an unknown argument for_each", { for_each: [] }],
  ["statement 1 has an unknown argument action", { statement: { action: [] } }],
  ['statement 1 actions must be a list of texts, got "a:b"', { statement: { actions: "a:b" } }],
  ["statement 1 actions must hold texts alone, got null", { statement: { actions: [null] } }],
  ["statement 1 actions must hold texts alone, got 1e+21", { statement: { actions: [1e21] } }],
  ['statement 1 must be an object, got "x"', { statement: "x" }],
  ["statement 2 principals 1 must have type", { statement: [{}, { principals: { identifiers: [] } }] }],
  ["statement 1 condition 1 must have values", { statement: { condition: { test: "t", variable: "v" } } }],
  ["statement must have each Sid once, got A again", { statement: [{ sid: "A" }, { sid: "A" }] }],
  [
    "source_policy_documents must have each Sid once, got A again",
    { source_policy_documents: [text({ Sid: "A" }), text({ Sid: "A" })] },
  ],
  [
    'statement 1 resources must not have variables in version 2008-10-17, got "&{x}"',
    { version: "2008-10-17", statement: { resources: ["&{x}"] } },
  ],
  ["source_policy_documents 2 must be an object, got []", { source_policy_documents: ["{}", "[]"] }],
  [
    'override_policy_documents 1 Statement must be a list, got "x"',
    { override_policy_documents: ['{"Statement":"x"}'] },
  ],
  ["source_policy_documents 1 is not JSON", { source_policy_documents: ["{"] }],
  [
    "source_policy_documents 1 Statement 2 must be an object, got null",
    { source_policy_documents: ['{"Statement":[{},null]}'] },
  ],
  ["Statement 1 Sid must be a text, got 5", { source_policy_documents: [text({ Sid: 5 })] }],
  [
    "Statement 1 must have Action once, got action too",
    { source_policy_documents: [text({ Action: "a", action: "b" })] },
  ],
  [
    "Statement 1 Principal must be a text or an object, got null",
    { source_policy_documents: [text({ Principal: null })] },
  ],
  [
    "NotPrincipal.AWS must be a text or a list of texts, got [5]",
    { source_policy_documents: [text({ NotPrincipal: { AWS: [5] } })] },
  ],
  ["Condition.Bool must be an object, got true", { source_policy_documents: [text({ Condition: { Bool: true } })] }],
  [
    "Condition.Bool.k must hold texts alone, got [5]",
    { source_policy_documents: [text({ Condition: { Bool: { k: [5] } } })] },
  ],
])("refuses: %s", (message, values) => {
  expect(refusal(values)).toContain(message);
});

test("reports every problem at once", () => {
  const values = { version: "1", statement: [{ effect: "x" }, { action: [] }], source_policy_documents: ["{"] };
  expect(refusal(values).split("; ")).toEqual([
    expect.stringMatching(/^source_policy_documents 1 is not JSON/),
    expect.stringMatching(/^version must be/),
    "statement 2 has an unknown argument action",
    expect.stringMatching(/^statement 1 effect/),
  ]);
});
