import { Command } from "commander";
import { externalSecretName, type ExternalStackName } from "../../config/external-model";
import { loadEstate } from "../../config/load";
import type { Estate } from "../../config/model";
import { runCommand } from "./run-command";

const command = new Command("npm run secrets --")
  .description(
    "Lists the secrets outside AWS that a person creates, because no stack creates them: where, with which redirect URIs, and the name in Secrets Manager. Prints Markdown, reads the estate file only.",
  )
  .action(() => runCommand(() => secrets(loadEstate())));

function secrets(estate: Estate): number {
  const lines = checklist(estate);
  console.log(lines.length === 0 ? "no secrets: the estate has neither search nor singleSignOn" : lines.join("\n"));
  return 0;
}

/** Something outside AWS that needs a secret. */
interface Entry {
  readonly name: string;
  readonly environment?: string;
  readonly secretAccount: string;
}

interface Item {
  readonly stack: ExternalStackName;
  readonly entry: Entry;
  /** What to create, and where. */
  readonly create: string;
  readonly redirectUris?: readonly string[];
}

/** An item of a list for each secret, in Markdown. */
export function checklist(estate: Estate): string[] {
  const { aiven, microsoft, google } = estate.external ?? {};
  const items: Item[] = [
    ...(aiven?.projects ?? []).map((entry) => ({
      ...{ stack: "aiven" as const, entry },
      create: `a token of an application user of the project ${entry.project}, at https://console.aiven.io (Admin, Users, Application users)`,
    })),
    ...(microsoft?.applications ?? []).map((entry) => ({
      ...{ stack: "microsoft" as const, entry, redirectUris: entry.redirectUris },
      create: `a client secret of the application "${entry.displayName}", at https://entra.microsoft.com (App registrations, Certificates & secrets)`,
    })),
    ...(google?.projects ?? [])
      .filter(({ redirectUris }) => redirectUris.length > 0)
      .map((entry) => ({
        ...{ stack: "google" as const, entry, redirectUris: entry.redirectUris },
        create: `an OAuth client of the type web application, at https://console.cloud.google.com/apis/credentials?project=${entry.projectId}`,
      })),
  ];
  return items.flatMap((item) => linesOf(item, estate));
}

function linesOf({ stack, entry, create, redirectUris = [] }: Item, estate: Estate): string[] {
  const account = estate.accounts.find(({ name }) => name === entry.secretAccount);
  const environment = estate.environments.find(({ name }) => name === entry.environment);
  if (!account) throw new Error(`the estate has no account ${entry.secretAccount}`);
  const region = environment?.region ?? account.region;
  return [
    `- [ ] ${stack} ${entry.name}: create ${create}`,
    // Terraform sets those of Microsoft; those of Google are set by hand.
    ...redirectUris.map((uri) => `  - redirect URI${stack === "google" ? "" : " (Terraform sets it)"}: ${uri}`),
    `  - store it as ${externalSecretName(estate.solution, stack, entry.name)} in Secrets Manager, account ${account.name} (${account.id}), ${region}`,
  ];
}

export default command;
if (require.main === module) void command.parseAsync();
