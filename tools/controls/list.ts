import { ACCOUNT_RULES } from "./checks/accounts";
import { BUCKET_RULES } from "./checks/buckets";
import { DATABASE_RULES } from "./checks/databases";
import { NETWORK_RULES } from "./checks/networks";
import { POLICY_RULES } from "./checks/policies";
import list from "./controls.json";
import type { Rule } from "./rule";

/** Why findings are accepted: a reason, or a sentence of the document that asks for what the control forbids. */
export interface Acceptance {
  /** Patterns of `<stack> <address>`. @default every finding of the control */
  readonly resources?: readonly string[];
  readonly reason?: string;
  readonly document?: string;
  readonly sentence?: string;
  /** The day on which it was accepted: `2026-11-30`. */
  readonly date: string;
}

/** Something that CIS or AWS asks, in our words. */
export interface Control {
  /** The id of Security Hub, or `CIS <number>` for what only CIS asks. */
  readonly key: string;
  /** Ids of Security Hub. */
  readonly ids: readonly string[];
  /** Numbers in CIS AWS Foundations 5.0.0. */
  readonly cis5: readonly string[];
  /** Numbers in CIS AWS Foundations 7.0.0. */
  readonly cis7: readonly string[];
  readonly asks: string;
  /** What keeps it, as Markdown. */
  readonly keptBy: string;
  /** What the project accepts in every estate. */
  readonly accepted: readonly Acceptance[];
  /** Decides it. @default no resource of Terraform can: people do it */
  readonly rule?: Rule;
}

const RULES: Readonly<Record<string, Rule | undefined>> = {
  ...ACCOUNT_RULES,
  ...BUCKET_RULES,
  ...DATABASE_RULES,
  ...NETWORK_RULES,
  ...POLICY_RULES,
};

interface Entry extends Omit<Control, "cis5" | "cis7" | "accepted" | "rule"> {
  readonly cis5?: readonly string[];
  readonly cis7?: readonly string[];
  readonly notByTerraform?: boolean;
  readonly accepted?: readonly (Omit<Acceptance, "resources"> & { readonly resources?: string })[];
}

/** When ids and numbers were compared with those of AWS and CIS. */
export const LIST_DATE = list.date;

/** Every control of CIS AWS Foundations and of AWS's best practices that is about something the project creates. */
export const CONTROLS: readonly Control[] = (list.controls as readonly Entry[]).map(controlOf);

function controlOf({ cis5 = [], cis7 = [], accepted = [], notByTerraform = false, ...entry }: Entry): Control {
  const rule = RULES[entry.key];
  if ((rule === undefined) !== notByTerraform)
    throw new Error(`${entry.key} must have a rule, or be notByTerraform, in tools/controls/controls.json`);
  return {
    ...entry,
    cis5,
    cis7,
    accepted: accepted.map(({ resources, ...why }) =>
      resources === undefined ? why : { ...why, resources: [resources] },
    ),
    rule,
  };
}

/** The rule of a control, for laws that ask the same. */
export function ruleOf(key: string): Rule {
  const rule = RULES[key];
  if (!rule) throw new Error(`there is no rule ${key}`);
  return rule;
}

/** "4.1, 4.2, 4.4 to 4.15". */
export function numbersText(numbers: readonly string[]): string {
  const runs: string[][] = [];
  for (const number of numbers) {
    const run = runs.at(-1);
    if (run && number === following(run.at(-1) ?? "")) run.push(number);
    else runs.push([number]);
  }
  return runs.map((run) => (run.length > 2 ? `${run[0] ?? ""} to ${run.at(-1) ?? ""}` : run.join(", "))).join(", ");
}

const following = (number: string): string => number.replace(/\d+$/, (last) => String(Number(last) + 1));

/** "S3.5 (CIS 2.1.1; CIS 7.0.0: 3.1.1)": numbers of CIS are those of version 5.0.0, unless it says so. */
export function idsText({ ids, cis5, cis7 }: Control): string {
  const numbers = [
    ...(cis5.length > 0 ? [`CIS ${numbersText(cis5)}`] : []),
    ...(cis7.length > 0 ? [`CIS 7.0.0: ${numbersText(cis7)}`] : []),
  ].join("; ");
  return [ids.join(", "), ids.length > 0 && numbers !== "" ? `(${numbers})` : numbers].join(" ").trim();
}
