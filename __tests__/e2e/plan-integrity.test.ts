import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { GetRoleCommand } from "@aws-sdk/client-iam";
import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";
import exampleFile from "../../config/example";
import { parseManifest, type ManifestStack } from "../../tools/plans/manifest";
import { summaryOfPlans } from "../../tools/plans/plan-summary";
import type { PlanJson } from "../../tools/review/plan-json";
import { summaryJson } from "../../tools/review/summary-json";
import { summaryMarkdown } from "../../tools/review/summary-markdown";
import { readStacks } from "../../tools/synth/read-stacks";
import { synthesize } from "../../tools/synth/synth";
import { OWN_TYPESCRIPT, startClone, startProcess, type Clone } from "./support/clone";
import { ambiguousPlanFile } from "../tools/terraform/support/plan-files";
import { forgedPlan } from "./support/forged-plan";
import { onTerminal } from "./support/terminal";

/* What was read is what is applied: attacks by somebody who can change a plan, or make one. The real commands. */

const MASTER = "111111111111";
const STACK = "dev-master-role";
const ROLE = "dev-irl-galileo-prep-raas-master-MasterRole";
/** Its resource forbids policies that nobody planned. */
const FORGOTTEN = "aws_iam_role_policies_exclusive";
const FOREIGN = "arn:aws:iam::999999999999:root";

let clone: Clone;
let honest: string;
let evil: string;

const at = (...path: string[]) => join(clone.directory, ...path);
const keys = async (): Promise<string[]> => {
  const { Contents = [] } = await clone
    .clients(MASTER)
    .s3.send(new ListObjectsV2Command({ Bucket: `${MASTER}-galileo-terraform-state` }));
  return Contents.map(({ Key = "" }) => Key);
};
const trust = async (): Promise<string> => {
  const { Role } = await clone.clients(MASTER).iam.send(new GetRoleCommand({ RoleName: ROLE }));
  return decodeURIComponent(Role?.AssumeRolePolicyDocument ?? "");
};

/** Applies a plan, which must be refused before anything is written. */
async function refused(plan: string): Promise<string> {
  const { code, output } = await clone.run("apply", plan);
  expect({ code, output }).toExitWith(1);
  expect(output).not.toMatch(/\n {4}at /);
  expect(await keys()).toEqual([]);
  await expect(trust()).rejects.toThrow(/not found/i);
  return output;
}

/** Copies a file of one plan over the same file of another. */
const take = (from: string, copy: string, path: string): void => {
  cpSync(at(from, path), join(copy, path));
};

/** Puts the honest code into a plan of other code: next to the plan file, into it, and into the reviewer's JSON. */
function withHonestCode(copy: string): void {
  take(honest, copy, `stacks/${STACK}/cdk.tf.json`);
  const [file, shown] = ["plan.tfplan", "plan.json"].map((name) => join(copy, "stacks", STACK, name)) as [
    string,
    string,
  ];
  const json = strToU8(clone.read(join(honest, "stacks", STACK, "cdk.tf.json")));
  writeFileSync(file, zipSync({ ...unzipSync(readFileSync(file)), "tfconfig/m-/cdk.tf.json": json }));
  const { configuration } = JSON.parse(clone.read(join(honest, "stacks", STACK, "plan.json"))) as PlanJson;
  const plan = JSON.parse(readFileSync(shown, "utf8")) as PlanJson;
  writeFileSync(shown, JSON.stringify({ ...plan, configuration }));
}

const roles = (json: unknown) => (json as { resource: { aws_iam_role: Record<string, object> } }).resource.aws_iam_role;

/** The stacks of a manifest, with the content of the honest code. */
function withHonestContent(plan: string): ManifestStack[] {
  const [own] = parseManifest(clone.read(join(honest, "manifest.json"))).stacks;
  return parseManifest(clone.read(join(plan, "manifest.json"))).stacks.map((stack) => ({
    ...stack,
    content: own?.content,
    exact: own?.exact,
  }));
}

/** Makes a plan of a changed module, which is hidden from git, and puts the module back. */
async function evilPlan(): Promise<string> {
  const file = at("modules/iam/master-role.ts");
  const written = readFileSync(file, "utf8");
  clone.git("update-index", "--assume-unchanged", "modules/iam/master-role.ts");
  writeFileSync(file, written.replace(/arn:aws:iam::\$\{[^}]+\}:root/, FOREIGN));
  expect(readFileSync(file, "utf8")).toContain(FOREIGN);
  expect(await clone.run("plan", STACK)).toExitWith(2);
  writeFileSync(file, written);
  clone.git("update-index", "--no-assume-unchanged", "modules/iam/master-role.ts");
  expect(clone.git("status", "--porcelain")).toBe("");
  expect(clone.read(join(clone.lastPlan(), "stacks", STACK, "cdk.tf.json"))).toContain(FOREIGN);
  return clone.lastPlan();
}

beforeAll(async () => {
  clone = await startClone("plan-integrity", { estate: structuredClone(exampleFile) });
  clone.environment["NO_COLOR"] = "1";
  await clone.makeStateBucket("master");
  expect(await clone.run("plan", STACK)).toExitWith(2);
  honest = clone.lastPlan();
  evil = await evilPlan();
});

afterAll(() => clone.stop());

describe("a plan of code that no commit holds, below the summaries of an honest plan", () => {
  const claims = { dirty: false };
  const summaries = (copy: string) => {
    for (const name of ["summary.md", "summary.json"]) take(honest, copy, name);
  };

  test("is refused: the code generates another JSON", async () => {
    const output = await refused(forgedPlan(clone, evil, summaries, claims));
    expect(output).toContain(`${STACK}: the code at this commit generates another cdk.tf.json.`);
  });

  test("is refused with the honest JSON, too: the plan file was made from another one", async () => {
    const plan = forgedPlan(
      clone,
      evil,
      (copy) => {
        summaries(copy);
        take(honest, copy, `stacks/${STACK}/cdk.tf.json`);
      },
      claims,
    );
    expect(await refused(plan)).toContain(
      `${STACK}: plan.tfplan was made from another cdk.tf.json than the planned one. Plan again.`,
    );
  });

  test("is refused with the honest JSON inside the plan file, too: the summary is not that of the plan file", async () => {
    const plan = forgedPlan(
      clone,
      evil,
      (copy) => {
        summaries(copy);
        withHonestCode(copy);
      },
      { ...claims, stacks: withHonestContent(evil) },
    );
    expect(await refused(plan)).toMatch(/summary\.(json|md) must be the summary that the plan files give, got another/);
  });
});

test("a program in a part of the plan file that only Terraform would read never runs", async () => {
  const marker = at(".cache", "ran");
  const [name] = Object.keys(roles(JSON.parse(clone.read(join(honest, "stacks", STACK, "cdk.tf.json")))));
  const plan = forgedPlan(clone, honest, (copy) => {
    const [file, shown, code] = ["plan.tfplan", "plan.json", "cdk.tf.json"].map((each) => join(copy, "stacks", STACK, each)) as [string, string, string]; // prettier-ignore
    const json: unknown = JSON.parse(readFileSync(code, "utf8"));
    Object.assign(roles(json)[name ?? ""] ?? {}, { provisioner: { "local-exec": { command: `touch ${marker}` } } });
    const entries = { ...unzipSync(readFileSync(file)), "tfconfig/m-/cdk.tf.json": strToU8(JSON.stringify(json)) };
    writeFileSync(file, ambiguousPlanFile(readFileSync(file), zipSync(entries)));
    // As Terraform would show it.
    const text = readFileSync(shown, "utf8");
    const provisioners = [{ type: "local-exec", expressions: { command: { constant_value: `touch ${marker}` } } }];
    const role = new RegExp(
      `("type":"aws_iam_role","name":"${name ?? ""}","provider_config_key":"[^"]*",)("expressions")`,
    );
    expect(text).toMatch(role);
    writeFileSync(shown, text.replace(role, `$1"provisioners":${JSON.stringify(provisioners)},$2`));
  });
  const output = await refused(plan);
  expect(existsSync(marker)).toBe(false);
  expect(output).toContain(`${STACK}: the reviewed plan.json differs from what Terraform shows of plan.tfplan.`);
});

test("a summary that lists less than the plan files is refused, although every hash and the folder's name are right", async () => {
  const plan = forgedPlan(clone, honest, (copy) => {
    for (const name of ["summary.md", "summary.json"]) {
      const text = readFileSync(join(copy, name), "utf8");
      expect(text).toContain(`aws_iam_role`);
      writeFileSync(join(copy, name), text.replaceAll("aws_iam_role", "aws_iam_rule"));
    }
  });
  expect(await refused(plan)).toMatch(
    /summary\.json must be the summary that the plan files give, got another \(.*stacks.*\n {2}summary\.md must be the summary/,
  );
});

test("a manifest that leaves out what the code generates is refused", async () => {
  const { stacks } = JSON.parse(clone.read(join(honest, "manifest.json"))) as { stacks: { content?: string }[] };
  const forged = stacks.map((stack) => ({ ...stack, content: "0".repeat(64), dependencies: [] })) as never[];
  expect(await refused(forgedPlan(clone, honest, () => undefined, { stacks: forged }))).toMatch(
    new RegExp(`${STACK}: the code at this commit generates another manifest \\(.*content.*\\)\\. Plan again\\.`),
  );
  const destroy = await refused(forgedPlan(clone, honest, () => undefined, { kind: "destroy" }));
  expect(destroy).toContain(`${STACK}: plan.tfplan must be a plan of a destroy. Plan again.`);
});

test("files, links and folders that the manifest does not list are refused, and so is a changed log, all at once", async () => {
  const whole = at(".cache", "whole");
  cpSync(at(honest), whole, { recursive: true });
  mkdirSync(at(honest, "applied"));
  const record = { appliedAt: new Date().toISOString(), state: { lineage: "l", serial: 1 } };
  writeFileSync(at(honest, "applied", `${STACK}.json`), JSON.stringify(record));
  symlinkSync("/etc/passwd", at(honest, "notes"));
  writeFileSync(at(honest, "stacks", STACK, "more_override.tf.json"), "{}");
  writeFileSync(at(honest, "logs", `${STACK}.log`), "nothing to see");
  const output = await refused(honest);
  expect(output.split("\n").filter((line) => line.startsWith("  "))).toEqual([
    `  logs/${STACK}.log has changed since the plan was made. Plan again.`,
    "  applied is not a file of the plan. Remove it.",
    "  notes is not a file of the plan. Remove it.",
    `  stacks/${STACK}/more_override.tf.json is not a file of the plan. Remove it.`,
  ]);
  unlinkSync(at(honest, "notes"));
  rmSync(at(honest), { recursive: true });
  cpSync(whole, at(honest), { recursive: true });
});

/** Applies the honest plan on a terminal. */
const applyOnTerminal = (answer: string, ...args: string[]) => {
  const command = [process.execPath, "--require", OWN_TYPESCRIPT, "tools/cli/apply.ts", honest, ...args];
  const [python, ...rest] = onTerminal(`${answer}\n`, command);
  return startProcess(python, rest, clone).ended;
};

test("on a terminal, apply shows what the plan files do and asks; without a yes it applies nothing", async () => {
  const { code, output } = await applyOnTerminal("no");
  expect(output).toMatch(/Access widens[\s\S]*type yes to continue: [\s\S]*nothing was changed: not confirmed/);
  expect({ code, output }).toExitWith(1);
  expect(await keys()).toEqual([]);
});

test("a record that the plan is applied does not count while AWS has the planned state; the summary is printed first", async () => {
  const records = at(".cache/applied", basename(honest));
  mkdirSync(records, { recursive: true });
  const record = { appliedAt: new Date().toISOString(), state: { lineage: "l", serial: 7 } };
  writeFileSync(join(records, `${STACK}.json`), JSON.stringify(record));
  const { code, output } = await applyOnTerminal("no", "--yes");
  expect(output).not.toContain("to continue");
  expect({ code, output }).toExitWith(0);
  const [before = "", after = ""] = output.split(/ applying/, 2);
  expect(before).toContain(`Plan ${basename(honest)}: changes`);
  expect(before).toContain("Access widens");
  expect(after).toContain(`applied: ${STACK}`);
  expect(await trust()).not.toContain("999999999999");
  expect(existsSync(join(records, `${STACK}.json`))).toBe(true);
  const again = await clone.run("apply", honest);
  expect(again.output).toContain(`applied: ${STACK}`);
  expect(again.output).not.toContain("applying");
  expect(again).toExitWith(0);
});

test("a plan file with the honest code and a true summary is refused by Terraform: the code contradicts a planned value", async () => {
  const update = await evilPlan();
  const outdir = at(".cache", "forged.out");
  synthesize(outdir, { root: clone.directory, estate: clone.environment["ESTATE"] });
  const stacks = readStacks(outdir);
  const summaries = new Map<string, string>();
  const forge = () =>
    forgedPlan(
      clone,
      update,
      (copy) => {
        withHonestCode(copy);
        for (const [name, text] of summaries) writeFileSync(join(copy, name), text);
      },
      { dirty: false, stacks: withHonestContent(update) },
    );
  const first = forge();
  const { stacks: planned, ...manifest } = parseManifest(clone.read(join(first, "manifest.json")));
  const { madeAt, kind, rehearsedOn, commit, dirty, connections } = manifest;
  const plan = JSON.parse(clone.read(join(first, "stacks", STACK, "plan.json"))) as PlanJson;
  const one = planned.map(({ id, accountId, accountName, status, reasons }) => ({ id, accountId, accountName, status, reasons, plan })); // prettier-ignore
  const summary = await summaryOfPlans({ madeAt, kind, rehearsedOn, commit, dirty, connections }, one, stacks);
  summaries.set("summary.json", summaryJson(summary)).set("summary.md", summaryMarkdown(summary));
  const { code, output } = await clone.run("apply", forge());
  expect({ code, output }).toExitWith(1);
  expect(output).toMatch(/Provider produced inconsistent final plan/);
  expect(output).toContain(`${STACK} failed`);
  expect(output).not.toContain("all other stacks were applied");
  expect(await trust()).not.toContain("999999999999");
});

test("a resource that is left out of the state inside a plan file is not forgotten; the plan of a commit is applied", async () => {
  const module = at("modules/iam/master-role.ts");
  writeFileSync(module, readFileSync(module, "utf8").replace("to create member accounts", "to create accounts"));
  clone.git("commit", "--quiet", "--all", "--message", "another description");
  expect(await clone.run("plan", STACK)).toExitWith(2);
  const update = clone.lastPlan();
  const plan = forgedPlan(clone, update, (copy) => {
    const [file, shown] = ["plan.tfplan", "plan.json"].map((name) => join(copy, "stacks", STACK, name)) as [
      string,
      string,
    ];
    const entries = unzipSync(readFileSync(file));
    const state = JSON.parse(strFromU8(entries["tfstate"] ?? new Uint8Array())) as { resources: { type: string }[] };
    const others = state.resources.filter(({ type }) => type !== FORGOTTEN);
    expect(others.length).toBe(state.resources.length - 1);
    writeFileSync(file, zipSync({ ...entries, tfstate: strToU8(JSON.stringify({ ...state, resources: others })) }));
    const json = JSON.parse(readFileSync(shown, "utf8")) as { prior_state: { values: { root_module: { resources: { type: string }[] } } } }; // prettier-ignore
    const { root_module } = json.prior_state.values;
    root_module.resources = root_module.resources.filter(({ type }) => type !== FORGOTTEN);
    writeFileSync(shown, JSON.stringify(json));
  });
  const { code, output } = await clone.run("apply", plan);
  expect({ code, output }).toExitWith(1);
  expect(output).toMatch(
    new RegExp(
      `${STACK}: plan\\.tfplan contains another state than AWS has \\(${FORGOTTEN}\\.[\\w-]+\\)\\. Plan again\\.`,
    ),
  );
  expect(await clone.run("apply", update)).toExitWith(0);
});
