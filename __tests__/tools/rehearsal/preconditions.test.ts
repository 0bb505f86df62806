import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEstate } from "../../../config/load";
import exampleFile from "../../../config/example";
import type { EstateFile } from "../../../config/schema";
import { existingIdentityCenter, existingPrincipals, makeEverythingNew } from "../../../tools/rehearsal/preconditions";

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

describe("imports", () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "imports-"));
  });

  afterEach(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  const ACCOUNT = "aws_organizations_account";
  const created = { name: "lab", role_name: "OrganizationAccountAccessRole" };

  /** The stack's JSON after the imports were left out. */
  function left(json: object): string {
    const file = join(directory, "cdk.tf.json");
    writeFileSync(file, JSON.stringify(json));
    makeEverythingNew([{ directory }]);
    return readFileSync(file, "utf8");
  }

  test("are left out, and what they would import is created", () => {
    const resource = { aws_vpc: { v: {} }, [ACCOUNT]: { lab: created } };
    const imports = [
      { to: "aws_vpc.v", id: "vpc-1" },
      { to: `${ACCOUNT}.lab`, id: "333333333333" },
    ];
    expect(JSON.parse(left({ import: imports, resource }))).toEqual({ resource });
  });

  test("are left out together with an account that has joined the organization, and its outputs", () => {
    const json = {
      import: [{ to: `${ACCOUNT}.joined`, id: "333333333333" }],
      resource: { [ACCOUNT]: { joined: { name: "joined" }, joined_too: created }, aws_vpc: { v: {} } },
      output: { one: { value: `\${${ACCOUNT}.joined.id}` }, two: { value: `\${${ACCOUNT}.joined_too.id}` } },
    };
    expect(JSON.parse(left(json))).toEqual({
      resource: { [ACCOUNT]: { joined_too: created }, aws_vpc: { v: {} } },
      output: { two: { value: `\${${ACCOUNT}.joined_too.id}` } },
    });
  });

  test("are not needed for a database that keeps its password: a new one gets one that RDS manages", () => {
    const json = (database: object) => ({ resource: { aws_db_instance: { studies: database }, aws_vpc: { v: {} } } });
    expect(JSON.parse(left(json({ identifier: "studies" })))).toEqual(
      json({ identifier: "studies", manage_master_user_password: true }),
    );
  });

  test("leave a replica without a password of its own", () => {
    const resource = { aws_db_instance: { studies: { identifier: "studies" }, reader: { replicate_source_db: "x" } } };
    expect(JSON.parse(left({ resource }))).toEqual({
      resource: {
        aws_db_instance: {
          ...resource.aws_db_instance,
          studies: { identifier: "studies", manage_master_user_password: true },
        },
      },
    });
  });

  test("leave the JSON of a stack without any as it is", () => {
    const json = { resource: { [ACCOUNT]: { lab: { name: "lab" } } } };
    expect(left(json)).toBe(JSON.stringify(json));
  });
});
