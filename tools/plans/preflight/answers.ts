import { UserError } from "../../../config/user-error";
import { distinct, sortedBy } from "../../support/order";
import { awsProblem } from "../../terraform/aws/aws-problem";

/** What a preflight of an account found. */
export interface Findings {
  /** What would make a first apply fail, by the kind of the check. */
  readonly problems: readonly Problem[];
  /** What could not be asked, and why. */
  readonly unknown: readonly string[];
}

interface Problem {
  readonly kind: "taken" | "quota" | "policy" | "sign-in";
  readonly text: string;
}

/** Collects the findings of a preflight. What AWS does not answer is unknown: it is no error, and never left out. */
export class Answers {
  private readonly problems: Problem[] = [];
  private readonly reasons: string[] = [];

  /** @param where the account, for errors of the connection */
  constructor(private readonly where: string) {}

  problem(kind: Problem["kind"], text: string): void {
    this.problems.push({ kind, text });
  }

  /** @param why in one line */
  unknown(what: string, why: string): void {
    this.reasons.push(`${what}: ${why}`);
  }

  /** Sorted: AWS answers in any order. */
  findings(): Findings {
    return {
      problems: sortedBy(this.problems, ({ kind, text }) => `${kind} ${text}`),
      unknown: distinct(this.reasons),
    };
  }

  /**
   * Asks AWS.
   *
   * @param what the subject, for the reason why it is unknown
   * @returns undefined if AWS does not answer
   * @throws any error that is neither AWS's nor a UserError: a bug
   */
  async ask<T>(what: string, question: () => Promise<T>): Promise<T | undefined> {
    try {
      return await question();
    } catch (error) {
      this.unknown(what, reasonOf(error, this.where));
      return undefined;
    }
  }
}

/** Why AWS does not answer, in one line. */
function reasonOf(error: unknown, where: string): string {
  const problem = error instanceof UserError ? error : awsProblem(error, where);
  if (!problem) throw error;
  return problem.message.replace(`${where}: `, "").replaceAll(/\s*\n\s*/g, " ");
}
