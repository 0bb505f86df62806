import { driftCount, type DriftReport, type StackDrift } from "./report";
import { driftLines } from "./text";
import { codeBlock, escapeUntrusted } from "../support/markdown";
import { counted, escapeControls, shortened } from "../support/text";

export interface DriftMarkdownOptions {
  /** Characters that the page may have. @default 65536: the body of an issue on GitHub */
  readonly maxLength?: number;
}

/** Characters of a line: no difference crowds out the others. */
const LONGEST_LINE = 2_000;
/** Room for the frame and for what says that something is left out. */
const RESERVE = 1_000;

/**
 * A page on a stack that drifts: a title, what differs, and what to do. Names and values come from AWS, and whoever
 * changed something there chose them: nothing out of them is markup, a link, or a mention.
 */
export function driftMarkdown(
  drift: StackDrift,
  { commit }: Pick<DriftReport, "commit">,
  options: DriftMarkdownOptions = {},
): string {
  const { maxLength = 65_536 } = options;
  const { stack, account, environment, differences, beside } = drift;
  const where = [`account ${account}`, ...(environment === null ? [] : [`environment ${environment}`])].join(", ");
  const repair =
    differences.length > 0
      ? `\`npm run plan -- ${stack}\` and \`npm run apply\` put back what the code says; or change the code.`
      : "";
  const take = beside.some(({ opens }) => opens)
    ? "What is beside the code no apply puts back: take it away in AWS, or write it in the code."
    : "";
  const parts = [
    `## ${escapeUntrusted(stack)}: ${counted(driftCount(drift), "difference")} between AWS and the code`,
    `${escapeUntrusted(where)}; compared with ${commit === null ? "no commit" : `commit ${escapeUntrusted(commit)}`}.`,
    codeBlock(fitting(driftLines(drift), maxLength - RESERVE, stack).join("\n")),
    repair,
    take,
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

/** As many lines as there is room for; how many more there are is said. */
function fitting(lines: readonly string[], room: number, stack: string): readonly string[] {
  const kept: string[] = [];
  let left = room;
  for (const line of lines) {
    const cut = shortened(escapeControls(line), LONGEST_LINE);
    // The fence may be as long as the longest run of backticks, twice.
    left -= cut.length + 1;
    if (left < 2 * LONGEST_LINE) break;
    kept.push(cut);
  }
  const more = lines.length - kept.length;
  return more > 0 ? [...kept, `… ${counted(more, "line")} more: npm run drift -- ${stack}`] : kept;
}
