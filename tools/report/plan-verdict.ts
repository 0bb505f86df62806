import type { PlanSummary } from "../review/review";
import {
  ACCESS_TITLES,
  accessGroups,
  findingsOf,
  type StackFinding,
  type SummaryFindings,
} from "../review/summary/findings";
import { headlineOf, type Headline } from "../review/summary/headline";
import { shortened } from "../support/text";
import type { ReportedPlan } from "./plan-file";

/** Why a verdict is what it is, and where the page shows it. */
interface VerdictReason {
  readonly title: string;
  /** @default there is one by nature */
  readonly count?: number;
  /** The id of a section. */
  readonly section: string;
  /** Whether apply refuses the plan for it. */
  readonly blocks: boolean;
  /** The first findings, each with its stack, and how many more there are. @default it has no findings */
  readonly examples?: readonly string[];
}

/** What a reviewer reads first. */
export interface Verdict {
  readonly word: "safe" | "review" | "blocked" | "failed" | "nothing to do";
  readonly meaning: string;
  readonly advice: string;
  /** Empty if nothing speaks against the plan. */
  readonly reasons: readonly VerdictReason[];
  readonly findings: SummaryFindings;
  readonly headline: Headline;
}

export const SECTIONS = {
  loss: "plan-data-loss",
  refused: "plan-refused",
  access: "plan-access",
  waiting: "plan-waiting",
  drifted: "plan-drift",
  abandoned: "plan-abandoned",
  changes: "plan-changes",
  controls: "controls",
} as const;

export const groupSection = (title: string): string => `plan-${title.toLowerCase().replaceAll(/[^a-z]+/g, "-")}`;

const WORDS: Readonly<Record<Verdict["word"], readonly [meaning: string, advice: string]>> = {
  safe: [
    "Nothing is destroyed, and no wider access, network exposure or lost protection was found.",
    "Approve if the changes below are the ones that were asked for.",
  ],
  review: ["It can be applied. These points need your judgement:", "Approve only if every one of them is intended."],
  blocked: [
    "Apply refuses this plan as it is.",
    "Do not approve it before the points that block it are settled. The others need your judgement.",
  ],
  failed: ["Not every stack could be planned.", "Do not approve: fix the error and plan again."],
  "nothing to do": ["AWS is as the code describes it.", "There is nothing to approve."],
};

const REHEARSED = "Nothing blocks the change; this rehearsal of it cannot be applied.";

/**
 * The verdict of a plan in one word, with every reason.
 *
 * @param failingControls how many controls the code fails, with or without the plan
 */
export function verdictOfPlan({ id, summary }: ReportedPlan, failingControls = 0): Verdict {
  const [headline, findings] = [headlineOf(summary, id), findingsOf(summary, id)];
  const reasons = reasonsOf(summary, findings, failingControls);
  const isRehearsed = summary.rehearsedOn !== undefined;
  const isSafe = reasons.length === 0 && !isRehearsed;
  const word = headline.verdict === "changes" ? (isSafe ? "safe" : "review") : headline.verdict;
  const [meaning, advice] = word === "review" && isRehearsed ? rehearsed(reasons) : WORDS[word];
  return { word, meaning, advice, reasons, findings, headline };
}

const rehearsed = (reasons: readonly VerdictReason[]): readonly [meaning: string, advice: string] =>
  reasons.length > 0 ? [`${REHEARSED} These points need your judgement:`, WORDS.review[1]] : [REHEARSED, WORDS.safe[1]];

function reasonsOf(summary: PlanSummary, findings: SummaryFindings, failingControls: number): VerdictReason[] {
  const { destroyed, refused, access, groups, waiting, drifted, abandoned } = findings;
  const { stacks, dirty, kind } = summary;
  const removals = stacks.flatMap(({ status, review }) => (review && status !== "kept" ? [review.counts.destroy] : []));
  const removed = removals.reduce((sum, count) => sum + count, 0);
  const accessTexts = (sign: string): readonly string[] => textsOfAccess(access?.lines ?? [], sign);
  const found: readonly (readonly [
    count: number | undefined,
    title: string,
    section: string,
    examples?: readonly string[],
  ])[] = [
    [destroyed.length, "Data loss", SECTIONS.loss, textsOf(destroyed)],
    [refused.length, "Refused changes", SECTIONS.refused, textsOf(refused)],
    [waiting.length, "Stacks without a complete plan", SECTIONS.waiting],
    [access?.gained ?? 0, ACCESS_TITLES.gained, SECTIONS.access, accessTexts("+")],
    [access?.changed ?? 0, ACCESS_TITLES.changed, SECTIONS.access, accessTexts("~")],
    ...groups.map(
      (group) => [group.findings.length, group.title, groupSection(group.title), textsOf(group.findings)] as const,
    ),
    [access?.lost ?? 0, ACCESS_TITLES.lost, SECTIONS.access, accessTexts("-")],
    [removed, "Resources destroyed", SECTIONS.changes],
    [drifted.length, "Changed outside of Terraform", SECTIONS.drifted, textsOf(drifted)],
    [failingControls, "Controls that the code fails", SECTIONS.controls],
    [abandoned.length, "Stacks removed from the code, left in AWS", SECTIONS.abandoned],
    [dirty ? undefined : 0, "The code differs from its commit", SECTIONS.changes],
    [kind === "destroy" ? undefined : 0, "A plan of a destroy", SECTIONS.changes],
  ];
  const onlyWaits = waiting.every(({ status }) => status === "waiting");
  const blocking: readonly string[] = [SECTIONS.loss, SECTIONS.refused, ...(onlyWaits ? [] : [SECTIONS.waiting])];
  return found
    .filter(([count]) => count !== 0)
    .map(([count, title, section, each]) => ({
      ...{ count, title, section, blocks: blocking.includes(section) },
      ...(each && each.length > 0 && { examples: examplesOf(each) }),
    }));
}

/** Of more findings than this, the first are in the verdict. */
const MOST_EXAMPLES = 2;
const LONGEST_EXAMPLE = 160;

function examplesOf(texts: readonly string[]): readonly string[] {
  const more = texts.length - MOST_EXAMPLES;
  const shown = texts.slice(0, MOST_EXAMPLES).map((text) => shortened(text, LONGEST_EXAMPLE));
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])];
}

const textsOf = (findings: readonly StackFinding[]): readonly string[] =>
  findings.map(({ stack, address, message }) => `${stack}, ${address}: ${message}`);

/** What an access change lists with this sign. */
function textsOfAccess(lines: readonly string[], sign: string): readonly string[] {
  const start = `  ${sign} `;
  return accessGroups(lines).flatMap(({ subjects, lines: own }) =>
    own.filter((line) => line.startsWith(start)).map((line) => `${subjects.join(", ")}: ${line.slice(start.length)}`),
  );
}
