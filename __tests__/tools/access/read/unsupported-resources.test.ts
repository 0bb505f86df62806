import { Problems, UnresolvedAccess } from "../../../../tools/access/read/problems";
import { scopesOf } from "../../../../tools/access/read/resolver";
import type { StackJson, SynthesizedStack } from "../../../../tools/synth/synthesized";
import { SUPPORTED_TYPES, reportUnsupported } from "../../../../tools/access/read/unsupported-resources";
import { loadEstate } from "../../../../config/load";
import { accessModelOf } from "../../../../tools/access/read/model-of";
import { stacksOf } from "../../../support/access";
import { awkward, example } from "../../../support/estates";
import { allow, document, ONE, roleBlocks, stackOf, TRUST_EC2 } from "../support";

type Blocks = NonNullable<StackJson["resource"]>;

/** Reports only unsupported resources of stacks. */
function problemsIn(...stacks: readonly SynthesizedStack[]): readonly string[] {
  const problems = new Problems();
  reportUnsupported([...scopesOf(stacks).values()], problems);
  try {
    problems.throwIfAny();
  } catch (error) {
    if (error instanceof UnresolvedAccess) return error.problems;
    throw error;
  }
  return [];
}

const POLICY = document(allow("s3:*"));
const NOT_READ = "holds a policy, which is not supported yet";
const ofType = (type: string, values: object = {}): Blocks => ({ [type]: { x: { ...values } } });

describe("unsupported types and arguments are reported", () => {
  test.each([
    ["aws_iam_outbound_web_identity_federation", "is of a type that affects access"],
    ["aws_ssoadmin_application_assignment", "is of a type that affects access"],
    ["aws_ssoadmin_trusted_token_issuer", "is of a type that affects access"],
    ["aws_ram_resource_share", "is of a type that affects access"],
    ["aws_organizations_resource_policy", "is of a type that affects access"],
    ["aws_rolesanywhere_profile", "is of a type that affects access"],
    ["aws_lambda_function_url", "grants access without a policy document"],
    ["aws_kms_grant", "grants access without a policy document"],
    ["aws_eks_access_entry", "grants access without a policy document"],
    ["aws_lakeformation_permissions", "grants access without a policy document"],
    ["aws_guardduty_organization_admin_account", "grants access without a policy document"],
    ["aws_cloudformation_stack", "can create any resource"],
    ["aws_cloudcontrolapi_resource", "can create any resource"],
    ["aws_kms_replica_key", "has AWS's default policy"],
    ["awscc_iam_role", "is of a provider that is not supported"],
    ["kubernetes_role", "is of a provider that is not supported"],
  ])("%s", (type, problem) => {
    expect(problemsIn(stackOf(ofType(type)))).toEqual([expect.stringContaining(`made: ${type}.x ${problem}`)]);
  });

  test.each([
    ["count", "aws_iam_role", { count: 2 }, "has count, which only Terraform resolves"],
    ["for_each", "aws_iam_policy", { for_each: "${toset([])}" }, "has for_each, which only Terraform resolves"],
    ["a dynamic block", "aws_iam_role", { dynamic: { inline_policy: {} } }, "has a dynamic block"],
    ["a provisioner", "terraform_data", { provisioner: [{ "local-exec": {} }] }, "has a provisioner"],
    [
      "changes that are ignored",
      "aws_iam_role_policy",
      { lifecycle: [{ ignore_changes: ["policy"] }] },
      "ignores changes of policy",
    ],
    [
      "ignored changes of a list of attachments",
      "aws_iam_role_policy_attachments_exclusive",
      { lifecycle: [{ ignore_changes: ["policy_arns"] }] },
      "ignores changes of policy_arns",
    ],
    ["all changes ignored", "aws_iam_role", { lifecycle: { ignore_changes: "all" } }, "ignores changes of all"],
    ["an unknown provider", "aws_iam_role", { provider: "aws.other" }, "must be in a known account"],
    ["an ACL", "aws_s3_bucket", { acl: "public-read" }, "grants access"],
    ["a share", "aws_ssm_document", { permissions: { type: "Share", account_ids: "all" } }, "grants access"],
  ])("%s", (_, type, values, problem) => {
    expect(problemsIn(stackOf(ofType(type, values)))).toEqual([
      expect.stringMatching(new RegExp(`^made: ${type}\\.x(\\.\\w+)? ${problem}`)),
    ]);
  });
});

describe("a policy in an unsupported place is reported", () => {
  test.each([
    ["as JSON", "aws_ses_identity_policy", "policy", POLICY],
    ["in a block", "aws_s3_access_point", "block", [{ deep: { policy: POLICY } }]],
    ["with escapes in it", "aws_sqs_other", "policy", POLICY.replace("Statement", "\\u0053tatement")],
    ["as YAML", "aws_something", "template", "PolicyDocument:\n  Statement:\n    - Effect: Allow"],
    ["as an expression", "aws_something", "policy", "${jsonencode({ Statement = [] })}"],
    ["by a data source", "aws_something", "policy", "${data.aws_iam_policy_document.d.json}"],
    ["by a local", "aws_something", "policy", "${local.text}"],
    ["by a local that leads to an expression", "aws_something", "policy", "x${local.deep}"],
    ["in an unexpected argument", "aws_iam_user", "path", POLICY],
    ["in an argument of a supported type", "aws_s3_bucket", "policy", POLICY],
  ])("%s", (_, type, argument, value) => {
    const stack = stackOf(ofType(type, { [argument]: value }), {
      locals: {
        text: POLICY,
        deep: "${local.deeper}",
        deeper: "${local.deepest}",
        deepest: "${jsonencode({ Statement = local.none })}",
      },
    });
    expect(problemsIn(stack)).toEqual([`made: ${type}.x.${argument} ${NOT_READ}`]);
  });

  test.each(["file", "templatefile"])("a text of unknown content, from %s()", (read) => {
    const stack = stackOf(ofType("aws_backup_vault_policy", { policy: `\${${read}("assets/policy/policy.json")}` }));
    expect(problemsIn(stack)).toEqual([`made: aws_backup_vault_policy.x.policy ${NOT_READ}`]);
  });

  test.each([
    ["aws_vpc_endpoint", { policy: POLICY }],
    ["aws_iam_role", { assume_role_policy: TRUST_EC2, inline_policy: [{ name: "x", policy: POLICY }] }],
    ["aws_cloudtrail", { tags: { Statement: '"Statement": 1' } }],
    ["aws_instance", { subnet_id: "${aws_subnet.s.id}", user_data: "${local.text}" }],
    ["aws_iam_access_key", { user: "u" }],
    ["aws_iam_role_policies_exclusive", { role_name: "r", policy_names: ["p"] }],
    ["aws_s3_bucket", { acl: "private" }],
    ["aws_organizations_account", { lifecycle: { ignore_changes: ["role_name"] } }],
  ])("no problem is reported for %s with %j", (type, values) => {
    expect(problemsIn(stackOf(ofType(type, values), { locals: { text: "echo" } }))).toEqual([]);
  });
});

describe("blocks other than resources", () => {
  const problemsWith = (json: object) => problemsIn({ id: "made", json: { ...stackOf({}).json, ...json } });

  test.each([
    [
      { module: { m: { source: "./m" } } },
      "made module.m is a module whose code is not in custom/, which is not supported: copy it there",
    ],
    [{ ephemeral: {} }, "made has a block ephemeral, which is not supported"],
    [
      { data: { external: { e: { program: ["sh"] } } } },
      "made has a data source external, which is not supported: it runs a program",
    ],
    [
      { removed: [{ from: "aws_iam_user_policy.x", lifecycle: { destroy: false } }] },
      "made removes aws_iam_user_policy.x from the state and leaves it in AWS",
    ],
  ])("%j is reported", (json, problem) => {
    expect(problemsWith(json)).toEqual([problem]);
  });

  test.each([
    { removed: [{ from: "aws_iam_user_policy.x", lifecycle: { destroy: true } }] },
    { removed: { from: "aws_vpc.x", lifecycle: [{ destroy: false }] } },
    { moved: [{ from: "aws_iam_role.a", to: "aws_iam_role.b" }], import: [{ to: "aws_iam_role.b", id: "b" }] },
  ])("%j is accepted", (json) => {
    expect(problemsWith(json)).toEqual([]);
  });
});

test("a provider without exactly one account is reported for each of its resources", () => {
  const provider = (allowed?: readonly string[]) => ({ aws: [{ region: "eu-west-1", allowed_account_ids: allowed }] });
  for (const allowed of [undefined, [], [ONE, "222222222222"], ["${var.account}"]]) {
    const problems = problemsIn(stackOf(roleBlocks("r", allow("*")), { provider: provider(allowed) }));
    expect(problems).toEqual([
      expect.stringContaining("aws_iam_role.r must be in a known account"),
      expect.stringContaining("aws_iam_role_policy.r must be in a known account"),
    ]);
  }
});

describe.each([
  ["the shipped estate", example],
  ["the awkward estate", awkward],
])("in %s", (_, estate) => {
  const scopes = () => [...scopesOf(stacksOf(estate())).values()];
  const types = () => new Set(scopes().flatMap((scope) => scope.resources().map(({ type }) => type)));

  test("everything is supported", () => {
    expect(problemsIn(...stacksOf(estate()))).toEqual([]);
  });

  test("each type that can allow access would be reported if it were unsupported", () => {
    const read = SUPPORTED_TYPES as Map<string, readonly string[]>;
    // A key or a topic affects access only if it has a policy.
    const relevant = [...types()].filter((type) => SUPPORTED_TYPES.has(type) && type.startsWith("aws_iam_"));
    expect(relevant.length).toBeGreaterThan(4);
    for (const type of relevant) {
      const before = SUPPORTED_TYPES.get(type) ?? [];
      read.delete(type);
      const problems = problemsIn(...stacksOf(estate()));
      read.set(type, before);
      expect(problems.join("\n")).toContain(`${type}.`);
    }
  });

  test("each policy would be reported if its argument were unsupported", () => {
    const read = SUPPORTED_TYPES as Map<string, readonly string[]>;
    const holders = [...types()].filter((type) => (SUPPORTED_TYPES.get(type) ?? []).length > 0);
    const separate = ["aws_kms_key", "aws_sns_topic"]; // their policies are separate resources, or the AWS default
    for (const type of holders.filter((each) => !separate.includes(each))) {
      const before = SUPPORTED_TYPES.get(type) ?? [];
      read.set(type, []);
      const problems = problemsIn(...stacksOf(estate()));
      read.set(type, before);
      expect(problems.join("\n")).toMatch(new RegExp(`${type}\\..* ${NOT_READ}`));
    }
  });
});

test("what is outside AWS affects no access, and adds no account", () => {
  const all = stacksOf(loadEstate("examples/seed-002.ts"));
  expect(problemsIn(...all)).toEqual([]);
  const inAws = all.filter(({ json }) => json.provider?.["aws"] !== undefined);
  expect(inAws).toHaveLength(all.length - 3);
  const [model, other] = [accessModelOf(all), accessModelOf(inAws)];
  expect(model).toEqual(other);
});
