import { credentialsSource } from "../support/environment";
import { hideSecrets } from "../../config/secret-text";

interface TerraformFailure {
  readonly stackId: string;
  /** `apply`, `state pull`; the arguments are in the log. */
  readonly command: string;
  readonly exitCode: number | null;
  /** Terraform's complete output. */
  readonly output: string;
  readonly logFile: string;
  /** @default not known */
  readonly env?: NodeJS.ProcessEnv;
  readonly interruptedBy?: "time limit" | "abort";
  readonly timeLimitSeconds: number;
}

/**
 * A failed Terraform command. The message contains stack, command, how it ended, Terraform's errors without secrets, and
 * the log file.
 */
export class TerraformError extends Error {
  public override readonly name = "TerraformError";
  public readonly stackId: string;
  public readonly command: string;
  public readonly exitCode: number | null;
  public readonly logFile: string;
  /** Why it was interrupted. @default it ended by itself */
  public readonly interruptedBy?: "time limit" | "abort";
  /** Where its credentials came from. @default not known */
  public readonly credentials?: string;
  /** Terraform's `Error: …` blocks without frames; empty if it printed none. */
  public readonly errors: readonly string[];

  constructor(failure: TerraformFailure) {
    const output = hideSecrets(failure.output);
    const errors = errorBlocks(output);
    const detail = errors.length > 0 ? errors : [lastLines(output)];
    const headline = `${failure.stackId}: terraform ${failure.command} ${ending(failure)}`;
    super([headline, ...detail.map(indent), `  log: ${failure.logFile}`].join("\n"));
    this.stackId = failure.stackId;
    this.command = failure.command;
    this.exitCode = failure.exitCode;
    this.logFile = failure.logFile;
    this.interruptedBy = failure.interruptedBy;
    this.credentials = failure.env && credentialsSource(failure.env);
    this.errors = errors;
  }
}

/** The TerraformError that an error is or was caused by. */
export function terraformErrorIn(error: unknown): TerraformError | undefined {
  if (error instanceof TerraformError) return error;
  return error instanceof Error ? terraformErrorIn(error.cause) : undefined;
}

/**
 * Terraform's `Error: …` blocks in a text, framed (`│ Error: …`) or plain (`-no-color`), each once. Consecutive empty
 * lines are reduced to one.
 */
export function errorBlocks(output: string): string[] {
  const blocks: string[][] = [];
  let block: string[] | undefined;
  for (const framed of output.split(/\r?\n/)) {
    const line = framed.replace(/^[│|] ?/, "").trimEnd();
    if (line.startsWith("Error: ")) blocks.push((block = [line]));
    else if (/^(Warning: |[╵╷])/.test(line)) block = undefined;
    else block?.push(line);
  }
  const texts = blocks.map((lines) =>
    lines
      .join("\n")
      .replace(/\n{3,}/g, "\n\n")
      .trim(),
  );
  return [...new Set(texts)];
}

function ending({ exitCode, interruptedBy, timeLimitSeconds }: TerraformFailure): string {
  if (interruptedBy === "time limit") return `was interrupted: it took longer than ${timeLimitSeconds} s`;
  if (interruptedBy === "abort") return "was interrupted";
  return exitCode === null ? "was killed" : `failed (exit code ${exitCode})`;
}

function lastLines(output: string): string {
  const lines = output.split("\n").filter((line) => line.trim() !== "");
  return lines.length > 0 ? lines.slice(-10).join("\n") : "it printed nothing";
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, "  ");
}
