import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { estateWith, type Changes } from "../../config/estate-fixture";
import { ROOT } from "../../../tools/support/project";
import type { FakeTerraform } from "../terraform/support/fake-terraform";
import { callCommand } from "./support/call-command";
import { folderWithNode, supportedTerraform } from "./support/run-command";

/** A folder with an estate file, and a PATH with only Node. */
const folder = folderWithNode();

/** The variables of a command on an estate with these changes. */
function variables(changes: Changes = {}, env: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  writeFileSync(join(folder(), "estate.json"), JSON.stringify(estateWith(changes)));
  writeFileSync(join(folder(), "estate.members.json"), '["lab"]');
  // Any other connection is refused on this machine.
  const nowhere = "http://127.0.0.1:1";
  return {
    ...{ PATH: folder(), HOME: folder(), TMPDIR: folder(), ESTATE: join(folder(), "estate.json"), CI: "true" },
    ...{ AWS_EC2_METADATA_DISABLED: "true", AWS_ENDPOINT_URL: nowhere, HTTPS_PROXY: nowhere, ...env },
  };
}

const bootstrap = (args: readonly string[], changes?: Changes, env?: NodeJS.ProcessEnv) =>
  callCommand("bootstrap", args, variables(changes, env));

const KNOWN = "expected --all, or any of: master, dev, lab";

test.each<[string, readonly string[], string]>([
  ["no account", [], `no account is named, ${KNOWN}\n`],
  ["accounts that there are not, all at once", ["dev", "devv", "nobody"], `no account "devv", "nobody", ${KNOWN}\n`],
  ["--all and an account", ["--all", "dev"], "got --all and dev, expected one or the other\n"],
  ["an empty profile", ["dev", "--profile", ""], '--profile must name an AWS profile, got ""\n'],
  [
    "no whole number",
    ["dev", "--parallel", "0"],
    "error: option '--parallel <n>' argument '0' is invalid. expected a whole number from 1 to 999.\n",
  ],
  ["an option that there is not", ["dev", "--dry"], "error: unknown option '--dry'\n"],
])("%s is refused before anything starts", async (_, args, says) => {
  const path = `${folder()}:${supportedTerraform(folder()).folder}`;
  expect(await bootstrap(args, {}, { PATH: path })).toEqual({ status: 1, stdout: "", stderr: says });
});

test("an invalid estate is reported", async () => {
  const { status, stdout, stderr } = await bootstrap(["dev"], { "accounts.dev.id": "2222" });
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toMatch(
    /^the estate is not valid .*\n {2}accounts\.dev\.id +must be 12 digits in quotes, got "2222"\n$/,
  );
});

test("missing Terraform is reported in one line with the remedy", async () => {
  const { status, stderr } = await bootstrap(["dev"]);
  expect(stderr).toMatch(/^terraform is not on PATH: install Terraform 1\.11\.0 or newer .*\n$/);
  expect(status).toBe(1);
});

describe("with Terraform", () => {
  let terraform: FakeTerraform;
  beforeEach(() => {
    terraform = supportedTerraform(folder());
  });
  const run = (args: readonly string[], changes: Changes = {}, env: NodeJS.ProcessEnv = {}) =>
    bootstrap(args, changes, { PATH: `${folder()}:${terraform.folder}`, ...env });

  test("an account that waits for its id is reported and not bootstrapped", async () => {
    const WAITING: Changes = { "accounts.lab.id": undefined, "environments.dev.members.lab": { account: "lab" } };
    const { status, stdout, stderr } = await run(["lab"], WAITING);
    expect(stderr).toMatch(
      /^note: waiting for the account lab \(its id is not in the estate file yet\): lab-bootstrap, .*npm run accounts\n$/,
    );
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  });

  test("without credentials it reports for each account which ones it needs, before Terraform runs", async () => {
    const { status, stdout } = await run(["dev", "lab"], {}, { AWS_PROFILE: "nobody" });
    expect(stdout).toMatch(
      /^dev-bootstrap: the AWS profile nobody has no credentials: .*; expected credentials of the account 222222222222: --profile <name>, or AWS_PROFILE$/m,
    );
    expect(stdout).toMatch(
      /^lab-bootstrap: .*expected credentials that may assume arn:aws:iam::333333333333:role\/OrganizationAccountAccessRole/m,
    );
    expect(stdout).not.toMatch(/^\s+at /m);
    expect(stdout).toContain("next: fix the errors above, then run npm run bootstrap -- dev lab\n");
    expect(status).toBe(1);
    expect(terraform.commands.filter((command) => !command.startsWith("version"))).toEqual([]);
    expect(existsSync(join(ROOT, "births", "222222222222-dev-bootstrap.tfstate"))).toBe(false);
  });

  test("a refusal displaces no logs of a bootstrap that failed", async () => {
    const env = variables({}, { PATH: `${folder()}:${terraform.folder}`, AWS_PROFILE: "nobody" });
    for (const args of [["dev"], ["dev", "--dry-run"]]) {
      const { status } = await callCommand("bootstrap", args, env, { project: folder() });
      const runs = join(folder(), ".cache", "bootstrap");
      const marked = readdirSync(runs).map((run) => existsSync(join(runs, run, ".finished")));
      expect([status, marked]).toEqual([1, [true]]);
      rmSync(runs, { recursive: true });
    }
  });
});
