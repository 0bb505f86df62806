import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { leaveOutJoined } from "../../../tools/rehearsal/joined-accounts";

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
