import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NotAPolicy } from "../../tools/access/policy/policy";
import { renderPolicyDocument } from "../../tools/access/read/policy-document";
import { emulatorEnvironment } from "../../tools/emulator/environment";
import { providerVersion } from "../../tools/terraform/provider-mirror";
import { terraformCliConfig } from "../../tools/terraform/cli-config";
import { checkTerraform } from "../../tools/terraform/preflight";
import { Terraform } from "../../tools/terraform/terraform";
import { TerraformError } from "../../tools/terraform/terraform-error";
import { CACHE } from "./support/workplace";

/* Every document is rendered by the real provider and by this project. The data source calls no AWS API, so no emulator runs. */

type Arguments = Record<string, unknown>;

const ACTIONS = { actions: ["s3:GetObject"] };
const json = (name: string) => `\${data.aws_iam_policy_document.${name}.json}`;
const minified = (name: string) => `\${data.aws_iam_policy_document.${name}.minified_json}`;
const source = (...statements: object[]): Arguments => ({
  source_policy_documents: [JSON.stringify({ Statement: statements })],
});
const principals = (...blocks: [type: string, ...identifiers: string[]][]): Arguments => ({
  statement: { ...ACTIONS, principals: blocks.map(([type, ...identifiers]) => ({ type, identifiers })) },
});
const conditions = (...blocks: [test: string, variable: string, ...values: unknown[]][]): Arguments => ({
  statement: { ...ACTIONS, condition: blocks.map(([test, variable, ...values]) => ({ test, variable, values })) },
});

/** The documents of the configuration. */
const DOCUMENTS: Record<string, Arguments> = {
  one_value: { statement: { ...ACTIONS, resources: ["*"] } },
  two_statements: {
    policy_id: "two",
    statement: [ACTIONS, { sid: "Second", effect: "Deny", not_actions: ["iam:*"], not_resources: ["*"] }],
  },
  nothing: {
    "//": "a comment",
    depends_on: ["data.aws_iam_policy_document.one_value"],
    source_json: "",
    override_json: "",
    policy_id: "",
  },
  empty_statements: {
    statement: [{}, { sid: "" }, { sid: null, effect: null, actions: null, condition: null, "//": "a comment" }],
  },
  null_statement: { statement: [null, { sid: "A" }] },
  names_of_javascript: {
    statement: {
      principals: { type: "constructor", identifiers: ["a"] },
      condition: { test: "constructor", variable: "toString", values: ["x"] },
    },
  },
  no_statements: { statement: null, source_policy_documents: [], override_policy_documents: null },
  sorted_sets: {
    statement: {
      actions: ["b", "a", "C", "é", "z", "b", "\u{1F600}", "\uFF00"],
      not_actions: ["", "a"],
      resources: ["1", "10", "9"],
      not_resources: ["<&>", "a\u2028b\u2029", '\t\u0001\u007f\b\f"\\/'],
    },
  },
  empty_sets: { statement: { actions: [], resources: [], not_resources: [""] } },
  composed: { statement: { actions: ["e\u0301", "\u00E9"], resources: ["e\u0301"] } },
  any_sid: { statement: { sid: "not-alphanumeric, é", ...ACTIONS } },
  scalars: {
    policy_id: 12,
    statement: { sid: true, actions: [1.5], condition: { test: 1, variable: 2, values: [true, false, 12, -3, 0.25] } },
  },
  variables: {
    statement: {
      actions: ["&{action}"],
      resources: ["home/&{aws:username}/&{aws:userid}"],
      not_resources: ["&{aws:username}", "%z", "&{open"],
      principals: { type: "&{type}", identifiers: ["&{b}", "%a"] },
      condition: { test: "&{test}", variable: "&{variable}", values: ["&{value}", "&{value}"] },
    },
  },
  escaped_variables: { statement: { ...ACTIONS, resources: ["$${aws:username}"] } },
  early_version: {
    version: "2008-10-17",
    statement: {
      actions: ["&{x}"],
      resources: ["$${x}"],
      condition: { test: "&{t}", variable: "&{v}", values: ["w"] },
    },
  },
  everybody: principals(["*", "*"]),
  everybody_of_aws: principals(["AWS", "*"]),
  everybody_twice: principals(["*", "*"], ["AWS", "*"]),
  everybody_and_more: principals(["*", "*", "x"]),
  nobody_named: { statement: { ...ACTIONS, principals: { type: "AWS", identifiers: [] } } },
  not_everybody: { statement: { ...ACTIONS, not_principals: { type: "*", identifiers: ["*"] } } },
  principals_of_types: principals(["Service", "b", "a", "c"], ["AWS", "x"], ["Federated", "z", "y"]),
  principals_one_by_one: principals(["AWS", "a"], ["AWS", "b"], ["AWS", "c"], ["Service", "c"]),
  principals_in_groups: principals(["AWS", "a", "b"], ["AWS", "c", "d"], ["AWS", "zz"], ["AWS"]),
  principals_again: principals(
    ["AWS", "a"],
    ["AWS", "q", "m"],
    ["AWS", "a"],
    ["AWS", "b", "a"],
    ["AWS", "1", "10", "11", "9", "8"],
  ),
  conditions_joined: conditions(
    ["StringEquals", "v", "b", "a"],
    ["StringEquals", "v", "c"],
    ["StringEquals", "v", "d", "a"],
    ["StringEquals", "V", "d"],
    ["Bool", "z", "true"],
    ["Bool", "z", "true"],
    ["Null", "n"],
    ["ArnLike", "n", "x", ""],
    ["ArnLike", "n"],
  ),
  conditions_many: conditions(
    ...["k", "h", "i", "b", "a", "g", "c"].map((value): [string, string, string] => ["StringLike", "key", value]),
  ),
  merged: {
    source_policy_documents: [
      JSON.stringify({
        Version: "2008-10-17",
        Id: "source",
        Statement: [
          { Sid: "A", Effect: "Allow", Action: ["z", "a"], Resource: "*" },
          { Effect: "Deny", Action: "q", Resource: ["x"] },
        ],
      }),
      JSON.stringify({ Statement: [{ Sid: "B", Effect: "Allow", Action: [], Resource: "", Principal: "anybody" }] }),
      "",
      "null",
    ],
    statement: [{ sid: "A", effect: "Deny", actions: ["own"] }, { actions: ["n"] }],
  },
  version_raised: { version: "2008-10-17", ...source({ Action: "a" }), override_policy_documents: [json("one_value")] },
  version_kept: { version: "2008-10-17", ...source({ Action: "a" }) },
  overridden: {
    policy_id: "own",
    statement: [{ sid: "A", actions: ["own"] }, { sid: "B", actions: ["own"] }, { actions: ["none"] }],
    override_policy_documents: [
      '{"Id":"first","Version":"2008-10-17","Statement":[{"Sid":"B","Action":"first"},{"Action":"x"},{"Sid":"N","Action":"new"}]}',
      '{"Id":"second","Statement":[{"Sid":"B","Action":"second"},{"Sid":"B","Action":"again"},{"Action":"x"}]}',
    ],
  },
  chain_of_two: { source_policy_documents: [json("merged")], override_policy_documents: [minified("overridden")] },
  chain_of_three: {
    source_policy_documents: [
      json("chain_of_two"),
      minified("two_statements"),
      json("principals_in_groups"),
      json("conditions_joined"),
    ],
    statement: { sid: "Second", ...ACTIONS },
    override_policy_documents: [json("variables"), json("sorted_sets")],
  },
  any_case: {
    source_policy_documents: [
      `{"version":"2099-01-01","ID":"x","other":1,"statement":[{"sid":"A","EFFECT":"Maybe","action":{"b":1,"a":[{"d":1.0,"c":null}]},
        "notaction":5,"other":1,"Resource":[1e21,1e20,1e-7,0.1,1.50],"NotResource":true}]}`,
    ],
  },
  merged_nulls: source({ Sid: null, Effect: null, Action: null, Condition: null }, { Sid: "", Condition: {} }),
  merged_principals: source(
    ...[
      { AWS: ["b", "a", "c"], Service: ["s"] },
      { "*": ["*"] },
      { "*": "*" },
      { AWS: [] },
      {},
      { "*": ["*", "*"] },
      "any text",
    ].map((Principal) => ({ Principal, NotPrincipal: Principal })),
  ),
  merged_conditions: source(
    { Condition: { B: { k: true, a: ["2", "1"], n: 5, l: [] }, A: { x: "y", w: ["one"] }, E: {}, N: null } },
    { Condition: { A: { x: 5 }, B: { x: null, y: {} } } },
  ),
  merged_texts: {
    source_policy_documents: [
      '{"Statement":[{"Action":"\\u0065\\u0301 \\u2028 <&{x}> \\u0000 \\/"}]}',
      ' {\n "Statement" : [ ] }\n',
    ],
  },
};

/** Documents that Terraform rejects before it reads anything, with a part of its message. */
const INVALID: Record<string, [says: string, Arguments]> = {
  bad_effect: ["got allow", { statement: { ...ACTIONS, effect: "allow" } }],
  no_effect: ["expected statement.0.effect", { statement: { ...ACTIONS, effect: "" } }],
  bad_version: ["got 2012", { version: "2012" }],
  retired_source: ['expected "source_json" to be an empty string', { source_json: "{}" }],
  retired_override: ['expected "override_json" to be an empty string', { override_json: "{}" }],
  source_no_json: ["contains an invalid JSON", { source_policy_documents: ["{"] }],
  source_and_more: ["contains an invalid JSON", { source_policy_documents: ["{} x"] }],
  source_null: ["Null value found in list", { source_policy_documents: [null] }],
  source_no_list: ["list of string", { source_policy_documents: "{}" }],
  override_no_json: ["contains an invalid JSON", { override_policy_documents: ["nope"] }],
  action_null: ["Null value found in list", { statement: { actions: [null] } }],
  action_no_set: ["set of string required", { statement: { actions: "s3:*" } }],
  action_nested: ["string required", { statement: { actions: [["a"]] } }],
  no_identifiers: ['"identifiers" is required', { statement: { principals: { type: "AWS" } } }],
  no_type: ['"type" is required', { statement: { principals: { identifiers: ["a"] } } }],
  null_type: ["is required", { statement: { principals: { type: null, identifiers: ["a"] } } }],
  no_test: ['"test" is required', { statement: { condition: { variable: "v", values: ["a"] } } }],
  no_variable: ['"variable" is required', { statement: { condition: { test: "t", values: ["a"] } } }],
  no_values: ['"values" is required', { statement: { condition: { test: "t", variable: "v" } } }],
  values_no_list: ["list of string required", { statement: { condition: { test: "t", variable: "v", values: "a" } } }],
  unknown_argument: ['named "foo"', { foo: 1 }],
  unknown_in_statement: ['named "action"', { statement: { action: ["a"] } }],
  computed_argument: ['configure a value for "json"', { json: "{}" }],
  statement_text: ['"statement" blocks', { statement: "x" }],
  principals_text: ["arguments and child blocks", { statement: { principals: ["x"] } }],
  id_list: ["string required", { policy_id: ["x"] }],
};

const early = (statement: Arguments): Arguments => ({ version: "2008-10-17", statement });

/** Documents that the provider rejects when it renders, with a part of its message. */
const REFUSED: Record<string, [says: string, Arguments]> = {
  sid_twice: ["duplicate Sid (A)", { statement: [{ sid: "A" }, { sid: "A" }] }],
  sid_twice_in_source: ["duplicate Sid (A)", source({ Sid: "A" }, { Sid: "A" })],
  sid_in_two_sources: [
    "duplicate Sid (A)",
    { source_policy_documents: ['{"Statement":[{"Sid":"A"}]}', '{"Statement":[{"Sid":"A"}]}'] },
  ],
  early_resources: ["reading resources: found &{", early({ resources: ["&{x}"] })],
  early_not_resources: ["reading not_resources: found &{", early({ not_resources: ["a", "&{x}"] })],
  early_principals: ["reading principals", early({ principals: { type: "AWS", identifiers: ["&{x}"] } })],
  early_not_principals: ["reading not_principals", early({ not_principals: { type: "AWS", identifiers: ["&{x}"] } })],
  early_condition: ["reading condition", early({ condition: { test: "t", variable: "v", values: ["&{x}"] } })],
  source_list: ["cannot unmarshal array", { source_policy_documents: ["[]"] }],
  override_text: ["cannot unmarshal string", { override_policy_documents: ['"x"'] }],
  one_statement: ["cannot unmarshal object", { override_policy_documents: ["{}", '{"Statement":{"Sid":"A"}}'] }],
  statement_of_text: ["cannot unmarshal string", { source_policy_documents: ['{"Statement":["x"]}'] }],
  version_number: ["cannot unmarshal number", { source_policy_documents: ['{"Version":2012}'] }],
  sid_number: ["cannot unmarshal number", source({ Sid: 5 })],
  effect_number: ["cannot unmarshal number", source({ Effect: 5 })],
  principal_number: ["Unsupported data type float64", source({ Principal: 5 })],
  principal_list: ["Unsupported data type []interface", source({ Principal: ["a"] })],
  principal_null: ["Unsupported data type <nil>", source({ Principal: null })],
  principal_value_number: ["Unsupported data type float64", source({ NotPrincipal: { AWS: 5 } })],
  principal_value_null: ["Unsupported data type <nil>", source({ NotPrincipal: { AWS: null } })],
  condition_list: ["cannot unmarshal array", source({ Condition: [] })],
  condition_text: ["cannot unmarshal string", source({ Condition: { StringEquals: "x" } })],
};

let directory: string;
let terraform: Terraform;

beforeAll(async () => {
  const { path: binary } = await checkTerraform();
  const cliConfig = terraformCliConfig({ providerVersion: providerVersion(), cacheDirectory: CACHE });
  directory = mkdtempSync(join(tmpdir(), "policy-document-data-"));
  // Nothing listens at this address, and nothing calls it.
  const local = emulatorEnvironment("http://127.0.0.1:1", {
    accountId: "111111111111",
    region: "eu-west-1",
    directHosts: cliConfig.hosts,
  });
  const env = { ...local, ...cliConfig.env };
  terraform = new Terraform({
    stackId: "documents",
    directory,
    env,
    logFile: join(directory, "terraform.log"),
    binary,
  });
  configure(DOCUMENTS);
  await terraform.init();
});

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

function configure(documents: Record<string, Arguments>): void {
  const configuration = {
    terraform: { required_providers: { aws: { source: "hashicorp/aws", version: providerVersion() } } },
    provider: {
      aws: { skip_credentials_validation: true, skip_requesting_account_id: true, skip_metadata_api_check: true },
    },
    data: { aws_iam_policy_document: documents },
  };
  writeFileSync(join(directory, "main.tf.json"), JSON.stringify(configuration, undefined, 1));
}

/** Resolves the few expressions of the documents. */
function resolved(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(resolved);
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, resolved(each)]));
  if (typeof value !== "string") return value;
  const [, name, attribute] = /^\$\{data\.aws_iam_policy_document\.(\w+)\.(json|minified_json)\}$/.exec(value) ?? [];
  return name === undefined ? value.replaceAll("$${", "${") : ours(name)[attribute as "json"];
}

function ours(name: string) {
  return renderPolicyDocument(resolved(DOCUMENTS[name]) as Arguments);
}

describe("documents that the provider renders", () => {
  let theirs: Record<string, unknown>;
  beforeAll(async () => {
    await terraform.apply();
    const { resources = [] } = (await terraform.statePull()) ?? {};
    theirs = Object.fromEntries(
      resources.map(({ name, instances: [instance] }) => [
        name,
        { json: instance?.attributes?.["json"], minified_json: instance?.attributes?.["minified_json"] },
      ]),
    );
  });

  test.each(Object.keys(DOCUMENTS))("%s", (name) => {
    expect(ours(name)).toEqual(theirs[name]);
  });
});

describe.each([
  ["before it reads them", INVALID],
  ["while it renders them", REFUSED],
])("documents that are refused %s", (_, documents) => {
  let errors: string[];
  beforeAll(async () => {
    configure(Object.fromEntries(Object.entries(documents).map(([name, [, values]]) => [name, values])));
    const failure: unknown = await terraform.plan().catch((error: unknown) => error);
    if (!(failure instanceof TerraformError)) throw new Error("Terraform refused nothing", { cause: failure });
    errors = failure.errors.map((error) => error.replace(/\s+/g, " "));
  });

  test.each(Object.keys(documents))("%s", (name) => {
    const [says, values] = documents[name] ?? ["", {}];
    expect(
      errors.filter((error) => new RegExp(`data\\.aws_iam_policy_document\\.${name}\\W`).test(error)),
    ).toContainEqual(expect.stringContaining(says));
    expect(() => renderPolicyDocument(values)).toThrow(NotAPolicy);
  });
});
