import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEstate } from "../../../config/load";
import exampleFile from "../../../config/example";
import type { EstateFile } from "../../../config/schema";
import { existingIdentityCenter, existingPrincipals, leaveOutJoined } from "../../../tools/rehearsal/preconditions";

const namesIn = (file: EstateFile) =>
  existingPrincipals(parseEstate(file, "example")).map(
    ({ accountId, kind, path, name }) => `${accountId} ${kind} ${path} ${name}`,
  );

test("the people of the example are users of the master account, each once", () => {
  expect(namesIn(exampleFile)).toEqual(["111111111111 user / emergency", "111111111111 user / platform-engineer"]);
});

test("the application's roles exist where the estate names them, and so do people with a path", () => {
  const file = structuredClone(exampleFile);
  const lead = "arn:aws:iam::222222222222:user/people/leads/lead";
  Object.assign(file.accounts["dev"] ?? {}, { admins: [lead] });
  Object.assign(file.environments["dev"]?.application ?? {}, {
    existingRoles: { apiHandler: "handler", workflowLoopRunner: "runner" },
  });
  expect(namesIn(file).filter((name) => name.startsWith("2222"))).toEqual([
    "222222222222 user /people/leads/ lead",
    "222222222222 role / handler",
    "222222222222 role / runner",
  ]);
});

test("IAM Identity Center has the groups that the estate names and does not create, and the members of those it creates", () => {
  const file = structuredClone(exampleFile);
  const { operators, admins } = file.accounts["partner-lab"] ?? {};
  for (const account of Object.values(file.accounts)) Object.assign(account, { operators, admins });
  delete file.identityCenter;
  expect(existingIdentityCenter(parseEstate(file, "example"))).toBeUndefined();
  file.identityCenter = { account: "ci", region: "eu-central-1", groups: { leads: { members: ["lead@example.com"] } } };
  Object.assign(file.accounts["dev"] ?? {}, { operators: ["group:engineers", "group:leads"] });
  Object.assign(file.accounts["dev-analytics"] ?? {}, { operators: ["group:engineers"] });
  const others = ["111111111111", "222222222222", "333333333333", "444444444444", "555555555555", "777777777777"];
  expect(existingIdentityCenter(parseEstate(file, "example"))).toEqual({
    ...{ account: "111111111111", region: "eu-central-1", administrator: "333333333333", accounts: others },
    ...{ groups: ["engineers"], users: ["lead@example.com"] },
  });
});

describe("accounts that have joined the organization", () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "joined-"));
  });

  afterEach(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  const ACCOUNT = "aws_organizations_account";
  const created = { name: "lab", role_name: "OrganizationAccountAccessRole" };

  /** The stack's JSON after the accounts were left out. */
  function left(json: object, resourceTypes: Readonly<Record<string, number>> = { [ACCOUNT]: 2 }): string {
    const file = join(directory, "cdk.tf.json");
    writeFileSync(file, JSON.stringify(json));
    leaveOutJoined([{ directory, resourceTypes }]);
    return readFileSync(file, "utf8");
  }

  test("leaves out a joined account with its import and its outputs, and nothing else", () => {
    const vpc = { to: "aws_vpc.v", id: "vpc-1" };
    const json = {
      import: [{ to: `${ACCOUNT}.joined`, id: "333333333333" }, vpc],
      resource: { [ACCOUNT]: { joined: { name: "joined" }, joined_too: created }, aws_vpc: { v: {} } },
      output: { one: { value: `\${${ACCOUNT}.joined.id}` }, two: { value: `\${${ACCOUNT}.joined_too.id}` } },
    };
    expect(JSON.parse(left(json))).toEqual({
      import: [vpc],
      resource: { [ACCOUNT]: { joined_too: created }, aws_vpc: { v: {} } },
      output: { two: { value: `\${${ACCOUNT}.joined_too.id}` } },
    });
  });

  test("leaves no empty import block", () => {
    const json = { import: [{ to: `${ACCOUNT}.joined`, id: "333333333333" }], resource: { [ACCOUNT]: { joined: {} } } };
    expect(JSON.parse(left(json))).not.toHaveProperty("import");
  });

  test.each([
    { of: "without accounts that have joined", json: { resource: { [ACCOUNT]: { lab: created } } } },
    { of: "that imports something else", json: { import: [{ to: "aws_vpc.v", id: "vpc-1" }], resource: {} } },
  ])("does not write the JSON of a stack $of", ({ json }) => {
    expect(left(json)).toBe(JSON.stringify(json));
  });
});
