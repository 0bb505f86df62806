import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { estateWith } from "../../../config/estate-fixture";
import { FakeTerraform } from "../../terraform/support/fake-terraform";

const ROOT = join(__dirname, "../../../..");

/** Runs a command on one stack of an estate, with Node and a Terraform that only prints its version, without AWS. */
export class StackCommand {
  private readonly folder = mkdtempSync(join(tmpdir(), "stack-command-"));
  private readonly path: string;

  constructor(private readonly script: string) {
    symlinkSync(process.execPath, join(this.folder, "node"));
    writeFileSync(join(this.folder, "estate.json"), JSON.stringify(estateWith()));
    writeFileSync(join(this.folder, "estate.members.json"), '["lab"]');
    const terraform = new FakeTerraform(this.folder);
    terraform.answer("version", { stdout: '{"terraform_version":"1.11.4"}' });
    this.path = terraform.folder;
  }

  public run(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const keys = {
      AWS_ACCESS_KEY_ID: "222222222222",
      AWS_SECRET_ACCESS_KEY: "none",
      AWS_ENDPOINT_URL: "http://127.0.0.1:1",
    };
    const files = {
      AWS_CONFIG_FILE: join(this.folder, "none"),
      AWS_SHARED_CREDENTIALS_FILE: join(this.folder, "none"),
    };
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["--import", "tsx", join(ROOT, this.script), ...args],
      {
        cwd: ROOT,
        env: {
          ...{ PATH: this.path, HOME: this.folder, TMPDIR: this.folder, ESTATE: join(this.folder, "estate.json") },
          ...{ ...keys, ...files, AWS_EC2_METADATA_DISABLED: "true", ...env },
        },
        encoding: "utf8",
      },
    );
    return { status, stdout, stderr };
  }

  public remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
