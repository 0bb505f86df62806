import { differencesIn } from "../../../tools/drift/differences";
import type { PlanJson } from "../../../tools/review/plan-json";
import {
  created,
  destroyed,
  forgotten,
  type Planned,
  planOf,
  replaced,
  unchanged,
  updated,
} from "../review/support/plans";
import { realPlan, linesOf } from "./support/real-plans";

type Values = Readonly<Record<string, unknown>>;

/** A plan of resources, with the drift that the refresh found since the last apply. */
const plan = (changes: readonly Planned[], drift: readonly Planned[] = [], rest: Partial<PlanJson> = {}) =>
  planOf(changes, { resource_drift: drift.map(({ change }) => change), ...rest });

/** One resource with three values: after the last apply, in AWS, and in the code. */
function found(left: Values, aws: Values, code: Values, type = "aws_x") {
  const address = `${type}.a`;
  const { inAws, unapplied } = differencesIn(plan([updated(address, aws, code)], [updated(address, left, aws)]));
  return { message: inAws.map(({ message }) => message), unapplied };
}

describe("manual changes of a real network and real roles", () => {
  test("are listed from the side of AWS, by element", () => {
    expect(linesOf(differencesIn(realPlan("changed-network")).inAws)).toEqual([
      "aws_route.network_public_internet is deleted in AWS; the code creates it",
      "aws_security_group.security-group_web_group ingress: AWS has tcp 22 from 0.0.0.0/0, the code doesn't",
      'aws_vpc.network_vpc tag Owner: AWS has "somebody", the code says nothing',
    ]);
    const statement = "aws_iam_role_policy.operator_role_inline-read-operations policy.Statement";
    expect(linesOf(differencesIn(realPlan("changed-iam")).inAws)).toEqual([
      `aws_iam_role_policies_exclusive.operator_role_no-other-inline policy_names: AWS has "by-hand", the code doesn't`,
      `${statement}[ReadLogs].Action: AWS has "logs:*", the code doesn't`,
      `${statement}[ReadLogs].Action: the code has "logs:Describe*", "logs:FilterLogEvents", "logs:Get*", "logs:List*", "logs:StartQuery", "logs:StopQuery", "logs:TestMetricFilter", AWS doesn't`,
      `${statement}[ReadMetricsAndAlarms]: AWS has nothing, the code says "Allow cloudwatch:Describe*, cloudwatch:Get*, cloudwatch:List* on *"`,
      `${statement}[ReadEvents]: AWS has nothing, the code says "Allow cloudtrail:LookupEvents, events:Describe*, events:List*, health:Describe* on *"`,
      `${statement}[ReadTags]: AWS has nothing, the code says "Allow tag:GetResources, tag:GetTagKeys, tag:GetTagValues on *"`,
      `${statement}[ReadDatabaseLogs]: AWS has nothing, the code says "Allow rds:Describe*, rds:DownloadDBLogFilePortion, rds:ListTagsForResource on *"`,
      `${statement}[HandleSupportCases]: AWS has nothing, the code says "Allow support:AddAttachmentsToSet, support:AddCommunicationToCase, support:CreateCase, support:Describe*, support:ResolveCase on *"`,
      "aws_iam_role_policy_attachment.operator_role_managed-view-only is deleted in AWS; the code creates it",
      `aws_iam_role_policy_attachments_exclusive.operator_role_no-other-managed policy_arns: AWS has "arn:aws:iam::aws:policy/IAMFullAccess", the code doesn't`,
      `aws_iam_role_policy_attachments_exclusive.operator_role_no-other-managed policy_arns: the code has "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess", AWS doesn't`,
      `aws_iam_user.terraform-user permissions_boundary: AWS has nothing, the code says "arn:aws:iam::222222222222:policy/service/terraform-user-boundary"`,
    ]);
  });

  test("are not counted as unapplied code, and untouched resources have no differences", () => {
    for (const name of ["changed-network", "changed-iam"] as const)
      expect(differencesIn(realPlan(name)).unapplied).toBe(0);
    expect(differencesIn(realPlan("untouched"))).toEqual({ inAws: [], unapplied: 0 });
  });

  test("without the drift, the same plan has only unapplied code", () => {
    const { inAws, unapplied } = differencesIn({ ...realPlan("changed-network"), resource_drift: [] });
    expect(inAws).toEqual([]);
    expect(unapplied).toBe(3);
  });
});

describe("the side that changed since the last apply", () => {
  test.each<[string, Values, Values, Values, string[], number]>([
    ["AWS", { size: 1 }, { size: 2 }, { size: 1 }, ["size: AWS has 2, the code says 1"], 0],
    ["the code", { size: 1 }, { size: 1 }, { size: 2 }, [], 1],
    ["both", { size: 1 }, { size: 2 }, { size: 3 }, ["size: AWS has 2, the code says 3"], 0],
    [
      "each side in another tag",
      { tags: { Name: "n" } },
      { tags: { Name: "n", Owner: "somebody" } },
      { tags: { Name: "n", Team: "t" } },
      ['tag Owner: AWS has "somebody", the code says nothing'],
      1,
    ],
    [
      "each side in another element",
      { arns: ["a", "b"] },
      { arns: ["a", "x"] },
      { arns: ["a", "b", "c"] },
      ['arns: AWS has "x", the code doesn\'t', 'arns: the code has "b", AWS doesn\'t'],
      1,
    ],
    ["nobody: the code follows AWS", { size: 1 }, { size: 2 }, { size: 2 }, [], 1], // an update of something else
  ])("%s", (_, left, aws, code, message, unapplied) => {
    expect(found(left, aws, code)).toEqual({ message, unapplied });
  });

  test("is decided for each part of a policy statement", () => {
    const policy = (...statements: readonly object[]) => ({
      policy: JSON.stringify({ Version: "2012-10-17", Statement: statements }),
    });
    const read = (...actions: string[]) => ({ Sid: "Read", Effect: "Allow", Action: actions, Resource: "*" });
    const admin = { Effect: "Allow", Action: "*", Resource: "*" };
    expect(
      found(policy(read("a:Get")), policy(read("a:Get", "a:Put"), admin), policy(read("a:Get", "a:List"))),
    ).toEqual({
      message: [
        'policy.Statement[Read].Action: AWS has "a:Put", the code doesn\'t',
        'policy.Statement[1]: AWS has "Allow * on *", the code says nothing',
      ],
      unapplied: 1,
    });
  });
});

test.each<[string, Planned, Planned | undefined, string[], number]>([
  ["is new in the code", created("aws_x.a", { name: "n" }), undefined, [], 1],
  ["is not in the code", destroyed("aws_x.a", { name: "n" }), updated("aws_x.a", { name: "m" }, { name: "n" }), [], 1],
  ["is only forgotten", forgotten("aws_x.a", { name: "n" }), undefined, [], 1],
  ["is deleted in AWS and in the code", unchanged("aws_x.b", {}), destroyed("aws_x.a", { name: "n" }), [], 0],
  ["moves to another address", unchanged("aws_x.a", { name: "n" }, { previous_address: "aws_x.b" }), undefined, [], 1],
  ["is imported", unchanged("aws_x.a", { name: "n" }, { importing: { id: "n" } }), undefined, [], 1],
  ["is replaced without a difference", replaced("aws_x.a", { name: "n" }, { name: "n" }), undefined, [], 1],
  [
    "must be replaced to revert the change",
    replaced("aws_x.a", { name: "m" }, { name: "n" }, { replace_paths: [["name"]] }),
    updated("aws_x.a", { name: "n" }, { name: "m" }),
    ['name: AWS has "m", the code says "n"; an apply replaces the resource'],
    0,
  ],
])("a resource that %s", (_, change, drift, message, unapplied) => {
  const differences = differencesIn(plan([change], drift ? [drift] : []));
  expect(differences.inAws.map((each) => each.message)).toEqual(message);
  expect(differences.unapplied).toBe(unapplied);
});

describe("a value known only after the apply", () => {
  const user = updated(
    "aws_y.b",
    { group: "sg-1" },
    {},
    { after_unknown: { group: true }, written: { group: "aws_x.a.id" } },
  );
  const maker = { written: { name: true } } as const;

  test("follows from a deleted resource", () => {
    const gone = plan([created("aws_x.a", { name: "n" }, maker), user], [destroyed("aws_x.a", { name: "n" })]);
    expect(differencesIn(gone)).toEqual({
      inAws: [{ address: "aws_x.a", message: "is deleted in AWS; the code creates it" }],
      unapplied: 0,
    });
  });

  test("is a change of the code if nothing is deleted", () => {
    expect(differencesIn(plan([created("aws_x.a", { name: "n" }, maker), user]))).toEqual({ inAws: [], unapplied: 2 });
  });

  test("is no difference if the provider fills it in", () => {
    const filledIn = updated(
      "aws_x.a",
      { name: "m", etag: "1" },
      { name: "n" },
      { after_unknown: { etag: true }, ...maker },
    );
    const { inAws } = differencesIn(
      plan([filledIn], [updated("aws_x.a", { name: "n", etag: "0" }, { name: "m", etag: "1" })]),
    );
    expect(inAws.map(({ message }) => message)).toEqual(['name: AWS has "m", the code says "n"']);
  });
});

test("a changed output counts as unapplied, unless it may follow from a change in AWS", () => {
  const output_changes = { a: { actions: ["update"] as const, before: "1", after: "2" } };
  expect(differencesIn(plan([], [], { output_changes })).unapplied).toBe(1);
  const changed = plan([updated("aws_x.a", { n: 2 }, { n: 1 })], [updated("aws_x.a", { n: 1 }, { n: 2 })], {
    output_changes,
  });
  expect(differencesIn(changed).unapplied).toBe(0);
});

describe("the message", () => {
  const message = (aws: Values, code: Values, type?: string) => found(code, aws, code, type).message;
  const rule = (rest: object) => ({
    protocol: "tcp",
    from_port: 443,
    to_port: 443,
    description: "",
    self: false,
    ...rest,
  });

  test.each<[string, Values, Values, string[]]>([
    ["equal tags are listed once", { tags: { a: "1" }, tags_all: { a: "1" } }, { tags: {}, tags_all: {} }, ['tag a: AWS has "1", the code says nothing']], // prettier-ignore
    ["a single block is compared by its content", { block: [{ on: false, n: 1 }] }, { block: [{ on: true, n: 1 }] }, ["block.on: AWS has false, the code says true"]], // prettier-ignore
    ["several blocks are listed whole, without unset parts", { rules: [{ a: 1, b: null }, { a: 2, b: "" }] }, { rules: [{ a: 1 }] }, ["rules: AWS has {a: 2}, the code doesn't"]], // prettier-ignore
    ["order is compared", { list: ["b", "a"] }, { list: ["a", "b"] }, ["list: AWS has another order than the code"]],
    [
      "an empty value equals an absent one",
      { list: [], text: "", n: 2 },
      { list: null, text: null, n: 1 },
      ["n: AWS has 2, the code says 1"],
    ],
    [
      "rules of a security group are split by peer",
      {
        ingress: [
          rule({ cidr_blocks: ["10.0.0.0/8", "0.0.0.0/0"], description: "web" }),
          rule({ protocol: "-1", self: true }),
        ],
      },
      {
        ingress: [
          rule({ cidr_blocks: ["10.0.0.0/8"], description: "web" }),
          rule({ to_port: 444, security_groups: ["sg-1"] }),
        ],
      },
      [
        'ingress: AWS has tcp 443 from 0.0.0.0/0 ("web"), everything from its own members, the code doesn\'t',
        "ingress: the code has tcp 443-444 from sg-1, AWS doesn't",
      ],
    ],
  ])("%s", (_, aws, code, expected) => {
    expect(message(aws, code, "aws_security_group")).toEqual(expected);
  });

  test("cuts long lists", () => {
    const many = Array.from({ length: 30 }, (_, index) => `e${index}`);
    expect(message({ list: many }, { list: [] })[0]).toMatch(/"e19", 10 more, the code doesn't$/);
  });

  test("cuts the common part of long texts", () => {
    const long = "x".repeat(300);
    expect(message({ text: `${long}1` }, { text: `${long}2` })).toEqual([
      'text: AWS has "…xxxxxxxxxxxx1", the code says "…xxxxxxxxxxxx2"',
    ]);
  });

  test("never contains a secret, whether marked, named or repeated", () => {
    const secret = "correct horse battery staple";
    const sensitive = { before_sensitive: { value: true }, after_sensitive: { value: true } };
    const aws = {
      value: secret,
      password: `${secret}!`,
      other: `with ${secret}`,
      list: [secret, JSON.stringify({ password: "as yet unseen" })],
    };
    const code = { value: "old", password: "older than old", other: "", list: [] };
    const all = differencesIn(
      plan([updated("aws_x.a", aws, code, sensitive)], [updated("aws_x.a", code, aws, sensitive)]),
    ).inAws;
    expect(JSON.stringify(all)).not.toMatch(/horse|older|unseen/);
    expect(all.map((each) => each.message)).toEqual([
      'list: AWS has (sensitive value 1), {"password":"(sensitive value 4)"}, the code doesn\'t',
      'other: AWS has "with (sensitive value 1)", the code says nothing',
      "password: AWS has another value than the code (sensitive)",
      "value: AWS has another value than the code (sensitive)",
    ]);
  });

  test("escapes line breaks, control characters and quotes from AWS", () => {
    const hostile = 'a"\n\u001b[2J\u202eb';
    for (const text of message(
      { tags: { [hostile]: hostile }, list: [hostile], size: hostile },
      { tags: {}, list: [], size: "n" },
    )) {
      // eslint-disable-next-line no-control-regex -- the text must not contain them
      expect(text).not.toMatch(/[\u0000-\u001f\u202e]/);
      expect(text).toMatch(/AWS has "a\\"\\n\\u001b\[2J\\u202eb", the code/);
    }
  });
});
