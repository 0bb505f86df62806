import type { Principal } from "../../../../tools/access/read/model";
import { accessModelOf, sharedScopes } from "../../../../tools/access/read/model-of";
import { scopesOf } from "../../../../tools/access/read/resolver";
import type { StackJson, SynthesizedStack } from "../../../../tools/synth/synthesized";
import {
  allow,
  deny,
  document,
  modelOf,
  ONE,
  problemsOf,
  roleBlocks,
  stackOf,
  stateOf,
  THREE,
  TRUST_EC2,
  trusting,
  TWO,
} from "../support";

type Blocks = NonNullable<StackJson["resource"]>;

const READ_ALL = document(allow("s3:Get*"));
const ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess";
const shared = { aws_iam_policy: { shared: { name: "shared", policy: READ_ALL } } };
const SHARED = `arn:aws:iam::${ONE}:policy/shared`;

/** Names of the policies of each principal, by the end of its ARN. */
function policiesOf(...stacks: SynthesizedStack[]): Record<string, string[]> {
  const named = ({ arn, policies }: Principal) =>
    [arn.split(":").slice(4).join(":"), policies.map(({ name }) => name)] as const;
  return Object.fromEntries(modelOf(...stacks).principals.map(named));
}

describe("identity policies", () => {
  test("include inline, attached and deprecated ones", () => {
    const deprecated = { inline_policy: [{ name: "old", policy: READ_ALL }], managed_policy_arns: [ADMINISTRATOR] };
    const stack = stackOf({
      ...shared,
      aws_iam_role: { r: { name: "r", assume_role_policy: TRUST_EC2, ...deprecated } },
      aws_iam_role_policy: { p: { name: "inline", role: "${aws_iam_role.r.id}", policy: READ_ALL } },
      aws_iam_role_policy_attachment: {
        a: { role: "${aws_iam_role.r.name}", policy_arn: "${aws_iam_policy.shared.arn}" },
      },
    });
    expect(policiesOf(stack)).toEqual({ [`${ONE}:role/r`]: ["inline", SHARED, "old", ADMINISTRATOR] });
  });

  test("of a user include those of its groups, for every kind of membership", () => {
    const stack = stackOf({
      ...shared,
      aws_iam_user: { u: { name: "u", path: "/people/" }, v: { name: "v" } },
      aws_iam_group: { g: { name: "g", path: "/teams/" }, h: { name: "h" } },
      aws_iam_group_policy: { p: { name: "of-group", group: "${aws_iam_group.g.name}", policy: READ_ALL } },
      aws_iam_group_policy_attachment: { a: { group: "h", policy_arn: SHARED } },
      aws_iam_group_membership: { m: { name: "m", group: "g", users: ["${aws_iam_user.u.name}"] } },
      aws_iam_user_group_membership: { m: { user: "u", groups: ["h", "g"] } },
      aws_iam_user_policy: { p: { user: "v", policy: READ_ALL } },
    });
    expect(policiesOf(stack)).toEqual({ [`${ONE}:user/people/u`]: ["of-group", SHARED], [`${ONE}:user/v`]: ["p"] });
  });

  test("include those that only a list of all attachments names, and the repeated ones once", () => {
    const list = (owner: string, ...policy_arns: string[]) => ({
      a: { [`${owner}_name`]: owner.charAt(0), policy_arns },
    });
    const stack = stackOf({
      ...shared,
      ...roleBlocks("r"),
      aws_iam_user: { u: { name: "u" }, v: { name: "v" } },
      aws_iam_group: { g: { name: "g" } },
      aws_iam_user_group_membership: { m: { user: "v", groups: ["g"] } },
      aws_iam_role_policy_attachment: { a: { role: "r", policy_arn: SHARED } },
      aws_iam_role_policy_attachments_exclusive: list("role", "${aws_iam_policy.shared.arn}", ADMINISTRATOR),
      aws_iam_user_policy_attachments_exclusive: list("user", ADMINISTRATOR),
      aws_iam_group_policy_attachments_exclusive: list("group", SHARED),
    });
    expect(policiesOf(stack)).toEqual({
      [`${ONE}:role/r`]: [SHARED, ADMINISTRATOR],
      [`${ONE}:user/u`]: [ADMINISTRATOR],
      [`${ONE}:user/v`]: [SHARED],
    });
  });

  test("can be attached to several principals at once", () => {
    const attachment = { name: "a", policy_arn: SHARED, roles: ["r"], users: ["u"], groups: ["g"] };
    const blocks: Blocks = {
      ...shared,
      ...roleBlocks("r"),
      aws_iam_user: { u: { name: "u" }, v: { name: "v" } },
      aws_iam_group: { g: { name: "g" } },
      aws_iam_user_group_membership: { m: { user: "v", groups: ["g"] } },
      aws_iam_policy_attachment: { a: attachment },
    };
    const each = { [`${ONE}:role/r`]: [SHARED], [`${ONE}:user/u`]: [SHARED], [`${ONE}:user/v`]: [SHARED] };
    expect(policiesOf(stackOf(blocks))).toEqual(each);
  });

  test("can be attached by other stacks of the same account, but not of another account", () => {
    const attach = { aws_iam_role_policy: { p: { name: "from-afar", role: "r", policy: READ_ALL } } };
    const roles = stackOf(roleBlocks("r"));
    expect(policiesOf(roles, stackOf(attach, { id: "same" }))).toEqual({ [`${ONE}:role/r`]: ["from-afar"] });
    const [problem] = problemsOf(roles, stackOf(attach, { id: "other", account: TWO }));
    expect(problem).toBe(`other: aws_iam_role_policy.p refers to the role r of ${TWO}, which no stack creates`);
  });

  test("belong to the account of the resource's provider", () => {
    const aws = [
      { region: "eu-west-1", allowed_account_ids: [ONE] },
      { alias: "two", region: "eu-west-1", allowed_account_ids: [TWO] },
    ];
    const inline = { name: "own", role: "r", policy: READ_ALL, provider: "aws.two" };
    const blocks = {
      aws_iam_role: { r: { name: "r", assume_role_policy: TRUST_EC2 } },
      aws_iam_role_policy: { p: inline },
    };
    const there = { ...roleBlocks("r") };
    expect(policiesOf(stackOf(blocks, { provider: { aws } }), stackOf(there, { id: "two", account: TWO }))).toEqual({
      [`${ONE}:role/r`]: [],
      [`${TWO}:role/r`]: ["own"],
    });
    expect(modelOf(stackOf({}, { provider: { aws } })).accounts.map(({ id }) => id)).toEqual([ONE, TWO]);
  });

  test("exclusive lists attach no policies", () => {
    const exclusive = { aws_iam_role_policies_exclusive: { e: { role_name: "r", policy_names: ["x"] } } };
    expect(policiesOf(stackOf({ ...roleBlocks("r"), ...exclusive }))).toEqual({ [`${ONE}:role/r`]: [] });
  });

  test.each([
    [
      { aws_iam_role_policy_attachment: { a: { role: "r", policy_arn: SHARED } } },
      `attaches ${SHARED}, which no stack creates`,
    ],
    [
      { aws_iam_role_policy_attachment: { a: { role: "r", policy_arn: "arn:aws:iam::aws:policy/Unheard" } } },
      "is not pinned. Run python3 tools/access/policy/pin-managed-policies.py arn:aws:iam::aws:policy/Unheard",
    ],
    [{ aws_iam_user_policy: { a: { user: "nobody", policy: READ_ALL } } }, "refers to the user nobody"],
    [{ aws_iam_group_membership: { a: { group: "nothing", users: [] } } }, undefined],
    [
      { aws_iam_user_group_membership: { a: { user: "nobody", groups: ["none"] } } },
      `refers to the group none of ${ONE}`,
    ],
    [
      { aws_iam_policy: { a: { name: "p", policy: READ_ALL }, b: { name: "p", policy: READ_ALL } } },
      `policy/p must be created once, got two resources`,
    ],
    [
      {
        aws_iam_role: {
          r: { name: "r", assume_role_policy: TRUST_EC2 },
          s: { name: "r", assume_role_policy: TRUST_EC2 },
        },
      },
      "must be created once, got two resources",
    ],
    [
      { aws_iam_policy: { p: { name: "p", policy: document(trusting("*")) } } },
      "must not have a Principal in an identity policy",
    ],
  ] as const)("%j is reported", (blocks, problem) => {
    const problems = problemsOf(stackOf({ ...roleBlocks("r"), ...blocks })).join("\n");
    expect(problems).toEqual(problem === undefined ? "" : expect.stringContaining(problem));
  });
});

test("a principal has a boundary, tags, an environment, a trust policy and a maximum session duration", () => {
  const provider = {
    aws: [
      {
        region: "eu-west-1",
        allowed_account_ids: [ONE],
        default_tags: [{ tags: { Environment: "dev", Account: "first" } }],
      },
    ],
  };
  const own = {
    assume_role_policy: TRUST_EC2,
    permissions_boundary: "${aws_iam_policy.shared.arn}",
    max_session_duration: 7200,
  };
  const role = { name: "r", path: "/team/", tags: { Kind: "x" }, ...own };
  const [principal] = modelOf(stackOf({ ...shared, aws_iam_role: { r: role } }, { provider })).principals;
  expect(principal).toMatchObject({
    kind: "role",
    arn: `arn:aws:iam::${ONE}:role/team/r`,
    environment: "dev",
    maxSessionSeconds: 7200,
  });
  expect(principal).toMatchObject({
    boundary: { name: SHARED },
    tags: { Account: "first", Kind: "x" },
    source: "made: aws_iam_role.r",
  });
  expect(principal?.trust?.statements[0]?.principals).toEqual({ Service: ["ec2.amazonaws.com"] });
});

describe("policies of resources", () => {
  const everybody = document({ Effect: "Allow", Principal: "*", Action: "s3:*", Resource: "*" });
  const guards = (blocks: Blocks) =>
    modelOf(stackOf(blocks)).guardedResources.map(({ arn, policy }) => [arn, policy.name.split(" ")[0]]);
  const regional = (service: string, rest: string) => `arn:aws:${service}:eu-west-1:${ONE}:${rest}`;
  const key = { aws_kms_key: { k: {} } };
  const keyArn = regional("kms", "key/made-aws_kms_key.k");
  const queue = { aws_sqs_queue: { q: { name: "q" } } };

  test.each<[string, Blocks, string]>([
    [
      "a bucket",
      {
        aws_s3_bucket: { b: { bucket: "b" } },
        aws_s3_bucket_policy: { p: { bucket: "${aws_s3_bucket.b.id}", policy: everybody } },
      },
      "arn:aws:s3:::b",
    ],
    ["a key", { aws_kms_key: { k: { policy: everybody } } }, keyArn],
    [
      "a key by its id",
      { ...key, aws_kms_key_policy: { p: { key_id: "${aws_kms_key.k.id}", policy: everybody } } },
      keyArn,
    ],
    [
      "a key by its ARN",
      { ...key, aws_kms_key_policy: { p: { key_id: "${aws_kms_key.k.arn}", policy: everybody } } },
      keyArn,
    ],
    ["a topic", { aws_sns_topic: { t: { name: "t", policy: everybody } } }, regional("sns", "t")],
    [
      "a topic, as a separate resource",
      {
        aws_sns_topic: { t: { name: "t" } },
        aws_sns_topic_policy: { p: { arn: "${aws_sns_topic.t.arn}", policy: everybody } },
      },
      regional("sns", "t"),
    ],
    ["a queue", { aws_sqs_queue: { q: { name: "q", policy: everybody } } }, regional("sqs", "q")],
    [
      "a queue, as a separate resource",
      { ...queue, aws_sqs_queue_policy: { p: { queue_url: "${aws_sqs_queue.q.id}", policy: everybody } } },
      regional("sqs", "q"),
    ],
    [
      "a queue by its URL",
      { aws_sqs_queue_policy: { p: { queue_url: `https://sqs.eu-west-1.amazonaws.com/${ONE}/q`, policy: everybody } } },
      regional("sqs", "q"),
    ],
    [
      "a repository",
      { aws_ecr_repository_policy: { p: { repository: "a/b", policy: everybody } } },
      regional("ecr", "repository/a/b"),
    ],
    ["a secret", { aws_secretsmanager_secret_policy: { p: { secret_arn: "arn:s", policy: everybody } } }, "arn:s"],
    [
      "logs",
      { aws_cloudwatch_log_resource_policy: { p: { policy_name: "p", policy_document: everybody } } },
      regional("logs", "*"),
    ],
  ])("the policy of %s applies to it", (_, blocks, arn) => {
    expect(guards(blocks)).toEqual([[arn, "policy"]]);
  });

  test("permissions of a function are statements of its policy", () => {
    const worker = { aws_lambda_function: { f: { function_name: "worker" } } };
    const permission = (values: object) => ({ action: "lambda:InvokeFunction", function_name: "worker", ...values });
    const blocks = {
      ...worker,
      aws_lambda_permission: {
        topic: permission({
          function_name: "${aws_lambda_function.f.arn}",
          principal: "sns.amazonaws.com",
          source_arn: regional("sns", "t"),
          source_account: ONE,
        }),
        account: permission({ principal: TWO }),
        role: permission({ principal: `arn:aws:iam::${TWO}:role/r` }),
        anyone: permission({ principal: "*", principal_org_id: "o-1" }),
        alias: permission({ principal: "events.amazonaws.com", qualifier: "live" }),
        unknown: permission({ principal: "apigateway.amazonaws.com", source_arn: "${aws_vpc.v.arn}" }),
      },
    };
    const found = modelOf(stackOf(blocks)).guardedResources.map(({ arn, policy }) => [
      arn,
      policy.statements.map(({ principals, conditions }) => [principals, conditions]),
    ]);
    expect(found).toEqual([
      [
        regional("lambda", "function:worker"),
        expect.arrayContaining([
          [
            { Service: ["sns.amazonaws.com"] },
            { ArnLike: { "AWS:SourceArn": [regional("sns", "t")] }, StringEquals: { "AWS:SourceAccount": [ONE] } },
          ],
          [{ AWS: [`arn:aws:iam::${TWO}:root`] }, {}],
          [{ AWS: [`arn:aws:iam::${TWO}:role/r`] }, {}],
          [{ AWS: ["*"] }, { StringEquals: { "aws:PrincipalOrgID": ["o-1"] } }],
          [{ Service: ["apigateway.amazonaws.com"] }, {}],
        ]),
      ],
      [regional("lambda", "function:worker:live"), [[{ Service: ["events.amazonaws.com"] }, {}]]],
    ]);
  });

  test("a permission without a known function or principal is reported", () => {
    const values = { action: "lambda:InvokeFunction", function_name: "worker", principal: "${aws_vpc.v.id}" };
    expect(problemsOf(stackOf({ aws_lambda_permission: { p: values } }))).toEqual([
      expect.stringContaining("aws_lambda_permission.p"),
    ]);
  });

  test("a key without a policy has the AWS default, which delegates to the account", () => {
    const [guarded] = modelOf(stackOf(key)).guardedResources;
    expect(guarded).toMatchObject({
      arn: keyArn,
      service: "kms",
      accountId: ONE,
      policy: { name: "default key policy" },
    });
    expect(guarded?.policy.statements[0]?.principals).toEqual({ AWS: [`arn:aws:iam::${ONE}:root`] });
  });

  test("two policies of one resource, and a policy of an alias, are reported", () => {
    const twice = {
      aws_sns_topic: { t: { name: "t", policy: everybody } },
      aws_sns_topic_policy: { p: { arn: regional("sns", "t"), policy: everybody } },
    };
    expect(problemsOf(stackOf(twice))).toEqual([`${regional("sns", "t")} must have one policy, got two`]);
    const alias = { aws_kms_key_policy: { p: { key_id: "alias/k", policy: everybody } } };
    expect(problemsOf(stackOf(alias))).toEqual([expect.stringContaining("is an alias")]);
  });
});

test("known resources have their tags", () => {
  const [database] = modelOf(stackOf({ aws_db_instance: { d: { identifier: "d", tags: { Kind: "x" } } } })).resources;
  expect(database).toMatchObject({
    type: "aws_db_instance",
    arn: `arn:aws:rds:eu-west-1:${ONE}:db:d`,
    tags: { Kind: "x" },
  });
});

describe("an organization", () => {
  const id = (account: string) => ({ postcondition: [{ condition: `\${self.id == "${account}"}` }] });
  const unit = (name: string, parent: string) => ({ name, parent_id: parent });
  const ROOT = "${aws_organizations_organization.o.roots[0].id}";
  const blocks = (attachments: Blocks[string] = {}): Blocks => ({
    aws_organizations_organization: { o: {} },
    aws_organizations_organizational_unit: {
      outer: unit("outer", ROOT),
      inner: unit("inner", "${aws_organizations_organizational_unit.outer.id}"),
    },
    aws_organizations_account: {
      deep: {
        name: "deep",
        parent_id: "${aws_organizations_organizational_unit.inner.id}",
        role_name: "Entry",
        lifecycle: id(TWO),
      },
      flat: { name: "flat", lifecycle: id(THREE) },
      young: { name: "young" },
    },
    aws_organizations_policy: {
      scp: { name: "scp", content: document(deny("ec2:*")) },
      tags: { name: "tags", type: "TAG_POLICY", content: "{}" },
    },
    aws_organizations_policy_attachment: attachments,
  });
  const attach = (target: string, policy = "${aws_organizations_policy.scp.id}") => ({
    policy_id: policy,
    target_id: target,
  });
  const path = (stack: SynthesizedStack, account: string) =>
    modelOf(stack)
      .accounts.find((each) => each.id === account)
      ?.organizationPath?.map(({ name, policies }) => [name, policies.map((policy) => policy.name)]);

  test("has no role in a member that joined by invitation, but in an imported one that it created", () => {
    const stack = stackOf(blocks());
    const imported = ["deep", "flat"].map((name) => ({ to: `aws_organizations_account.${name}`, id: "any" }));
    const roles = modelOf({ ...stack, json: { ...stack.json, import: imported } }).principals;
    expect(roles.map(({ arn }) => arn)).toEqual([`arn:aws:iam::${TWO}:role/Entry`]);
  });

  test("limits members by the policies of the root, their units and FullAWSAccess at each level", () => {
    const attachments = {
      r: attach(ROOT),
      u: attach("${aws_organizations_organizational_unit.inner.id}"),
      a: attach(THREE),
      f: attach(ROOT, "p-FullAWSAccess"),
    };
    const stack = stackOf(blocks({ ...attachments, t: attach(TWO, "${aws_organizations_policy.tags.id}") }));
    const [bound, free] = [["FullAWSAccess", "scp"], ["FullAWSAccess"]];
    expect(path(stack, TWO)).toEqual([
      ["root", bound],
      ["outer", free],
      ["inner", bound],
      ["deep", free],
    ]);
    expect(path(stack, THREE)).toEqual([
      ["root", bound],
      ["flat", bound],
    ]);
  });

  test("does not limit its management account", () => {
    const accounts = modelOf(stackOf(blocks({ m: attach(ONE) }))).accounts;
    expect(accounts.find((account) => account.id === ONE)).toMatchObject({
      management: true,
      organizationPath: undefined,
    });
    expect(accounts.map((account) => account.id)).toEqual([ONE, TWO, THREE]);
  });

  test("has a role for its management account in each member with a known id", () => {
    const roles = modelOf(stackOf(blocks())).principals;
    expect(roles.map(({ arn }) => arn)).toEqual([
      `arn:aws:iam::${TWO}:role/Entry`,
      `arn:aws:iam::${THREE}:role/OrganizationAccountAccessRole`,
    ]);
    expect(roles[0]?.trust?.statements[0]?.principals).toEqual({ AWS: [`arn:aws:iam::${ONE}:root`] });
    expect(roles[0]?.policies.map(({ name }) => name)).toEqual([ADMINISTRATOR]);
  });

  test("read by a data source is the same", () => {
    const { aws_organizations_organization: organization, ...others } = blocks({
      r: attach("${data.aws_organizations_organization.o.roots[0].id}"),
    });
    const text = JSON.stringify(others).replaceAll(
      "${aws_organizations_organization.",
      "${data.aws_organizations_organization.",
    );
    const stack = stackOf(JSON.parse(text) as Blocks, { data: { aws_organizations_organization: organization ?? {} } });
    expect(path(stack, THREE)).toEqual([
      ["root", ["FullAWSAccess", "scp"]],
      ["flat", ["FullAWSAccess"]],
    ]);
    expect(modelOf(stack).organizationId).toBe("the organization");
  });

  test.each([
    [
      {
        ...blocks(),
        ...{ aws_organizations_policy: { p: { name: "p", type: "RESOURCE_CONTROL_POLICY", content: "{}" } } },
      },
      "RESOURCE_CONTROL_POLICY, which is not supported yet",
    ],
    [blocks({ a: attach("ou-abcd-12345678") }), "is attached to ou-abcd-12345678, which no stack creates"],
    [blocks({ a: attach(ROOT, "p-12345678") }), "attaches p-12345678, which no stack creates"],
    [
      { ...blocks(), aws_organizations_account: { a: { name: "a", parent_id: "ou-abcd-1", lifecycle: id(TWO) } } },
      "must have the unit ou-abcd-1, which a is in",
    ],
    [
      { aws_organizations_policy: { p: { name: "p", content: document(deny("*")) } } },
      "must be in the stack of the organization",
    ],
  ])("unsupported and unknown parts are reported: %#", (resource, problem) => {
    expect(problemsOf(stackOf(resource)).join("\n")).toContain(problem);
  });

  test("may let an account administer the analyzer and Identity Center, and no other service", () => {
    const delegating = (service_principal: string) => ({
      ...blocks(),
      aws_organizations_delegated_administrator: { d: { service_principal, account_id: TWO } },
    });
    for (const service of ["access-analyzer.amazonaws.com", "sso.amazonaws.com"])
      expect(modelOf(stackOf(delegating(service))).accounts).toHaveLength(3);
    expect(problemsOf(stackOf(delegating("iam.amazonaws.com"))).join("\n")).toContain(
      "lets an account administer iam.amazonaws.com, which is not supported yet",
    );
  });

  test("is reported if a second stack has one", () => {
    const other = stackOf({ ...blocks() }, { id: "other" });
    expect(problemsOf(stackOf(blocks()), other).join("\n")).toContain(
      "other must not have an organization: made already has one",
    );
  });
});

describe("two versions of the stacks", () => {
  type Version = readonly SynthesizedStack[];

  /** A stack whose output is an action. */
  const granting = (action: string) => stackOf({}, { id: "granting", output: { action: { value: action } } });
  const passingOn = stackOf({}, {
  id: "passing-on",
  data: stateOf("granting"),
  output: { action: { value: '${data.terraform_remote_state.granting.outputs["action"]}' } },
}); // prettier-ignore
  const reading = (from: string, id = "reading") => {
    const policy = document(allow("ACTION")).replace(
      "ACTION",
      `\${data.terraform_remote_state.${from}.outputs["action"]}`,
    );
    const aws_iam_role_policy = { [id]: { name: "own", role: `\${aws_iam_role.${id}.name}`, policy } };
    return stackOf({ ...roleBlocks(id), aws_iam_role_policy }, { id, data: stateOf(from) });
  };
  const alone = stackOf(roleBlocks("alone", allow("s3:GetObject")), { id: "alone" });

  /** The stacks that keep their scopes. The model of the later version must be the one that is read without the earlier. */
  function keptIn(before: Version, after: Version): string[] {
    const known = scopesOf(before);
    accessModelOf(before, known);
    const scopes = sharedScopes(after, known);
    expect([...scopes.keys()]).toEqual(after.map(({ id }) => id));
    expect(accessModelOf(after, scopes)).toEqual(accessModelOf(structuredClone(after)));
    return [...scopes].flatMap(([id, scope]) => (scope === known.get(id) ? [id] : []));
  }

  const [then, now] = [granting("s3:GetObject"), granting("s3:*")];

  test("a stack that stays the same keeps its scope", () => {
    expect(keptIn([alone, then], [alone, now])).toEqual(["alone"]);
    expect(keptIn([alone, then], [alone, structuredClone(then)])).toEqual(["alone"]);
  });

  test("a stack keeps its scope if the stack that it reads stays the same", () => {
    const other = reading("granting");
    expect(keptIn([then, other, alone], [then, other, structuredClone(alone)])).toEqual(["granting", "reading"]);
  });

  test.each([
    ["directly", reading("granting")],
    ["through another stack", reading("passing-on")],
  ])("a stack that reads a changed output %s is read again", (_how, own) => {
    expect(keptIn([then, passingOn, own, alone], [now, passingOn, own, alone])).toEqual(["alone"]);
  });

  test("a stack whose upstream appears or disappears is read again", () => {
    const own = stackOf({}, { id: "own", data: stateOf("granting") });
    expect(keptIn([own], [now, own])).toEqual([]);
    expect(keptIn([now, own], [own])).toEqual([]);
  });

  test("stacks that read each other are compared", () => {
    const [one, other] = [stackOf({}, { id: "one", data: stateOf("other") }), stackOf({}, { id: "other", data: stateOf("one") })]; // prettier-ignore
    expect(keptIn([one, other], [one, other])).toEqual(["one", "other"]);
    expect(keptIn([one, other], [one, structuredClone(other)])).toEqual([]);
  });

  test("a new resource in a changed stack is read, and stacks without a change are not read again", () => {
    const more = stackOf(
      { ...roleBlocks("alone"), ...roleBlocks("more", allow("*")) },
      { id: "more", account: "222222222222" },
    );
    expect(keptIn([alone], [alone, more])).toEqual(["alone"]);
  });

  test("what is not supported in a stack is reported in both versions", () => {
    const role = { name: "x", assume_role_policy: document(trusting("*")), count: 2 };
    const bad = stackOf({ aws_iam_role: { x: role } }, { id: "bad" });
    const known = scopesOf([bad, then]);
    const shared = sharedScopes([bad, now], known);
    expect(shared.get("bad")).toBe(known.get("bad"));
    for (const [stacks, scopes] of [[[bad, then], known], [[bad, now], shared]] as const)
    expect(() => accessModelOf(stacks, scopes)).toThrow("has count, which only Terraform resolves"); // prettier-ignore
  });
});
