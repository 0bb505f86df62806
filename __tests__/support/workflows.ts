import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

/** The parts of GitHub Actions workflows that this project uses. */

export type Permissions = Readonly<Record<string, "read" | "write" | "none">>;

export interface Step {
  readonly name?: string;
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly shell?: string;
  readonly with?: Readonly<Record<string, string | number | boolean>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly "continue-on-error"?: boolean;
}

export interface Concurrency {
  readonly group: string;
  readonly "cancel-in-progress"?: boolean;
}

export interface Job {
  readonly name?: string;
  readonly if?: string;
  readonly needs?: string | readonly string[];
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string>>;
  readonly "runs-on"?: string;
  readonly "timeout-minutes"?: number;
  readonly permissions?: Permissions | string;
  readonly environment?: string;
  readonly concurrency?: Concurrency;
  readonly env?: Readonly<Record<string, string>>;
  readonly outputs?: Readonly<Record<string, string>>;
  readonly strategy?: {
    readonly matrix: string | Readonly<Record<string, unknown>>;
    readonly "fail-fast"?: boolean;
    readonly "max-parallel"?: number;
  };
  readonly steps?: readonly Step[];
  readonly secrets?: unknown;
}

export interface Workflow {
  readonly name: string;
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions?: Permissions | string;
  readonly concurrency?: Concurrency;
  readonly env?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const WORKFLOWS = join(__dirname, "../../.github/workflows");
export const SETUP_ACTION = join(__dirname, "../../.github/actions/setup/action.yml");

/** The text of every workflow by file name. */
export function workflowTexts(): ReadonlyMap<string, string> {
  return new Map(readdirSync(WORKFLOWS).map((name) => [name, readFileSync(join(WORKFLOWS, name), "utf8")]));
}

export function parseWorkflow(text: string): Workflow {
  return parse(text) as Workflow;
}

export function readWorkflow(name: string): Workflow {
  return parseWorkflow(readFileSync(join(WORKFLOWS, name), "utf8"));
}
