import type { Stack } from "../synth/stacks";
import { code, codeCell, table } from "../support/markdown";

export interface ReadmeProps {
  readonly solution: string;
  /** The full hash of the exported commit. @default none */
  readonly commit?: string;
  /** The exported stacks, each after its dependencies. */
  readonly stacks: readonly Stack[];
}

const STEPS = `## First steps

1. Stop the pipelines of the project, and apply these stacks only from here: two sources of one state undo each other's
   changes.
2. Install the Terraform version in \`.tool-versions\` (mise and asdf read it). Commit this folder to Git.
3. Run this in each folder, in the order of the table:

   \`\`\`sh
   terraform init -lockfile=readonly
   terraform plan # must end with: No changes.
   \`\`\`

   A plan with changes has two possible causes: the code was ahead of the last apply when it was exported, or somebody
   changed AWS by hand.`;

const FILES = `## Files

| file | what it holds |
| --- | --- |
| \`terraform.tf.json\` | the place of the state, the versions of Terraform and its providers, the provider's account and tags |
| \`main.tf.json\` | resources and data sources; \`moved\`, \`removed\` and \`import\` blocks may go once they are applied |
| \`outputs.tf.json\` | outputs. Other stacks read those named \`cross-stack-output-…\` by \`terraform_remote_state\`: rename both sides or neither |
| \`.terraform.lock.hcl\` | the hashes of the provider, for every platform. \`terraform init -upgrade\` renews it after a change of the version |

The names of resources end in eight characters that CDKTF chose. They are addresses in the state: rename them only with a
\`moved\` block. The tag \`ManagedBy: cdktf\` is in \`default_tags\`: changing it changes every resource.`;

const LEFT_BEHIND = `## What was left behind

| in the project | from now on |
| --- | --- |
| one estate file, from which values are computed and checked | each folder repeats its values, and nothing compares them |
| plans that are reviewed and applied by their id | review \`terraform plan -out=<file>\`, and apply that file |
| refusal of data loss, of wider access and of an open network | \`prevent_destroy\` and the deletion protection of databases remain. Read every plan for the rest |
| tests, laws over all stacks, the access baseline, the rehearsal on an emulator | none |
| promotion from environment to environment; its records, \`*.applied.json\` next to the states | none; nothing reads the records any more |
| drift report | \`terraform plan -refresh-only\` |
| bootstrap of a new account | the first apply of a new state bucket uses a local state; then \`terraform init -migrate-state\` |`;

const TO_HCL = `## To HCL, one block at a time

Terraform reads \`*.tf\` and \`*.tf.json\` of a folder together, so a block may move from one to the other alone.

1. Move a block from \`main.tf.json\` to \`main.tf\`. Both labels are its address and stay the same:
   \`"aws_vpc": { "a": { … } }\` becomes \`resource "aws_vpc" "a" { … }\`.
2. A value that is one reference loses its quotes: \`"\${aws_vpc.a.id}"\` becomes \`aws_vpc.a.id\`. A nested block
   (\`"ingress": [{ … }]\`) becomes one \`ingress { … }\` for each element; the provider's documentation says which names are
   blocks. \`lifecycle.ignore_changes\` and \`depends_on\` lose the quotes around their elements. A policy's text may become
   \`jsonencode({ … })\`.
3. Run \`terraform fmt\` and \`terraform plan\`: it must still end with *No changes*.`;

/** The page in an exported folder: how to go on without this project. */
export function readme({ solution, commit, stacks }: ReadmeProps): string {
  const from = commit === undefined ? "" : ` from commit ${code(commit.slice(0, 12))}`;
  const exported = new Set(stacks.map(({ id }) => id));
  const others = [...new Set(stacks.flatMap(({ dependencies }) => dependencies))].filter((id) => !exported.has(id));
  const left =
    others.length === 0
      ? []
      : [`Not exported, and still needed: ${others.map(code).join(", ")}. The project goes on to manage them.`];
  return `${[
    `# ${solution}: plain Terraform`,
    `Written by \`npm run export\`${from}. Each folder is a root module of Terraform with the addresses and the state of its stack. The export changed nothing in AWS and in no state.`,
    STEPS,
    "## Stacks",
    stackTable(stacks).join("\n"),
    ...left,
    credentials(stacks),
    FILES,
    LEFT_BEHIND,
    TO_HCL,
  ].join("\n\n")}\n`;
}

function stackTable(stacks: readonly Stack[]): readonly string[] {
  return table(
    ["folder", "account", "region", "state", "after"],
    stacks.map(({ id, accountId, region, state, dependencies }) => [
      codeCell(id),
      accountId,
      region,
      codeCell(`s3://${state.bucket}/${state.key}`),
      dependencies.map(codeCell).join(", ") || "none",
    ]),
  );
}

function credentials(stacks: readonly Stack[]): string {
  const roles = [...new Set(stacks.flatMap(({ accessRoleArn }) => accessRoleArn ?? []))];
  return [
    "## Credentials\n",
    "Terraform needs credentials of the account in the table, for example `AWS_PROFILE`. It refuses every other account",
    `(\`allowed_account_ids\`).${roles.length === 0 ? "" : " The stacks of these accounts assume a role, so they need an identity that may assume it:"}`,
    ...(roles.length === 0 ? [] : ["", ...roles.map((role) => `- ${code(role)}`)]),
  ].join("\n");
}
