import type { SynthesizedStack } from "../../../../tools/synth/synthesized";
import { accessChange } from "../../../../tools/plans/access-change";
import type { ResourceChange } from "../../../../tools/review/plan-json";
import { allow, deny, document, ONE, roleBlocks, stackOf, stateOf } from "../../access/support";
import { TRUST_EC2, trusting, TWO } from "../../access/support";
import { created, type DataRead, deleted, planOf, replaced, unchanged, updated } from "./plans";
import type { JsonObject } from "../../../../tools/support/json";

/* Plans of tiny stacks: cases that the shipped estate lacks, and cases that cannot be compared. */

const WORKER = `arn:aws:iam::${ONE}:role/worker`;
const KEY_ID = "0a1b2c3d-1111-2222-3333-444455556666";
const KEY_ARN = `arn:aws:kms:eu-west-1:${ONE}:key/${KEY_ID}`;
const KEY = { id: KEY_ID, key_id: KEY_ID, arn: KEY_ARN, policy: "{}", tags: {}, tags_all: {} };
/** A role's block in a stack. */
const worker = (values: JsonObject = {}) => ({ worker: { name: "worker", assume_role_policy: TRUST_EC2, ...values } });
/** What is reported of a narrower access, or of none that changes. */
const narrower = (...lines: readonly unknown[]) => ({ widens: false, lines });

function changeOf(stack: SynthesizedStack, changes: readonly ResourceChange[], ...others: readonly SynthesizedStack[]) {
  return accessChange([stack, ...others], new Map([[stack.id, planOf(changes)]]));
}

/** A role as the provider writes it to the state. */
const role = (name: string, values: JsonObject = {}): JsonObject => ({
  ...{ id: name, name, arn: `arn:aws:iam::${ONE}:role/${name}`, path: "/", name_prefix: "", tags: {}, tags_all: {} },
  ...{ permissions_boundary: "", max_session_duration: 3600, assume_role_policy: plain(TRUST_EC2) },
  ...{ inline_policy: [], managed_policy_arns: [], ...values },
});

const inline = (owner: string, ...statements: readonly object[]): JsonObject => {
  return { id: `${owner}:own`, name: "own", name_prefix: "", role: owner, policy: plain(document(...statements)) };
};

/** A text in AWS, without template escapes. */
function plain(text: string): string {
  return text.replace(/\$(?=\$\{)/g, "");
}

describe("the values of a state", () => {
  const IF_RED = allow("s3:GetObject", "*", { StringEquals: { "aws:PrincipalTag/Team": "red" } });

  test("policy variables are not treated as expressions", async () => {
    const variable = "arn:aws:s3:::home/${aws:username}/%{x}";
    const gone = deleted("aws_iam_role_policy", "gone", inline("worker", allow("s3:GetObject", variable)));
    expect(await changeOf(stackOf(roleBlocks("worker")), [gone])).toEqual(
      narrower(WORKER, `  - may no longer s3:GetObject on ${variable}`),
    );
  });

  test("a deleted role has its own policies, and those of separate resources once", async () => {
    const both = {
      inline_policy: [
        { name: "own", policy: plain(document(allow("s3:GetObject"))) },
        { name: "other", policy: document(allow("sqs:SendMessage")) },
      ],
    };
    const change = await changeOf(stackOf({}), [
      deleted("aws_iam_role", "worker", role("worker", both)),
      deleted("aws_iam_role_policy", "worker", inline("worker", allow("s3:GetObject"))),
    ]);
    const lost = ["sqs:SendMessage, s3:GetObject on *", "be assumed by ec2.amazonaws.com"];
    expect(change).toEqual(narrower(WORKER, "  - is deleted", ...lost.map((each) => `  - may no longer ${each}`)));
  });

  test("a role with an explicitly empty list of inline policies has none", async () => {
    const before = role("worker", { inline_policy: [{ name: "", policy: "" }], description: "old" });
    const after = { ...before, inline_policy: [{ name: null, policy: null }], description: "new" };
    const stack = stackOf({ aws_iam_role: worker({ inline_policy: [{}] }) });
    expect(await changeOf(stack, [updated("aws_iam_role", "worker", before, after)])).toEqual(narrower());
  });

  test("policies of a changed role are its own only if its block lists them", async () => {
    const admin = ["arn:aws:iam::aws:policy/AdministratorAccess"];
    const before = role("worker", { managed_policy_arns: admin, description: "old" });
    const change = (block: JsonObject) => {
      const after = { ...before, description: "new", ...block };
      return changeOf(stackOf({ aws_iam_role: worker(block) }), [updated("aws_iam_role", "worker", before, after)]);
    };
    expect(await change({})).toEqual(narrower());
    expect((await change({ managed_policy_arns: [] }))?.lines).toContain("  - may no longer * on *");
  });

  test("the default policy of a topic is ignored", async () => {
    const policy = JSON.stringify({
      Id: "__default_policy_ID",
      Statement: [{ Effect: "Allow", Principal: { AWS: "*" }, Action: "SNS:Publish", Resource: "*" }],
    });
    const arn = `arn:aws:sns:us-east-1:${ONE}:news`;
    const topic = { id: arn, arn, name: "news", policy, tags: {}, tags_all: {} };
    expect(await changeOf(stackOf({}), [deleted("aws_sns_topic", "news", topic)])).toEqual(narrower());
    const own = deleted("aws_sns_topic", "news", { ...topic, policy: policy.replace("__default_policy_ID", "own") });
    // In the region where the resource was, not in the region of the stack.
    expect((await changeOf(stackOf({}), [own]))?.lines[0]).toBe(arn);
  });

  test("the policy of a key is counted once", async () => {
    const statement = { Effect: "Allow", Principal: { AWS: TWO }, Action: "kms:Decrypt", Resource: "*" };
    const policy = JSON.stringify({ Statement: [statement] });
    const change = await changeOf(stackOf({}), [
      deleted("aws_kms_key", "key", { ...KEY, policy }),
      deleted("aws_kms_key_policy", "key", { id: KEY_ID, key_id: KEY_ID, policy }),
    ]);
    expect(change?.lines).toEqual([
      expect.stringMatching(/:key\/.*aws_kms_key\.key$/),
      expect.stringMatching(/ - no longer allows .* kms:Decrypt on \*$/),
    ]);
  });

  test("an id that AWS generated is no change", async () => {
    const blocks = roleBlocks("worker", allow("kms:Decrypt", "${aws_kms_key.key.arn}"));
    const stack = stackOf({ ...blocks, aws_kms_key: { key: {} } });
    const after = { ...inline("worker"), policy: undefined };
    const before = inline("worker", allow(["kms:Decrypt", "kms:Encrypt"], [KEY_ARN, `${KEY_ARN}0`]));
    // The key is replaced, so the new policy is not known yet.
    const changes = [
      replaced("aws_kms_key", "key", KEY, { policy: "{}", tags: {}, tags_all: {} }, { arn: true, key_id: true }),
      updated("aws_iam_role_policy", "worker", before, after, { policy: true }),
    ];
    expect((await changeOf(stack, changes))?.lines).toEqual([
      WORKER,
      expect.stringMatching(/^ {2}- may no longer kms:Decrypt on .*66660 \(now only on .*aws_kms_key\.key\)$/),
      expect.stringMatching(/^ {2}- may no longer kms:Encrypt on .*66660, .*aws_kms_key\.key$/),
    ]);
  });

  test("an id from the outputs of another stack is no change", async () => {
    const upstream = stackOf(
      { aws_kms_key: { key: {} } },
      { id: "keys", output: { key: { value: "${aws_kms_key.key.arn}" }, word: { value: "new" } } },
    );
    const at = "${data.terraform_remote_state.keys.outputs.key}";
    const stack = stackOf(roleBlocks("worker", allow("kms:Decrypt", at)), { data: stateOf("keys") });
    const values = { outputs: { key: KEY_ARN, word: "old" } };
    const outputs: DataRead = { type: "terraform_remote_state", name: "keys", values };
    const [before, after] = [["kms:Decrypt", "s3:old"], "kms:Decrypt"].map((each) => allow(each, KEY_ARN)) as [
      object,
      object,
    ];
    const change = updated("aws_iam_role_policy", "worker", inline("worker", before), inline("worker", after));
    const { lines } = (await accessChange([stack, upstream], new Map([[stack.id, planOf([change], [outputs])]]))) ?? {};
    expect(lines).toEqual([WORKER, expect.stringMatching(/^ {2}- may no longer s3:old on .*aws_kms_key\.key$/)]);
  });

  test("a value known only after apply counts as absent before", async () => {
    const blocks = { ...roleBlocks("worker"), aws_iam_policy: { all: { name: "all", policy: document(allow("*")) } } };
    const attached = worker({ managed_policy_arns: ["${aws_iam_policy.all.arn}"] });
    const { managed_policy_arns: before, ...others } = role("worker");
    const changes = [
      created("aws_iam_policy", "all", {}, { arn: true }),
      updated("aws_iam_role", "worker", others, others, { managed_policy_arns: [true] }),
    ];
    expect(before).toEqual([]);
    const { lines } = (await changeOf(stackOf({ ...blocks, aws_iam_role: attached }), changes)) ?? {};
    expect(lines).toContain("  + may now * on *");
  });

  test("default tags are taken from the state if policies use them", async () => {
    const tags = { default_tags: [{ tags: { Team: "red" } }] };
    const provider = { aws: [{ region: "eu-west-1", allowed_account_ids: [ONE], ...tags }] };
    const stack = stackOf(roleBlocks("worker", IF_RED), { provider });
    const after = role("worker", { tags_all: { Team: "red" } });
    const change = await changeOf(stack, [updated("aws_iam_role", "worker", role("worker"), after)]);
    // No policy uses the tag.
    const words = 'its tag team, which policies compare, is now "red" (was absent)';
    expect(change).toEqual({ widens: true, lines: [WORKER, `  ~ ${words}`] });
  });

  test("tags of the resource are taken from the state", async () => {
    const stack = stackOf({ ...roleBlocks("worker", IF_RED), aws_iam_role: worker({ tags: { Team: "red" } }) });
    const [before, after] = ["blue", "red"].map((Team) => role("worker", { tags: { Team }, tags_all: { Team } }));
    const change = updated("aws_iam_role", "worker", before ?? {}, after ?? {});
    expect((await changeOf(stack, [change]))?.lines[1]).toMatch(/is now "red" \(was "blue"\)$/);
  });

  test("the provider decides the account of a resource", async () => {
    const one = { region: "eu-west-1", allowed_account_ids: [ONE] };
    const aws = [one, { ...one, allowed_account_ids: [TWO], alias: "two" }];
    const stack = stackOf({ aws_iam_role: worker({ provider: "aws.two" }) }, { provider: { aws } });
    const after = role("worker", { arn: `arn:aws:iam::${TWO}:role/worker` });
    const change = updated("aws_iam_role", "worker", { ...after, tags_all: { Team: "red" } }, after);
    expect(await changeOf(stack, [change])).toEqual(narrower());
  });

  test("the former public access of a bucket is not evaluated", async () => {
    const stack = stackOf({ ...roleBlocks("worker"), aws_s3_bucket: { x: { bucket: "x" } } });
    const changes = [
      updated("aws_s3_bucket", "x", { bucket: "x", acl: "public-read" }, { bucket: "x", acl: null }),
      updated("aws_iam_role", "worker", role("worker", { description: "old" }), role("worker")),
    ];
    expect(await changeOf(stack, changes)).toEqual(narrower());
  });

  const SHORTENED = updated("aws_iam_role", "worker", role("worker", { max_session_duration: 7200 }), role("worker"));
  const SHORTER = [WORKER, "  - its sessions may now last only 3600 seconds (was 7200)"];

  test("a resource of a module differs from the stack's resource with the same name", async () => {
    const address = 'module.all["x"].aws_iam_role.worker';
    const gone = { ...deleted("aws_iam_role", "worker", role("helper")), address };
    expect((await changeOf(stackOf(roleBlocks("worker")), [SHORTENED, gone]))?.lines).toEqual([
      `arn:aws:iam::${ONE}:role/helper`,
      "  - is deleted",
      "  - may no longer be assumed by ec2.amazonaws.com",
      ...SHORTER,
    ]);
  });

  test("a deposed object is not a resource of the stack", async () => {
    const left = { ...deleted("aws_iam_role", "worker", role("worker-2025")), deposed: "0a1b2c3d" };
    expect(await changeOf(stackOf(roleBlocks("worker")), [SHORTENED, left])).toEqual(narrower(...SHORTER));
  });
});

describe("a resource that does not exist yet can be referenced", () => {
  test("by a kept resource: the same role at another address is no change", async () => {
    const blocks = roleBlocks("worker", allow("s3:GetObject"));
    const changes = [
      deleted("aws_iam_role", "old", role("worker")),
      created("aws_iam_role", "worker", role("worker")),
      unchanged("aws_iam_role_policy", "worker", inline("worker", allow("s3:GetObject"))),
    ];
    expect(await changeOf(stackOf(blocks), changes)).toEqual(narrower());
  });

  test("by another stack that is not planned", async () => {
    const output = { arn: { value: "${aws_iam_role.worker.arn}" } };
    const upstream = stackOf(roleBlocks("worker"), { id: "roles", output });
    const trust = document(trusting("${data.terraform_remote_state.roles.outputs.arn}"));
    const downstream = stackOf(
      { aws_iam_role: { two: { name: "two", assume_role_policy: trust } } },
      { data: stateOf("roles"), account: TWO },
    );
    const change = await changeOf(upstream, [created("aws_iam_role", "worker", role("worker"))], downstream);
    expect(change?.widens).toBe(true);
    expect(change?.lines.slice(0, 2)).toEqual([WORKER, "  + is new"]);
  });
});

describe("an unknown never counts as no access", () => {
  const stack = stackOf(roleBlocks("worker"));
  const because = (...problems: readonly unknown[]) => ({
    widens: true,
    lines: [expect.stringMatching(/^cannot be compared: /), ...problems],
  });

  const attached = { role: "worker", policy_arn: `arn:aws:iam::${ONE}:policy/x` };
  test.each<[string, type: string, values: JsonObject, RegExp]>([
    ["a type of permission that is not read", "aws_kms_grant", { key_id: "x" }, /aws_kms_grant\.x grants access/],
    [
      "a type of policy that is not read",
      "aws_backup_vault_policy",
      { policy: document(allow("*")) },
      /x\.policy holds a policy/,
    ],
    ["a policy of nobody", "aws_iam_role_policy", inline("nobody", allow("*")), /refers to the role nobody/],
    ["an unknown policy", "aws_iam_role_policy_attachment", attached, /which no stack creates/],
    ["a text that is no policy", "aws_iam_role_policy", { ...inline("worker"), policy: "{" }, /is not JSON/],
    ["a provider that is not read", "awscc_iam_role", { role_name: "x" }, /is of a provider that is not supported/],
  ])("if there was %s", async (_, type, values, problem) => {
    expect(await changeOf(stack, [deleted(type, "x", values)])).toEqual(because(expect.stringMatching(problem)));
  });

  test("if the stacks themselves cannot be read", async () => {
    const blocks = { ...stack.json.resource, aws_kms_grant: { x: {} } };
    expect(await changeOf(stackOf(blocks), [created("aws_kms_grant", "x", {})])).toEqual(
      because(expect.stringMatching(/aws_kms_grant\.x grants access/)),
    );
  });

  test("if a bucket becomes public", async () => {
    const values = { bucket: "x", acl: "public-read" };
    const change = updated("aws_s3_bucket", "x", { ...values, acl: "private" }, values);
    const lines = (await changeOf(stackOf({ aws_s3_bucket: { x: values } }), [change]))?.lines ?? [];
    expect(lines.join("\n")).toMatch(/before the apply is unclear.*\n.*aws_s3_bucket\.x\.acl grants access/);
  });

  test("if a role is only removed from the state", async () => {
    const removed = [{ from: "aws_iam_role.worker", lifecycle: [{ destroy: false }] }];
    const { change, ...others } = deleted("aws_iam_role", "worker", role("worker"));
    const forgotten: ResourceChange = { ...others, change: { ...change, actions: ["forget"] } };
    const lines = (await changeOf(stackOf({}, { removed }), [forgotten]))?.lines ?? [];
    expect(lines.join("\n")).toMatch(
      /before the apply is unclear.*\n.*removes aws_iam_role\.worker from the state and leaves it in AWS/,
    );
  });

  test("if another stack that is not planned attaches a policy that does not exist yet", async () => {
    const upstream = stackOf(
      { aws_iam_policy: { own: { name: "own", policy: document(deny("*")) } } },
      { id: "policies", output: { arn: { value: "${aws_iam_policy.own.arn}" } } },
    );
    const attachment = { role: "worker", policy_arn: "${data.terraform_remote_state.policies.outputs.arn}" };
    const downstream = stackOf(
      { ...roleBlocks("worker"), aws_iam_role_policy_attachment: { own: attachment } },
      { data: stateOf("policies") },
    );
    expect(await changeOf(upstream, [created("aws_iam_policy", "own", {})], downstream)).toEqual(
      because(expect.stringMatching(/which no stack creates/)),
    );
  });

  test("if a plan belongs to no stack", async () => {
    expect(await accessChange([stack], new Map([["gone", planOf([])]]))).toEqual(because("  gone"));
  });
});
