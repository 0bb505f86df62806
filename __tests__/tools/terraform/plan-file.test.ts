import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { zipSync, strToU8 } from "fflate";
import { planFileProblems, repackPlanFile, stateOfPlanFile } from "../../../tools/terraform/plan-file";
import { ambiguousPlanFile, planFile, type PlanFileParts } from "./support/plan-files";
import { temporaryFolder } from "./support/temporary-folder";

const folder = temporaryFolder();
const LOCKS =
  'provider "registry.terraform.io/hashicorp/aws" {\n  version = "5.100.0"\n  hashes = [\n    "h1:a",\n  ]\n}\n';
const S3 = {
  bucket: "222222222222-galileo-terraform-state",
  key: "dev/iam.tfstate",
  encrypt: true,
  max_retries: 300,
  allowed_account_ids: ["222222222222"],
  assume_role: { role_arn: "arn:aws:iam::222222222222:role/OrganizationAccountAccessRole", external_id: null },
};
const ASSUME_ROLE = { role_arn: S3.assume_role.role_arn };
const JSON_TEXT = JSON.stringify({ terraform: { backend: { s3: { ...S3, assume_role: ASSUME_ROLE } } }, resource: {} });

function problems(parts: Partial<PlanFileParts> = {}, destroy = false): string[] {
  return problemsOf(
    planFile({
      json: JSON_TEXT,
      locks: `# Written by Terraform.\n\n${LOCKS.replace("=", "  =")}`,
      backend: { config: S3 },
      ...parts,
    }),
    destroy,
  );
}

function problemsOf(content: Buffer, destroy = false): string[] {
  const file = join(folder(), "plan.tfplan");
  writeFileSync(file, content);
  return planFileProblems(file, { json: Buffer.from(JSON_TEXT), locks: Buffer.from(LOCKS), destroy });
}

test("a plan file of the planned JSON has no problem", () => {
  expect(problems()).toEqual([]);
  expect(problems({ fields: [[17, 1]] }, true)).toEqual([]);
});

describe("a plan file of a stack with a module", () => {
  const [FOLDER, CODE] = ["assets/events-files/0A", "code"];
  const json = JSON.stringify({
    terraform: { backend: { s3: { ...S3, assume_role: ASSUME_ROLE } } },
    module: { events: { source: `./${FOLDER}` } },
  });
  const modules = (dir: string) =>
    JSON.stringify([
      { Key: "", Dir: "." },
      { Key: "events", Dir: dir },
    ]);
  const assets = new Map([
    [`${FOLDER}/main.tf`, Buffer.from(CODE)],
    [`${FOLDER}/readme.md`, Buffer.from("text")],
    ["assets/other/main.tf", Buffer.from("other")],
  ]);
  const problemsWith = (entries: Readonly<Record<string, string>>, known = assets) => {
    const file = join(folder(), "plan.tfplan");
    const made = { json, locks: LOCKS, backend: { config: S3 }, entries };
    writeFileSync(file, planFile(made));
    return planFileProblems(file, {
      json: Buffer.from(json),
      locks: Buffer.from(LOCKS),
      destroy: false,
      assets: known,
    });
  };
  const entry = "tfconfig/m-events/main.tf";

  test("has no problem with the code of the stack's assets", () => {
    expect(problemsWith({ "tfconfig/modules.json": modules(FOLDER), [entry]: CODE })).toEqual([]);
  });

  test("is refused with other code, from another folder, or with more or fewer files", () => {
    const other = ["was made with other modules than cdk.tf.json"];
    expect(problemsWith({ "tfconfig/modules.json": modules(FOLDER), [entry]: "else" })).toEqual(other);
    expect(problemsWith({ "tfconfig/modules.json": modules("assets/other"), [entry]: CODE })).toEqual(other);
    const exactly = [expect.stringMatching(/^must contain exactly .*m-events\/main\.tf, got /)];
    expect(problemsWith({ "tfconfig/modules.json": modules(FOLDER) })).toEqual(exactly);
    const more = { "tfconfig/m-events.inner/main.tf": CODE };
    expect(problemsWith({ "tfconfig/modules.json": modules(FOLDER), [entry]: CODE, ...more })).toEqual(exactly);
    expect(problemsWith({ "tfconfig/modules.json": modules(FOLDER), [entry]: CODE }, new Map())).toHaveLength(1);
  });
});

test.each<[string, Partial<PlanFileParts>, string]>([
  [
    "other code",
    { entries: { "tfconfig/m-/cdk.tf.json": "{}" } },
    "was made from another cdk.tf.json than the planned one",
  ],
  [
    "another module",
    { entries: { "tfconfig/modules.json": '[{"Key":"","Dir":"."},{"Key":"x","Dir":"x"}]' } },
    "was made with other modules than cdk.tf.json",
  ],
  [
    "the root module in another folder",
    { entries: { "tfconfig/modules.json": '[{"Key":"","Dir":"x"}]' } },
    "was made with other modules than cdk.tf.json",
  ],
  [
    "other providers",
    { locks: LOCKS.replace("h1:a", "h1:b") },
    "was made with another .terraform.lock.hcl than the planned one",
  ],
  ["variables", { fields: [[2, "x"]] }, "must be made without variables"],
  ["targets", { fields: [[5, "aws_vpc.x"]] }, "must be a plan of the whole stack, not of targets"],
  ["forced replacements", { fields: [[16, "aws_vpc.x"]] }, "must be made without forced replacements"],
  ["an error", { fields: [[20, 1]] }, "must be a complete plan"],
  ["a destroy", { fields: [[17, 1]] }, "must be a plan of changes"],
  ["a destroy, written twice", { fields: [[17, 0], [17, 1]] }, "must be a plan of changes"], // prettier-ignore
  ["a refresh", { fields: [[17, 2]] }, "must be a plan of changes"],
  [
    "another bucket",
    { backend: { config: { ...S3, bucket: "666666666666-galileo-terraform-state" } } },
    "was made with another backend than that of cdk.tf.json",
  ],
  [
    "an endpoint for the state",
    { backend: { config: { ...S3, endpoints: { s3: "https://s3.example.com" } } } },
    "was made with another backend than that of cdk.tf.json",
  ],
  [
    "another backend",
    { backend: { type: "http", config: S3 } },
    "was made with another backend than that of cdk.tf.json",
  ],
  [
    "another workspace",
    { backend: { workspace: "x", config: S3 } },
    "was made with another backend than that of cdk.tf.json",
  ],
])("a plan file with %s is refused", (_, parts, problem) => {
  expect(problems(parts)).toEqual([problem]);
});

test("a plan of changes is no plan of a destroy", () => {
  expect(problems({}, true)).toEqual(["must be a plan of a destroy"]);
});

test("more configuration is refused, under any name, and twice under the same", () => {
  expect(problems({ entries: { "tfconfig/m-/evil_override.tf.json": "{}" } })).toEqual([
    expect.stringMatching(/^must contain exactly .*, got .*tfconfig\/m-\/evil_override.tf.json/),
  ]);
  const renamed = planFile({ json: JSON_TEXT, locks: `# Written by Terraform.\n\n${LOCKS.replace("=", "  =")}`, backend: { config: S3 }, entries: { "tfconfig/m-/cdk.tf.jsoN": "{}" } }); // prettier-ignore
  const twice = Buffer.from(renamed.toString("latin1").replaceAll("cdk.tf.jsoN", "cdk.tf.json"), "latin1");
  expect(problemsOf(twice)).toEqual([
    expect.stringMatching(/^must contain exactly .*tfconfig\/m-\/cdk.tf.json, tfconfig\/m-\/cdk.tf.json/),
  ]);
});

test.each<[string, () => Buffer]>([
  ["no zip file", () => Buffer.from("plan")],
  ["a message that is cut", () => planFile({ json: JSON_TEXT, entries: { tfplan: "j\u007f" } })],
  [
    "two backends",
    () =>
      planFile({
        json: JSON_TEXT,
        locks: `# Written by Terraform.\n\n${LOCKS.replace("=", "  =")}`,
        fields: [[13, ""]],
      }),
  ],
  [
    "no backend",
    () =>
      planFile({
        json: JSON_TEXT,
        locks: `# Written by Terraform.\n\n${LOCKS.replace("=", "  =")}`,
        entries: { tfplan: "" },
      }),
  ],
  [
    "an unfamiliar value",
    () => planFile({ json: JSON_TEXT, entries: { tfplan: "j\u0005\u0012\u0003\n\u0001\u00c1" } }),
  ],
])("%s is refused, since nothing proves what Terraform would apply", (_, content) => {
  expect(problemsOf(content())).toEqual([
    expect.stringMatching(/^must be a plan file of Terraform, but cannot be read/),
  ]);
});

test("data in a zip file that only Terraform would read is dropped when it is packed again", () => {
  const parts = { json: JSON_TEXT, locks: LOCKS, backend: { config: S3 } };
  const evil = planFile({ ...parts, entries: { "tfconfig/m-/evil.tf.json": "{}" } });
  expect(problemsOf(ambiguousPlanFile(planFile(parts), evil))).toEqual([]);
  const file = join(folder(), "plan.tfplan");
  expect(readFileSync(file, "latin1")).toContain("evil.tf.json");
  repackPlanFile(file);
  expect(readFileSync(file, "latin1")).not.toContain("evil.tf.json");
  expect(problemsOf(readFileSync(file))).toEqual([]);
});

test("reads the state that a plan file is based on", () => {
  const stateIn = (content: Uint8Array) => {
    writeFileSync(join(folder(), "plan.tfplan"), content);
    return stateOfPlanFile(join(folder(), "plan.tfplan"));
  };
  const withState = (state: object) => zipSync({ tfstate: strToU8(JSON.stringify(state)) });
  expect(stateIn(withState({ lineage: "l", serial: 3 }))).toEqual({
    isKnown: true,
    state: { lineage: "l", serial: 3 },
  });
  expect(stateIn(withState({ lineage: "", serial: 0 }))).toEqual({ isKnown: true, state: undefined });
  expect(stateIn(withState({}))).toEqual({ isKnown: false });
  expect(stateIn(strToU8("plan"))).toEqual({ isKnown: false });
});
