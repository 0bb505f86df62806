import { isatty } from "node:tty";
import { createColors } from "picocolors";
import { codeBlock, escapeUntrusted } from "../support/markdown";
import { counted, escapeControls, oneLine, shortened } from "../support/text";
import { withoutSecrets } from "../../config/secret-text";
import type { DriftDifference } from "./differences";
import { driftCount, type DriftReport, type StackDrift } from "./report";

export interface DriftTextOptions {
  /** @default true in a terminal with colours */
  readonly colour?: boolean;
}

/** A report for the terminal, without a line break at its end. Control characters from AWS are escaped. */
export function driftText(
  report: DriftReport,
  { colour = isatty(1) && createColors().isColorSupported }: DriftTextOptions = {},
): string {
  const { stacks } = withoutSecrets(report);
  const { bold, red, yellow, green } = createColors(colour);
  const tints = {
    drift: red,
    failed: red,
    locked: yellow,
    "not applied yet": yellow,
    "never applied": yellow,
    "in sync": green,
  };
  const parts = stacks.map((stack) => {
    const [first = "", ...rest] = stackLines(stack);
    return [`${bold(oneLine(stack.stack))}: ${tints[stack.status](first)}`, ...rest.map((line) => `  ${line}`)].join(
      "\n",
    );
  });
  return [...parts, remedyOf(stacks)].filter((part) => part !== "").join("\n\n");
}

/** The differences of one stack, a line each. */
function driftLines({ stack, differences, unmanaged, unapplied, pending = [] }: StackDrift): readonly string[] {
  return [
    ...differences.map(line),
    ...(unmanaged.length > 0
      ? ["outside the code (apply does not change it):", ...unmanaged.map((each) => `  ${line(each)}`)]
      : []),
    ...(unapplied > 0 ? [`${unappliedLine(unapplied)}: npm run plan -- ${stack}`] : []),
    ...pending.map(oneLine),
  ];
}

const line = ({ address, message }: DriftDifference): string => `${oneLine(address)}  ${oneLine(message)}`;

function stackLines(drift: StackDrift): readonly string[] {
  const { stack, status, waits = [], error = "", unapplied } = drift;
  switch (status) {
    case "drift":
      return [counted(driftCount(drift), "difference"), ...driftLines(drift)];
    case "in sync":
      return [status, ...driftLines(drift)];
    case "never applied":
      return ["was never applied"];
    case "not applied yet":
      return waits.length > 0
        ? [`can't be planned yet: ${waits.map(oneLine).join("; ")}`]
        : [`${unappliedLine(unapplied)}: npm run plan -- ${stack}`, ...driftLines({ ...drift, unapplied: 0 })];
    case "locked":
      return [`${oneLine(error)}; look again`];
    case "failed":
      return ["failed", ...escapeControls(error.trim()).split("\n")];
  }
}

function unappliedLine(count: number): string {
  return `${counted(count, "change")} of the code ${count === 1 ? "is" : "are"} not applied yet`;
}

function remedyOf(stacks: readonly StackDrift[]): string {
  const repaired = stacks.filter(({ differences }) => differences.length > 0).map(({ stack }) => stack);
  return [
    ...(repaired.length > 0
      ? [`npm run plan -- ${repaired.join(" ")} and npm run apply restore the code's values; or change the code`]
      : []),
    ...(stacks.some(({ unmanaged }) => unmanaged.some(({ opens }) => opens))
      ? ["apply does not revert changes outside the code: remove them in AWS or add them to the code"]
      : []),
  ].join("\n");
}

export interface DriftMarkdownOptions {
  /** The most characters of the page. @default 65536: the body of an issue on GitHub */
  readonly maxLength?: number;
}

/** The most characters of a line, so that one difference does not displace the others. */
const LONGEST_LINE = 2_000;
/** Room for the frame and for the note about omitted lines. */
const RESERVE = 1_000;

/**
 * A page on a stack that drifts: a title, the differences, and what to do. Anyone who changed something in AWS chose
 * its names and values: none of them is markup, a link, or a mention.
 */
export function driftMarkdown(
  raw: StackDrift,
  { commit }: Pick<DriftReport, "commit">,
  options: DriftMarkdownOptions = {},
): string {
  const { maxLength = 65_536 } = options;
  const drift = withoutSecrets(raw);
  const { stack, account, environment, differences, unmanaged } = drift;
  const where = [`account ${account}`, ...(environment === null ? [] : [`environment ${environment}`])].join(", ");
  const repair =
    differences.length > 0
      ? `\`npm run plan -- ${stack}\` and \`npm run apply\` restore the code's values; or change the code.`
      : "";
  const manual = unmanaged.some(({ opens }) => opens)
    ? "Apply does not revert changes outside the code: remove them in AWS or add them to the code."
    : "";
  const parts = [
    `## ${escapeUntrusted(stack)}: ${counted(driftCount(drift), "difference")} between AWS and the code`,
    `${escapeUntrusted(where)}; compared with ${commit === null ? "no commit" : `commit ${escapeUntrusted(commit)}`}.`,
    codeBlock(fitting(driftLines(drift), maxLength - RESERVE, stack).join("\n")),
    repair,
    manual,
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

/** As many lines as fit, and a note that counts the rest. */
function fitting(lines: readonly string[], room: number, stack: string): readonly string[] {
  const kept: string[] = [];
  let left = room;
  for (const line of lines) {
    const cut = shortened(escapeControls(line), LONGEST_LINE);
    // The two fences may each be as long as the longest run of backticks.
    left -= cut.length + 1;
    if (left < 2 * LONGEST_LINE) break;
    kept.push(cut);
  }
  const more = lines.length - kept.length;
  return more > 0 ? [...kept, `… ${counted(more, "line")} more: npm run drift -- ${stack}`] : kept;
}
