import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  firstApply,
  previewFirstApply,
  type FirstApplied,
  type FirstApplyCommands,
} from "../../../../tools/accounts/bootstrap/first-apply";
import { FirstApplyRefused } from "../../../../tools/accounts/bootstrap/local-state";
import type { Stack } from "../../../../tools/synth/stacks";
import {
  ADOPTIONS,
  bootstrapStack,
  failure,
  OVERRIDE,
  stateOf,
  World,
} from "../../terraform/support/first-apply-world";
import { temporaryFolder } from "../../terraform/support/temporary-folder";

const folder = temporaryFolder();
const stackFolder = () => join(folder(), "stack");
const births = () => join(folder(), "births");
const local = () => join(births(), "222222222222-dev-bootstrap.tfstate");

let stack: Stack;
let world: World;
beforeEach(() => {
  stack = bootstrapStack(stackFolder());
  world = new World(stack);
});

const bear = (
  terraform: FirstApplyCommands = world.terraform,
  onStep?: (step: string) => void,
): Promise<FirstApplied> => firstApply(stack, terraform, { account: world.account, localState: local(), onStep });
const left = () => [...readdirSync(stackFolder()), ...(existsSync(births()) ? readdirSync(births()) : [])];
const writeLocal = (content: object | string = stateOf({ "aws_s3_bucket.state": "states" })): void => {
  mkdirSync(births(), { recursive: true });
  writeFileSync(local(), typeof content === "string" ? content : JSON.stringify(content));
};

const WHOLE = ["init", "init (local)", "apply (local)", "init", "push", "pull", "plan"];

test("makes the bucket with a local state, moves that into it, verifies it there, and leaves nothing behind", async () => {
  const steps: string[] = [];
  await expect(bear(world.terraform, (step) => steps.push(step))).resolves.toEqual({ result: "born", adopted: [] });
  expect(world.calls).toEqual(WHOLE);
  expect(steps).toEqual(["looking", "planning", "moving state", "verifying"]);
  expect(world.object).toContain("aws_s3_bucket");
  expect(left()).toEqual(["cdk.tf.json"]);
  expect(statSync(births()).mode & 0o777).toBe(0o700);
});

test("keeps the local state beside the JSON where no other place is named", async () => {
  const { terraform } = world;
  const seen: string[] = [];
  const statePush: FirstApplyCommands["statePush"] = (file, options) => {
    seen.push(file);
    return terraform.statePush(file, options);
  };
  await firstApply(stack, { ...terraform, statePush }, { account: world.account });
  expect(seen).toEqual([join(stackFolder(), "birth.tfstate")]);
  expect(readdirSync(stackFolder())).toEqual(["cdk.tf.json"]);
});

test("applies nothing where bucket and state are there already", async () => {
  await bear();
  world.calls.length = 0;
  await expect(bear()).resolves.toEqual({ result: "already there", adopted: [] });
  expect(world.calls).toEqual(["init", "pull"]);
});

test.each(WHOLE.map((command, index) => [index + 1, command]))(
  "ends as if nothing had happened when run again after an interruption at command %i, %s",
  async (command) => {
    world.interruptedAt = command;
    await expect(bear()).rejects.toThrow("interrupted");
    world.interruptedAt = 0;
    await expect(bear()).resolves.toMatchObject({ result: "born" });
    expect(JSON.parse(world.object ?? "{}")).toEqual(stateOf({ "aws_s3_bucket.state": "states" }));
    expect(left()).toEqual(["cdk.tf.json"]);
    expect(world.calls.filter((call) => call === "push")).toHaveLength(1 + Number(command === 5));
  },
);

test("verifies again, and applies nothing, where only the local state is left to be removed", async () => {
  await bear();
  writeLocal();
  world.calls.length = 0;
  await expect(bear()).resolves.toEqual({ result: "born", adopted: [] });
  expect(world.calls).toEqual(["init", "pull", "pull", "plan"]);
  expect(left()).toEqual(["cdk.tf.json"]);
});

test("goes on where it was killed with its own files still beside the JSON", async () => {
  world.makeBucket();
  writeLocal();
  for (const file of [OVERRIDE, ADOPTIONS]) writeFileSync(join(stackFolder(), file), "{}");
  await expect(bear()).resolves.toMatchObject({ result: "born" });
  expect(world.calls[0]).toBe("init"); // with the real backend
  expect(world.imported).toEqual([]);
});

test("takes up what was being made when it was interrupted, instead of making it again", async () => {
  world.makeBucket();
  writeLocal(stateOf({ "aws_s3_bucket.state": "states" }, "tainted"));
  await bear();
  expect(world.calls.slice(2, 5)).toEqual(["init (local)", "untaint aws_s3_bucket.state (local)", "apply (local)"]);
});

test("imports what is there already and ours for the one apply", async () => {
  world.makeBucket();
  const adopted = [{ to: "aws_s3_bucket.state", id: "states", what: "the bucket states" }];
  await expect(bear()).resolves.toEqual({ result: "born", adopted });
  expect(world.imported).toEqual([{ import: [{ to: "aws_s3_bucket.state", id: "states" }] }]);
  expect(left()).toEqual(["cdk.tf.json"]);
});

describe("keeps the local state, and says where it lies,", () => {
  const pushing = (content: object | undefined): FirstApplyCommands => ({
    ...world.terraform,
    statePush: () => {
      if (content) world.bucket?.objects.set(stack.state.key, JSON.stringify(content));
      return Promise.resolve();
    },
  });
  const stays = `. The local state stays in `;

  test.each<[string, () => FirstApplyCommands, string]>([
    [
      "where the bucket does not hold the same after the move",
      () => pushing(stateOf({ "aws_s3_bucket.state": "other" })),
      "what the one in s3://states/dev/bootstrap.tfstate does not: aws_s3_bucket.state (states); expected all of it there",
    ],
    [
      "where the bucket holds nothing after the move",
      () => pushing(undefined),
      "no state is in s3://states/dev/bootstrap.tfstate",
    ],
    [
      "where the bucket is not versioned",
      () => {
        world.makeBucket();
        if (world.bucket) world.bucket.versioned = false;
        return world.terraform;
      },
      "the bucket states is not versioned, expected versioning to be Enabled",
    ],
    [
      "where the plan is not empty",
      () => {
        world.planText = "  # aws_s3_bucket.state will be updated in-place\n\nPlan: 0 to add, 1 to change";
        return world.terraform;
      },
      "the plan after the move is not empty, expected no changes: aws_s3_bucket.state will be updated in-place",
    ],
  ])("%s", async (_, terraform, says) => {
    const attempt = bear(terraform());
    await expect(attempt).rejects.toThrow(FirstApplyRefused);
    await expect(attempt).rejects.toThrow(`dev-bootstrap: `);
    await expect(attempt).rejects.toThrow(says);
    await expect(attempt).rejects.toThrow(`${stays}${local()}; when that is mended, run it again`);
    expect(existsSync(local())).toBe(true);
  });

  test("where the object has no version", async () => {
    const account = { ...world.account, objectVersion: () => Promise.resolve(undefined) };
    await expect(firstApply(stack, world.terraform, { account, localState: local() })).rejects.toThrow(
      "has no version id, expected one",
    );
    expect(existsSync(local())).toBe(true);
  });
});

describe("refuses, and touches nothing,", () => {
  const refused = async (says: string): Promise<void> => {
    const before = JSON.stringify(world.bucket);
    const attempt = bear();
    await expect(attempt).rejects.toThrow(FirstApplyRefused);
    await expect(attempt).rejects.toThrow(says);
    expect(world.calls.filter((call) => !["init", "pull"].includes(call))).toEqual([]);
    expect(JSON.stringify(world.bucket)).toBe(before);
  };

  test("a bucket of another account, before Terraform looks there", async () => {
    world.isForeign = true;
    await refused("dev-bootstrap: the bucket states belongs to another account, or keeps these credentials out");
    expect(world.calls).toEqual([]);
  });

  test("a bucket in another region", async () => {
    world.makeBucket();
    if (world.bucket) world.bucket.region = "us-east-1";
    await refused("dev-bootstrap: the bucket states is in us-east-1, expected eu-west-1");
  });

  test("a bucket of which S3 and Terraform say different things", async () => {
    const account = {
      ...world.account,
      findBucket: () => Promise.resolve({ found: "ours", region: "eu-west-1" } as const),
    };
    await expect(firstApply(stack, world.terraform, { account, localState: local() })).rejects.toThrow(
      "the bucket states is there, but Terraform says that it is not",
    );
    expect(left()).toEqual(["cdk.tf.json"]);
  });

  test("a bucket whose state was lost, also where a local one is left", async () => {
    const lost = "the state dev/bootstrap.tfstate was in the bucket states, and is not there now.";
    const { terraform } = world;
    world.makeBucket();
    await terraform.statePush(join(stackFolder(), "cdk.tf.json"), { lock: false }).then(() => (world.calls.length = 0));
    const gone = { ...terraform, statePull: () => Promise.resolve(undefined) };
    await expect(bear(gone)).rejects.toThrow(lost);
    writeLocal();
    await expect(bear(gone)).rejects.toThrow(lost);
  });

  test("with every reason at once", async () => {
    stack = bootstrapStack(stackFolder(), {
      aws_s3_bucket: { state: { bucket: "states" } },
      aws_iam_role: { plan: { name: "plan" } },
    });
    world = new World(stack);
    world.makeBucket({ Stack: "other" });
    world.roles.set("plan", { path: "/", tags: {} });
    await refused("dev-bootstrap: the bucket states is in the account, but this stack did not make it");
    await refused("\ndev-bootstrap: a role plan is there that this stack did not make");
  });

  test("where it can't see whether the bucket exists", async () => {
    const { terraform } = world;
    const init = () => Promise.reject(failure("Error: AccessDenied: not authorized"));
    await expect(bear({ ...terraform, init })).rejects.toThrow("AccessDenied");
    expect(world.calls).toEqual([]);
    expect(left()).toEqual(["cdk.tf.json"]);
  });

  test("credentials of another account, before anything else is asked", async () => {
    const nobody = () => Promise.reject(new Error("another account's"));
    const account = {
      ...world.account,
      expectCredentials: nobody,
      findBucket: () => Promise.reject(new Error("asked")),
    };
    await expect(firstApply(stack, world.terraform, { account, localState: local() })).rejects.toThrow(
      "another account's",
    );
    expect(world.calls).toEqual([]);
  });
});

test("removes its own files also when the apply fails, and keeps what was created", async () => {
  const { terraform } = world;
  const half = async (): Promise<void> => {
    await terraform.apply();
    throw failure("Error: versioning failed");
  };
  await expect(bear({ ...terraform, apply: half })).rejects.toThrow("versioning failed");
  expect(left()).toEqual([
    "cdk.tf.json",
    "222222222222-dev-bootstrap.tfstate",
    "222222222222-dev-bootstrap.tfstate.backup",
  ]);
});

test("says what to do with a local state that is not whole", async () => {
  world.makeBucket();
  writeLocal('{"lineage":');
  await expect(bear()).rejects.toThrow(`${local()} is not a whole state`);
  await expect(bear()).rejects.toThrow(`put ${local()}.backup in its place, or move it away`);
  rmSync(local());
});

test("an empty local state is none: Terraform was killed before it wrote one", async () => {
  writeLocal("");
  await expect(bear()).resolves.toMatchObject({ result: "born" });
  expect(world.calls).toEqual(WHOLE);
});

test("a plan says what would be done, and does nothing", async () => {
  const plan = () => previewFirstApply(stack, world.terraform, { account: world.account, localState: local() });
  await expect(plan()).resolves.toEqual({ kind: "make", local: undefined, adoptions: [], makes: 2 });
  world.makeBucket();
  await expect(plan()).resolves.toMatchObject({ kind: "make", adoptions: [{ id: "states" }], makes: 1 });
  writeLocal();
  await expect(plan()).resolves.toMatchObject({ kind: "make", adoptions: [], makes: 1 });
  expect(readFileSync(local(), "utf8")).toContain("aws_s3_bucket");
  world.bucket?.objects.set(stack.state.key, JSON.stringify(stateOf({ "aws_s3_bucket.state": "states" })));
  await expect(plan()).resolves.toMatchObject({ kind: "verify" });
  rmSync(local());
  await expect(plan()).resolves.toEqual({ kind: "already there" });
  expect(new Set(world.calls)).toEqual(new Set(["init", "pull"]));
  expect(left()).toEqual(["cdk.tf.json"]);
});
