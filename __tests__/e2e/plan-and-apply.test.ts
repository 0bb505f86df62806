import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DescribeVpcsCommand } from "@aws-sdk/client-ec2";
import {
  CreateAccountAliasCommand,
  CreateRoleCommand,
  GetRoleCommand,
  UpdateAccountPasswordPolicyCommand,
} from "@aws-sdk/client-iam";
import {
  DeleteObjectCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import exampleFile from "../../config/example";
import type { EstateFile } from "../../config/schema";
import { destructionClients } from "../../tools/terraform/aws/destruction-clients";
import { found, useUsers } from "../support/estates";
import { REMOVED_STACK_STATE, startClone, type Clone } from "./support/clone";
import { forgedPlan } from "./support/forged-plan";

/* A change is planned, reviewed and applied exactly: the real commands in a clone, with the real Terraform. */

const DEV = "222222222222";
const MASTER = "111111111111";
const ANALYTICS = "666666666666";
/** The media type of an image's manifest. */
const IMAGE = "application/vnd.docker.distribution.manifest.v2+json";

let clone: Clone;

function exampleWith(change: (file: EstateFile) => void): EstateFile {
  const file = structuredClone<EstateFile>(exampleFile);
  change(file);
  return file;
}

const dev = (file: EstateFile) => found(file.environments, "dev");

beforeAll(async () => {
  clone = await startClone("plan-and-apply", { estate: exampleWith(() => undefined) });
  await Promise.all([clone.makeStateBucket("dev"), clone.makeStateBucket("master")]);
});

afterAll(() => clone.stop());

async function plan(...args: string[]): Promise<{ code: number | null; output: string; folder: string }> {
  const ended = await clone.run("plan", ...args);
  return { ...ended, folder: clone.lastPlan() };
}

async function states(account: string, bucket: string): Promise<string[]> {
  const { Contents = [] } = await clone.clients(account).s3.send(new ListObjectsV2Command({ Bucket: bucket }));
  return Contents.map(({ Key = "" }) => Key).sort();
}

const devStates = () => states(DEV, `${DEV}-galileo-terraform-state`);
const vpcs = async () =>
  (
    await clone
      .clients(DEV)
      .ec2.send(new DescribeVpcsCommand({ Filters: [{ Name: "tag:ManagedBy", Values: ["cdktf"] }] }))
  ).Vpcs ?? [];

describe("the first plan of an environment", () => {
  let first: Awaited<ReturnType<typeof plan>>;

  test("ends with exit code 2; stacks that cannot be planned yet wait, which is no error", async () => {
    first = await plan("dev-network", "dev-database", "dev-master-role");
    expect(first.output).toMatch(/dev-network +planned \(23 to create\)/);
    expect(first.output).toMatch(/dev-database +waits \(dev-network is not applied yet\)/);
    expect(first).toExitWith(2);
  });

  test("is a folder that only its owner can read, without leftovers of an unfinished run", () => {
    const folder = join(clone.directory, first.folder);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
      const { mode } = statSync(join(folder, file));
      if (/plan\.(tfplan|json)$|manifest|summary/.test(file)) expect([file, mode & 0o777]).toEqual([file, 0o600]);
    }
    expect(readdirSync(join(clone.directory, "plans")).filter((name) => name.startsWith("."))).toEqual([]);
    expect(readdirSync(join(folder, "stacks/dev-database"))).not.toContain("plan.tfplan");
  });

  test("has a manifest that names its inputs and every stack", () => {
    const manifest = JSON.parse(clone.read(join(first.folder, "manifest.json"))) as Record<string, unknown>;
    expect(manifest).toMatchObject({
      commit: clone.git("rev-parse", "HEAD"),
      dirty: false,
      terraformVersion: expect.stringMatching(/^1\.\d+\.\d+$/) as string,
      providerVersion: "5.100.0",
    });
    const stacks = manifest["stacks"] as { id: string; status: string; accountId: string }[];
    expect(stacks.map(({ id, status, accountId }) => [id, status, accountId])).toEqual([
      ["dev-database", "waiting", DEV],
      ["dev-master-role", "changes", MASTER],
      ["dev-network", "changes", DEV],
    ]);
  });

  test("writes nothing in AWS", async () => {
    expect(await devStates()).toEqual([]);
    expect(await vpcs()).toEqual([]);
  });

  describe("is refused and writes nothing", () => {
    // No process has these ids. The first run failed: it did not mark its folder. The next ones were refused.
    const runs = () => join(clone.directory, ".cache/applies");
    const log = () => join(runs(), `20200101T000000-${2 ** 30}/logs/dev-network.log`);
    beforeAll(() => {
      mkdirSync(dirname(log()), { recursive: true });
      writeFileSync(log(), "");
      for (const day of [2, 3]) {
        const folder = join(runs(), `2020010${day}T000000-${2 ** 30}`);
        mkdirSync(folder);
        writeFileSync(join(folder, ".finished"), "");
      }
    });

    const refused = async (...args: string[]) => {
      const { code, output } = await clone.run("apply", first.folder, ...args);
      expect({ code, output }).toExitWith(1);
      expect(output).toMatch(/the plan was not applied, and nothing was written:\n|must hold exactly the files/);
      expect(output).not.toMatch(/\n {4}at /);
      expect(await devStates()).toEqual([]);
      return output;
    };

    test("with changes that no commit holds", async () => {
      writeFileSync(join(clone.directory, "new"), "");
      expect(await refused()).toMatch(/the checkout has uncommitted changes \(new\)/);
      clone.git("clean", "-q", "-f", "new");
    });

    test("with changes that git itself does not see, and an estate that no commit holds", async () => {
      const role = join(clone.directory, "modules/iam/admin.ts");
      const good = readFileSync(role);
      clone.git("update-index", "--assume-unchanged", "modules/iam/admin.ts");
      writeFileSync(role, `${good.toString()}// other code\n`);
      expect(clone.git("status", "--porcelain")).toBe("");
      const changed = "the checkout has uncommitted changes (modules/iam/admin.ts). Commit or stash them.";
      expect(await refused()).toContain(changed);

      const index = join(clone.directory, ".git/index");
      writeFileSync(index, "damaged");
      const { ESTATE } = clone.environment;
      mkdirSync(join(clone.directory, "errored")); // ignored by the commit
      for (const name of ["estate.json", "estate.members.json"])
        cpSync(join(clone.directory, "config", name), join(clone.directory, "errored", name));
      clone.environment["ESTATE"] = "errored/estate.json";
      const unheld = ["estate.json", "estate.members.json"].map(
        (name) => `errored/${name} (ignored, or in a submodule)`,
      );
      const reason = `every file that is read must be in the commit, got ${unheld.join(", ")}. Move it into the repository`;
      const output = await refused();
      expect(output).toContain(changed);
      expect(output).toContain(reason);

      const ended = await clone.run("plan", "dev-network");
      expect(ended).toExitWith(2);
      expect(ended.output).toContain("this plan cannot be applied:");
      expect(ended.output).toContain(reason);
      expect(clone.read(join(clone.lastPlan(), "manifest.json"))).toContain('"dirty": true');
      rmSync(join(clone.directory, clone.lastPlan()), { recursive: true });

      clone.environment["ESTATE"] = ESTATE;
      rmSync(join(clone.directory, "errored"), { recursive: true });
      rmSync(index);
      writeFileSync(role, good);
      clone.git("reset", "--quiet");
    });

    test("at another commit", async () => {
      writeFileSync(join(clone.directory, "new"), "");
      clone.git("add", "new");
      clone.git("commit", "--quiet", "--message", "another");
      expect(await refused()).toMatch(
        /made from commit [0-9a-f]{40}, the checkout is at [0-9a-f]{40} with other files\. Run git checkout/,
      );
      clone.git("reset", "--quiet", "--hard", "HEAD~1");
    });

    test("with a replaced plan file", async () => {
      const file = join(clone.directory, first.folder, "stacks/dev-network/plan.tfplan");
      const whole = readFileSync(file);
      writeFileSync(file, readFileSync(join(clone.directory, first.folder, "stacks/dev-master-role/plan.tfplan")));
      expect(await refused()).toMatch(/stacks\/dev-network\/plan.tfplan has changed since the plan was made/);
      writeFileSync(file, whole);
    });

    test("with a reviewer's JSON that shows less than the plan file, although every hash and the folder's name are right", async () => {
      const forged = JSON.stringify({
        ...(JSON.parse(clone.read(join(first.folder, "stacks/dev-network/plan.json"))) as object),
        resource_changes: [],
      });
      const folder = forgedPlan(clone, first.folder, (copy) => {
        writeFileSync(join(copy, "stacks/dev-network/plan.json"), forged);
      });
      const { code, output } = await clone.run("apply", folder);
      rmSync(join(clone.directory, folder), { recursive: true });
      expect(output).toMatch(
        /dev-network: the reviewed plan.json differs from what Terraform shows of plan.tfplan. Plan again./,
      );
      expect({ code, output }).toExitWith(1);
      expect(await devStates()).toEqual([]);
    });

    test("with another account's credentials", async () => {
      const output = await refused("--profile", "ci");
      expect(output).toMatch(
        new RegExp(
          `dev-network: the credentials must be of account ${DEV}, got account 333333333333 from .+\\. Name a profile`,
        ),
      );
      expect(output).toMatch(
        new RegExp(`dev-master-role: the credentials must be of account ${MASTER}, got account 333333333333`),
      );
    });

    test("and evicts no log of an apply that failed", () => {
      expect(existsSync(log())).toBe(true);
      expect(readdirSync(runs())).not.toContain(`20200102T000000-${2 ** 30}`);
    });
  });

  test("is applied exactly, at another commit of the same files too, and names the next steps", async () => {
    clone.git("commit", "--quiet", "--allow-empty", "--message", "as a merge makes one");
    const { code, output } = await clone.run("apply", first.folder);
    expect(output).toMatch(/applied: dev-master-role, dev-network/);
    expect(output).toMatch(/waiting stacks, plan them now: npm run plan -- dev-database/);
    expect({ code, output }).toExitWith(0);
    expect(await devStates()).toEqual(["dev/network.applied.json", "dev/network.tfstate"]); // and no lock
    const table = await clone.run("promotions");
    expect(table.output).toMatch(/^environment +network +database .*\ndev +[0-9a-f]{7} = +- </m);
    expect(table.output).toMatch(/^ci +- \? /m);
    expect(await vpcs()).toHaveLength(1);
  });

  test("reports that everything is done when it is applied again, and changes nothing", async () => {
    const before = await clone
      .clients(DEV)
      .s3.send(new ListObjectsV2Command({ Bucket: `${DEV}-galileo-terraform-state` }));
    expect(await clone.run("apply", first.folder)).toExitWith(0);
    const after = await clone
      .clients(DEV)
      .s3.send(new ListObjectsV2Command({ Bucket: `${DEV}-galileo-terraform-state` }));
    expect(after.Contents).toEqual(before.Contents);
  });
});

test("a stack waits for one in another account that was never applied", async () => {
  await clone.makeStateBucket("partner-lab");
  const { code, output } = await plan("dev-member-partner-lab");
  expect(output).toMatch(/dev-member-partner-lab waiting: dev-application is not applied yet/);
  expect(output).toMatch(/^to apply first: npm run plan -- dev-application$/m);
  expect({ code, output }).toExitWith(2);
});

describe("the first plan of an account's settings", () => {
  test("lists what it replaces, and is blocked by an alias that the account has", async () => {
    const { iam } = clone.clients(DEV);
    await iam.send(new CreateAccountAliasCommand({ AccountAlias: "acme" }));
    await iam.send(new UpdateAccountPasswordPolicyCommand({ MinimumPasswordLength: 8 }));
    const { folder, ...ended } = await plan("dev-iam");
    expect(ended).toExitWith(2);
    expect(ended.output).toContain(
      "people sign in at https://acme.signin.aws.amazon.com/console, which would stop working",
    );
    expect(ended.output).toContain("minimum_password_length: 8 → 14");
    const { code, output } = await clone.run("apply", folder);
    expect({ code, output }).toExitWith(1);
    expect(output).toMatch(/dev-iam: blocked: aws_iam_account_alias\.\w+: the account has the alias acme/);
  });

  test("is not blocked with alias: false, and not applied once something else exists", async () => {
    const { iam } = clone.clients(DEV);
    clone.change(exampleWith((file) => void (found(file.accounts, "dev").alias = false)));
    const { folder, ...ended } = await plan("dev-iam");
    expect(ended).toExitWith(2);
    expect(ended.output).not.toContain("acme");
    expect(clone.read(join(folder, "summary.md"))).toContain("minimum_password_length: 8 → 14");
    await iam.send(new UpdateAccountPasswordPolicyCommand({ MinimumPasswordLength: 10 }));
    const refused = await clone.run("apply", folder);
    expect(refused).toExitWith(1);
    expect(refused.output).toMatch(/dev-iam: what exists in AWS has changed since it was planned \(.*10 → 14/);
    clone.change(exampleWith(() => undefined));
  });
});

test("a plan after the apply ends with exit code 0", async () => {
  const { code, output } = await plan("dev-network", "dev-master-role");
  expect(output).toMatch(/dev-network +no changes/);
  expect({ code, output }).toExitWith(0);
});

test("a value that looks like a secret is in no file of a plan that people and jobs read, its log included", async () => {
  const secret = ["gh", "p_", "a1B2c3D4e".repeat(4)].join("");
  clone.change(exampleWith((file) => void (dev(file).chargeCode = secret)));
  const { folder, ...ended } = await plan("dev-network");
  expect(ended).toExitWith(2);
  expect(ended.output).not.toContain(secret);
  const path = join(clone.directory, folder);
  const files = readdirSync(path, { recursive: true, encoding: "utf8" }).filter((file) =>
    statSync(join(path, file)).isFile(),
  );
  // What Terraform reads and applies holds every value.
  expect(files.filter((file) => readFileSync(join(path, file)).includes(secret))).toEqual([
    "stacks/dev-network/cdk.tf.json",
  ]);
  expect(clone.read(join(folder, "summary.md"))).toMatch(/`tags\.ChargeCode`: `[^`]+` → `\(sensitive value \d+\)`/);
  expect(clone.read(join(folder, "logs/dev-network.log"))).toContain("(sensitive value)");
  expect(await clone.run("apply", folder)).toExitWith(0);
});

describe("a change", () => {
  test("that matters is listed first: wider access, network exposure, lost paths, and what the estate no longer has", async () => {
    const bucket = `${DEV}-galileo-terraform-state`;
    await clone
      .clients(DEV)
      .s3.send(new PutObjectCommand({ Bucket: bucket, Key: "test/network.tfstate", Body: REMOVED_STACK_STATE }));
    clone.change(
      exampleWith((file) => {
        const web = dev(file).securityGroups?.["web"];
        web?.ingress?.push({ port: 22, cidrBlock: "0.0.0.0/0", approval: "CHG-1" });
        dev(file).network = { publicSubnets: false };
        dev(file).profile = "hardened";
      }),
    );
    const { folder, ...ended } = await plan("dev-network", "dev-master-role");
    expect(ended).toExitWith(2);
    const summary = clone.read(join(folder, "summary.md"));
    expect(summary).toMatch(/0\.0\.0\.0\/0/);
    const shown = [
      '0.0.0.0/0 (everybody) connect to aws_security_group.security-group_web_group_53EB9117 on port 22 ("CHG-1")',
      "no longer gives aws_vpc.network_vpc_4E8F0223 a gateway to the internet",
      /no longer routes 0\.0\.0\.0\/0 .*, the way out of aws_subnet\.network_public_eu-west-1a_subnet_\w+, aws_subnet\./,
      /removes the subnet 10\.0\.0\.0\/24 in eu-west-1a/,
      /`test-network: 1 resource in s3:\/\/222222222222-galileo-terraform-state\/test\/network\.tfstate`/,
    ];
    const first = summary.slice(0, summary.indexOf("<details>"));
    for (const line of shown) expect(first).toMatch(line);
    expect(summary).toMatch(/MasterRole/);
  });

  test("is refused if the state has moved on since", async () => {
    const stale = clone.lastPlan();
    const { folder } = await plan("dev-network");
    expect(await clone.run("apply", folder)).toExitWith(0);
    const { code, output } = await clone.run("apply", stale);
    expect({ code, output }).toExitWith(1);
    expect(output).toMatch(
      /dev-network: its state has changed since it was planned \(serial \d+ is now \d+\)\. Plan again\./,
    );
    const { Role } = await clone
      .clients(MASTER)
      .iam.send(new GetRoleCommand({ RoleName: "dev-irl-galileo-prep-raas-master-MasterRole" }));
    expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? "")).toContain(":root"); // as documented still: not even the other stack was applied
  });

  test("that needs a missing output waits for the stack that provides it", async () => {
    clone.change(
      exampleWith((file) => {
        dev(file).securityGroups = { ...dev(file).securityGroups, batch: { work: "application" } };
        const { database } = dev(file);
        if (typeof database === "object") database.allowedSecurityGroups = ["batch"];
      }),
    );
    const { code, output } = await plan("dev-database");
    expect(output).toMatch(/dev-database +waits \(dev-network does not have the required output yet\)/);
    expect({ code, output }).toExitWith(2);
  });
});

test("a change to the profile hardened lists the roles that documented left without a boundary", async () => {
  await clone.makeStateBucket("dev-analytics");
  const { iam } = clone.clients(ANALYTICS);
  const Principal = { AWS: `arn:aws:iam::${ANALYTICS}:root` };
  const statement = { Effect: "Allow", Principal, Action: "sts:AssumeRole" };
  const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  for (const RoleName of ["analysis-left", "other"])
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
  clone.change(exampleWith((file) => (dev(file).profile = "hardened")));
  const page = join(clone.directory, "page.md");
  clone.environment["GITHUB_STEP_SUMMARY"] = page;
  const { code, output } = await plan("dev-member-analytics");
  delete clone.environment["GITHUB_STEP_SUMMARY"];
  const listed = `dev-member-analytics: the account ${ANALYTICS} has analysis roles without a boundary of a hardened profile:
  arn:aws:iam::${ANALYTICS}:role/analysis-left
The hardened role cannot pass or change them`;
  expect(output).toContain(listed);
  expect(readFileSync(page, "utf8")).toContain(listed);
  rmSync(page);
  expect({ code, output }).toExitWith(2);
});

describe("a destroy", () => {
  test("of a stack that others need is refused, with their names", async () => {
    const { code, output } = await clone.run("destroy", "dev-network");
    expect({ code, output }).toExitWith(1);
    expect(output).toMatch(/Select them too:\n(.*\n)* {2}dev-database needs dev-network/);
  });

  test("is planned like any change, and apply carries it out", async () => {
    const planned = await clone.run("destroy", "dev-master-role", "--result", ".cache/destroy.json");
    expect(planned).toExitWith(2);
    expect(JSON.parse(readFileSync(join(clone.directory, ".cache/destroy.json"), "utf8"))).toMatchObject({
      ...{ command: "destroy", status: "succeeded", exitCode: 2 },
      stacks: [{ id: "dev-master-role", status: "changes", counts: { destroy: expect.any(Number) as number } }],
    });
    expect(await states(MASTER, `${MASTER}-galileo-terraform-state`)).toEqual([
      "dev/master-role.applied.json",
      "dev/master-role.tfstate",
    ]);
    const { code, output } = await clone.run("apply", clone.lastPlan());
    expect(output).toMatch(/destroyed: dev-master-role/);
    expect({ code, output }).toExitWith(0);
    await expect(
      clone.clients(MASTER).iam.send(new GetRoleCommand({ RoleName: "dev-irl-galileo-prep-raas-master-MasterRole" })),
    ).rejects.toThrow(/not found/i);
    expect(await clone.run("destroy", "dev-master-role")).toExitWith(0);
  });
});

describe("a destroy of a bucket with objects and a repository with images", () => {
  const bucket = `${DEV}-dev-irl-galileo-uploads`;
  const repository = "dev-irl-galileo/dagster";
  const report = { Bucket: bucket, Key: "report" };
  const s3 = () => clone.clients(DEV).s3;

  /** ECR, in which only images are put or deleted. */
  async function images(operation: "PutImage" | "BatchDeleteImage", input: object): Promise<void> {
    const keys = { AWS_ENDPOINT_URL: clone.url, AWS_ACCESS_KEY_ID: DEV, AWS_SECRET_ACCESS_KEY: "emulator" };
    const state = { bucket, key: "none", region: "eu-west-1" };
    const { ecr } = await destructionClients({ state }, keys, state.region);
    await (ecr as (...call: unknown[]) => Promise<unknown>)(operation, { repositoryName: repository, ...input });
  }

  async function empty(): Promise<void> {
    const { Versions = [], DeleteMarkers = [] } = await s3().send(new ListObjectVersionsCommand({ Bucket: bucket }));
    for (const { Key, VersionId } of [...Versions, ...DeleteMarkers])
      await s3().send(new DeleteObjectCommand({ Bucket: bucket, Key, VersionId }));
  }

  /** Every guard of the bucket, and the VPC: nothing is destroyed. */
  async function expectNothingDestroyed(): Promise<void> {
    const { Policy = "" } = await s3().send(new GetBucketPolicyCommand({ Bucket: bucket }));
    expect(Policy).toContain("RefuseWhateverComesWithoutTls");
    const block = await s3().send(new GetPublicAccessBlockCommand({ Bucket: bucket }));
    expect(block.PublicAccessBlockConfiguration?.RestrictPublicBuckets).toBe(true);
    expect((await s3().send(new GetBucketVersioningCommand({ Bucket: bucket }))).Status).toBe("Enabled");
    expect(await vpcs()).toHaveLength(1);
  }

  beforeAll(async () => {
    clone.change(
      exampleWith((file) => {
        useUsers(file);
        file.accounts = { dev: found(file.accounts, "dev") };
        const application = { buckets: ["uploads"], repositories: ["dagster"] };
        file.environments = { dev: { account: "dev", profile: "documented", application } };
      }),
    );
    const { folder } = await plan("dev-network", "dev-application");
    expect(await clone.run("apply", folder)).toExitWith(0);
    await s3().send(new PutObjectCommand({ ...report, Body: "x" }));
    await s3().send(new DeleteObjectCommand(report)); // an old version and a delete marker stay
    await images("PutImage", {
      imageManifest: JSON.stringify({ schemaVersion: 2, mediaType: IMAGE, config: {}, layers: [] }),
      imageTag: "v1",
    });
  });

  test("is blocked by the plan, which lists what to do", async () => {
    const planned = await clone.run("destroy", "dev");
    expect(planned).toExitWith(2);
    expect(planned.output).toContain(
      `  AWS deletes only empty buckets, and ${bucket} holds objects, old versions or delete markers. Copy what you keep, and empty the bucket with all versions.`,
    );
    expect(planned.output).toContain(`AWS deletes only empty repositories, and ${repository} holds images.`);
    expect(planned.output).not.toMatch(/apply exactly this plan/);
    const refused = await clone.run("apply", clone.lastPlan());
    expect(refused).toExitWith(1);
    expect(refused.output).toMatch(
      /dev-application: blocked: aws_s3_bucket\S+: AWS deletes only .* Then run npm run destroy -- dev-application\./,
    );
    await expectNothingDestroyed();
  });

  test("is refused before anything is destroyed if an object came after the plan", async () => {
    await empty();
    await images("BatchDeleteImage", { imageIds: [{ imageTag: "v1" }] });
    const planned = await clone.run("destroy", "dev");
    expect(planned).toExitWith(2);
    const [, flags = ""] = /npm run apply -- \S+((?: --allow-destroy \S+)+)/.exec(planned.output) ?? [];
    const allowed = flags.trim().split(" ");
    expect(allowed).toHaveLength(6); // two buckets and the repository
    await s3().send(new PutObjectCommand({ ...report, Body: "x" }));
    const { code, output } = await clone.run("apply", clone.lastPlan(), ...allowed);
    expect(output).toMatch(/nothing was written:\n {2}dev-application: blocked: .* holds objects/);
    expect({ code, output }).toExitWith(1);
    await expectNothingDestroyed();

    await empty();
    expect(await clone.run("apply", clone.lastPlan(), ...allowed)).toExitWith(0);
    await expect(s3().send(new GetBucketVersioningCommand({ Bucket: bucket }))).rejects.toThrow(
      "The specified bucket does not exist",
    );
    expect(await vpcs()).toEqual([]);
    expect(await clone.run("destroy", "dev-application", "dev-network")).toExitWith(0);
  });
});
