import { scopesOf, type StackScope, Unresolvable } from "../../../../tools/access/read/resolver";
import type { SynthesizedStack } from "../../../../tools/synth/synthesized";
import { document, ONE, problemsOf, roleBlocks, stackOf, stateOf, trusting, TRUST_EC2, TWO } from "../support";

function scopeOf(...[first, ...others]: [SynthesizedStack, ...SynthesizedStack[]]): StackScope {
  const scope = scopesOf([first, ...others]).get(first.id);
  if (!scope) throw new Error(`no scope ${first.id}`);
  return scope;
}

const resolved = (expression: string, ...stacks: [SynthesizedStack, ...SynthesizedStack[]]) =>
  scopeOf(...stacks).resolve(`\${${expression}}`);

describe("attributes that AWS computes and the provider documents", () => {
  test.each([
    ["aws_iam_role", { name: "r" }, { arn: `arn:aws:iam::${ONE}:role/r`, id: "r", name: "r" }],
    ["aws_iam_role", { name: "r", path: "/a/b/" }, { arn: `arn:aws:iam::${ONE}:role/a/b/r`, id: "r" }],
    ["aws_iam_user", { name: "u", path: "/x/" }, { arn: `arn:aws:iam::${ONE}:user/x/u`, id: "u" }],
    ["aws_iam_group", { name: "g" }, { arn: `arn:aws:iam::${ONE}:group/g`, id: "g" }],
    ["aws_iam_instance_profile", { name: "p" }, { arn: `arn:aws:iam::${ONE}:instance-profile/p`, id: "p" }],
    [
      "aws_iam_policy",
      { name: "p", path: "/x/" },
      { arn: `arn:aws:iam::${ONE}:policy/x/p`, id: `arn:aws:iam::${ONE}:policy/x/p` },
    ],
    ["aws_iam_openid_connect_provider", { url: "https://a.b/c" }, { arn: `arn:aws:iam::${ONE}:oidc-provider/a.b/c` }],
    ["aws_iam_saml_provider", { name: "okta" }, { arn: `arn:aws:iam::${ONE}:saml-provider/okta` }],
    ["aws_s3_bucket", { bucket: "b" }, { arn: "arn:aws:s3:::b", id: "b" }],
    [
      "aws_kms_alias",
      { name: "alias/k", target_key_id: "arn:k" },
      { arn: `arn:aws:kms:eu-west-1:${ONE}:alias/k`, target_key_arn: "arn:k" },
    ],
    ["aws_sns_topic", { name: "t" }, { arn: `arn:aws:sns:eu-west-1:${ONE}:t`, id: `arn:aws:sns:eu-west-1:${ONE}:t` }],
    ["aws_sqs_queue", { name: "q" }, { arn: `arn:aws:sqs:eu-west-1:${ONE}:q` }],
    ["aws_ecr_repository", { name: "a/b" }, { arn: `arn:aws:ecr:eu-west-1:${ONE}:repository/a/b`, id: "a/b" }],
    ["aws_db_instance", { identifier: "d" }, { arn: `arn:aws:rds:eu-west-1:${ONE}:db:d` }],
    ["aws_dynamodb_table", { name: "t" }, { arn: `arn:aws:dynamodb:eu-west-1:${ONE}:table/t`, id: "t" }],
    ["aws_lambda_function", { function_name: "f" }, { arn: `arn:aws:lambda:eu-west-1:${ONE}:function:f`, id: "f" }],
    ["aws_cloudwatch_log_group", { name: "l" }, { arn: `arn:aws:logs:eu-west-1:${ONE}:log-group:l` }],
    ["aws_cloudwatch_event_rule", { name: "e" }, { arn: `arn:aws:events:eu-west-1:${ONE}:rule/e`, id: "e" }],
    ["aws_cloudtrail", { name: "c" }, { arn: `arn:aws:cloudtrail:eu-west-1:${ONE}:trail/c` }],
    ["aws_organizations_organization", {}, { master_account_id: ONE, "roots[0].id": "root" }],
  ])("%s with %j has %j", (type, values, expected) => {
    const scope = scopeOf(stackOf({ [type]: { x: values } }));
    for (const [attribute, value] of Object.entries(expected))
      expect(scope.resolve(`\${${type}.x.${attribute}}`)).toBe(value);
  });

  test("a key has an ARN made from its address, which no pattern matches by accident", () => {
    const arn = resolved("aws_kms_key.x.arn", stackOf({ aws_kms_key: { x: {} } }));
    expect(arn).toBe(`arn:aws:kms:eu-west-1:${ONE}:key/made-aws_kms_key.x`);
    expect(resolved("aws_kms_key.x.key_id", stackOf({ aws_kms_key: { x: {} } }))).toBe("made-aws_kms_key.x");
  });

  test("a secret has six characters after its name, as policies expect", () => {
    const arn = resolved(
      "aws_secretsmanager_secret.x.arn",
      stackOf({ aws_secretsmanager_secret: { x: { name: "db" } } }),
    );
    expect(arn).toMatch(new RegExp(`^arn:aws:secretsmanager:eu-west-1:${ONE}:secret:db-[0-9a-f]{6}$`));
  });

  test("a member has the account id of its postcondition", () => {
    const postcondition = { condition: `\${self.id == "${TWO}"}` };
    const members = { known: { name: "k", lifecycle: { postcondition: [postcondition] } }, young: { name: "y" } };
    const stack = stackOf({ aws_organizations_account: members });
    expect(resolved("aws_organizations_account.known.id", stack)).toBe(TWO);
    expect(() => resolved("aws_organizations_account.young.id", stack)).toThrow(
      "its account id is not known before apply",
    );
  });

  test("data sources that need no request to AWS are resolved", () => {
    const data = {
      aws_caller_identity: { c: {} },
      aws_region: { r: {} },
      aws_partition: { p: {} },
      aws_iam_policy: { m: { arn: "arn:m" } },
    };
    const scope = scopeOf(stackOf({}, { data }));
    const text = "${data.aws_partition.p.partition} ${data.aws_region.r.name} ${data.aws_caller_identity.c.account_id}";
    expect(scope.resolve(text)).toBe(`aws eu-west-1 ${ONE}`);
    expect(scope.resolve("${data.aws_iam_policy.m.id}")).toBe("arn:m");
  });
});

describe("references", () => {
  test("resolve through locals, variables and lists, to values of any type", () => {
    const stack = stackOf(
      { aws_iam_role: { r: { name: "${local.names[0]}-${var.suffix}", tags: { "${var.suffix}": "a" } } } },
      { locals: { names: ["${var.prefix}"] }, variable: { prefix: { default: "team" }, suffix: { default: "x" } } },
    );
    expect(resolved("aws_iam_role.r.arn", stack)).toBe(`arn:aws:iam::${ONE}:role/team-x`);
    expect(resolved("aws_iam_role.r.tags", stack)).toEqual({ x: "a" });
    expect(resolved("local.names", stack)).toEqual(["team"]);
  });

  test("resolve to outputs of the stack with that state bucket and key, through several stacks", () => {
    const first = stackOf({}, { id: "a", data: stateOf("b"), account: ONE });
    const second = stackOf(
      {},
      { id: "b", data: stateOf("c"), output: { role: { value: "${data.terraform_remote_state.c.outputs.role}" } } },
    );
    const third = stackOf(
      { aws_iam_role: { r: { name: "r" } } },
      { id: "c", account: TWO, output: { role: { value: "${aws_iam_role.r.arn}" } } },
    );
    expect(resolved("data.terraform_remote_state.b.outputs.role", first, second, third)).toBe(
      `arn:aws:iam::${TWO}:role/r`,
    );
    const namesake = stackOf(
      {},
      { id: "x", terraform: { backend: { s3: { bucket: "others", key: "b" } } }, output: { role: { value: "x" } } },
    );
    expect(resolved("data.terraform_remote_state.b.outputs.role", first, namesake, second, third)).toBe(
      `arn:aws:iam::${TWO}:role/r`,
    );
    expect(() => resolved("data.terraform_remote_state.b.outputs.role", first, second)).toThrow(
      "no stack has the state states/c",
    );
    expect(() => resolved("data.terraform_remote_state.b.outputs.none", first, second)).toThrow("b has no output none");
  });

  test("resolve through chains of policy documents", () => {
    const statement = { sid: "A", actions: ["s3:*"], resources: ["${aws_s3_bucket.b.arn}"] };
    const documents = {
      base: { statement: [statement] },
      all: {
        source_policy_documents: ["${data.aws_iam_policy_document.base.json}"],
        statement: [{ actions: ["ec2:*"], resources: ["*"] }],
      },
    };
    const stack = stackOf(
      { aws_s3_bucket: { b: { bucket: "files" } } },
      { data: { aws_iam_policy_document: documents } },
    );
    const text = String(resolved("data.aws_iam_policy_document.all.json", stack));
    expect(JSON.parse(text)).toMatchObject({
      Statement: [{ Sid: "A", Resource: "arn:aws:s3:::files" }, { Action: "ec2:*" }],
    });
  });

  test("keep a policy variable that Terraform's syntax escapes", () => {
    expect(scopeOf(stackOf({})).resolve("home/$${aws:username}")).toBe("home/${aws:username}");
  });

  test.each([
    ["local.none", "there is no local none"],
    ["var.none", "there is no variable none"],
    ["var.open", "its value is given when Terraform runs"],
    ["aws_iam_role.none.arn", "there is no aws_iam_role.none"],
    ["data.aws_region.none.name", "there is no aws_region.none"],
    ["aws_iam_role.r.unique_id", "unique_id of made: aws_iam_role.r is not known before apply"],
    ["aws_iam_role.r.arn", "name of made: aws_iam_role.r is not known before apply"],
    ["aws_vpc.v.id", "id of made: aws_vpc.v is not known before apply"],
    ["data.aws_caller_identity.c.arn", "arn of made: data.aws_caller_identity.c is only known to AWS"],
    ["local.object.none", "there is nothing at none"],
    ['jsonencode({"a" = 1})', "is more than a reference: only Terraform can compute it"],
    ["local.here", "refers to itself"],
  ])("${%s} cannot be resolved: %s", (expression, problem) => {
    const stack = stackOf(
      { aws_iam_role: { r: { name_prefix: "x" } }, aws_vpc: { v: {} } },
      {
        data: { aws_caller_identity: { c: {} } },
        variable: { open: {} },
        locals: { object: { a: 1 }, here: "${local.there}", there: "x${local.here}" },
      },
    );
    expect(() => resolved(expression, stack)).toThrow(Unresolvable);
    expect(() => resolved(expression, stack)).toThrow(problem);
    expect(() => resolved(expression, stack)).toThrow(/\$\{/);
  });

  test("reject a list inside a text, and template directives", () => {
    const scope = scopeOf(stackOf({}, { locals: { list: ["a"], number: 1 } }));
    expect(scope.resolve("n${local.number}")).toBe("n1");
    expect(() => scope.resolve("x${local.list}")).toThrow("${local.list} is not a string");
    expect(() => scope.resolve("%{ if true }")).toThrow("%{ if true } has a template directive");
  });
});

test("a resource has the region and account of its provider, and the tags of both", () => {
  const aws = [
    { region: "eu-west-1", allowed_account_ids: [ONE], default_tags: [{ tags: { Account: "one", Kind: "x" } }] },
    { alias: "other", region: "us-east-1", allowed_account_ids: [TWO], default_tags: { tags: { Account: "two" } } },
  ];
  const topics = { here: { name: "t", tags: { Kind: "own" } }, there: { name: "t", provider: "aws.other" } };
  const scope = scopeOf(stackOf({ aws_sns_topic: topics }, { provider: { aws } }));
  expect(scope.resolve("${aws_sns_topic.here.arn}")).toBe(`arn:aws:sns:eu-west-1:${ONE}:t`);
  expect(scope.resolve("${aws_sns_topic.there.arn}")).toBe(`arn:aws:sns:us-east-1:${TWO}:t`);
  expect(scope.resources("aws_sns_topic").map((topic) => topic.tags())).toEqual([
    { Account: "one", Kind: "own" },
    { Account: "two" },
  ]);
  expect(scope.accountIds).toEqual([ONE, TWO]);
});

test("reports all problems at once, each with its stack, address, argument and expression", () => {
  const first = stackOf({
    aws_iam_role: {
      a: { name_prefix: "x", assume_role_policy: TRUST_EC2 },
      b: { name: "b", assume_role_policy: "${var.trust}" },
    },
    aws_iam_role_policy: { p: { name: "${count.index}", role: "${aws_iam_role.b.name}", policy: "{" } },
  });
  const second = stackOf(
    { ...roleBlocks("c"), aws_iam_policy: { m: { name: "m", policy: '${jsonencode("x")}' } } },
    { id: "other", account: TWO },
  );
  expect(problemsOf(first, second)).toEqual([
    expect.stringMatching(/^made: aws_iam_role\.a name of made: aws_iam_role\.a is not known before apply$/),
    expect.stringMatching(/^made: aws_iam_role\.b\.assume_role_policy \$\{var\.trust\}: there is no variable trust$/),
    expect.stringMatching(/^made: aws_iam_role_policy\.p \$\{count\.index\}: there is no count\.index$/),
    expect.stringMatching(/^made: aws_iam_role_policy\.p\.policy is not JSON/),
    expect.stringMatching(/^other: aws_iam_policy\.m\.policy \$\{jsonencode\("x"\)\} is more than a reference/),
  ]);
});

test("reads a trust policy from a data source", () => {
  const principals = [{ type: "Service", identifiers: ["ec2.amazonaws.com"] }];
  const data = { aws_iam_policy_document: { t: { statement: [{ actions: ["sts:AssumeRole"], principals }] } } };
  const named = { r: { name: "r", assume_role_policy: "${data.aws_iam_policy_document.t.json}" } };
  expect(problemsOf(stackOf({ aws_iam_role: named }, { data }))).toEqual([]);
  const wrong = { r: { name: "r", assume_role_policy: document(trusting({ AWS: "nobody" })) } };
  expect(problemsOf(stackOf({ aws_iam_role: wrong }))).toEqual([
    expect.stringContaining("AWS must name a principal without wildcards or unique ids, got nobody"),
  ]);
});
