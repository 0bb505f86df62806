import { createElement } from "preact";
import type { Estate } from "../../config/model";
import { Access } from "../access/decide/access";
import { type Matrix, matrixOf } from "../access/decide/matrix";
import type { AccessGraph } from "../access/graph/access-graph";
import { accessGraphOf } from "../access/graph/access-graph-of";
import { differingPaths } from "../access/graph/differing-paths";
import { type Baseline, baselineOf, readingActions } from "../access/guard/baseline";
import { accessChangeLines, compareBaselines } from "../access/guard/compare-baselines";
import { withNames } from "../access/output/change-names";
import { Report } from "../access/output/report";
import { accessModelOf } from "../access/read/model-of";
import { costsOfStacks } from "../costs/costs-of";
import { costsTable } from "../costs/costs-table";
import type { EstateAcceptance } from "../controls/acceptances";
import { decideControls, type Decisions } from "../controls/decide";
import { controlsReport, countsText, countText } from "../controls/output";
import type { Stack } from "../synth/stacks";
import { sortedBy } from "../support/order";
import { synthesizedStack, type SynthesizedStack } from "../synth/synthesized";
import { type AccessComparison, AccessView, ReportTables } from "./access";
import { accessPictures } from "./access-picture";
import { Filters, Panel } from "./components";
import { allowedByStatements } from "./deciding";
import { differingSettings } from "./differing-settings";
import { EnvironmentsView } from "./environments";
import { reportedAccounts, type ReportedAccount } from "./estate-view";
import { EstateMap } from "./map";
import { mapPicture } from "./map-picture";
import { vpcsOf } from "./networks";
import { pageHtml, type PageTab } from "./page";
import { PlanView } from "./plan";
import type { ReportedPlan } from "./plan-file";
import { verdictOfPlan } from "./plan-verdict";
import { trustBetweenAccounts } from "./trust";

export interface ReportInput {
  readonly estate: Estate;
  /** Every stack of the estate. */
  readonly stacks: readonly Stack[];
  /** The estate file, the commit: what the page was made from. */
  readonly origin: readonly string[];
  /** The commit of the checkout. @default no git repository */
  readonly commit?: string;
  /** A plan to review. @default none */
  readonly plan?: ReportedPlan;
  /** What access is compared with: another commit, or the accepted baseline. */
  readonly before: { readonly name: string } & (
    { readonly stacks: readonly SynthesizedStack[] } | { readonly baseline: Baseline } | { readonly problem: string }
  );
  /** Failures of controls that the estate accepts. */
  readonly acceptances: readonly EstateAcceptance[];
}

/** The estate as one HTML page that loads nothing. */
export async function reportPage(input: ReportInput): Promise<string> {
  const { estate, stacks, origin, plan } = input;
  const synthesized = stacks.map(synthesizedStack);
  const access = new Access(accessModelOf(synthesized));
  const graph = await accessGraphOf(access);
  const accounts = reportedAccounts(estate, stacks, plan?.summary.stacks);
  const decisions = decideControls(synthesized, input.acceptances);
  const trust = trustBetweenAccounts(access, graph);
  const picture = await mapPicture(accounts, trust);
  return pageHtml({
    ...{ solution: estate.solution, origin },
    tabs: [
      ...(plan ? [planTab(plan, accounts, { ...input, decisions })] : []),
      {
        id: "map",
        title: "Map",
        content: createElement(EstateMap, {
          ...{ accounts, picture, trust, vpcs: vpcsOf(stacks) },
          costs: costsTable(costsOfStacks(synthesized)),
        }),
      },
      await accessTab(access, graph, await matrixOf(access), input),
      ...environmentsTab(estate),
      controlsTab(decisions),
    ],
  });
}

function planTab(
  plan: ReportedPlan,
  accounts: readonly ReportedAccount[],
  { estate, commit, decisions }: ReportInput & { readonly decisions: Decisions },
): PageTab {
  const { access } = plan.summary;
  const named = access && { ...access, lines: withNames(access.lines, estate) };
  const shown = { ...plan, summary: { ...plan.summary, access: named } };
  const verdict = verdictOfPlan(shown, failing(decisions));
  const onMap = new Map(accounts.flatMap(({ stacks }) => stacks.map((stack) => [stack.id, stack])));
  return {
    id: "plan",
    title: "Plan",
    note: verdict.word,
    isBad: verdict.word === "blocked" || verdict.word === "failed",
    content: createElement(PlanView, {
      plan: shown,
      verdict,
      onMap: (stack) => onMap.get(stack),
      otherCommit: commit === plan.summary.commit ? undefined : commit,
    }),
  };
}

async function accessTab(access: Access, graph: AccessGraph, matrix: Matrix, input: ReportInput): Promise<PageTab> {
  const report = new Report(access.model, matrix, graph);
  const sections = [report.administrators(), report.rolePermissions(), report.trust(), report.pipelines()];
  return {
    id: "access",
    title: "Access",
    content: createElement(AccessView, {
      sections: [...sections, report.escalations()],
      pictures: await accessPictures(report),
      principals: await allowedByStatements(access, matrix, report),
      comparison: await comparisonOf(access, graph, input),
    }),
  };
}

async function comparisonOf(
  access: Access,
  graph: AccessGraph,
  { before, estate }: ReportInput,
): Promise<AccessComparison> {
  if ("problem" in before) return { with: before.name, lines: [], problem: before.problem };
  const baselines = await comparedBaselines(access, graph, before);
  const comparison = compareBaselines(...baselines, await readingActions(...baselines));
  return { with: before.name, lines: withNames(accessChangeLines(comparison), estate) };
}

async function comparedBaselines(
  access: Access,
  graph: AccessGraph,
  before: Exclude<ReportInput["before"], { readonly problem: string }>,
): Promise<readonly [then: Baseline, now: Baseline]> {
  if ("baseline" in before) return [before.baseline, baselineOf(access.model, graph)];
  const other = new Access(accessModelOf(before.stacks));
  const [was, is] = await differingPaths(other, access);
  return [baselineOf(other.model, { paths: was }), baselineOf(access.model, { paths: is })];
}

/** None with one environment: there is nothing to compare. */
function environmentsTab(estate: Estate): readonly PageTab[] {
  if (estate.environments.length < 2) return [];
  const content = createElement(EnvironmentsView, differingSettings(estate));
  return [{ id: "environments", title: "Environments", content }];
}

const failing = ({ controls }: Decisions): number => controls.filter(({ status }) => status === "fails").length;

function controlsTab(decisions: Decisions): PageTab {
  const fails = failing(decisions);
  // The terminal shows failures last, next to the prompt.
  const sections = sortedBy(controlsReport(decisions), ({ title }) => (title === "Fails" ? "first" : "then"));
  return {
    id: "controls",
    title: "Controls",
    note: fails === 0 ? undefined : countText("fails", fails),
    isBad: true,
    content: createElement(Panel, {
      id: "controls",
      title: "Controls",
      intro: countsText(decisions),
      children: [
        createElement(Filters, { panel: "controls", placeholder: "id, status, resource" }),
        ...sections.map((section) => createElement(ReportTables, { section, isOpen: true })),
      ],
    }),
  };
}
