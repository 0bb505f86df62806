import { createColors } from "picocolors";
import type { Affected } from "../affected";
import { firstReasons } from "./compare-stacks";
import { counted, oneLine } from "../../support/text";

/** Reasons of a stack that a terminal shows; JSON holds more. */
const SHOWN = 3;

export interface AffectedTextOptions {
  /** With what was compared, as the caller named it. @default the main branch */
  readonly ref?: string;
  /** @default where a terminal shows them, not in CI, logs and pipes */
  readonly colour?: boolean;
}

/** What a change affects, for the terminal; without a line break at its end. */
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
  const sum = count === 0 ? "no stack is affected" : `${count} of ${counted(affected.stacks.length, "stack")} ${count === 1 ? "is" : "are"} affected`; // prettier-ignore
  const present = affected.head === undefined ? "what is on disk, which no commit holds" : affected.head.slice(0, 12);
  return [
    `${present}, compared with ${affected.base.slice(0, 12)}, where it left ${oneLine(ref)}`,
    ...(rows.length > 0 ? ["", ...rows, ""] : []),
    bold(sum),
    ...goneLines(affected).map((line) => yellow(line)),
  ].join("\n");
}

/** A stack that no code describes any longer can't be planned here; the commit that still has it can destroy it. */
function goneLines({ base, gone }: Affected): string[] {
  if (gone.length === 0) return [];
  return [
    `gone, with what they hold left as it is and managed by nothing: ${gone.join(", ")}`,
    `  where that is not meant, destroy before this is merged, in a checkout of ${base.slice(0, 12)}: npm run destroy -- ${gone.join(" ")}`,
  ];
}
