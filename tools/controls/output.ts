import { withoutSecrets } from "../../config/secret-text";
import type { ReportSection } from "../access/output/report";
import { table } from "../support/markdown";
import { firstPaths } from "../support/text";
import { newFailures, type ControlStatus, type DecidedControl, type Decisions } from "./decide";
import { CONTROLS, LIST_DATE, idsText, numbersText, type Acceptance } from "./list";

/** The version of the JSON. */
const FORMAT = 1;

const STATUSES: readonly ControlStatus[] = ["fails", "accepted", "holds", "not by Terraform"];

/** What several controls do. The other statuses read alike for one and for several. */
const OF_SEVERAL: Partial<Record<ControlStatus, string>> = { fails: "fail", holds: "hold" };

/** "1 fails", "3 fail". */
export function countText(status: ControlStatus, count: number): string {
  return `${count} ${(count === 1 ? undefined : OF_SEVERAL[status]) ?? status}`;
}

/** "1 fails, 20 accepted, 60 hold, 9 not by Terraform". */
export function countsText({ controls }: Decisions): string {
  const count = (status: ControlStatus): number => controls.filter((each) => each.status === status).length;
  return STATUSES.map((status) => countText(status, count(status))).join(", ");
}

/** Why it is accepted: the document's sentence, or the reason. */
export const whyAccepted = ({ reason, document, sentence, date }: Acceptance): string =>
  `${sentence === undefined ? (reason ?? "") : `"${sentence}" (${document ?? ""})`} (${date})`;

/** The decisions for a terminal. */
export function controlsReport(decisions: Decisions): readonly ReportSection[] {
  const { controls, unconcerned, unused, unread } = decisions;
  const rows = controls.map(({ control, status, checked }) => [
    control.ids.join(", ") || control.key,
    `${numbersText(control.cis5)}${control.cis7.length > 0 ? ` (${numbersText(control.cis7)})` : ""}`.trim(),
    status,
    checked === 0 ? "" : String(checked),
    control.asks,
  ]);
  const section = (title: string, head: readonly string[], cells: readonly string[][], intro: string) =>
    cells.length === 0 ? [] : [{ title, intro, tables: [{ head, rows: cells }], empty: "" }];
  return [
    {
      title: "Controls",
      intro: `CIS AWS Foundations 5.0.0 (7.0.0 in parentheses) and AWS Foundational Security Best Practices, as of ${LIST_DATE}: ${countsText(decisions)}. ${unconcerned.length} more ${unconcerned.length === 1 ? "concerns" : "concern"} nothing that the estate creates.`,
      tables: [{ head: ["control", "CIS", "status", "checked", "asks"], rows }],
      empty: "",
    },
    ...section(
      "Accepted",
      ["control", "resources", "why"],
      controls.flatMap(acceptedRows),
      "What a control forbids, and the document, the project or the estate accepts.",
    ),
    ...section(
      "Accepted, and not found any more",
      ["control", "resources", "reason"],
      unused.map(({ control, resources, reason }) => [control, resources.join(", "), reason]),
      "Remove these entries.",
    ),
    ...section(
      "Not read",
      ["module"],
      unread.map((module) => [module]),
      "No control knows the resources of these modules of Terraform.",
    ),
    ...section(
      "Fails",
      ["control", "stack", "address", "what", "expected"],
      newFailures(decisions).map(({ control, stack, address, what, expected }) => [
        ...[control.key, stack, address, what, expected],
      ]),
      "Change the estate, or accept it: npm run controls -- --accept <reason>.",
    ),
  ];
}

/** One row for each reason. */
function acceptedRows({ control, findings }: DecidedControl): string[][] {
  const byReason = new Map<Acceptance, string[]>();
  for (const { accepted, stack, address } of findings)
    if (accepted) byReason.set(accepted, [...(byReason.get(accepted) ?? []), `${stack} ${address}`]);
  return [...byReason].map(([accepted, resources]) => [
    control.key,
    resources.length === 1 ? (resources[0] ?? "") : `${resources.length}: ${firstPaths(resources)}`,
    whyAccepted(accepted),
  ]);
}

/** The decisions as JSON, for machines. */
export function controlsJson({ controls, unconcerned, unused, unread }: Decisions): string {
  const value = {
    format: FORMAT,
    list: LIST_DATE,
    controls: controls.map(({ control, status, checked, findings }) => ({
      ...{ key: control.key, ids: control.ids, cis5: control.cis5, cis7: control.cis7, asks: control.asks },
      ...{ status, checked, findings },
    })),
    unconcerned: unconcerned.map(({ key }) => key),
    ...{ unused, unread },
  };
  return JSON.stringify(withoutSecrets(value), null, 2);
}

const [BEGIN, END] = ["<!-- npm run controls -- --page writes this table -->", "<!-- end of the table -->"];

/** The page about the baseline with the table of all controls. */
export function baselinePage(page: string): string {
  const [before, rest = ""] = page.split(BEGIN);
  const after = rest.split(END)[1] ?? "";
  const rows = CONTROLS.map((control) => [idsText(control), control.asks, control.keptBy]);
  return [before, BEGIN, "\n\n", table(["control", "asks", "kept by"], rows).join("\n"), "\n\n", END, after].join("");
}
