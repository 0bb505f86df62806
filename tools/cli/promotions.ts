import { join } from "node:path";
import { Command } from "commander";
import { loadEstate } from "../../config/load";
import type { Estate } from "../../config/model";
import { headOf } from "../synth/git/repository";
import { promotionsText } from "../plans/promotion/promotions-text";
import { runCommand, profileOption } from "./run-command";
import { currentPromotion, pendingDeployments, type PromotionStatus } from "../plans/promotion/promotion-status";
import { CACHE, ROOT, newRunDirectory } from "../support/project";

interface Flags {
  readonly json: boolean;
  readonly profile?: string;
}

const command = new Command("npm run promotions --")
  .description(
    "Shows the content of each environment, whether it is what this code generates, and what may be applied next. Exit code 0, or 1 if no record could be read.",
  )
  .option("--json", "print one line of JSON for pipelines", false)
  .addOption(profileOption())
  .action((flags: Flags) => runCommand(() => promotions(flags)));

async function promotions({ json, profile }: Flags): Promise<number> {
  const estate = loadEstate();
  const { statuses } = await currentPromotion(estate, newRunDirectory(join(CACHE, "promotions")), profile);
  console.log(json ? JSON.stringify(asJson(statuses, estate)) : promotionsText(statuses, estate));
  return statuses.every(({ status }) => status === "unknown") ? 1 : 0;
}

function asJson(statuses: readonly PromotionStatus[], estate: Estate): object {
  return {
    commit: headOf(ROOT) ?? null,
    deployments: pendingDeployments(statuses, estate),
    stacks: statuses.map(({ spec, content, status, applied, predecessor, pending, problem }) => ({
      stack: spec.id,
      environment: spec.environment?.name ?? null,
      account: spec.account.name,
      status,
      content,
      applied: applied ?? null,
      predecessor: predecessor?.id ?? null,
      pending,
      problem,
    })),
  };
}

export default command;
if (require.main === module) void command.parseAsync();
