import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { birth, BirthRefused, type BirthCommands } from "../../runner/birth";
import type { Stack } from "../../runner/stacks";
import type { StateDocument } from "../../runner/terraform";
import { TerraformError } from "../../runner/terraform-error";
import { temporaryFolder } from "./support/temporary-folder";

const folder = temporaryFolder();
const LOCAL = "birth.tfstate";
const OVERRIDE = "backend_override.tf.json";

function stateWith(id: string, serial = 1): StateDocument {
  return {
    lineage: "l",
    serial,
    resources: [{ mode: "managed", type: "aws_s3_bucket", name: "state", instances: [{ attributes: { id } }] }],
  };
}

/** An account's bucket, and a Terraform in the stack's folder that uses it or, under the override, the local file. */
class Account {
  public bucketExists = false;
  public object: string | undefined;
  public readonly calls: string[] = [];
  /** The call that fails, counted from 1, before it does anything. */
  public interruptedAt = 0;

  public get terraform(): BirthCommands {
    const local = join(folder(), LOCAL);
    const isLocal = (): boolean => existsSync(join(folder(), OVERRIDE));
    const call = (name: string): void => {
      this.calls.push(isLocal() ? `${name} (local)` : name);
      if (this.calls.length === this.interruptedAt) throw new Error("interrupted");
    };
    return {
      init: () => {
        call("init");
        if (!isLocal() && !this.bucketExists) throw failure('Error: Failed to get existing workspaces: S3 bucket "states" does not exist.');
        return Promise.resolve();
      },
      apply: () => {
        call("apply");
        this.bucketExists = true;
        writeFileSync(local, JSON.stringify(stateWith("states")));
        writeFileSync(`${local}.backup`, "");
        return Promise.resolve();
      },
      statePull: () => {
        call("pull");
        return Promise.resolve(this.object === undefined ? undefined : (JSON.parse(this.object) as StateDocument));
      },
      statePush: (file) => {
        call("push");
        this.object = readFileSync(join(folder(), file), "utf8");
        return Promise.resolve();
      },
    };
  }
}

function failure(output: string): TerraformError {
  return new TerraformError({ stackId: "dev-bootstrap", command: "init", exitCode: 1, output, logFile: "log", timeLimitSeconds: 1 });
}
const stack = (): Stack => ({ id: "dev-bootstrap", directory: folder(), state: { bucket: "states", key: "k", region: "r" } }) as Stack;

beforeEach(() => mkdirSync(folder(), { recursive: true }));

test("makes the bucket with a local state, moves that into it, and leaves nothing behind", async () => {
  const account = new Account();
  const steps: string[] = [];
  await expect(birth(stack(), account.terraform, { onStep: (step) => steps.push(step) })).resolves.toBe("born");
  expect(account.calls).toEqual(["init", "init (local)", "apply (local)", "init", "push", "pull"]);
  expect(steps).toEqual(["initializing", "planning", "moving state"]);
  expect(account.object).toContain("aws_s3_bucket");
  expect(readdirSync(folder())).toEqual([]);
});

test("applies nothing where bucket and state are there already", async () => {
  const account = new Account();
  await birth(stack(), account.terraform);
  account.calls.length = 0;
  await expect(birth(stack(), account.terraform)).resolves.toBe("already there");
  expect(account.calls).toEqual(["init", "pull"]);
});

test.each([1, 2, 3, 4, 5, 6])("ends as if nothing had happened when run again after an interruption at command %i", async (command) => {
  const account = new Account();
  account.interruptedAt = command;
  await expect(birth(stack(), account.terraform)).rejects.toThrow("interrupted");
  account.interruptedAt = 0;
  // In whichever way it ends, the state is in the bucket and nothing lies beside the JSON.
  await expect(birth(stack(), account.terraform)).resolves.toBe(command === 6 ? "already there" : "born");
  expect(JSON.parse(account.object ?? "{}")).toEqual(stateWith("states"));
  expect(readdirSync(folder())).toEqual([]);
});

test("goes on where it was killed with the override still there", async () => {
  const account = new Account();
  account.bucketExists = true;
  writeFileSync(join(folder(), LOCAL), JSON.stringify(stateWith("states")));
  writeFileSync(join(folder(), OVERRIDE), "{}");
  await expect(birth(stack(), account.terraform)).resolves.toBe("born");
  expect(account.calls[0]).toBe("init"); // with the real backend
});

test("keeps the local state where the bucket does not hold the same after the move", async () => {
  const account = new Account();
  const { terraform } = account;
  const elsewhere = {
    ...terraform,
    statePush: () => Promise.resolve(void (account.object = JSON.stringify(stateWith("other")))),
  };
  const attempt = birth(stack(), elsewhere);
  await expect(attempt).rejects.toThrow(BirthRefused);
  await expect(attempt).rejects.toThrow("what the one in s3://states/k does not: aws_s3_bucket.state (states)");
  expect(existsSync(join(folder(), LOCAL))).toBe(true);
  account.object = undefined;
  const nowhere = { ...terraform, statePush: () => Promise.resolve(void (account.object = undefined)) };
  await expect(birth(stack(), nowhere)).rejects.toThrow("no state is in s3://states/k; the local one stays in");
  expect(existsSync(join(folder(), LOCAL))).toBe(true);
});

test("refuses a bucket that is there without the state, here and there, and touches nothing", async () => {
  const account = new Account();
  account.bucketExists = true;
  const attempt = birth(stack(), account.terraform);
  await expect(attempt).rejects.toThrow(BirthRefused);
  await expect(attempt).rejects.toThrow("dev-bootstrap: the bucket states exists, but holds no state k");
  expect(account.calls).toEqual(["init", "pull"]);
});

test("creates nothing where it can't see whether the bucket exists", async () => {
  const account = new Account();
  const { terraform } = account;
  let inits = 0;
  const init = (): Promise<void> => (inits++ === 0 ? Promise.reject(failure("Error: AccessDenied: not authorized")) : terraform.init());
  await expect(birth(stack(), { ...terraform, init })).rejects.toThrow("AccessDenied");
  expect(account.calls).toEqual([]);
  expect(readdirSync(folder())).toEqual([]);
});

test("removes the override also when the apply fails, and keeps what was created", async () => {
  const account = new Account();
  const { terraform } = account;
  const half = async (): Promise<void> => {
    await terraform.apply();
    throw failure("Error: versioning failed");
  };
  await expect(birth(stack(), { ...terraform, apply: half })).rejects.toThrow("versioning failed");
  expect(readdirSync(folder())).toEqual([LOCAL, `${LOCAL}.backup`]);
});

test("says what to do with a local state that is not whole", async () => {
  const account = new Account();
  account.bucketExists = true;
  writeFileSync(join(folder(), LOCAL), '{"lineage":');
  await expect(birth(stack(), account.terraform)).rejects.toThrow(`${join(folder(), LOCAL)} is not a whole state`);
  rmSync(join(folder(), LOCAL));
});
