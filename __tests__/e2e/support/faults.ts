import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DescribeVpcsCommand } from "@aws-sdk/client-ec2";
import { DeleteObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import exampleFile from "../../../config/example";
import type { EstateFile } from "../../../config/schema";
import { found } from "../../support/estates";
import { startClone, type Clone, type Running } from "./clone";
import { Wire } from "./wire";

/** Each fault has its own environment and account. */
export const ACCOUNTS = { dev: "222222222222", ci: "333333333333", staging: "444444444444" } as const;
export type Environment = keyof typeof ACCOUNTS;

export const bucketOf = (name: Environment) => `${ACCOUNTS[name]}-galileo-terraform-state`;
export const keyOf = (name: Environment) => `${name}/network.tfstate`;

/** A clone whose commands and Terraform reach the emulator through a proxy, with what a fault may leave. */
export class FaultyClone {
  private constructor(
    public readonly clone: Clone,
    public readonly wire: Wire,
  ) {}

  public static async start(name: string, environments: readonly Environment[]): Promise<FaultyClone> {
    const estate = structuredClone<EstateFile>(exampleFile);
    // A cut may leave a bucket tainted. Without a trail, dev-iam has no protected bucket that could not be replaced then.
    Object.assign(found(estate.accounts, "dev"), { trail: false });
    const clone = await startClone(name, { estate });
    const wire = await Wire.to(clone.url);
    for (const [variable, value] of Object.entries(clone.environment))
      if (value === clone.url) clone.environment[variable] = wire.url;
    await Promise.all(environments.map((environment) => clone.makeStateBucket(environment)));
    return new FaultyClone(clone, wire);
  }

  public stop(): Promise<void> {
    this.wire.cut();
    return this.clone.stop();
  }

  /** The keys in a state bucket. */
  public async keys(name: Environment = "dev"): Promise<string[]> {
    const { s3 } = this.clone.clients(ACCOUNTS[name]);
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucketOf(name) }));
    return Contents.map(({ Key = "" }) => Key);
  }

  /** Does what `npm run unlock` does; the command has its own test. */
  public async unlock(key = keyOf("dev")): Promise<void> {
    const { s3 } = this.clone.clients(ACCOUNTS.dev);
    await s3.send(new DeleteObjectCommand({ Bucket: bucketOf("dev"), Key: `${key}.tflock` }));
  }

  /** How many VPCs a network stack has created. */
  public async vpcs(name: Environment = "dev"): Promise<number> {
    const Filters = [{ Name: "tag:Stack", Values: [`${name}-network`] }];
    const { ec2 } = this.clone.clients(ACCOUNTS[name]);
    return ((await ec2.send(new DescribeVpcsCommand({ Filters }))).Vpcs ?? []).length;
  }

  public plansThere(): string[] {
    return readdirSync(join(this.clone.directory, "plans")).filter((name) => !name.startsWith("."));
  }

  /** Plans a stack, which must have changes, and returns the plan that the command prints. */
  public async freshPlan(name: Environment = "dev", stack: "network" | "iam" = "network"): Promise<string> {
    const { code, output } = await this.clone.run("plan", `${name}-${stack}`);
    const plan = /npm run apply -- (plans\/\S+)/.exec(output)?.[1];
    if (code !== 2 || plan === undefined) throw new Error(output);
    return plan;
  }

  /** The Terraform processes that run this subcommand for a stack. */
  public terraforms(command: string, stackId: string): number[] {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .filter((pid) => {
        try {
          const args = readFileSync(join("/proc", pid, "cmdline"), "utf8").split("\0");
          const cwd = execFileSync("readlink", [join("/proc", pid, "cwd")], { encoding: "utf8" }).trim();
          const isHere = cwd.startsWith(this.clone.directory) && cwd.endsWith(`/${stackId}`);
          return (args[0] ?? "").endsWith("terraform") && args[1] === command && isHere;
        } catch {
          return false; // it has ended meanwhile
        }
      })
      .map(Number);
  }

  public async terraformStarts(command: "plan" | "apply", stackId: string): Promise<void> {
    while (this.terraforms(command, stackId).length === 0) await sleep(20);
  }

  public async terraformGone(stackId: string): Promise<void> {
    while (["plan", "apply"].some((command) => this.terraforms(command, stackId).length > 0)) await sleep(100);
  }

  public async killTerraform(command: "plan" | "apply", stackId: string): Promise<void> {
    await this.terraformStarts(command, stackId);
    for (const pid of this.terraforms(command, stackId)) process.kill(pid, "SIGKILL");
  }

  /** What of the plans, logs and file names contains the secret key of the profiles. */
  public credentialsFound(): { readonly files: string; readonly names: readonly string[] } {
    const profiles = readFileSync(this.clone.environment["AWS_CONFIG_FILE"] ?? "", "utf8");
    const secret = /aws_secret_access_key = (.{9,})/.exec(profiles)?.[1] ?? "";
    if (secret === "") throw new Error("there must be a secret key in the profiles, got none");
    const cwd = this.clone.directory;
    const { stdout } = spawnSync("grep", ["-rlaF", secret, "plans", ".cache"], { cwd, encoding: "utf8" });
    const names = ["plans", ".cache"].flatMap((folder) =>
      readdirSync(join(cwd, folder), { recursive: true, encoding: "utf8" }),
    );
    return { files: stdout, names: names.filter((name) => name.includes(secret)) };
  }
}

export async function sigkill(running: Running): Promise<void> {
  running.process.kill("SIGKILL");
  await running.ended;
}

/**
 * Runs all bodies at the same time, as soon as the first is asked for: tests that mostly wait for AWS wait together. Each
 * body's result is the result of its own test.
 */
export function sideBySide<Name extends string>(
  bodies: Readonly<Record<Name, () => Promise<void>>>,
): Readonly<Record<Name, () => Promise<void>>> {
  const running = new Map<string, Promise<void>>();
  const start = (name: Name): Promise<void> => {
    for (const [each, body] of Object.entries<() => Promise<void>>(bodies)) {
      if (running.has(each)) continue;
      running.set(each, body());
      running.get(each)?.catch(() => undefined); // its own test reports it
    }
    return running.get(name) ?? Promise.resolve();
  };
  return Object.fromEntries(Object.keys(bodies).map((name) => [name, () => start(name as Name)])) as Record<
    Name,
    () => Promise<void>
  >;
}
