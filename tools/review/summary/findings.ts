import { shellQuoted } from "../../support/text";
import { refusedDestructionsIn } from "../verdict";
import type { Finding, PlanSummary, StackReview, StackSummary } from "../review";

/** A finding, and the stack whose plan has it. */
export interface StackFinding extends Finding {
  readonly stack: string;
}

/** Findings under one heading. */
interface FindingGroup {
  readonly title: string;
  /** What one of them is: "opening". */
  readonly noun: string;
  /** Whether its heading is red: something opens. */
  readonly isOpening: boolean;
  readonly findings: readonly StackFinding[];
}

/** What reviewers read first. */
export interface SummaryFindings {
  readonly destroyed: readonly StackFinding[];
  /** The command that allows every destruction in stacks that can be applied. @default none, or AWS refuses a change */
  readonly remedy?: string;
  readonly refused: readonly StackFinding[];
  /** In the order of headings, without empty groups. */
  readonly groups: readonly FindingGroup[];
  readonly drifted: readonly StackFinding[];
  /** @default nobody's access changes */
  readonly access?: AccessFindings;
  /** Stacks without a complete plan, with reasons. */
  readonly waiting: readonly StackSummary[];
  readonly abandoned: readonly string[];
}

/** The lines of an access change, and what they amount to. */
interface AccessFindings {
  /** "Access widens, and narrows". */
  readonly title: string;
  readonly widens: boolean;
  readonly lines: readonly string[];
  /** How many lines list what is newly allowed. It cannot be determined counts as one. */
  readonly gained: number;
  /** Allowed before and after, under other conditions. */
  readonly changed: number;
  readonly lost: number;
}

export const ACCESS_TITLES = {
  gained: "Access widens",
  changed: "Conditions of access change",
  lost: "Access narrows",
} as const;

function accessFindings({ widens, lines }: NonNullable<PlanSummary["access"]>): AccessFindings {
  const count = (sign: string): number => lines.filter((line) => line.startsWith(`  ${sign} `)).length;
  const [changed, lost] = [count("~"), count("-")];
  const gained = widens && changed === 0 ? Math.max(count("+"), 1) : count("+");
  const first = gained > 0 ? ACCESS_TITLES.gained : changed > 0 ? ACCESS_TITLES.changed : ACCESS_TITLES.lost;
  const title = lost > 0 && widens ? `${first}, and ${gained > 0 ? "narrows" : "access narrows"}` : first;
  return { title, widens, lines, gained, changed, lost };
}

/** Subjects with the same changes, as an access change lists them: the lines of its changes are indented. */
export interface AccessGroup {
  readonly subjects: readonly string[];
  readonly lines: readonly string[];
}

export function accessGroups(lines: readonly string[]): readonly AccessGroup[] {
  const groups: { readonly subjects: string[]; readonly lines: string[] }[] = [];
  for (const line of lines) {
    const last = groups.at(-1);
    if (line.startsWith("  ")) last?.lines.push(line);
    else if (last?.lines.length === 0) last.subjects.push(line);
    else groups.push({ subjects: [line], lines: [] });
  }
  return groups;
}

/** The lists of findings in a review, in the order of their headings, but for data loss and refused changes, which come first. */
const GROUPS = {
  networkOpened: { title: "Network exposure increases", noun: "opening", isOpening: true },
  protectionLowered: { title: "Protection removed", noun: "protection", isOpening: false },
  accessLost: { title: "Access lost", noun: "loss", isOpening: false },
  networkLost: { title: "Network paths removed", noun: "path", isOpening: false },
  replaced: { title: "Replaced, because AWS cannot change it in place", noun: "resource", isOpening: false },
  overwritten: { title: "Existing settings replaced", noun: "setting", isOpening: false },
  pending: { title: "Database changes in the maintenance window", noun: "change", isOpening: false },
} as const;

type FindingList = keyof typeof GROUPS;

/** The keys of a review that hold findings. */
export const FINDING_LISTS: readonly ("destroysState" | "refused" | FindingList)[] = [
  "destroysState",
  "refused",
  ...(Object.keys(GROUPS) as FindingList[]),
];

/** The heading of stacks that the estate no longer has. */
export const ABANDONED = "Removed from the code; their resources stay in AWS, unmanaged";

/** What to do about stacks that the estate no longer has. */
export const ABANDONED_REMEDY =
  "To keep them, put them back into the estate. To destroy them, run npm run destroy at a commit that has them.";

/** Explains the signs in the lines of an access change. */
export const ACCESS_LEGEND = "+ newly allowed, ~ under other conditions, - no longer allowed";

/** Stacks of these statuses destroy nothing, whatever their plan lists. */
const NOT_HAPPENING: readonly StackSummary["status"][] = ["kept", "failed", "not started"];

/** @param id the plan's id. @default it is not known yet: the remedy contains a placeholder */
export function findingsOf(summary: PlanSummary, id?: string): SummaryFindings {
  const { rehearsedOn, stacks, access, abandoned = [] } = summary;
  const happening = stacks.filter(({ status }) => !NOT_HAPPENING.includes(status));
  const gathered = (findings: (review: StackReview) => readonly Finding[]): readonly StackFinding[] =>
    happening.flatMap(({ id: stack, status, review }) =>
      (review ? findings(review) : []).map(({ address, message }) => ({
        ...{ stack, address },
        message: status === "waiting" ? `${message} (with current inputs: the stack waits)` : message,
      })),
    );
  const destroyed = gathered(({ destroysState }) => destroysState);
  const applicable = new Set(stacks.filter(({ status }) => status === "changes").map((stack) => stack.id));
  const flags = destroyed
    .filter(({ stack }) => applicable.has(stack))
    .map(({ stack, address }) => `--allow-destroy ${shellQuoted(`${stack}:${address}`)}`);
  const refused = [
    ...gathered(({ refused: changes = [] }) => changes),
    ...stacks.flatMap((stack) =>
      refusedDestructionsIn(stack).map((reason) => {
        const [, address = "", message = reason] = /^(\S+): (.*)$/s.exec(reason) ?? [];
        return { stack: stack.id, address, message };
      }),
    ),
  ];
  const isApplicable = flags.length > 0 && rehearsedOn === undefined && refused.length === 0;
  return {
    destroyed,
    remedy: isApplicable ? `npm run apply -- plans/${id ?? "<id>"} ${flags.join(" ")}` : undefined,
    refused,
    groups: (Object.keys(GROUPS) as FindingList[])
      .map((list) => ({ ...GROUPS[list], findings: gathered((review) => review[list] ?? []) }))
      .filter(({ findings }) => findings.length > 0),
    drifted: gathered(({ drifted }) => drifted),
    access: access && (access.widens || access.lines.length > 0) ? accessFindings(access) : undefined,
    waiting: stacks.filter(({ status }) => status === "waiting" || NOT_HAPPENING.includes(status)),
    abandoned,
  };
}
