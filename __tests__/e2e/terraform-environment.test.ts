import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { DeleteObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { OWN_TYPESCRIPT, startClone, startProcess, type Clone, type Ended } from "./support/clone";

/* What surrounds a command must not decide which provider runs, or what answers in place of AWS. */

let clone: Clone;
let listener: Server;
let calls = 0;
let planned: string;

/** A mirror whose provider is a program of somebody else. It leaves a file if it is ever started. */
const evilMirror = () => join(dirname(clone.directory), "evil-mirror");
const started = () => join(dirname(clone.directory), "evil-provider-was-started");

beforeAll(async () => {
  clone = await startClone("terraform-environment");
  listener = createServer((socket) => {
    calls++;
    socket.destroy();
  });
  await Promise.all([
    clone.makeStateBucket("dev"),
    new Promise<void>((resolve) => {
      listener.listen(0, "127.0.0.1", resolve);
    }),
  ]);
  const system = `${process.platform}_${process.arch === "x64" ? "amd64" : process.arch}`;
  const provider = join(evilMirror(), "registry.terraform.io/hashicorp/aws/5.100.0", system);
  mkdirSync(provider, { recursive: true });
  writeFileSync(join(provider, "terraform-provider-aws_v5.100.0_x5"), `#!/bin/sh\ntouch '${started()}'\n`, {
    mode: 0o755,
  });
});

afterAll(async () => {
  listener.close();
  await clone.stop();
});

/** Runs a command with further variables; undefined removes one. */
function run(variables: NodeJS.ProcessEnv, command: string, ...args: readonly string[]): Promise<Ended> {
  const environment = Object.fromEntries(
    Object.entries({ ...clone.environment, ...variables }).filter(([, value]) => value !== undefined),
  );
  const { directory } = clone;
  return startProcess(process.execPath, ["--require", OWN_TYPESCRIPT, `tools/cli/${command}.ts`, ...args], {
    directory,
    environment,
  }).ended;
}

/** A URL at which calls are counted, and nothing answers. */
const elsewhere = () => `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;

test("a plan runs neither a provider nor an argument that variables name, and names the endpoint that answered", async () => {
  const other = {
    Protocol: "grpc",
    ProtocolVersion: 5,
    Pid: 1,
    Test: true,
    Addr: { Network: "unix", String: "/none" },
  };
  const ended = await run(
    {
      TF_REATTACH_PROVIDERS: JSON.stringify({ "registry.terraform.io/hashicorp/aws": other }),
      TF_CLI_ARGS_plan: "-target=aws_iam_role.none",
      AWS_STS_ENDPOINT: elsewhere(),
    },
    "plan",
    "dev-iam",
  );
  expect(ended).toExitWith(2);
  planned = clone.lastPlan();
  expect(ended.output).toContain(` MADE AGAINST AWS_ENDPOINT_URL ${clone.url}, not AWS `);
  expect(clone.read(join(planned, "summary.md"))).toContain(`MADE AGAINST AWS_ENDPOINT_URL ${clone.url}, not AWS`);
  expect(JSON.parse(clone.read(join(planned, "manifest.json")))).toMatchObject({
    connections: {
      providerSources: [expect.stringMatching(/^(registry|filesystem mirror .+)$/)],
      endpoints: { AWS_ENDPOINT_URL: clone.url },
      proxies: { HTTPS_PROXY: "127.0.0.1:1" },
    },
  });
  const lock = ".terraform.lock.hcl";
  const committed = readFileSync(join(clone.directory, "tools/terraform", lock), "utf8");
  expect(committed).toContain(clone.read(join(planned, "stacks/dev-iam", lock)));
  expect(calls).toBe(0);
});

/** As Terraform prints it. The order of these attributes is random. */
function lastPlan(): unknown {
  const plan = JSON.parse(clone.read(join(clone.lastPlan(), "stacks/dev-iam/plan.json"))) as Record<string, unknown>;
  const attributes = (plan["relevant_attributes"] as unknown[]).map((each) => JSON.stringify(each));
  return { ...plan, timestamp: "", relevant_attributes: attributes.sort() };
}

test("a plan that attaches to a provider is the plan of Terraform alone, also of types that only the state has", async () => {
  const attached = lastPlan();
  expect(await run({ TF_LOG_CORE: "OFF" }, "plan", "dev-iam")).toExitWith(2); // with a log, Terraform is alone
  expect(lastPlan()).toEqual(attached);

  // The first of these types has no schema among those that Terraform gets of an attached provider.
  const resources = ["aws_ssm_parameter", "aws_sqs_queue"].map((type) => ({
    ...{ mode: "managed", type, name: "left", provider: 'provider["registry.terraform.io/hashicorp/aws"]' },
    instances: [{ schema_version: 0, attributes: { id: "left", name: "left", type: "String" } }],
  }));
  const state = { version: 4, terraform_version: "1.11.0", serial: 1, lineage: "left", outputs: {}, resources };
  const { bucket: Bucket, key: Key } = backend();
  const { s3 } = clone.clients("222222222222");
  await s3.send(new PutObjectCommand({ Bucket, Key, Body: JSON.stringify(state) }));
  expect(await run({}, "plan", "dev-iam")).toExitWith(2);
  const drifted = ["aws_sqs_queue.left", "aws_ssm_parameter.left"].map((address) => ({ address }));
  expect(lastPlan()).toMatchObject({ resource_drift: drifted });
  await s3.send(new DeleteObjectCommand({ Bucket, Key }));
});

/** Where the state of dev-iam is. */
function backend(): { readonly bucket: string; readonly key: string } {
  const json = JSON.parse(clone.read(join(planned, "stacks/dev-iam/cdk.tf.json"))) as Stack;
  return json.terraform.backend.s3;
}

interface Stack {
  readonly terraform: { readonly backend: { readonly s3: { readonly bucket: string; readonly key: string } } };
}

test("apply refuses an endpoint that the plan was not made against", async () => {
  const ended = await run({ AWS_ENDPOINT_URL: elsewhere() }, "apply", planned);
  expect(ended).toExitWith(1);
  expect(ended.output).toContain(
    `the plan must be applied to AWS_ENDPOINT_URL ${clone.url}, which it was made against, got AWS_ENDPOINT_URL ${elsewhere()}.`,
  );
  expect(calls).toBe(0);
});

test("a provider of other bytes is refused before it is started, when the plan is checked before an apply too", async () => {
  const wrong = / must be a release of \S+\/aws 5\.100\.0, got the hash h1:\S+; it was not started/;
  const plan = await run({ TF_PROVIDER_MIRROR: evilMirror() }, "plan", "dev-iam");
  expect(plan).toExitWith(1);
  expect(plan.output).toMatch(wrong);
  const apply = await run({ TF_PROVIDER_MIRROR: evilMirror() }, "apply", planned);
  expect(apply).toExitWith(1);
  expect(apply.output).toMatch(/the plan was not applied, and nothing was written:/);
  expect(apply.output).toMatch(wrong);
  expect(existsSync(started())).toBe(false);
});

test("overrides in a configuration file are refused by name", async () => {
  const file = join(dirname(clone.directory), "overrides.tfrc");
  writeFileSync(
    file,
    `provider_installation {\n  dev_overrides {\n    "hashicorp/aws" = "${evilMirror()}"\n  }\n  direct {}\n}\n`,
  );
  const ended = await run({ TF_CLI_CONFIG_FILE: file }, "plan", "dev-iam");
  expect(ended).toExitWith(1);
  expect(ended.output).toContain(
    `provider_installation.dev_overrides must be absent, got hashicorp/aws = "${evilMirror()}"`,
  );
  rmSync(file);
});

test("an endpoint that only a profile names is never called", async () => {
  const file = join(dirname(clone.directory), "hidden-endpoint");
  const keys = "aws_access_key_id = 222222222222\naws_secret_access_key = x\nregion = eu-west-1\n";
  const services = ["s3", "sts", "iam"].map((name) => `${name} =\n  endpoint_url = ${elsewhere()}\n`).join("");
  writeFileSync(file, `[profile dev]\n${keys}endpoint_url = ${elsewhere()}\nservices = s\n[services s]\n${services}`);
  const ended = await run(
    { AWS_CONFIG_FILE: file, AWS_ENDPOINT_URL: undefined, AWS_MAX_ATTEMPTS: "1" },
    "plan",
    "dev-iam",
  );
  expect(ended).toExitWith(1); // AWS itself cannot be reached from here
  expect(ended.output).toMatch(/amazonaws\.com/);
  expect(calls).toBe(0);
});
