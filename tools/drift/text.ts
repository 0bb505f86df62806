import { isatty } from "node:tty";
import { createColors } from "picocolors";
import type { Difference } from "./differences";
import { driftCount, type DriftReport, type StackDrift } from "./report";
import { counted, escapeControls, oneLine } from "../support/text";

export interface DriftTextOptions {
  /** @default where a terminal shows them */
  readonly colour?: boolean;
}

/**
 * A report for the terminal, without a line break at its end. Nothing out of AWS moves the cursor or colours a line.
 */
export function driftText(
  { stacks }: DriftReport,
  { colour = isatty(1) && createColors().isColorSupported }: DriftTextOptions = {},
): string {
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
    const [first = "", ...rest] = standingOf(stack);
    return [`${bold(oneLine(stack.stack))}: ${tints[stack.status](first)}`, ...rest.map((line) => `  ${line}`)].join(
      "\n",
    );
  });
  return [...parts, remedyOf(stacks)].filter((part) => part !== "").join("\n\n");
}

/** What is told of one stack, a line each. */
export function driftLines({ stack, differences, beside, unapplied }: StackDrift): readonly string[] {
  return [
    ...differences.map(line),
    ...(beside.length > 0
      ? ["beside the code, so that no apply changes it:", ...beside.map((each) => `  ${line(each)}`)]
      : []),
    ...(unapplied > 0 ? [`${unappliedWords(unapplied)}: npm run plan -- ${stack}`] : []),
  ];
}

const line = ({ address, words }: Difference): string => `${oneLine(address)}  ${oneLine(words)}`;

function standingOf(drift: StackDrift): readonly string[] {
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
        : [`${unappliedWords(unapplied)}: npm run plan -- ${stack}`, ...driftLines({ ...drift, unapplied: 0 })];
    case "locked":
      return [`${oneLine(error)}; look again`];
    case "failed":
      return ["failed", ...escapeControls(error.trim()).split("\n")];
  }
}

function unappliedWords(count: number): string {
  return `${counted(count, "change")} of the code ${count === 1 ? "is" : "are"} not applied yet`;
}

function remedyOf(stacks: readonly StackDrift[]): string {
  const repaired = stacks.filter(({ differences }) => differences.length > 0).map(({ stack }) => stack);
  return [
    ...(repaired.length > 0
      ? [`npm run plan -- ${repaired.join(" ")} and npm run apply put back what the code says; or change the code`]
      : []),
    ...(stacks.some(({ beside }) => beside.some(({ opens }) => opens))
      ? ["what is beside the code no apply puts back: take it away in AWS, or write it in the code"]
      : []),
  ].join("\n");
}
