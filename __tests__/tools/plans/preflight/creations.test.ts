import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { creationsOf, declaredIn } from "../../../../tools/plans/preflight/creations";
import type { Stack } from "../../../../tools/synth/stacks";
import type { StateDocument } from "../../../../tools/terraform/terraform";
import { temporaryFolder } from "../../terraform/support/temporary-folder";

const folder = temporaryFolder();

function stackOf(id: string, json: object): Stack {
  const directory = join(folder(), id);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "cdk.tf.json"), JSON.stringify(json));
  return { id, directory, region: "eu-west-1" } as Stack;
}

/** A state with one managed resource. */
const holding = (type: string, name: string, attributes: object): StateDocument =>
  ({ resources: [{ mode: "managed", type, name, instances: [{ attributes }] }] }) as unknown as StateDocument;

const addresses = (states: ReadonlyMap<Stack, StateDocument | undefined>) =>
  creationsOf(states).map(({ stack, address }) => `${stack.id} ${address}`);

test("a resource has the region of its provider", () => {
  const provider = { aws: [{ region: "eu-west-1" }, { alias: "us-east-1", region: "us-east-1" }] };
  const topics = { here: { name: "a" }, there: { name: "b", provider: "aws.us-east-1" } };
  const stack = stackOf("dev-iam", { provider, resource: { aws_sns_topic: topics } });
  expect(declaredIn(stack).map(({ address, region }) => `${address} ${region}`)).toEqual([
    "aws_sns_topic.here eu-west-1",
    "aws_sns_topic.there us-east-1",
  ]);
});

test("a stack that was never applied creates everything but what it imports", () => {
  const resource = { aws_vpc: { main: {} }, aws_organizations_account: { lab: { email: "lab@example.com" } } };
  const imports = [{ to: "aws_organizations_account.lab", id: "666666666666" }];
  const stack = stackOf("master-organization", { resource, import: imports });
  expect(addresses(new Map([[stack, undefined]]))).toEqual(["master-organization aws_vpc.main"]);
});

test("what a state holds is not created, under any address and by any stack of the account", () => {
  const roles = { admin: { name: "Admin" }, operator: { name: "Operator" }, moved: { name: "Moved" } };
  const iam = stackOf("dev-iam", { resource: { aws_iam_role: roles } });
  const other = stackOf("dev-other", { resource: {} });
  const states = new Map([
    [iam, holding("aws_iam_role", "admin", { name: "Admin" })],
    [other, holding("aws_iam_role", "elsewhere", { name: "Moved" })],
  ]);
  expect(addresses(states)).toEqual(["dev-iam aws_iam_role.operator"]);
});
