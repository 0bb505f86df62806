import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { parseJson } from "../../../config/input";
import { addressOf } from "../../terraform/state/state-difference";
import type { StateDocument } from "../../terraform/terraform";
import { messageOf } from "../../support/errors";
import { UserError } from "../../../config/user-error";

/** The local state file of a first apply, until the bucket contains its resources. */
export class LocalState {
  /** @param file absolute path */
  constructor(public readonly file: string) {}

  /** Undefined if nothing was written yet. */
  public read(): StateDocument | undefined {
    if (!existsSync(this.file)) return undefined;
    const content = readFileSync(this.file, "utf8");
    if (content.trim() === "") return undefined;
    try {
      return parseJson(content) as StateDocument;
    } catch (error) {
      throw new FirstApplyRefused(
        `${this.file} must be a complete state, got an error (${messageOf(error)}). Replace it with ${this.backup}, or move it away: the next run finds the created resources again`,
      );
    }
  }

  /** Creates its folder, readable only by its owner. An existing folder keeps its mode. */
  public makeFolder(): void {
    const folder = dirname(this.file);
    if (existsSync(folder)) return;
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o700);
  }

  /** Removes Terraform's files next to it first, so that the next run can complete an interrupted removal. */
  public remove(): void {
    for (const file of [this.backup, join(dirname(this.file), `.${basename(this.file)}.lock.info`), this.file])
      rmSync(file, { force: true });
  }

  private get backup(): string {
    return `${this.file}.backup`;
  }
}

/** The id of a resource in a state, or undefined. */
export function idIn(state: StateDocument | undefined, address: string): string | undefined {
  const resource = state?.resources.find(({ mode, type, name }) => mode === "managed" && `${type}.${name}` === address);
  const id = resource?.instances[0]?.attributes?.id;
  return typeof id === "string" ? id : undefined;
}

/** The number of managed resources in a state. */
export function countIn(state: StateDocument | undefined): number {
  return (state?.resources ?? []).filter(({ mode, instances }) => mode === "managed" && instances.length > 0).length;
}

/** The addresses of resources whose creation did not finish. */
export function taintedIn(state: StateDocument | undefined): string[] {
  return (state?.resources ?? []).flatMap((resource) =>
    resource.instances.filter(({ status }) => status === "tainted").map((instance) => addressOf(resource, instance)),
  );
}

/** A first apply needs a person's decision. Created resources and the local state are kept. */
export class FirstApplyRefused extends UserError {
  public override readonly name = "FirstApplyRefused";
}
