import type { DeclaredStack } from "../../../config/custom";
import { accountStackNames, stacksOf } from "../../../config/layout";
import { parseEstate } from "../../../config/load";
import { predecessorOf } from "../../../config/predecessor";
import { waitingLines } from "../../../config/waiting";
import { found } from "../../support/estates";
import { estateWith, type Changes } from "../estate-fixture";

const estateOf = (stacks: readonly DeclaredStack[], changes: Changes = {}) =>
  parseEstate(estateWith(changes), "test", undefined, undefined, { file: "custom/index.ts", stacks });

const ENVIRONMENTS = {
  dev: { account: "dev", profile: "hardened" },
  ci: { account: "dev", profile: "hardened", region: "eu-central-1" },
};
const environment = (name: string, more: Partial<DeclaredStack> = {}) =>
  ({ name, scope: "environment", ...more }) as const;
const account = (name: string, more: Partial<DeclaredStack> = {}) => ({ name, scope: "account", ...more }) as const;

const idsOf = (stacks: readonly DeclaredStack[], changes: Changes = {}) =>
  stacksOf(estateOf(stacks, changes)).map(({ id }) => id);

test("every environment or account has an own stack, after the project's, with a state of its own", () => {
  const estate = estateOf([environment("queue"), account("logs")], { environments: ENVIRONMENTS });
  const own = stacksOf(estate).filter(({ name }) => ["queue", "logs"].includes(name));
  expect(own.map(({ id, account: { name }, region, state: { key } }) => [id, name, region, key])).toEqual([
    ["master-logs", "master", "eu-west-1", "master/logs.tfstate"],
    ["dev-logs", "dev", "eu-west-1", "dev/logs.tfstate"],
    ["lab-logs", "lab", "eu-west-1", "lab/logs.tfstate"],
    ["dev-queue", "dev", "eu-west-1", "dev/queue.tfstate"],
    ["ci-queue", "dev", "eu-central-1", "ci/queue.tfstate"],
  ]);
  for (const { state, account: owner } of own) expect(state.bucket).toBe(owner.stateBucket);
  const ids = stacksOf(estate).map(({ id }) => id);
  expect(ids.indexOf("dev-queue")).toBeGreaterThan(ids.indexOf("dev-application"));
  expect(ids.indexOf("dev-logs")).toBe(ids.indexOf("dev-iam") + 1);
});

test("without own stacks an estate has the same stacks", () => {
  expect(idsOf([])).toEqual(stacksOf(parseEstate(estateWith(), "test")).map(({ id }) => id));
});

test("a filter leaves the others out", () => {
  const stacks = [environment("queue", { environments: ["ci"] }), account("logs", { accounts: ["lab"] })];
  expect(idsOf(stacks, { environments: ENVIRONMENTS }).filter((id) => /queue|logs/.test(id))).toEqual([
    "lab-logs",
    "ci-queue",
  ]);
});

test("with regions there is a stack for each, and the account has its baseline in each", () => {
  const estate = estateOf([environment("archive", { regions: ["eu-central-1", "us-east-1"] })]);
  const own = stacksOf(estate).filter(({ name }) => name.startsWith("archive"));
  expect(own.map(({ id, region, state }) => [id, region, state.region])).toEqual([
    ["dev-archive-eu-central-1", "eu-central-1", "eu-west-1"],
    ["dev-archive-us-east-1", "us-east-1", "eu-west-1"],
  ]);
  const accounts = Object.fromEntries(estate.accounts.map((each) => [each.name, each]));
  expect(found(accounts, "dev").regions).toEqual(["eu-west-1", "eu-central-1", "us-east-1"]);
  expect(found(accounts, "lab").regions).toEqual(["eu-west-1"]);
  expect(estate.organization?.allowedRegions).toEqual(["eu-central-1", "eu-west-1", "us-east-1"]);
});

test("a stack comes after those that it depends on, with each of their regions", () => {
  const stacks = [
    environment("c", { dependsOn: ["b", "network"] }),
    environment("b", { dependsOn: ["a"] }),
    environment("a", { regions: ["eu-west-1", "us-east-1"] }),
  ];
  const [{ ownStacks } = { ownStacks: [] }] = estateOf(stacks).environments;
  expect(ownStacks.map(({ name, dependsOn }) => [name, dependsOn])).toEqual([
    ["a-eu-west-1", []],
    ["a-us-east-1", []],
    ["b", ["a-eu-west-1", "a-us-east-1"]],
    ["c", ["b", "network"]],
  ]);
});

test("an account-wide stack is among those that the account's apply role writes", () => {
  const [master] = estateOf([account("logs")]).accounts;
  expect(master && accountStackNames(master)).toEqual(["bootstrap", "iam", "organization", "logs"]);
});

test("what plans read is in the accounts that have the stack", () => {
  const stacks = [
    environment("queue", { planRoleReads: ["sqs:ListQueueTags", "sqs:GetQueueAttributes"] }),
    account("table", { accounts: ["lab"], planRoleReads: ["dynamodb:DescribeTable"] }),
  ];
  expect(estateOf(stacks).accounts.map(({ name, ownStackReads }) => [name, ownStackReads])).toEqual([
    ["master", []],
    ["dev", ["sqs:GetQueueAttributes", "sqs:ListQueueTags"]],
    ["lab", ["dynamodb:DescribeTable"]],
  ]);
});

test("an own stack is promoted from the environment before", () => {
  const estate = estateOf([environment("queue"), account("logs")], { environments: ENVIRONMENTS });
  const ci = stacksOf(estate).find(({ id }) => id === "ci-queue");
  expect(ci && predecessorOf(ci, estate)?.id).toBe("dev-queue");
});

test("an account without an id yet waits with its own stacks", () => {
  const lines = waitingLines(estateOf([account("logs")], { "accounts.lab.id": undefined }));
  expect(lines.join()).toContain("lab-bootstrap, lab-iam, lab-logs");
});
