import { join } from "node:path";
import { Command, Option } from "commander";
import { loadEstate } from "../../config/load";
import type { Estate } from "../../config/model";
import { UserError } from "../../config/user-error";
import { expectNewest, reviewedRun } from "../pipelines/github/main-branch";
import { environmentProblems, reachesProduction } from "../pipelines/github/protected-environment";
import { repositorySettings } from "../pipelines/github/repository-settings";
import { githubRepository, setOutputs } from "../pipelines/github/repository";
import { writePrivately } from "../pipelines/handover";
import { pendingStacks, type PendingStacksOptions } from "../pipelines/pending";
import { applyRoles, awsConfig, checkDeployment, deploymentNames, machineRoles, planRoles } from "../pipelines/roles";
import { currentPromotion, pendingDeployments, type CurrentPromotion } from "../plans/promotion/promotion-status";
import { headOf } from "../synth/git/repository";
import { CACHE, ROOT, newRunDirectory } from "../support/project";
import { addReportCommands } from "./pipeline-reports";
import { profileOption, runCommand } from "./run-command";

const WEB_IDENTITY = join(ROOT, "tools/pipelines/web-identity.mjs");

interface ProfileFlag {
  readonly profile?: string;
}

const command = new Command("npm run pipeline --").description(
  "Runs the steps of the workflows in .github/workflows, except planning and applying.",
);

command
  .command("profiles")
  .description("Writes an AWS configuration with a profile for each account. Credentials come from the job's identity.")
  .argument("<file>", "the path in AWS_CONFIG_FILE")
  .option("--deployment <name>", "the apply roles of this deployment; default: the plan role of every account")
  .addOption(
    new Option(
      "--machine <environment>",
      "for the deployment machine of this environment: the plan roles of its accounts, by the role of the machine",
    ).conflicts("deployment"),
  )
  .action((file: string, { deployment, machine }: { readonly deployment?: string; readonly machine?: string }) =>
    runCommand(() => {
      const estate = loadEstate();
      const roles = deployment === undefined ? planRoles(estate) : applyRoles(estate, deployment);
      const own = machine === undefined ? roles : machineRoles(estate, machine);
      const program = [process.execPath, WEB_IDENTITY]
        .map((part) => (part.includes(" ") ? `"${part}"` : part))
        .join(" ");
      writePrivately(file, awsConfig(own, machine === undefined ? program : undefined));
      console.log(`${file}: ${own.map(({ account }) => account).join(", ")}`);
      return 0;
    }),
  );

command
  .command("accounts")
  .description("Outputs `accounts`: a matrix of the accounts of the estate, with the plan role of each.")
  .action(() =>
    runCommand(() => {
      const include = planRoles(loadEstate()).map(({ account, roleArn, region }) => ({
        account,
        role: roleArn,
        region,
      }));
      setOutputs({ accounts: JSON.stringify({ include }) });
      return 0;
    }),
  );

command
  .command("deployments")
  .description(
    "Outputs `deployments`, a list of the deployments with something to apply in promotion order, and `count`.",
  )
  .option("--only <deployment>", "this deployment, even if it has nothing to apply")
  .addOption(profileOption())
  .action(({ profile, only }: ProfileFlag & { readonly only?: string }) =>
    runCommand(async () => {
      const estate = loadEstate();
      if (only !== undefined) checkDeployment(estate, only);
      const deployments = only === undefined ? await pendingNames(estate, profile) : [only];
      if (estate.allowedSigners !== undefined && deployments.length > 0)
        throw new UserError(
          `the deployments to apply must be none in an estate with allowedSigners, got ${deployments.join(", ")}. ` +
            "Pipelines cannot sign: run npm run plan -- --sign <ssh key>, then npm run apply.",
        );
      setOutputs({ deployments: JSON.stringify(deployments), count: String(deployments.length) });
      return 0;
    }),
  );

command
  .command("pending")
  .description(
    "Outputs `stacks`, the stacks of a deployment to plan now, `count`, and `waiting`, those that must wait.",
  )
  .argument("<deployment>", "an environment, or account-<account>")
  .option("--everything", "also stacks that are up to date", false)
  .option("--skip-promotion", "also stacks whose predecessor has not applied the same content", false)
  .addOption(profileOption())
  .action((deployment: string, { profile, ...options }: ProfileFlag & PendingStacksOptions) =>
    runCommand(async () => {
      const estate = loadEstate();
      checkDeployment(estate, deployment);
      const { statuses, stacks } = await promotionOf(estate, profile);
      const { stacks: ids, unknown, pending, waiting } = pendingStacks(deployment, statuses, stacks, options);
      setOutputs({ stacks: ids.join(" "), count: String(ids.length), waiting: waiting.join(" ") });
      if (unknown.length > 0)
        console.log(
          `::error::${deployment}: the records of ${unknown.join(", ")} cannot be read. Check that the account is bootstrapped.`,
        );
      if (pending.length > 0)
        console.log(
          `::notice::${deployment}: ${pending.join(", ")} must wait for the maintenance window: npm run promotions`,
        );
      if (waiting.length > 0)
        console.log(
          `::notice::${deployment}: ${waiting.join(", ")} must wait: the environment before has not applied the same content`,
        );
      return 0;
    }),
  );

command
  .command("protected")
  .description(
    "Fails if GitHub environments of deployments allow more than the main branch, or may be bypassed, or apply production without the approval of somebody else. Without deployments it also checks the settings of the repository.",
  )
  .argument("[deployments...]", "environments, or account-<account>; default: all")
  .action((deployments: readonly string[]) => runCommand(() => checkProtection(deployments)));

command
  .command("newest")
  .description("Fails if the main branch has moved on since this run began: an older commit must not be applied.")
  .action(() =>
    runCommand(async () => {
      const commit = currentCommit();
      await expectNewest(githubRepository(process.env), loadEstate().mainBranch, commit);
      console.log(`${commit}: the newest commit of the main branch`);
      return 0;
    }),
  );

command
  .command("reviewed-run")
  .description("Outputs `run`, the id of the run that made the reviewed plans of this commit; empty if there is none.")
  .action(() =>
    runCommand(
      async () => {
        const run = await reviewedRun(githubRepository(process.env), currentCommit());
        setOutputs({ run: run === undefined ? "" : String(run) });
        return 0;
      },
      { usesEstate: false },
    ),
  );

addReportCommands(command);

async function checkProtection(deployments: readonly string[]): Promise<number> {
  const estate = loadEstate();
  const services = estate.pipelines.map(({ name }) => name);
  if (services.length > 0 && !services.includes("github"))
    throw new UserError(
      `the estate's repository must be on GitHub for this check, got one on ${services.join(" and ")}. Check its protection there: docs/other-pipelines.md.`,
    );
  const chosen = deployments.length > 0 ? deployments : deploymentNames(estate);
  const environments = chosen.map((name) => ({
    environment: name,
    demandsApproval: checkDeployment(estate, name).some(reachesProduction),
  }));
  const github = githubRepository(process.env);
  const nothing = { problems: [], unread: [] };
  const { problems, unread } = deployments.length > 0 ? nothing : await repositorySettings(github, estate.mainBranch);
  const all = [...(await environmentProblems(github, estate.mainBranch, environments)), ...problems];
  if (unread.length > 0)
    console.log(
      `not checked, because this token may not read them: ${unread.join("; ")}. Run this as an administrator: docs/pipelines.md, "Setting it up".`,
    );
  if (all.length > 0)
    throw new UserError(
      ["GitHub does not protect the pipeline roles:", ...all, 'See docs/pipelines.md, "Setting it up".'].join("\n  "),
    );
  for (const { environment, demandsApproval } of environments)
    console.log(`${environment}: protected${demandsApproval ? ", with reviewers" : ""}`);
  return 0;
}

const promotionOf = (estate: Estate, profile: string | undefined): Promise<CurrentPromotion> =>
  currentPromotion(estate, newRunDirectory(join(CACHE, "pipeline")), profile);

async function pendingNames(estate: Estate, profile: string | undefined): Promise<string[]> {
  const { statuses } = await promotionOf(estate, profile);
  return pendingDeployments(statuses, estate).map(({ deployment }) => deployment);
}

function currentCommit(): string {
  const commit = headOf(ROOT);
  if (commit === undefined) throw new UserError("the project must be a checkout of a commit, got no commit");
  return commit;
}

export default command;
if (require.main === module) void command.parseAsync();
