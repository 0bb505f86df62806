import type { OnOutput } from "./terraform";

/** Follows what an apply or a destroy prints. */
export interface ProgressOptions {
  /** Managed resources that the stack describes. */
  readonly resourceCount: number;
  /** The first change began: Terraform has planned, from here on it mostly waits for AWS. Called once. */
  readonly onFirstChange: () => void;
  /** After each finished change: how many, e.g. "3 of 12". */
  readonly onNote: (note: string) => void;
}

export function followProgress({ resourceCount, onFirstChange, onNote }: ProgressOptions): OnOutput {
  let finished = 0;
  let changing = false;
  return (lines) => {
    if (!changing && /: (Creating|Modifying|Destroying|Importing)\.\.\./.test(lines)) {
      changing = true;
      onFirstChange();
    }
    const more = lines.match(/: (Creation|Modifications|Destruction) complete after/g)?.length ?? 0;
    if (more === 0) return;
    finished += more;
    onNote(`${finished} of ${resourceCount}`);
  };
}
