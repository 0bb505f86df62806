import picomatch from "picomatch";
import type { SynthesizedStack } from "../synth/synthesized";
import type { EstateAcceptance } from "./acceptances";
import { CONTROLS, type Acceptance, type Control } from "./list";
import { SynthesizedEstate, type RuleFinding } from "./rule";

export type ControlStatus = "holds" | "fails" | "accepted" | "not by Terraform";

export interface DecidedFinding extends RuleFinding {
  /** @default it is not accepted */
  readonly accepted?: Acceptance;
}

export interface DecidedControl {
  readonly control: Control;
  readonly status: ControlStatus;
  /** How many resources, accounts or regions were checked. */
  readonly checked: number;
  readonly findings: readonly DecidedFinding[];
}

export interface Decisions {
  /** In the order of the list, without controls that concern nothing in the estate. */
  readonly controls: readonly DecidedControl[];
  /** Controls that concern nothing in the estate. */
  readonly unconcerned: readonly Control[];
  /** What the estate accepts, and is not found any more. */
  readonly unused: readonly EstateAcceptance[];
  /** Modules of Terraform, whose resources no rule reads: "dev-data module.warehouse". */
  readonly unread: readonly string[];
}

/**
 * Decides every control from synthesized stacks alone.
 *
 * @param accepted what the estate accepts, besides what the project accepts in every estate
 */
export function decideControls(stacks: readonly SynthesizedStack[], accepted: readonly EstateAcceptance[]): Decisions {
  const estate = new SynthesizedEstate(stacks);
  const used = new Set<Acceptance>();
  const all = CONTROLS.map((control): DecidedControl => {
    if (!control.rule) return { control, status: "not by Terraform", checked: 0, findings: [] };
    const { checked, findings } = control.rule(estate);
    const names = [control.key, ...control.ids];
    const matching = [...control.accepted, ...accepted.filter((each) => names.includes(each.control))].map(
      (acceptance) => ({ acceptance, matches: picomatch([...(acceptance.resources ?? ["*"])]) }),
    );
    const decided = findings.map((finding) => {
      const found = matching.find(({ matches }) => matches(`${finding.stack} ${finding.address}`))?.acceptance;
      if (found) used.add(found);
      return { ...finding, accepted: found };
    });
    return { control, status: statusOf(decided), checked, findings: decided };
  });
  return {
    controls: all.filter(({ status, checked }) => status === "not by Terraform" || checked > 0),
    unconcerned: all.filter(({ status, checked }) => status !== "not by Terraform" && checked === 0).map(({ control }) => control), // prettier-ignore
    unused: accepted.filter((acceptance) => !used.has(acceptance)),
    unread: estate.modules,
  };
}

function statusOf(findings: readonly DecidedFinding[]): ControlStatus {
  if (findings.length === 0) return "holds";
  return findings.every(({ accepted }) => accepted !== undefined) ? "accepted" : "fails";
}

/** The findings that nobody has accepted, with the controls that they are about. */
export function newFailures({ controls }: Decisions): readonly (DecidedFinding & { readonly control: Control })[] {
  return controls.flatMap(({ control, findings }) =>
    findings.filter(({ accepted }) => accepted === undefined).map((finding) => ({ ...finding, control })),
  );
}
