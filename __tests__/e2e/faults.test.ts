import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  DescribeVpcsCommand,
} from "@aws-sdk/client-ec2";
import {
  DescribeDBInstancesCommand,
  DescribeDBParameterGroupsCommand,
  DescribeDBSubnetGroupsCommand,
} from "@aws-sdk/client-rds";
import { ListBucketsCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { emulatorEnvironment } from "../../tools/emulator/environment";
import { clientsFor, type Clients } from "../../tools/rehearsal/clients";
import type { Stack } from "../../tools/synth/stacks";
import { startWorkplace, type Workplace } from "./support/workplace";

/* Faults with the real Terraform: wrong credentials, two applies at once, SIGKILL. */

const DEV = "222222222222";
const CI = "333333333333";

let workplace: Workplace;
let dev: Clients;

beforeAll(async () => {
  workplace = await startWorkplace("faults", { applied: ["dev-bootstrap"] });
  dev = clientsFor(workplace.url, DEV, "eu-west-1");
});

afterAll(() => workplace.stop());

/** A run of Terraform that a test can watch and kill with SIGKILL. */
function start(stack: Stack, ...args: string[]) {
  const child = spawn(workplace.tools.terraform.path, args, {
    cwd: stack.directory,
    env: workplace.environment(stack),
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  return {
    output: () => output,
    ended: once(child, "close").then(([code]) => code as number | null),
    kill: () => child.kill("SIGKILL"),
    /** Resolves when the output holds the text; throws when the run ended without. */
    async says(text: string, limitSeconds: number): Promise<void> {
      const end = Date.now() + limitSeconds * 1000;
      while (!output.includes(text)) {
        if (child.exitCode !== null || Date.now() > end) throw new Error(`terraform did not say "${text}":\n${output}`);
        await sleep(50);
      }
    },
  };
}

const APPLY = ["apply", "-input=false", "-no-color", "-auto-approve"];

describe("another account's credentials", () => {
  const wrong = (stack: Stack) => ({
    ...workplace.environment(stack),
    ...emulatorEnvironment(workplace.url, { accountId: CI, region: stack.region }, workplace.environment(stack)),
  });

  test("are refused by the backend, before the state is read", async () => {
    const stack = workplace.stack("dev-network");
    await expect(workplace.terraform(stack, wrong(stack)).init()).rejects.toThrow(
      /AWS account ID not allowed: 333333333333/,
    );
  });

  test("are refused by the provider too, if the state is stored elsewhere", async () => {
    const stack = workplace.stack("dev-network");
    const override = join(stack.directory, "backend_override.tf.json");
    writeFileSync(override, JSON.stringify({ terraform: { backend: { local: { path: "elsewhere.tfstate" } } } }));
    try {
      const terraform = workplace.terraform(stack, wrong(stack));
      await terraform.init();
      await expect(terraform.plan()).rejects.toThrow(/AWS account ID not allowed: 333333333333/);
      await expect(terraform.apply()).rejects.toThrow(/AWS account ID not allowed: 333333333333/);
    } finally {
      rmSync(override);
    }
  });

  test("write nothing in either account", async () => {
    const ci = clientsFor(workplace.url, CI, "eu-west-1");
    expect((await ci.s3.send(new ListBucketsCommand({}))).Buckets).toEqual([]);
    for (const { ec2 } of [ci, dev]) {
      const { Vpcs = [] } = await ec2.send(
        new DescribeVpcsCommand({ Filters: [{ Name: "tag:ManagedBy", Values: ["cdktf"] }] }),
      );
      expect(Vpcs).toEqual([]);
    }
    const { Contents = [] } = await dev.s3.send(
      new ListObjectsV2Command({ Bucket: workplace.estate.accounts[1]?.stateBucket ?? "" }),
    );
    expect(Contents.map(({ Key }) => Key)).toEqual(["dev/bootstrap.tfstate"]);
  });
});

describe("two applies of one stack at once", () => {
  test("the second fails on the lock, the first continues, and nothing is lost", async () => {
    const stack = workplace.stack("dev-network");
    const terraform = workplace.terraform(stack);
    await terraform.init();
    const first = start(stack, ...APPLY);
    await first.says("Creating...", 60);
    await expect(terraform.apply()).rejects.toThrow(/Error acquiring the state lock/);
    expect(await first.ended).toBe(0);
    expect(await terraform.stateList()).toHaveLength(stack.resourceCount);
    expect((await terraform.plan()).text).toContain("No changes.");
  });
});

describe("SIGKILL in the middle of an apply", () => {
  const name = "dev-irl-galileo-database";

  test("leaves a lock that names its holder; after unlock, import and apply, no resource that is used exists twice", async () => {
    const stack = workplace.stack("dev-database"); // in the network that the test above applied
    const terraform = workplace.terraform(stack);
    await terraform.init();
    const killed = start(stack, ...APPLY);
    await killed.says("Still creating... [10s elapsed]", 240);
    killed.kill();
    await killed.ended;

    const refused = await terraform.apply().catch((error: unknown) => String(error));
    expect(refused).toMatch(/Error acquiring the state lock/);
    const [, lockId = "no lock id"] = /ID:\s+([0-9a-f-]{36})/.exec(String(refused)) ?? [];
    expect(await start(stack, "force-unlock", "-force", lockId).ended).toBe(0);

    // Terraform had not written its state: its resources are only in AWS. Their names are taken, so nothing is
    // created a second time but the parameter group, whose name ends in a suffix: the first one stays unused.
    expect((await terraform.statePull())?.resources ?? []).toEqual([]);
    await expect(terraform.apply()).rejects.toThrow(/already exists/);
    expect(await counted()).toEqual({ ...ONE_OF_EACH, parameterGroups: 2 });

    const imports = join(stack.directory, "imports.tf.json");
    writeFileSync(imports, JSON.stringify({ import: await whatIsThere(stack) }));
    const adopted = start(stack, ...APPLY);
    expect(await adopted.ended).toBe(0);
    expect(adopted.output()).toMatch(/Apply complete! Resources: \d imported, 0 added, \d changed, 0 destroyed/);
    rmSync(imports);
    expect(await counted()).toEqual({ ...ONE_OF_EACH, parameterGroups: 2 });
    expect((await terraform.stateList()).filter((address) => !address.startsWith("data."))).toHaveLength(
      stack.resourceCount,
    );
    // The emulator creates a new secret when an imported instance manages its password again: an output changes,
    // and no resource does.
    expect((await terraform.plan()).text).not.toMatch(/# \S+ (will|must) be/);
  });

  const ONE_OF_EACH = { instances: 1, subnetGroups: 1, parameterGroups: 1, securityGroups: 1, rules: 2 };

  async function found() {
    const { rds, ec2 } = dev;
    const { DBInstances = [] } = await rds.send(new DescribeDBInstancesCommand({}));
    const { DBSubnetGroups = [] } = await rds.send(new DescribeDBSubnetGroupsCommand({}));
    const { DBParameterGroups = [] } = await rds.send(new DescribeDBParameterGroupsCommand({}));
    const { SecurityGroups = [] } = await ec2.send(
      new DescribeSecurityGroupsCommand({ Filters: [{ Name: "group-name", Values: [name] }] }),
    );
    const groupIds = SecurityGroups.map(({ GroupId = "" }) => GroupId);
    const { SecurityGroupRules = [] } = await ec2.send(
      new DescribeSecurityGroupRulesCommand({ Filters: [{ Name: "group-id", Values: groupIds }] }),
    );
    return {
      instances: DBInstances,
      subnetGroups: DBSubnetGroups,
      parameterGroups: DBParameterGroups.filter(({ DBParameterGroupName }) => DBParameterGroupName?.startsWith(name)),
      securityGroups: SecurityGroups,
      rules: SecurityGroupRules.filter(({ IsEgress }) => IsEgress === false),
    };
  }

  const counted = async () =>
    Object.fromEntries(Object.entries(await found()).map(([what, list]) => [what, list.length]));

  /** Import blocks for resources in AWS: the address in the JSON, and the id that Terraform imports. */
  async function whatIsThere(stack: Stack): Promise<{ to: string; id: string }[]> {
    const { securityGroups } = await found();
    const ids = {
      aws_cloudwatch_log_group: `/aws/rds/instance/${name}/postgresql`,
      aws_db_instance: name,
      aws_db_subnet_group: name,
      aws_security_group: securityGroups[0]?.GroupId ?? "none",
    };
    return Object.entries(ids).map(([type, id]) => ({ to: addressOf(stack, type), id }));
  }
});

/** The address of the only resource of a type in the stack's JSON. */
function addressOf(stack: Stack, type: string): string {
  const { resource } = JSON.parse(readFileSync(join(stack.directory, "cdk.tf.json"), "utf8")) as {
    resource: Record<string, Record<string, unknown>>;
  };
  return `${type}.${Object.keys(resource[type] ?? {})[0] ?? "none"}`;
}
