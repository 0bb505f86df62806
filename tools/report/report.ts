import { createElement } from "preact";
import { stacksOf } from "../../config/layout";
import type { Estate } from "../../config/model";
import { Access } from "../access/decide/access";
import { accessGraphOf } from "../access/graph/access-graph-of";
import { accessModelOf } from "../access/read/model-of";
import type { Stack } from "../synth/stacks";
import { synthesizedStack } from "../synth/synthesized";
import { reportedAccounts } from "./estate-view";
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
  /** A plan to review. @default none */
  readonly plan?: ReportedPlan;
}

/** The estate as one HTML page that loads nothing. */
export async function reportPage({ estate, stacks, origin, plan }: ReportInput): Promise<string> {
  const access = new Access(accessModelOf(stacks.map(synthesizedStack)));
  const graph = await accessGraphOf(access);
  const accounts = reportedAccounts(estate, stacks, plan?.summary.stacks);
  const trust = trustBetweenAccounts(access, graph);
  const map: PageTab = {
    id: "map",
    title: "Map",
    content: createElement(EstateMap, {
      accounts,
      picture: await mapPicture(accounts, trust),
      trust,
      vpcs: vpcsOf(stacks),
    }),
  };
  return pageHtml({ solution: estate.solution, origin, tabs: [...(plan ? [planTab(plan, estate)] : []), map] });
}

function planTab(plan: ReportedPlan, estate: Estate): PageTab {
  const verdict = verdictOfPlan(plan);
  const environments = new Map(stacksOf(estate).map(({ id, environment }) => [id, environment?.name]));
  return {
    id: "plan",
    title: "Plan",
    note: verdict.word,
    content: createElement(PlanView, { plan, verdict, environmentOf: (stack) => environments.get(stack) }),
  };
}
