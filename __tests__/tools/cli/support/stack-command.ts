import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { estateWith } from "../../../config/estate-fixture";
import type { Ended } from "../../../support/in-process";
import { callCommand } from "./call-command";
import { runCommand, supportedTerraform } from "./run-command";

/** A command on one stack of an estate, with Node and a Terraform that only prints its version, without AWS. */
export class StackCommand {
  private readonly folder = mkdtempSync(join(tmpdir(), "stack-command-"));
  private readonly path: string;

  constructor(private readonly name: "move" | "state" | "unlock") {
    symlinkSync(process.execPath, join(this.folder, "node"));
    writeFileSync(join(this.folder, "estate.json"), JSON.stringify(estateWith()));
    writeFileSync(join(this.folder, "estate.members.json"), '["lab"]');
    this.path = supportedTerraform(this.folder).folder;
  }

  public call(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Ended> {
    return callCommand(this.name, args, this.variables(env));
  }

  /** The same in a process of its own. */
  public run(args: readonly string[]): Ended {
    return runCommand(`tools/cli/${this.name}.ts`, args, this.variables());
  }

  public remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private variables(env: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
    const none = join(this.folder, "none");
    return {
      ...{ PATH: this.path, HOME: this.folder, TMPDIR: this.folder, ESTATE: join(this.folder, "estate.json") },
      ...{ AWS_ACCESS_KEY_ID: "222222222222", AWS_SECRET_ACCESS_KEY: "none", AWS_ENDPOINT_URL: "http://127.0.0.1:1" },
      ...{ AWS_CONFIG_FILE: none, AWS_SHARED_CREDENTIALS_FILE: none, AWS_EC2_METADATA_DISABLED: "true" },
      ...env,
    };
  }
}
