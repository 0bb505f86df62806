import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { addressOf } from "../../terraform/state/state-difference";
import type { StateDocument } from "../../terraform/terraform";
import { messageOf } from "../../support/errors";
import { UserError } from "../../../config/user-error";

/** The state file of a birth, from its first apply until the bucket holds what is in it. */
export class LocalState {
  /** @param file absolute path */
  constructor(public readonly file: string) {}

  /** Undefined where nothing was written yet. */
  public read(): StateDocument | undefined {
    if (!existsSync(this.file)) return undefined;
    const content = readFileSync(this.file, "utf8");
    if (content.trim() === "") return undefined;
    try {
      return JSON.parse(content) as StateDocument;
    } catch (error) {
      throw new FirstApplyRefused(
        `${this.file} is not a whole state (${messageOf(error)}); put ${this.backup} in its place, or move it away: what was made already is found again`,
      );
    }
  }

  /** Makes its folder, which nobody else may read. One that is there keeps its mode. */
  public makeFolder(): void {
    const folder = dirname(this.file);
    if (existsSync(folder)) return;
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o700);
  }

  /**
   * Removes what Terraform keeps beside it first, so that a removal that is cut short is made up for by the next one.
   */
  public remove(): void {
    for (const file of [this.backup, join(dirname(this.file), `.${basename(this.file)}.lock.info`), this.file])
      rmSync(file, { force: true });
  }

  private get backup(): string {
    return `${this.file}.backup`;
  }
}

/** The id by which a state holds a resource, or undefined where it doesn't. */
export function idIn(state: StateDocument | undefined, address: string): string | undefined {
  const resource = state?.resources.find(({ mode, type, name }) => mode === "managed" && `${type}.${name}` === address);
  const id = resource?.instances[0]?.attributes?.id;
  return typeof id === "string" ? id : undefined;
}

/** Managed resources in a state. */
export function countIn(state: StateDocument | undefined): number {
  return (state?.resources ?? []).filter(({ mode, instances }) => mode === "managed" && instances.length > 0).length;
}

/** The addresses of what was being made when the run ended. */
export function taintedIn(state: StateDocument | undefined): string[] {
  return (state?.resources ?? []).flatMap((resource) =>
    resource.instances.filter(({ status }) => status === "tainted").map((instance) => addressOf(resource, instance)),
  );
}

/**
 * A birth can't start, or go on, without a person's decision. What it has made until then stays, and so does its local
 * state.
 */
export class FirstApplyRefused extends UserError {
  public override readonly name = "BirthRefused";
}
