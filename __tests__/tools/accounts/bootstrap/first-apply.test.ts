import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
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

const applyFirst = (
  terraform: FirstApplyCommands = world.terraform,
  onStep?: (step: string) => void,
): Promise<FirstApplied> => firstApply(stack, terraform, { account: world.account, localState: local(), onStep });
const filesLeft = () => [...readdirSync(stackFolder()), ...(existsSync(births()) ? readdirSync(births()) : [])];
const writeLocal = (content: object | string = stateOf({ "aws_s3_bucket.state": "states" })): void => {
  mkdirSync(births(), { recursive: true });
  writeFileSync(local(), typeof content === "string" ? content : JSON.stringify(content));
};

const WHOLE = ["init", "init (local)", "apply (local)", "init", "push", "pull", "plan"];

test("creates the bucket with a local state, moves the state into it, verifies it, and leaves nothing behind", async () => {
  const steps: string[] = [];
  await expect(applyFirst(world.terraform, (step) => steps.push(step))).resolves.toEqual({
    result: "applied",
    adopted: [],
  });
  expect(world.calls).toEqual(WHOLE);
  expect(steps).toEqual(["looking", "planning", "moving state", "verifying"]);
  expect(world.object).toContain("aws_s3_bucket");
  expect(filesLeft()).toEqual(["cdk.tf.json"]);
  expect(statSync(births()).mode & 0o777).toBe(0o700);
});

test("keeps the local state next to the JSON by default", async () => {
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

test("moves and verifies the state with other commands, which may be repeated, and deletes the local state last", async () => {
  const others = () => Promise.reject(new Error("expected the other commands"));
  const first: FirstApplyCommands = { ...world.terraform, statePush: others, plan: others };
  const result = firstApply(stack, first, {
    account: world.account,
    localState: local(),
    withMover: async (move) => {
      await move(world.terraform);
      expect(filesLeft()).toContain(basename(local()));
      await move(world.terraform);
    },
  });
  await expect(result).resolves.toMatchObject({ result: "applied" });
  expect(world.calls).toEqual([...WHOLE, "init", "push", "pull", "plan"]);
  expect(filesLeft()).toEqual(["cdk.tf.json"]);
});

test("applies nothing if bucket and state exist already", async () => {
  await applyFirst();
  world.calls.length = 0;
  await expect(applyFirst()).resolves.toEqual({ result: "already there", adopted: [] });
  expect(world.calls).toEqual(["init", "pull"]);
});

test.each(WHOLE.map((command, index) => [index + 1, command]))(
  "completes when run again after an interruption at command %i, %s",
  async (command) => {
    world.interruptedAt = command;
    await expect(applyFirst()).rejects.toThrow("interrupted");
    world.interruptedAt = 0;
    await expect(applyFirst()).resolves.toMatchObject({ result: "applied" });
    expect(JSON.parse(world.object ?? "{}")).toEqual(stateOf({ "aws_s3_bucket.state": "states" }));
    expect(filesLeft()).toEqual(["cdk.tf.json"]);
    expect(world.calls.filter((call) => call === "push")).toHaveLength(1 + Number(command === 5));
  },
);

test("only verifies again if just the local state is left", async () => {
  await applyFirst();
  writeLocal();
  world.calls.length = 0;
  await expect(applyFirst()).resolves.toEqual({ result: "applied", adopted: [] });
  expect(world.calls).toEqual(["init", "pull", "pull", "plan"]);
  expect(filesLeft()).toEqual(["cdk.tf.json"]);
});

test("continues after a kill that left its own files next to the JSON", async () => {
  world.makeBucket();
  writeLocal();
  for (const file of [OVERRIDE, ADOPTIONS]) writeFileSync(join(stackFolder(), file), "{}");
  await expect(applyFirst()).resolves.toMatchObject({ result: "applied" });
  expect(world.calls[0]).toBe("init"); // with the real backend
  expect(world.imported).toEqual([]);
});

test("keeps resources whose creation was interrupted instead of replacing them", async () => {
  world.makeBucket();
  writeLocal(stateOf({ "aws_s3_bucket.state": "states" }, "tainted"));
  await applyFirst();
  expect(world.calls.slice(2, 5)).toEqual(["init (local)", "untaint aws_s3_bucket.state (local)", "apply (local)"]);
});

test("imports existing resources of this stack, only for this apply", async () => {
  world.makeBucket();
  const adopted = [{ to: "aws_s3_bucket.state", id: "states", what: "the bucket states" }];
  await expect(applyFirst()).resolves.toEqual({ result: "applied", adopted });
  expect(world.imported).toEqual([{ import: [{ to: "aws_s3_bucket.state", id: "states" }] }]);
  expect(filesLeft()).toEqual(["cdk.tf.json"]);
});

describe("keeps the local state and prints its path", () => {
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
      "if the bucket lacks resources after the move",
      () => pushing(stateOf({ "aws_s3_bucket.state": "other" })),
      "the state s3://states/dev/bootstrap.tfstate must contain all resources of the local state, got none of: aws_s3_bucket.state (states).",
    ],
    [
      "if the bucket is empty after the move",
      () => pushing(undefined),
      "the moved state is missing: s3://states/dev/bootstrap.tfstate does not exist",
    ],
    [
      "if the bucket is not versioned",
      () => {
        world.makeBucket();
        if (world.bucket) world.bucket.versioned = false;
        return world.terraform;
      },
      "the versioning of the bucket states must be Enabled",
    ],
    [
      "if the plan has changes",
      () => {
        world.planText = "  # aws_s3_bucket.state will be updated in-place\n\nPlan: 0 to add, 1 to change";
        return world.terraform;
      },
      "the plan after the move must have no changes, got: aws_s3_bucket.state will be updated in-place",
    ],
  ])("%s", async (_, terraform, message) => {
    const attempt = applyFirst(terraform());
    await expect(attempt).rejects.toThrow(FirstApplyRefused);
    await expect(attempt).rejects.toThrow(`dev-bootstrap: `);
    await expect(attempt).rejects.toThrow(message);
    await expect(attempt).rejects.toThrow(`${stays}${local()}. Fix this, then run it again`);
    expect(existsSync(local())).toBe(true);
  });

  test("if the object has no version", async () => {
    const account = { ...world.account, objectVersion: () => Promise.resolve(undefined) };
    await expect(firstApply(stack, world.terraform, { account, localState: local() })).rejects.toThrow(
      "must have a version id, got none",
    );
    expect(existsSync(local())).toBe(true);
  });
});

describe("refuses and changes nothing for", () => {
  const refused = async (message: string): Promise<void> => {
    const before = JSON.stringify(world.bucket);
    const attempt = applyFirst();
    await expect(attempt).rejects.toThrow(FirstApplyRefused);
    await expect(attempt).rejects.toThrow(message);
    expect(world.calls.filter((call) => !["init", "pull"].includes(call))).toEqual([]);
    expect(JSON.stringify(world.bucket)).toBe(before);
  };

  test("a bucket of another account, before Terraform reads it", async () => {
    world.isForeign = true;
    await refused("dev-bootstrap: the bucket states belongs to another account, or denies access to these credentials");
    expect(world.calls).toEqual([]);
  });

  test("a bucket in another region", async () => {
    world.makeBucket();
    if (world.bucket) world.bucket.region = "us-east-1";
    await refused("dev-bootstrap: the bucket states must be in eu-west-1, got us-east-1");
  });

  test("a bucket that only S3 or only Terraform finds", async () => {
    const account = {
      ...world.account,
      findBucket: () => Promise.resolve({ found: "this account's", region: "eu-west-1" } as const),
    };
    await expect(firstApply(stack, world.terraform, { account, localState: local() })).rejects.toThrow(
      "the bucket states exists according to S3, but it does not according to Terraform",
    );
    expect(filesLeft()).toEqual(["cdk.tf.json"]);
  });

  test("a bucket whose state was deleted, also if a local state is left", async () => {
    const lost = "the state dev/bootstrap.tfstate was deleted from the bucket states.";
    const { terraform } = world;
    world.makeBucket();
    await terraform.statePush(join(stackFolder(), "cdk.tf.json"), { lock: false }).then(() => (world.calls.length = 0));
    const gone = { ...terraform, statePull: () => Promise.resolve(undefined) };
    await expect(applyFirst(gone)).rejects.toThrow(lost);
    writeLocal();
    await expect(applyFirst(gone)).rejects.toThrow(lost);
  });

  test("several reasons, and prints all of them", async () => {
    stack = bootstrapStack(stackFolder(), {
      aws_s3_bucket: { state: { bucket: "states" } },
      aws_iam_role: { plan: { name: "plan" } },
    });
    world = new World(stack);
    world.makeBucket({ Stack: "other" });
    world.roles.set("plan", { path: "/", tags: {} });
    await refused("dev-bootstrap: the bucket states exists, but this stack did not create it");
    await refused("\ndev-bootstrap: the role plan exists, but this stack did not create it");
  });

  test("a bucket that cannot be read", async () => {
    const { terraform } = world;
    const init = () => Promise.reject(failure("Error: AccessDenied: not authorized"));
    await expect(applyFirst({ ...terraform, init })).rejects.toThrow("AccessDenied");
    expect(world.calls).toEqual([]);
    expect(filesLeft()).toEqual(["cdk.tf.json"]);
  });

  test("credentials of another account, before any other request", async () => {
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
  await expect(applyFirst({ ...terraform, apply: half })).rejects.toThrow("versioning failed");
  expect(filesLeft()).toEqual([
    "cdk.tf.json",
    "222222222222-dev-bootstrap.tfstate",
    "222222222222-dev-bootstrap.tfstate.backup",
  ]);
});

test("reports the remedy for a damaged local state", async () => {
  world.makeBucket();
  writeLocal('{"lineage":');
  await expect(applyFirst()).rejects.toThrow(`${local()} must be a complete state, got an error`);
  await expect(applyFirst()).rejects.toThrow(`Replace it with ${local()}.backup, or move it away`);
  rmSync(local());
});

test("ignores an empty local state: Terraform was killed before it wrote one", async () => {
  writeLocal("");
  await expect(applyFirst()).resolves.toMatchObject({ result: "applied" });
  expect(world.calls).toEqual(WHOLE);
});

test("a plan returns the steps and changes nothing", async () => {
  const plan = () => previewFirstApply(stack, world.terraform, { account: world.account, localState: local() });
  await expect(plan()).resolves.toEqual({ kind: "create", local: undefined, adoptions: [], createCount: 2 });
  world.makeBucket();
  await expect(plan()).resolves.toMatchObject({ kind: "create", adoptions: [{ id: "states" }], createCount: 1 });
  writeLocal();
  await expect(plan()).resolves.toMatchObject({ kind: "create", adoptions: [], createCount: 1 });
  expect(readFileSync(local(), "utf8")).toContain("aws_s3_bucket");
  world.bucket?.objects.set(stack.state.key, JSON.stringify(stateOf({ "aws_s3_bucket.state": "states" })));
  await expect(plan()).resolves.toMatchObject({ kind: "verify" });
  rmSync(local());
  await expect(plan()).resolves.toEqual({ kind: "already there" });
  expect(new Set(world.calls)).toEqual(new Set(["init", "pull"]));
  expect(filesLeft()).toEqual(["cdk.tf.json"]);
});
