import { counted, shortened } from "../support/text";
import { groupedBy } from "../support/order";
import type { Difference } from "./compare-outputs";
import type { TrialResult } from "./try-libraries";

/** A difference in one of the compared estates. */
export interface EstateDifference extends Difference {
  /** The estate's file. */
  readonly estate: string;
}

interface Verdict {
  readonly lines: readonly string[];
  /** 0, 1 if a check failed, 2 if more than the version of a Terraform provider differs. */
  readonly exitCode: 0 | 1 | 2;
}

/** What a trial found. */
export function trialVerdict({ differences, failed }: TrialResult): Verdict {
  const changes = differences.filter((each) => !isProviderVersion(each));
  return {
    lines: [
      ...differenceLines(differences),
      ...(changes.length === 0 ? ["no resource differs"] : []),
      ...(failed.length > 0 ? [`failed: ${failed.join(", ")}`] : []),
    ],
    exitCode: failed.length > 0 ? 1 : changes.length > 0 ? 2 : 0,
  };
}

/** Another version is the purpose of an upgrade. Another name of the same provider is the same to Terraform. */
function isProviderVersion({ block, attribute, before, now }: Difference): boolean {
  const [, setting] = /^required_providers\.[\w-]+\.(version|source)$/.exec(attribute) ?? [];
  if (block !== "terraform" || setting === undefined) return false;
  return setting === "version" || fullSource(before) === fullSource(now);
}

/** `aws` is short for `hashicorp/aws`. */
const fullSource = (source: unknown): string => (String(source).includes("/") ? "" : "hashicorp/") + String(source);

/** A line for each difference, by resource. What differs alike in several stacks is one line, which names three of them. */
function differenceLines(differences: readonly EstateDifference[]): string[] {
  const alike = groupedBy(differences, (each) => changeOf(each));
  return [...alike].map(([change, places]) => {
    const stacks = places.map(({ estate, stack }) => `${stack} of ${estate}`);
    const more = stacks.length > 3 ? `, and ${stacks.length - 3} more` : "";
    return `${change} (${counted(stacks.length, "stack")}: ${stacks.slice(0, 3).join(", ")}${more})`;
  });
}

function changeOf({ block, attribute, before, now }: Difference): string {
  const what = [block, attribute].filter((part) => part !== "").join(": ") || "the file";
  if (attribute === "" && before === undefined) return `${what} is new`;
  if (attribute === "" && now === undefined) return `${what} is removed`;
  if (before === undefined) return `${what} is added, ${valueText(now)}`;
  if (now === undefined) return `${what} is removed, it was ${valueText(before)}`;
  return `${what} changes from ${valueText(before)} to ${valueText(now)}`;
}

const valueText = (value: unknown): string => shortened(JSON.stringify(value), 120);
