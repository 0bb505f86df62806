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
const marked = "Solution=demo, ManagedBy=cdktf, Stack=dev-bootstrap";

test("a bare account has nothing to adopt, and nothing that stands in the way", async () => {
  expect(await adopted()).toEqual([]);
});

describe("the bucket", () => {
  test.each([
    ["tagged as this stack's", STACK_TAGS],
    ["with tags beside", { ...STACK_TAGS, ChargeCode: "another" }],
    ["without tags, and empty", {}],
  ])("%s is adopted", async (_, tags) => {
    world.makeBucket(tags);
    expect(await adopted()).toEqual(["aws_s3_bucket.state states"]);
  });

  test("tagged as this stack's may have its policy", async () => {
    world.makeBucket();
    world.bucket?.settings.push("policy");
    expect(await adopted()).toEqual(["aws_s3_bucket.state states"]);
  });

  test.each<[string, Record<string, string>, string[], string[], RegExp]>([
    [
      "tagged as another stack's",
      { ...STACK_TAGS, Stack: "ci-bootstrap" },
      [],
      [],
      /did not make it: its tags are .*Stack=ci-bootstrap, expected .*Stack=dev/,
    ],
    [
      "tagged by half",
      { Solution: "demo" },
      [],
      [],
      /its tags are Solution=demo, expected Solution=demo, ManagedBy=cdktf/,
    ],
    [
      "without tags, and not empty",
      {},
      ["a", "b"],
      [],
      /without tags, and not empty \(a, b\): expected an empty one, or one tagged/,
    ],
    ["without tags, with a policy", {}, [], ["policy"], /has a policy that this stack did not set/],
    [
      "that is copied elsewhere",
      STACK_TAGS,
      [],
      ["replication", "lifecycle"],
      /has a replication and a lifecycle that this stack did not set/,
    ],
    [
      "that holds other states",
      STACK_TAGS,
      ["dev/iam.tfstate"],
      [],
      /holds states \(dev\/iam\.tfstate\), but dev\/bootstrap\.tfstate never lay there/,
    ],
    [
      "that held this state",
      STACK_TAGS,
      ["dev/bootstrap.tfstate"],
      [],
      /was in the bucket states, and is not there now\. .*npm run state -- restore dev-bootstrap/,
    ],
  ])("%s is refused", async (_, tags, objects, settings, says) => {
    world.makeBucket(tags, objects);
    world.bucket?.settings.push(...settings);
    expect(await problem()).toMatch(says);
  });

  test("that the local state holds is not looked at, but for what became of the state", async () => {
    const local = stateOf({ "aws_s3_bucket.state": "states" });
    world.makeBucket({ Stack: "another" }, ["dev/iam.tfstate"]);
    expect(await adopted(local)).toEqual([]);
    world.bucket?.objects.set("dev/bootstrap.tfstate", "");
    expect(await problem(local)).toMatch(/^the state dev\/bootstrap\.tfstate was in the bucket/);
  });

  test("of another key that begins alike is another", async () => {
    world.makeBucket(STACK_TAGS, ["dev/bootstrap.tfstate.old"]);
    expect(await problem()).toMatch(/holds states \(dev\/bootstrap\.tfstate\.old\)/);
  });

  test("is not known by tags where the stack sets none", async () => {
    stack = bootstrapStack(join(folder(), "untagged"), RESOURCES, {});
    world = new World(stack);
    world.makeBucket({ ChargeCode: "any" });
    expect(await problem()).toMatch(/its tags are ChargeCode=any, expected none/);
  });
});

describe("the OIDC provider", () => {
  const arn = `arn:aws:iam::${ACCOUNT_ID}:oidc-provider/token.actions.githubusercontent.com`;

  test.each([
    ["with the stack's audience", ["sts.amazonaws.com"]],
    ["without any", []],
  ])("%s is adopted, whoever made it", async (_, audiences) => {
    world.providers.set(OIDC, { audiences, tags: { Team: "another" } });
    expect(await adopted()).toEqual([`aws_iam_openid_connect_provider.github ${arn}`]);
  });

  test("with somebody else's audience is refused, which names it and how to go on", async () => {
    world.providers.set(OIDC, { audiences: ["sts.amazonaws.com", "https://github.com/others"], tags: STACK_TAGS });
    const says = await problem();
    expect(says).toContain("would be taken from whoever uses them: https://github.com/others; expected");
    expect(says).toContain(`remove-client-id-from-open-id-connect-provider --open-id-connect-provider-arn ${arn}`);
  });

  test("that the local state holds is not looked at", async () => {
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
        `^a role plan is there that this stack did not make: its path is ${role.path} and its tags are .*, expected / and ${marked}\\.`,
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

  test("under its alias is adopted with the alias", async () => {
    world.keys = [{ ...key, alias: "alias/states" }];
    expect(await adopted()).toEqual(["aws_kms_key.key k1", "aws_kms_alias.alias alias/states"]);
  });

  test("whose alias was not made yet is found by its tags", async () => {
    world.keys = [
      key,
      { ...key, id: "k2", description: "Encrypts something else" },
      { ...key, id: "k3", tags: { ...STACK_TAGS, Stack: "x" } },
    ];
    expect(await adopted()).toEqual(["aws_kms_key.key k1"]);
  });

  test("that the local state holds lacks its alias alone", async () => {
    world.keys = [{ ...key, alias: "alias/states" }];
    expect(await adopted(stateOf({ "aws_kms_key.key": "k1" }))).toEqual(["aws_kms_alias.alias alias/states"]);
    expect(await adopted(stateOf({ "aws_kms_key.key": "k1", "aws_kms_alias.alias": "alias/states" }))).toEqual([]);
    expect(await problem(stateOf({ "aws_kms_key.key": "k0" }))).toBe("alias/states is the alias of another key, k1");
    world.keys = [key];
    expect(await adopted(stateOf({ "aws_kms_key.key": "k1" }))).toEqual([]);
  });

  test("is not looked for by tags where the stack sets none: every key would be found", async () => {
    stack = bootstrapStack(join(folder(), "untagged"), STATE_KEY, {});
    world = new World(stack);
    world.keys = [key];
    expect(await adopted()).toEqual([]);
  });

  test.each<[string, Partial<FoundKey>, RegExp]>([
    [
      "that another made",
      { tags: { Team: "x" } },
      /^alias\/states is in the account, but this stack did not make the key k1: its tags are Team=x/,
    ],
    [
      "that is to be deleted",
      { state: "PendingDeletion" },
      /k1 is to be deleted: aws kms cancel-key-deletion --key-id k1, then/,
    ],
    ["that is disabled", { state: "Disabled" }, /k1 is Disabled, expected Enabled: aws kms enable-key/],
    ["that signs", { isSymmetric: false }, /not one that encrypts and decrypts/],
    [
      "whose policy lets in somebody else",
      { allows: [`arn:aws:iam::${ACCOUNT_ID}:root`, "arn:aws:iam::999999999999:root"] },
      /the policy of the key k1 lets in arn:aws:iam::999999999999:root, expected the account's IAM alone/,
    ],
  ])("%s is refused", async (_, changed, says) => {
    world.keys = [{ ...key, alias: "alias/states", ...changed }];
    expect(await problem()).toMatch(says);
  });

  test("that is there twice is refused, which names both", async () => {
    world.keys = [key, { ...key, id: "k2" }];
    expect(await problem()).toMatch(/^2 keys carry the tags of this stack, expected one: k1, k2\. /);
  });

  test("without alias, of which its policy lets in everybody, is refused too", async () => {
    world.keys = [{ ...key, allows: ["*"] }];
    expect(await problem()).toMatch(/^the key k1: the policy of the key k1 lets in \*/);
  });
});
