import type { AttributeChange, ReviewedChange, StackSummary } from "../review";
import { ABSENT } from "../value";
import { groupedBy } from "../../support/order";
import { counted } from "../../support/text";
import { inOrder } from "./headline";

/** What a plan does with its resources, summed up: a tag of fifty resources is one line. */
interface ActionOverview {
  readonly action: string;
  /** "aws_iam_role (14), aws_s3_bucket (1)". */
  readonly types: string;
  /** Of updates: "tag ChargeCode changed on 51 resources: a → b". */
  readonly attributes: readonly string[];
}

/** Of more types or attributes than this, the most frequent are named. */
const MOST_NAMED = 12;
/** A longer value is only in the list of changes. */
const LONGEST_VALUE = 60;

export function overviewOf(stacks: readonly StackSummary[]): readonly ActionOverview[] {
  const changes = stacks.flatMap(({ status, review }) => (review && status !== "kept" ? review.changes : []));
  return [...groupedBy(inOrder(changes), ({ action }) => action)].map(([action, each]) => ({
    action,
    types: typesOf(each),
    attributes: action === "update" ? attributesOf(each.flatMap(({ attributes }) => attributes)) : [],
  }));
}

function typesOf(changes: readonly ReviewedChange[]): string {
  const { named, rest } = mostFrequent(groupedBy(changes, ({ type }) => type));
  const texts = named.map(([type, all]) => `${type} (${all.length})`);
  return `${texts.join(", ")}${rest > 0 ? ` and ${counted(rest, "more type")}` : ""}`;
}

function attributesOf(attributes: readonly AttributeChange[]): readonly string[] {
  const { named, rest } = mostFrequent(groupedBy(attributes, (each) => `${nameOf(each)} ${verbOf(each)}`));
  const texts = named.map(([text, all]) => `${text} on ${counted(all.length, "resource")}${valuesOf(all)}`);
  return [...texts, ...(rest > 0 ? [counted(rest, "more attribute")] : [])];
}

function mostFrequent<T>(groups: ReadonlyMap<string, readonly T[]>) {
  const sorted = [...groups].sort(([, one], [, other]) => other.length - one.length);
  return { named: sorted.slice(0, MOST_NAMED), rest: Math.max(0, sorted.length - MOST_NAMED) };
}

/** `tags_all` alone changes if the provider's default tags do: for AWS it is the same tag. */
const nameOf = ({ path }: AttributeChange): string => path.replace(/^tags(_all)?\./, "tag ");

function verbOf({ before, after }: AttributeChange): string {
  if (before === ABSENT) return "added";
  return after === ABSENT ? "removed" : "changed";
}

/** The value before and after, if it is the same on every resource. */
function valuesOf(all: readonly AttributeChange[]): string {
  const [first] = all;
  const isAlike = first && all.every(({ before, after }) => before === first.before && after === first.after);
  if (!isAlike || [first.before, first.after].some((value) => value.length > LONGEST_VALUE || value.startsWith("…")))
    return "";
  return `: ${[first.before, first.after].filter((value) => value !== ABSENT).join(" → ")}`;
}
