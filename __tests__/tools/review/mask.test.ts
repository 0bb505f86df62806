import fc from "fast-check";
import { isSecretName } from "../../../config/secret-text";
import { maskPlan, maskPlanLog } from "../../../tools/review/mask";
import type { PlanJson } from "../../../tools/review/plan-json";
import { reviewPlan } from "../../../tools/review/review-plan";
import { summaryJson } from "../../../tools/review/summary-json";
import { summaryMarkdown } from "../../../tools/review/summary-markdown";
import { summaryText } from "../../../tools/review/summary-text";
import { ACCESS_KEY_ID, NO_SECRETS, SECRETS } from "../../support/secrets";
import { created, planOf, replaced, updated } from "./support/plans";
import { stackOf, summaryOf } from "./support/summaries";

const SECRET = "correct horse battery staple";
const MASK = "(sensitive value)";

/** The copy, with all numbers of secrets left out. */
const withoutNumbers = (plan: PlanJson): PlanJson =>
  JSON.parse(JSON.stringify(maskPlan(plan)).replaceAll(/\(sensitive value \d+\)/g, MASK)) as PlanJson;
const masked = (plan: unknown): unknown => withoutNumbers(plan as PlanJson);

describe("hides values that Terraform marks", () => {
  test("before and after, at every depth, and nothing else", () => {
    const plan = planOf([
      replaced(
        "aws_thing.x",
        { kept: "a", whole: { deep: SECRET }, list: ["public", SECRET] },
        { kept: "b", whole: { deep: 7 }, list: ["public", SECRET], count: 12 },
        {
          before_sensitive: { whole: true, list: [false, true] },
          after_sensitive: { whole: { deep: true }, list: [false, true], count: true },
        },
      ),
    ]);
    const [resource] = withoutNumbers(plan).resource_changes ?? [];
    expect(resource?.change.before).toEqual({ kept: "a", whole: MASK, list: ["public", MASK] });
    expect(resource?.change.after).toEqual({ kept: "b", whole: { deep: MASK }, list: ["public", MASK], count: MASK });
    expect({ ...resource, change: undefined }).toEqual({ ...plan.resource_changes?.[0], change: undefined });
  });

  test("a value of another shape than its marks", () => {
    const plan = planOf([
      created(
        "aws_thing.x",
        { list: SECRET, object: [SECRET] },
        { after_sensitive: { list: [true], object: { a: true } } },
      ),
    ]);
    expect(withoutNumbers(plan).resource_changes?.[0]?.change.after).toEqual({ list: MASK, object: MASK });
  });

  test("absent values stay absent", () => {
    const plan = planOf([
      created("aws_thing.x", { password: null, key: null }, { after_sensitive: { password: true, key: true } }),
    ]);
    expect(withoutNumbers(plan)).toEqual(plan);
  });

  test("in drift, outputs, states and planned values, also in modules", () => {
    const resource = {
      address: "aws_thing.x",
      type: "aws_thing",
      name: "x",
      values: { a: SECRET, b: 1 },
      sensitive_values: { a: true },
    };
    const hidden = { ...resource, values: { a: MASK, b: 1 } };
    const values = (each: unknown, value: unknown) => ({
      outputs: { out: { sensitive: true, value, type: "string" }, plain: { sensitive: false, value: "seen" } },
      root_module: { resources: [each], child_modules: [{ address: "module.m", resources: [each] }] },
    });
    expect(
      masked({ prior_state: { values: values(resource, SECRET) }, planned_values: values(resource, [SECRET]) }),
    ).toEqual({ prior_state: { values: values(hidden, MASK) }, planned_values: values(hidden, MASK) });
    const change = {
      actions: ["update"],
      before: SECRET,
      after: { a: SECRET },
      before_sensitive: true,
      after_sensitive: { a: true },
    };
    expect(masked({ output_changes: { out: change }, resource_drift: [{ change }] })).toEqual({
      output_changes: { out: { ...change, before: MASK, after: { a: MASK } } },
      resource_drift: [{ change: { ...change, before: MASK, after: { a: MASK } } }],
    });
  });

  test("variables at their declaration, their value, and in module calls", () => {
    const plan = {
      variables: { pin: { value: "1234567" }, name: { value: "seen" } },
      configuration: {
        root_module: {
          variables: { pin: { default: "1234567", sensitive: true }, name: { default: "seen" } },
          module_calls: {
            m: {
              expressions: { pin: { constant_value: "7654321" } },
              module: { variables: { pin: { sensitive: true } } },
            },
          },
        },
      },
    };
    const text = JSON.stringify(masked(plan));
    expect(text).not.toMatch(/1234567|7654321/);
    expect(text).toContain('"name":{"value":"seen"}');
  });

  test("the constant of an argument, although the configuration has no marks", () => {
    const plan = planOf([
      created(
        "aws_thing.x",
        { pin: "1234", size: 3 },
        { after_sensitive: { pin: true }, written: { pin: true, size: true } },
      ),
    ]);
    const { resources } = (
      withoutNumbers(plan).configuration as { root_module: { resources: { expressions: unknown }[] } }
    ).root_module;
    expect(resources[0]?.expressions).toEqual({ pin: { constant_value: MASK }, size: { constant_value: "written" } });
  });
});

test("hides all outputs of another stack's state, and keeps their names", () => {
  const remote = { type: "terraform_remote_state", name: "dev", mode: "data" };
  const values = {
    backend: "s3",
    config: { key: "dev/network.tfstate" },
    outputs: { "vpc-id": "vpc-1", subnets: ["subnet-1"] },
  };
  const hidden = { ...values, outputs: { "vpc-id": MASK, subnets: MASK } };
  expect(masked({ prior_state: { values: { root_module: { resources: [{ ...remote, values }] } } } })).toEqual({
    prior_state: { values: { root_module: { resources: [{ ...remote, values: hidden }] } } },
  });
  const change = { actions: ["read"], before: null, after: values };
  expect(masked({ resource_changes: [{ ...remote, change }] })).toEqual({
    resource_changes: [{ ...remote, change: { ...change, after: hidden } }],
  });
});

test("what IAM Identity Center knows of a person is hidden, and the user name stays", () => {
  const user = { type: "aws_identitystore_user", name: "lead", mode: "data" };
  const names = {
    id: "u-1",
    user_id: "u-1",
    user_name: "lead@example.com",
    identity_store_id: "d-1",
    alternate_identifier: [{ unique_attribute: [{ attribute_path: "UserName", attribute_value: "lead@example.com" }] }],
  };
  const personal = { display_name: "Team Lead", phone_numbers: [{ value: "+1 555 0100" }], emails: [{ value: names.user_name }] }; // prettier-ignore
  const hidden = { ...names, display_name: MASK, phone_numbers: MASK, emails: MASK, title: null, addresses: [] };
  const values = { ...names, ...personal, title: null, addresses: [] };
  const change = { actions: ["read"], before: null, after: values };
  expect(
    masked({
      prior_state: { values: { root_module: { resources: [{ ...user, values }] } } },
      resource_changes: [{ ...user, change }],
      output_changes: { "user-ids": { after: { [names.user_name]: "u-1" } } },
    }),
  ).toEqual({
    prior_state: { values: { root_module: { resources: [{ ...user, values: hidden }] } } },
    resource_changes: [{ ...user, change: { ...change, after: hidden } }],
    output_changes: { "user-ids": { after: { [names.user_name]: "u-1" } } },
  });
});

test("ids that cross stacks are hidden as outputs, and visible in resources", () => {
  const plan = planOf([created("aws_thing.x", { vpc_id: "vpc-0123456789abcdef0" })], {
    output_changes: {
      vpc: { actions: ["create"], before: null, after: "vpc-0123456789abcdef0", after_sensitive: true },
    },
  });
  const result = withoutNumbers(plan);
  expect(result.resource_changes).toEqual(plan.resource_changes);
  expect(result.output_changes?.["vpc"]?.after).toBe(MASK);
});

describe("hides values with the name of a secret", () => {
  test.each([
    ...[
      "password",
      "master_password",
      "DB_PASSWORD",
      "dbPassword",
      "password_wo",
      "secret",
      "secret_string",
      "client_secret",
      "clientSecret",
    ],
    ...[
      "private_key",
      "private_key_pem",
      "token",
      "auth_token",
      "access_tokens",
      "ses_smtp_password_v4",
      "secret_access_key",
      "api-key",
    ],
  ])("%s", (name) => {
    expect(masked({ a: { [name]: "x", b: "x" } })).toEqual({ a: { [name]: MASK, b: "x" } });
  });

  test.each([
    ...[
      "secret_arn",
      "password_length",
      "token_endpoint",
      "secret_id",
      "password_wo_version",
      "key_name",
      "master_user_secret_kms_key_id",
    ],
    ...["compass", "tokenizer", "public_key", "author"],
  ])("not %s", (name) => {
    expect(masked({ [name]: "x" })).toEqual({ [name]: "x" });
  });

  test("only texts, and no ARNs", () => {
    const plan = {
      password: true,
      secret: 3,
      token: null,
      secrets: "arn:aws:secretsmanager:eu-west-1:1:secret:x",
      private_key: "",
    };
    expect(masked(plan)).toEqual(plan);
  });

  test("in pairs of name and value, JSON in texts, outputs and variables", () => {
    const definition = JSON.stringify([
      {
        image: "x",
        environment: [
          { name: "DB_PASSWORD", value: "short" },
          { name: "MODE", value: "y" },
        ],
      },
    ]);
    const result = JSON.stringify(masked({
      container_definitions: definition,
      output_changes: { token: { before: "short", after: ["short"] } },
      variables: { password: { value: "short" } },
    })); // prettier-ignore
    expect(result).not.toContain("short");
    expect(result).toContain(String.raw`{\"name\":\"MODE\",\"value\":\"y\"}`);
  });

  test("texts that are secret anywhere", () => {
    expect(
      masked({
        a: "-----BEGIN RSA PRIVATE KEY-----\nMII",
        b: "postgres://me:pass@host/x",
        c: "https://host/x@y",
        d: "postgres://me@host",
      }),
    ).toEqual({
      ...{ a: MASK, b: `postgres://me:${MASK}@host/x`, c: "https://host/x@y", d: "postgres://me@host" },
    });
  });
});

test("never hides an address, even one that is a password", () => {
  const plan = planOf([created("aws_thing.production-database", { password: "aws_thing.production-database" })]);
  expect(withoutNumbers(plan).resource_changes?.[0]?.address).toBe("aws_thing.production-database");
});

test("hides unmarked copies of a secret, except in addresses and short words", () => {
  const plan = planOf([
    created(
      "aws_thing.production",
      { password: SECRET, copy: SECRET, url: `https://x/?p=${SECRET}`, stage: "default", pin: "default" },
      { after_sensitive: { pin: true } },
    ),
    created("aws_other.y", { script: JSON.stringify({ run: `login ${SECRET}` }) }),
  ]);
  const [one, two] = withoutNumbers(plan).resource_changes ?? [];
  expect(one?.address).toBe("aws_thing.production");
  expect(one?.change.after).toEqual({
    password: MASK,
    copy: MASK,
    url: `https://x/?p=${MASK}`,
    stage: "default",
    pin: MASK,
  });
  expect(two?.change.after).toEqual({ script: JSON.stringify({ run: `login ${MASK}` }) });
});

describe("laws", () => {
  /** JSON without names or values that look like secrets. */
  const plain = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom("a", "", "10.0.0.0/8", '{"x":[1]}', "{broken", "${aws_vpc.x.id}"),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(
        fc.constantFrom("a", "b", "name", "type", "values", "change", "after", "before", "expressions", "value"),
        tie("value"),
      ),
    ),
  })).value;

  test("values that are not secret stay unchanged", () => {
    fc.assert(fc.property(plain, (value) => { expect(masked(value)).toEqual(value); })); // prettier-ignore
  });

  test("no shape makes it throw, and masking twice equals masking once", () => {
    const hostile = fc.oneof(fc.jsonValue(), fc.dictionary(fc.constantFrom("resource_changes", "change", "after", "after_sensitive", "sensitive", "expressions", "module", "type", "configuration", "root_module", "variables", "outputs", "values", "__proto__"), fc.jsonValue())); // prettier-ignore
    fc.assert(
      fc.property(hostile, (value) => {
        const once = masked(value);
        expect(masked(once)).toEqual(once);
      }),
    );
  });

  test("hides a text with JSON that is nested too deeply to look into", () => {
    const deep = `${'{"a":'.repeat(20_000)}{"password":"${SECRET}"}${"}".repeat(20_000)}`;
    const [resource] = withoutNumbers(planOf([created("aws_thing.x", { deep })])).resource_changes ?? [];
    expect(resource?.change.after).toEqual({ deep: MASK });
  });

  /** A value that contains the secret, with marks for the secret or for a value around it. */
  const planted: fc.Arbitrary<{ value: unknown; marks: unknown }> = fc
    .array(fc.tuple(fc.constantFrom("list", "object"), fc.constantFrom("a", "b"), plain), { maxLength: 4 })
    .chain((path) => fc.nat({ max: path.length }).map((marked) => ({ path, marked })))
    .map(({ path, marked }) =>
      path.reduceRight<{ value: unknown; marks: unknown }>(
        ({ value, marks }, [kind, key, other], depth) => {
          const around = depth < marked ? (kind === "list" ? [false, marks] : { [key]: marks }) : true;
          return { value: kind === "list" ? [other, value] : { other, [key]: value }, marks: around };
        },
        { value: SECRET, marks: true },
      ),
    );

  test("no planted secret remains, however it is marked or repeated", () => {
    fc.assert(
      fc.property(planted, planted, plain, ({ value, marks }, elsewhere, other) => {
        const plan = planOf([
          updated("aws_a.a", { x: value }, { x: other }, { before_sensitive: { x: marks } }),
          created("aws_b.b", { x: value, note: `it is ${SECRET}!`, json: JSON.stringify({ deep: [SECRET] }) }, { after_sensitive: { x: marks } }),
        ], {
          prior_state: { values: { root_module: { resources: [{ type: "aws_b", name: "b", values: elsewhere.value, sensitive_values: elsewhere.marks }] } } },
          output_changes: { out: { actions: ["create"], after: value, after_sensitive: marks } },
          configuration: { root_module: { resources: [{ address: "aws_b.b", type: "aws_b", name: "b", expressions: { x: { constant_value: SECRET } } }] } },
        }); // prettier-ignore
        expect(JSON.stringify(withoutNumbers(plan))).not.toContain(SECRET);
      }),
    );
  });
});

describe("values in the format of a secret, under any name", () => {
  /** A plan with a text in every kind of place. */
  const planWith = (text: string): PlanJson =>
    planOf(
      [
        updated("aws_a.a", { note: "x", list: ["a"], tags: { Note: text } }, { note: `see ${text}`, list: ["a", text], tags: { Note: `${text} again` } }),
        created("aws_b.b", { document: JSON.stringify({ Statement: [{ Sid: "A", Effect: "Allow", Action: "s3:*", Resource: "*", Condition: { StringEquals: { "aws:UserAgent": text } } }] }) }),
        created(`aws_c.c[${JSON.stringify(text)}]`, { deep: JSON.stringify({ inner: JSON.stringify([{ x: text }]) }), tags: { [isSecretName(text) ? "key" : text]: "value" } }),
      ],
      {
        prior_state: { values: { outputs: { out: { value: text } }, root_module: { child_modules: [{ resources: [{ values: { note: text } }] }] } } },
        output_changes: { out: { actions: ["update"], before: "x", after: { a: text } } },
        configuration: { root_module: { resources: [{ address: "aws_a.a", expressions: { note: { constant_value: text } } }] } },
      },
    ); // prettier-ignore

  test.each(Object.keys(SECRETS))("%s is in no copy, page or log of a plan", (kind) => {
    fc.assert(
      fc.property(SECRETS[kind] ?? fc.constant(undefined as never), ({ text, secrets }) => {
        const plan = planWith(text);
        const summary = summaryOf(
          [
            stackOf("dev-x", {
              status: "failed",
              review: reviewPlan(plan),
              error: `Error: got ${text}`,
              reasons: [text],
            }),
          ],
          { access: { widens: true, lines: [`+ ${text}`] } },
        );
        const pages = [
          JSON.stringify(maskPlan(plan)),
          ...[summaryMarkdown(summary), summaryJson(summary), summaryText(summary, { colour: false })],
          maskPlanLog(`  + note = ${JSON.stringify(text)}\n  + other = ${text}`, plan),
        ];
        for (const secret of secrets) for (const page of pages) expect(page).not.toContain(secret);
      }),
      { numRuns: 8 },
    );
  });

  test("a key's id and its secret in two attributes", () => {
    const secret = Array.from({ length: 40 }, (_, index) => String.fromCharCode((index % 3 === 0 ? 65 : 97) + ((index * 7) % 26))).join(""); // prettier-ignore
    const id = ACCESS_KEY_ID;
    const plan = planOf([created("aws_a.a", { user: id, note: "x" }), created("aws_b.b", { note: secret })]);
    expect(JSON.stringify(maskPlan(plan))).not.toContain(secret);
    expect(JSON.stringify(maskPlan(plan))).toContain(id);
    const without = planOf([created("aws_b.b", { note: secret })]);
    expect(maskPlan(without)).toEqual(without);
  });

  test("a secret value in the log, where only its name of another attribute tells that it is one", () => {
    const plan = planOf([created("aws_a.a", { password: SECRET, short: { name: "PIN_TOKEN", value: "12345678" } })]);
    const log = `  + copy = "${SECRET}"\n  + other = "12345678"\n  + size = 12345678`;
    expect(maskPlanLog(log, plan)).toBe(`  + copy = ${MASK}\n  + other = ${MASK}\n  + size = 12345678`);
  });

  test.each(NO_SECRETS)("%s stays readable", (text) => {
    const plan = planWith(text);
    expect(maskPlan(plan)).toEqual(plan);
  });
});

describe("a repeated secret hides nobody whom the plan allows", () => {
  const FOREIGN = "arn:aws:iam::999999999999:root";
  const statement = { Sid: "Enter", Effect: "Allow", Principal: { AWS: FOREIGN }, Action: "sts:AssumeRole" };
  const trust = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  const rule = { security_group_id: "sg-0123456789abcdef0", ip_protocol: "tcp", from_port: 22, to_port: 22 };
  const opening = [
    created("aws_vpc_security_group_ingress_rule.a", { ...rule, cidr_ipv4: "198.51.100.0/24" }),
    created("aws_iam_role.a", { assume_role_policy: trust }),
  ];

  test.each([
    "198.51.100.0/24",
    "sg-0123456789abcdef0",
    FOREIGN,
    "aws:iam::999999999999:root",
    "sts:AssumeRole",
    trust,
  ])("that is the same text: %s", (text) => {
    const decoys = [
      created("aws_thing.named", { tags: { token: text } }),
      created("aws_thing.marked", { pin: text }, { after_sensitive: { pin: true } }),
    ];
    const { networkOpened, changes } = reviewPlan(planOf([...decoys, ...opening]));
    const bare = reviewPlan(planOf(opening));
    expect(networkOpened).toEqual(bare.networkOpened);
    expect(changes.filter(({ type }) => type !== "aws_thing")).toEqual(bare.changes);
  });

  test("but a secret in a condition of a policy is hidden", () => {
    const secret = "Tr0ub4dor and 3 more";
    const policy = (referer: string) => JSON.stringify({ Statement: [{ ...statement, Condition: { StringEquals: { "aws:Referer": referer } } }] }); // prettier-ignore
    const plan = planOf([
      created("aws_thing.a", { password: secret }),
      created("aws_s3_bucket_policy.a", { policy: policy(secret) }),
    ]);
    expect(withoutNumbers(plan).resource_changes?.[1]?.change.after).toEqual({ policy: policy(MASK) });
  });

  test("nor that an instance shows its credentials to others", () => {
    const tokens = (http_tokens: string) => ({ metadata_options: [{ http_tokens }] });
    const plan = planOf([updated("aws_instance.a", tokens("required"), tokens("optional"))]);
    expect(reviewPlan(plan).protectionLowered).toEqual([
      {
        address: "aws_instance.a",
        message:
          "any program in it that fetches a URL can read its credentials (metadata_options.0.http_tokens: required → optional)",
      },
    ]);
  });
});

describe("the number of a secret", () => {
  const tokenOf = (end: string): string => ["gh", "p_", end.repeat(36)].join("");

  test("shows that a secret changes, and where it is the same", () => {
    const [old, next] = [tokenOf("a"), tokenOf("b")];
    const plan = planOf([
      updated("aws_a.a", { note: `with ${old}`, password: "p1" }, { note: `with ${next}`, password: "p2" }),
      created("aws_b.b", { note: next, same: "p1" }, { after_sensitive: { same: true } }),
    ]);
    const lines = reviewPlan(plan).changes.flatMap(({ attributes }) =>
      attributes.map(({ path, before, after }) => `${path}: ${before} → ${after}`),
    );
    expect(lines).toEqual([
      "note: with (sensitive value 1) → with (sensitive value 3)",
      "password: (sensitive value 2) → (sensitive value 4)",
      "note: (absent) → (sensitive value 3)",
      "same: (absent) → (sensitive value 2)",
    ]);
  });

  test("reveals nothing about the value: plans that differ in a secret only have equal copies", () => {
    const plan = (secret: string) => planOf([created("aws_a.a", { note: secret, password: secret.slice(4) })]);
    expect(maskPlan(plan(tokenOf("a")))).toEqual(maskPlan(plan(tokenOf("b"))));
  });

  test.each(Object.keys(SECRETS))("makes the review of a masked plan the review of the plan: %s", (kind) => {
    for (const { text } of fc.sample(SECRETS[kind] ?? fc.constant(undefined as never), 3)) {
      const before = { note: text, json: JSON.stringify([{ a: text }]), tags: { x: "y" }, password: "p1" };
      const after = {
        note: `see ${text}`,
        json: JSON.stringify([{ a: `${text}!` }]),
        tags: { x: text },
        password: text,
      };
      const plan = planOf([updated("aws_a.a", before, after)]);
      expect(reviewPlan(maskPlan(plan))).toEqual(reviewPlan(plan));
    }
  });

  test("makes the review of a masked plan the same as the review of the plan", () => {
    const plan = planOf([updated("aws_a.a", { password: "p1", note: tokenOf("a") }, { password: "p2", note: tokenOf("b") })]); // prettier-ignore
    expect(reviewPlan(maskPlan(plan))).toEqual(reviewPlan(plan));
  });
});
