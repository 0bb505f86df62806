import { execFile, execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify, stripVTControlCharacters } from "node:util";
import { DescribeVpcsCommand } from "@aws-sdk/client-ec2";
import { zipSync } from "fflate";
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
  for (const name of [
    "cdktf.json",
    "config",
    "main.ts",
    "modules",
    "package.json",
    "stacks",
    "tools",
    "tsconfig.json",
  ]) {
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

test("cdktf init --template copies every file of the project from a zip file, as GitHub serves it", async () => {
  const listed = execFileSync("git", ["ls-files", "-z"], { cwd: ROOT, encoding: "utf8" });
  const files = new Map(
    listed.split("\0").flatMap((name) => (name === "" ? [] : [[name, readFileSync(join(ROOT, name))] as const])),
  );
  const zip = zipSync(Object.fromEntries([...files].map(([name, text]) => [`aws-estate-main/${name}`, text])));
  const server = createServer((_, response) => response.end(zip));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const directory = mkdtempSync(join(tmpdir(), "cdktf-template-"));
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/main.zip`;
    const answers = ["--local", "--project-name=mine", "--project-description=mine", "--from-terraform-project=no"];
    const args = ["init", `--template=${url}`, ...answers, "--enable-crash-reporting=false"];
    const env = { ...process.env, CI: "true", DISABLE_VERSION_CHECK: "1" };
    await promisify(execFile)(join(ROOT, "node_modules/.bin/cdktf"), args, { cwd: directory, env, timeout: 120_000 });
    expect(
      [...files].filter(([name, text]) => !text.equals(readFileSync(join(directory, name)))).map(([name]) => name),
    ).toEqual([]);
    expect(files.size).toBeGreaterThan(800);
  } finally {
    server.close();
    rmSync(directory, { recursive: true });
  }
});
