import { createColors } from "picocolors";
import type { Affected } from "../affected";
import { firstReasons } from "./compare-stacks";
import { counted, oneLine } from "../../support/text";

/** The number of reasons for each stack in the terminal; JSON has more. */
const SHOWN = 3;

interface AffectedTextOptions {
  /** The ref to compare with, as the caller named it. @default the main branch */
  readonly ref?: string;
  /** @default in a terminal that supports colours; not in CI, logs and pipes */
  readonly colour?: boolean;
}

/** The affected stacks for the terminal, without a trailing line break. */
export function affectedText(affected: Affected, options: AffectedTextOptions = {}): string {
  const { ref = "the main branch", colour = process.stdout.isTTY ? createColors().isColorSupported : false } = options;
  const { bold, yellow } = createColors(colour);
  const width = Math.max(0, ...affected.affected.map(({ id }) => id.length));
  const rows = affected.affected.flatMap(({ id, reasons }) =>
    firstReasons(reasons, SHOWN).map(
      (reason, index) => `${bold((index === 0 ? id : "").padEnd(width))}  ${oneLine(reason)}`,
    ),
  );
  const count = affected.affected.length;
  const sum = count === 0 ? "no stack is affected" : `${count} of ${counted(affected.total, "stack")} ${count === 1 ? "is" : "are"} affected`; // prettier-ignore
  const present = affected.head === undefined ? "uncommitted files" : affected.head.slice(0, 12);
  return [
    `${present}, compared with ${affected.base.slice(0, 12)}, the merge base with ${oneLine(ref)}`,
    ...(rows.length > 0 ? ["", ...rows, ""] : []),
    bold(sum),
    ...removedLines(affected).map((line) => yellow(line)),
  ].join("\n");
}

/** This code cannot plan a stack that it no longer describes: only a commit that still has the stack can destroy it. */
function removedLines({ base, removed }: Affected): string[] {
  if (removed.length === 0) return [];
  return [
    `removed from the code; their resources stay in AWS, unmanaged: ${removed.join(", ")}`,
    `  To destroy them, run this in a checkout of ${base.slice(0, 12)} before the merge: npm run destroy -- ${removed.join(" ")}`,
  ];
}
