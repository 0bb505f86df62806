import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { Command, Option } from "commander";
import { EstateError } from "../../config/estate-error";
import { estateFile, EXAMPLE_ESTATE, parseEstate } from "../../config/load";
import { nameOf } from "../../config/read-estate-file";
import { UserError } from "../../config/user-error";
import { recordMembers } from "../accounts/members";
import { writeAtomically } from "../support/files";
import { access } from "./access";
import { ask } from "./ask";
import { migrate } from "./migrate";
import { type InitAnswers, estateText, newEstate } from "./new-estate";
import { controls } from "./controls";
import { runCommand } from "./run-command";

/** The six questions, by the option that answers each. */
const QUESTIONS = {
  accounts:
    "AWS accounts, each as <name>,<id>,<email>. Add ,master to the one that hosts AWS Organizations, ,created to a member that it is to create (its id is empty)",
  environments:
    "environments in promotion order, each as <name>=<account>. Add ,production to a production environment",
  region: "the region, such as eu-west-1",
  people: "who operates and administers the accounts: group:<name> of IAM Identity Center, or ARNs of IAM users",
  repository:
    "whose pipelines plan and apply: owner/name on GitHub, gitlab:<group>/<project>, azureDevOps:<organization>/<project>,<id of the organization>, or none",
  database: "environments with a PostgreSQL database: names, all or none",
} as const;
type Question = keyof typeof QUESTIONS;
const ONE_VALUE: readonly Question[] = ["region", "repository"];

interface Flags extends Partial<Readonly<Record<Question, string | readonly string[]>>> {
  readonly json: boolean;
  readonly migrate: boolean;
  readonly solution?: string;
  readonly chargeCode?: string;
}

const command = new Command("npm run init --")
  .description(
    "Writes the estate of this clone, config/estate.ts, with its records and its accepted access. Asks on a terminal what no option answers; separate several answers by spaces.",
  )
  .option("--solution <name>", "the name of the system, a part of every AWS name; default: the repository's name")
  .option("--charge-code <code>", "the charge code, a tag; default: <solution>-0001")
  .option("--json", "write config/estate.json", false)
  .addOption(
    new Option("--migrate", "rewrite keys of the estate that a version of the project has renamed, and nothing else")
      .default(false)
      .conflicts([...Object.keys(QUESTIONS), "json"]),
  )
  .action((flags: Flags) => runCommand(() => (flags.migrate ? migrate() : init(flags)), { usesEstate: flags.migrate }));
for (const [name, description] of Object.entries(QUESTIONS))
  command.option(`--${name} <${ONE_VALUE.includes(name as Question) ? "value" : "values..."}>`, description);

async function init(flags: Flags): Promise<number> {
  const file = newFile(flags.json);
  const answers = await answersOf(flags);
  const { estate, problems } = newEstate(answers);
  expectValid(estate, problems);
  writeAtomically(file, estateText(estate, file));
  const { file: record, count } = recordMembers(file);
  process.env["ESTATE"] = file;
  console.log(["wrote", [nameOf(file), ...(count > 0 ? [record] : [])].join(", ")].join(" "));
  await access({ accept: true, check: false, current: false, json: false });
  controls({ accept: "The project's default when the estate was created." });
  console.log(nextSteps(file));
  return 0;
}

/** The file to write. An estate is never replaced. */
function newFile(json: boolean): string {
  const file = estateFile();
  if (file === EXAMPLE_ESTATE) return join(dirname(EXAMPLE_ESTATE), json ? "estate.json" : "estate.ts");
  if (!existsSync(file)) return file;
  throw new UserError(`${nameOf(file)} must not exist yet, got an estate. Edit it, or move it away to begin again.`);
}

async function answersOf(flags: Flags): Promise<InitAnswers> {
  const open = (Object.keys(QUESTIONS) as Question[]).filter((name) => flags[name] === undefined);
  const asked = await ask(open.map((name) => [name, QUESTIONS[name]]));
  const list = (name: Question) => [flags[name] ?? asked.get(name) ?? ""].flat().flatMap(words);
  const [region = "", repository = ""] = ONE_VALUE.map((name) => list(name).join(" "));
  const { solution, chargeCode } = flags;
  return {
    ...{ region, repository, solution, chargeCode },
    ...{ accounts: list("accounts"), environments: list("environments") },
    ...{ people: list("people"), database: list("database") },
  };
}

const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== "");

/** Throws one error with all problems. */
function expectValid(estate: unknown, problems: EstateError["problems"]): void {
  const name = "the answers";
  try {
    parseEstate(estate, name);
  } catch (error) {
    if (error instanceof EstateError) throw new EstateError(name, [...problems, ...error.problems]);
    throw error;
  }
  if (problems.length > 0) throw new EstateError(name, problems);
}

const nextSteps = (file: string) => `
next:
  edit ${nameOf(file)}: solution is a part of every AWS name; budgets and charge codes are suggestions (docs/estate.md)
  npm start -- --synth-only     lists the stacks
  npm start                     applies the first environment on an emulator
  npm test                      proves this estate: laws, access
  git add config                then commit
  docs/first-day.md             leads to AWS`;

export default command;
if (require.main === module) void command.parseAsync();
