import { execFile } from "node:child_process";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { CreateDBInstanceCommand } from "@aws-sdk/client-rds";
import type { EstateFile } from "../../../config/schema";
import { findTools, stackEnvironment } from "../../../tools/rehearsal/rehearse";
import type { PlanJson } from "../../../tools/review/plan-json";
import { readStacks } from "../../../tools/synth/read-stacks";
import { synthesize } from "../../../tools/synth/synth";
import { startProvider, type AttachedProvider } from "../../../tools/terraform/attached-provider";
import { terraformEnvironment } from "../../../tools/terraform/preflight";
import { createView } from "../../../tools/terraform/view/create-view";
import type { Clone } from "./clone";
import { CACHE, writeEstate } from "./workplace";

const run = promisify(execFile);
const FILE = "cdk.tf.json";

interface StackJson {
  readonly provider: {
    readonly aws: readonly [{ readonly default_tags: readonly [{ readonly tags: Record<string, string> }] }];
  };
  readonly resource: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
  readonly output?: unknown;
}

interface StateValues {
  readonly values?: {
    readonly root_module?: {
      readonly resources?: readonly { readonly type: string; readonly values: Readonly<Record<string, string>> }[];
    };
  };
}

/** A database stack whose instance was created in AWS and imported: the provider itself waits 80 seconds for a new one. */
export class ExistingDatabase {
  private constructor(
    private readonly id: string,
    private readonly directory: string,
    private readonly terraform: (...args: string[]) => Promise<string>,
    private readonly json: StackJson,
    private readonly provider: AttachedProvider | undefined,
  ) {}

  /** @param folder an empty one of this database alone */
  static async create(clone: Clone, id: string, folder: string): Promise<ExistingDatabase> {
    const tools = await findTools(CACHE);
    synthesize(folder);
    const stack = readStacks(folder).find((each) => each.id === id);
    if (!stack) throw new Error(`no stack ${id}`);
    const of = stackEnvironment(clone.url, clone.estate, tools);
    const { directory } = stack;
    const view = createView({ stream: { write: () => true } });
    const provider = await startProvider(stack, { env: of, logDir: folder, view });
    const env = { ...terraformEnvironment(of(stack)), TF_REATTACH_PROVIDERS: provider?.reattach };
    const terraform = async (...args: string[]) =>
      (await run(tools.terraform.path, args, { cwd: directory, env, encoding: "utf8", maxBuffer: 1e8 })).stdout;
    const json = JSON.parse(readFileSync(join(directory, FILE), "utf8")) as StackJson;
    const database = new ExistingDatabase(id, directory, terraform, json, provider);
    await database.createIn(clone, stack.accountId);
    return database;
  }

  async stop(): Promise<void> {
    await this.provider?.stop();
  }

  private get instance(): readonly [name: string, values: Readonly<Record<string, unknown>>] {
    const [found] = Object.entries(this.json.resource["aws_db_instance"] ?? {});
    if (!found) throw new Error("the stack has no database");
    return found;
  }

  private async createIn(clone: Clone, accountId: string): Promise<void> {
    const others = Object.entries(this.json.resource).filter(([type]) => type !== "aws_db_instance");
    this.write({ ...this.json, resource: Object.fromEntries(others), output: undefined });
    await this.terraform("init", "-input=false");
    await this.terraform("apply", "-auto-approve", "-input=false");
    const { values } = JSON.parse(await this.terraform("show", "-json")) as StateValues;
    const valueOf = (type: string, key: string) =>
      values?.root_module?.resources?.find((each) => each.type === type)?.values[key] ?? "";
    const [name, instance] = this.instance;
    const tags = this.json.provider.aws[0].default_tags[0].tags;
    await clone.clients(accountId).rds.send(
      new CreateDBInstanceCommand({
        DBInstanceIdentifier: String(instance["identifier"]),
        DBInstanceClass: String(instance["instance_class"]),
        Engine: "postgres",
        EngineVersion: String(instance["engine_version"]),
        AllocatedStorage: Number(instance["allocated_storage"]),
        StorageType: String(instance["storage_type"]),
        StorageEncrypted: instance["storage_encrypted"] === true,
        DBName: instance["db_name"] as string | undefined,
        PubliclyAccessible: instance["publicly_accessible"] === true,
        MasterUsername: String(instance["username"]),
        ...(instance["manage_master_user_password"] === true
          ? { ManageMasterUserPassword: true }
          : { MasterUserPassword: "made-by-hand" }),
        EnableIAMDatabaseAuthentication: true,
        DBSubnetGroupName: valueOf("aws_db_subnet_group", "name"),
        DBParameterGroupName: valueOf("aws_db_parameter_group", "name"),
        VpcSecurityGroupIds: [valueOf("aws_security_group", "id")],
        EnableCloudwatchLogsExports: ["postgresql"],
        BackupRetentionPeriod: Number(instance["backup_retention_period"]),
        PreferredMaintenanceWindow: "mon:03:00-mon:04:00",
        CopyTagsToSnapshot: true,
        Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
      }),
    );
    this.write(this.json);
    await this.terraform("import", "-input=false", `aws_db_instance.${name}`, String(instance["identifier"]));
  }

  /** Terraform's plan of another estate. It needs no lock of the state. */
  async plan(estate: EstateFile): Promise<PlanJson> {
    const folder = join(this.directory, "other");
    const { ESTATE } = process.env;
    process.env["ESTATE"] = writeEstate(folder, estate);
    synthesize(join(folder, "out"));
    process.env["ESTATE"] = ESTATE;
    copyFileSync(join(folder, "out/stacks", this.id, FILE), join(this.directory, FILE));
    await this.terraform("plan", "-lock=false", "-refresh=false", "-input=false", "-out=other.tfplan");
    return JSON.parse(await this.terraform("show", "-json", "other.tfplan")) as PlanJson;
  }

  private write(json: StackJson): void {
    writeFileSync(join(this.directory, FILE), JSON.stringify(json));
  }
}
