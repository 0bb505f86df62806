import { join } from "node:path";
import type { FoundKey } from "../../../../tools/accounts/bootstrap/account";
import { findExisting } from "../../../../tools/accounts/bootstrap/existing";
import type { Stack } from "../../../../tools/synth/stacks";
import type { StateDocument } from "../../../../tools/terraform/terraform";
import {
  ACCOUNT_ID,
  bootstrapStack,
  OIDC,
  STACK_TAGS,
  PIPELINE,
  RESOURCES,
  STATE_KEY,
  stateOf,
  World,
} from "../../terraform/support/first-apply-world";
import { temporaryFolder } from "../../terraform/support/temporary-folder";

const folder = temporaryFolder();
let stack: Stack;
let world: World;
beforeEach(() => {
  stack = bootstrapStack(join(folder(), "stack"), { ...RESOURCES, ...PIPELINE, ...STATE_KEY });
  world = new World(stack);
});

const find = (local?: StateDocument) =>
  findExisting({ stack, account: world.account, bucketIsThere: world.bucket !== undefined, local });
const adopted = async (local?: StateDocument) => {
  const { adoptions, problems } = await find(local);
  expect(problems).toEqual([]);
  return adoptions.map(({ to, id }) => `${to} ${id}`);
};
const problem = async (local?: StateDocument): Promise<string> => {
  const { adoptions, problems } = await find(local);
  expect(adoptions).toEqual([]);
  expect(problems).toHaveLength(1);
  return problems[0] ?? "";
};
const stackTags = "Solution=demo, ManagedBy=cdktf, Stack=dev-bootstrap";

test("an empty account has nothing to adopt and no problems", async () => {
  expect(await adopted()).toEqual([]);
});

describe("the bucket", () => {
  test.each([
    ["with this stack's tags", STACK_TAGS],
    ["with additional tags", { ...STACK_TAGS, ChargeCode: "another" }],
    ["without tags and empty", {}],
  ])("%s is adopted", async (_, tags) => {
    world.makeBucket(tags);
    expect(await adopted()).toEqual(["aws_s3_bucket.state states"]);
  });

  test("with this stack's tags may have its policy", async () => {
    world.makeBucket();
    world.bucket?.settings.push("policy");
    expect(await adopted()).toEqual(["aws_s3_bucket.state states"]);
  });

  test("with this stack's tags may have lifecycle rules if the stack sets some", async () => {
    const rules = { aws_s3_bucket_lifecycle_configuration: { state: { bucket: "states" } } };
    stack = bootstrapStack(join(folder(), "lifecycle"), { ...RESOURCES, ...rules });
    world = new World(stack);
    world.makeBucket();
    world.bucket?.settings.push("policy", "lifecycle");
    expect(await adopted()).toEqual(["aws_s3_bucket.state states"]);
  });

  test.each<[string, Record<string, string>, string[], string[], RegExp]>([
    [
      "with another stack's tags",
      { ...STACK_TAGS, Stack: "ci-bootstrap" },
      [],
      [],
      /did not create it: its tags must be .*Stack=dev-bootstrap, got .*Stack=ci-bootstrap/,
    ],
    [
      "with a part of the tags",
      { Solution: "demo" },
      [],
      [],
      /its tags must be Solution=demo, ManagedBy=cdktf, .*, got Solution=demo\./,
    ],
    ["without tags but not empty", {}, ["a", "b"], [], /it must be empty or have the tags .*, got a, b and no tags\./],
    ["without tags, with a policy", {}, [], ["policy"], /has a policy that this stack did not set/],
    [
      "with replication",
      STACK_TAGS,
      [],
      ["replication", "lifecycle"],
      /has a replication and a lifecycle that this stack did not set/,
    ],
    [
      "with other states",
      STACK_TAGS,
      ["dev/iam.tfstate"],
      [],
      /contains states \(dev\/iam\.tfstate\), but never contained dev\/bootstrap\.tfstate/,
    ],
    [
      "whose state was deleted",
      STACK_TAGS,
      ["dev/bootstrap.tfstate"],
      [],
      /was deleted from the bucket states\. .*npm run state -- restore dev-bootstrap/,
    ],
  ])("%s is refused", async (_, tags, objects, settings, message) => {
    world.makeBucket(tags, objects);
    world.bucket?.settings.push(...settings);
    expect(await problem()).toMatch(message);
  });

  test("in the local state is not checked, except for a deleted state", async () => {
    const local = stateOf({ "aws_s3_bucket.state": "states" });
    world.makeBucket({ Stack: "another" }, ["dev/iam.tfstate"]);
    expect(await adopted(local)).toEqual([]);
    world.bucket?.objects.set("dev/bootstrap.tfstate", "");
    expect(await problem(local)).toMatch(/^the state dev\/bootstrap\.tfstate was deleted from the bucket/);
  });

  test("with another key of the same prefix contains another state", async () => {
    world.makeBucket(STACK_TAGS, ["dev/bootstrap.tfstate.old"]);
    expect(await problem()).toMatch(/contains states \(dev\/bootstrap\.tfstate\.old\)/);
  });

  test("is not recognized by tags if the stack sets none", async () => {
    stack = bootstrapStack(join(folder(), "untagged"), RESOURCES, {});
    world = new World(stack);
    world.makeBucket({ ChargeCode: "any" });
    expect(await problem()).toMatch(/its tags must be none, got ChargeCode=any/);
  });
});

describe("the OIDC provider", () => {
  const arn = `arn:aws:iam::${ACCOUNT_ID}:oidc-provider/token.actions.githubusercontent.com`;

  test.each([
    ["with the stack's audience", ["sts.amazonaws.com"]],
    ["without audiences", []],
  ])("%s is adopted, even if another stack created it", async (_, audiences) => {
    world.providers.set(OIDC, { audiences, tags: { Team: "another" } });
    expect(await adopted()).toEqual([`aws_iam_openid_connect_provider.github ${arn}`]);
  });

  test("with another audience is refused, with the remedy", async () => {
    world.providers.set(OIDC, { audiences: ["sts.amazonaws.com", "https://github.com/others"], tags: STACK_TAGS });
    const text = await problem();
    expect(text).toContain("got also https://github.com/others: an apply would remove them.");
    expect(text).toContain(`remove-client-id-from-open-id-connect-provider --open-id-connect-provider-arn ${arn}`);
  });

  test("in the local state is not checked", async () => {
    world.providers.set(OIDC, { audiences: ["others"], tags: {} });
    expect(await adopted(stateOf({ "aws_iam_openid_connect_provider.github": arn }))).toEqual([]);
  });
});

describe("a role", () => {
  test("of this stack is adopted", async () => {
    world.roles.set("plan", { path: "/", tags: { ...STACK_TAGS, StatePrefix: "dev" } });
    expect(await adopted()).toEqual(["aws_iam_role.plan plan"]);
  });

  test.each([
    ["without tags", { path: "/", tags: {} }],
    ["of another stack", { path: "/", tags: { ...STACK_TAGS, Stack: "dev-iam" } }],
    ["of another path", { path: "/theirs/", tags: STACK_TAGS }],
  ])("%s is refused", async (_, role) => {
    world.roles.set("plan", role);
    expect(await problem()).toMatch(
      new RegExp(
        `^the role plan exists, but this stack did not create it: its path must be /, got ${role.path}; its tags must be ${stackTags}, got .*\\.`,
      ),
    );
  });
});

describe("the key of the states", () => {
  const key: FoundKey = {
    id: "k1",
    description: "Encrypts the states",
    state: "Enabled",
    isSymmetric: true,
    allows: [`arn:aws:iam::${ACCOUNT_ID}:root`],
    tags: STACK_TAGS,
  };

  test("with its alias is adopted with the alias", async () => {
    world.keys = [{ ...key, alias: "alias/states" }];
    expect(await adopted()).toEqual(["aws_kms_key.key k1", "aws_kms_alias.alias alias/states"]);
  });

  test("without its alias is found by its tags", async () => {
    world.keys = [
      key,
      { ...key, id: "k2", description: "Encrypts something else" },
      { ...key, id: "k3", tags: { ...STACK_TAGS, Stack: "x" } },
    ];
    expect(await adopted()).toEqual(["aws_kms_key.key k1"]);
  });

  test("in the local state needs only its alias", async () => {
    world.keys = [{ ...key, alias: "alias/states" }];
    expect(await adopted(stateOf({ "aws_kms_key.key": "k1" }))).toEqual(["aws_kms_alias.alias alias/states"]);
    expect(await adopted(stateOf({ "aws_kms_key.key": "k1", "aws_kms_alias.alias": "alias/states" }))).toEqual([]);
    expect(await problem(stateOf({ "aws_kms_key.key": "k0" }))).toBe(
      "alias/states must be the alias of the key k0, got k1",
    );
    world.keys = [key];
    expect(await adopted(stateOf({ "aws_kms_key.key": "k1" }))).toEqual([]);
  });

  test("is not searched by tags if the stack sets none: every key would match", async () => {
    stack = bootstrapStack(join(folder(), "untagged"), STATE_KEY, {});
    world = new World(stack);
    world.keys = [key];
    expect(await adopted()).toEqual([]);
  });

  test.each<[string, Partial<FoundKey>, RegExp]>([
    [
      "of another owner",
      { tags: { Team: "x" } },
      /^alias\/states exists, but this stack did not create the key k1: its tags must be .*, got Team=x/,
    ],
    [
      "scheduled for deletion",
      { state: "PendingDeletion" },
      /k1 is scheduled for deletion: aws kms cancel-key-deletion --key-id k1, then/,
    ],
    ["that is disabled", { state: "Disabled" }, /k1 must be Enabled, got Disabled: aws kms enable-key/],
    ["that signs", { isSymmetric: false }, /k1 must be a symmetric encryption key/],
    [
      "whose policy allows another account",
      { allows: [`arn:aws:iam::${ACCOUNT_ID}:root`, "arn:aws:iam::999999999999:root"] },
      /the policy of the key k1 must allow only the account's IAM .*, got also arn:aws:iam::999999999999:root/,
    ],
  ])("%s is refused", async (_, changed, message) => {
    world.keys = [{ ...key, alias: "alias/states", ...changed }];
    expect(await problem()).toMatch(message);
  });

  test("that exists twice is refused, with both ids", async () => {
    world.keys = [key, { ...key, id: "k2" }];
    expect(await problem()).toMatch(/^one key must have the tags of this stack, got 2: k1, k2\. /);
  });

  test("without alias whose policy allows everybody is refused too", async () => {
    world.keys = [{ ...key, allows: ["*"] }];
    expect(await problem()).toMatch(/^the key k1: the policy of the key k1 must allow only .*, got also \*/);
  });
});
