import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { DescribeVpcsCommand } from "@aws-sdk/client-ec2";
import { stacksOf } from "../../config/layout";
import { clientsFor } from "../../tools/rehearsal/clients";
import { startWorkplace, type Workplace } from "./support/workplace";

/* The CDKTF command line in a copy of the project, because it writes cdktf.out into the folder of cdktf.json. */

const ROOT = join(__dirname, "../..");

let workplace: Workplace;
let project: string;

beforeAll(async () => {
  workplace = await startWorkplace("cdktf-cli", { applied: ["dev-bootstrap"] });
  project = mkdtempSync(join(tmpdir(), "cdktf-project-"));
  for (const name of ["cdktf.json", "config", "main.ts", "modules", "package.json", "stacks", "tsconfig.json"]) {
    cpSync(join(ROOT, name), join(project, name), { recursive: true });
  }
  symlinkSync(join(ROOT, "node_modules"), join(project, "node_modules"));
});

afterAll(async () => {
  await workplace.stop();
  rmSync(project, { recursive: true, force: true });
});

function cdktf(args: readonly string[], variables: NodeJS.ProcessEnv = {}) {
  const env = {
    ...workplace.environment(workplace.stack("dev-network")),
    ESTATE: process.env["ESTATE"],
    CI: "true",
    DISABLE_VERSION_CHECK: "1",
    ...variables,
  };
  const { status, stdout, stderr } = spawnSync(join(ROOT, "node_modules/.bin/cdktf"), args, {
    cwd: project,
    env,
    encoding: "utf8",
    timeout: 240_000,
  });
  return { status, output: stripVTControlCharacters(stdout + stderr) };
}

const vpcs = async () => {
  const { ec2 } = clientsFor(workplace.url, "222222222222", "eu-west-1");
  const { Vpcs = [] } = await ec2.send(
    new DescribeVpcsCommand({ Filters: [{ Name: "tag:Stack", Values: ["dev-network"] }] }),
  );
  return Vpcs.map(({ CidrBlock }) => CidrBlock);
};

test("cdktf synth writes every stack of the estate", () => {
  const { status } = cdktf(["synth"]);
  expect(status).toBe(0);
  expect(readdirSync(join(project, "cdktf.out/stacks")).sort()).toEqual(
    stacksOf(workplace.estate)
      .map(({ id }) => id)
      .sort(),
  );
});

test("cdktf list names every stack of the estate", () => {
  const { status, output } = cdktf(["list"]);
  expect(status).toBe(0);
  for (const { id } of stacksOf(workplace.estate)) expect(output).toContain(id);
});

test("cdktf synth lists the problems of an invalid estate and ends with exit code 1", () => {
  const { status, output } = cdktf(["synth"], { ESTATE: "missing.json" });
  expect(output).toContain("must be an existing file, got no file");
  expect(status).toBe(1);
});

test("cdktf plan shows what a stack would create, and creates nothing", async () => {
  const { status, output } = cdktf(["plan", "dev-network", "--skip-provider-lock"]);
  expect(output).toContain(`Plan: ${workplace.stack("dev-network").resourceCount} to add, 0 to change, 0 to destroy`);
  expect(status).toBe(0);
  expect(await vpcs()).toEqual([]);
});

test("cdktf apply creates it, stores the state in the account's bucket, and the next plan is empty", async () => {
  const { status, output } = cdktf(["apply", "dev-network", "--auto-approve", "--skip-provider-lock"]);
  const { resourceCount } = workplace.stack("dev-network");
  expect(output).toContain(`Apply complete! Resources: ${resourceCount} added, 0 changed, 0 destroyed`);
  expect(status).toBe(0);
  expect(await vpcs()).toEqual(["10.0.0.0/20"]);
  const terraform = workplace.terraform(workplace.stack("dev-network"));
  await terraform.init();
  expect((await terraform.plan()).outcome).toBe("empty");
});
