import type { DeclaredStack } from "../../../config/custom";
import { EstateError, problemText } from "../../../config/estate-error";
import { parseEstate } from "../../../config/load";
import { estateWith, type Changes } from "../estate-fixture";

const own = (name: string, more: Partial<DeclaredStack> = {}): DeclaredStack => ({
  name,
  scope: "environment",
  ...more,
});

/** The problems of stacks in the minimal estate, which has the environment dev and the accounts master, dev and lab. */
function problemsWith(stacks: readonly DeclaredStack[], changes: Changes = {}): string[] {
  try {
    parseEstate(estateWith(changes), "test", undefined, undefined, { file: "custom/index.ts", stacks });
  } catch (error) {
    if (!(error instanceof EstateError)) throw error;
    expect(error.message).toMatch(/^what custom\/ adds is not valid \(custom\/index\.ts\):\n/);
    return error.problems.map((problem) => `${problem.path} ${problemText(problem)}`);
  }
  return [];
}

test("stacks with names of their own are accepted", () => {
  const stacks = [own("queue"), own("worker", { dependsOn: ["queue", "network", "member-lab", "database-reports"] })];
  expect(problemsWith([...stacks, own("logs", { scope: "account", dependsOn: ["iam"] })])).toEqual([]);
});

test("names that the project uses, or another stack has, are refused, all at once", () => {
  const names = ["network", "iam", "identity", "member-lab", "queue", "queue", "database-x"];
  const ours =
    "network, database, application, master-role, bootstrap, trail-bucket, iam, organization, identity, aiven, microsoft, google";
  expect(problemsWith(names.map((name) => own(name))).filter((line) => !line.includes("ids of their own"))).toEqual([
    ...["network", "iam", "identity"].map(
      (name, index) => `stacks[${index}].name must be a name that the project does not use (${ours}), got "${name}"`,
    ),
    'stacks[3].name must be a name that does not begin with member-, as those of members do, got "member-lab"',
    'stacks[5].name must be a name that no other stack has, got "queue"',
    'stacks[6].name must be a name that does not begin with database-, as those of databases do, got "database-x"',
  ]);
});

test("two stacks of different owners do not share an id", () => {
  const environments = {
    dev: { account: "dev", profile: "hardened" },
    "dev-a": { account: "dev", profile: "hardened" },
  };
  const stacks = [own("a-b", { environments: ["dev"] }), own("b", { environments: ["dev-a"] })];
  expect(problemsWith(stacks, { environments })).toEqual([
    "stacks[1].name must be a name whose stacks have ids of their own, got dev-a-b in environments.dev-a (also a stack of environments.dev)",
  ]);
  expect(problemsWith([own("x", { scope: "account", accounts: ["dev"] }), own("x-y"), own("x")])).toEqual([
    'stacks[2].name must be a name that no other stack has, got "x"',
    "stacks[2].name must be a name whose stacks have ids of their own, got dev-x in environments.dev (also a stack of accounts.dev)",
  ]);
});

test("filters name environments or accounts of the estate, as the scope says", () => {
  const stacks = [
    own("one", { environments: ["dev", "prod"] }),
    own("two", { accounts: ["dev"] }),
    own("three", { scope: "account", accounts: ["dev", "nobody"] }),
  ];
  expect(problemsWith(stacks)).toEqual([
    'stacks[0].environments[1] must be the name of an environment (dev), got "prod"',
    'stacks[1].accounts must be left out with the scope environment, got ["dev"]',
    'stacks[2].accounts[1] must be the name of an account (master, dev, lab), got "nobody"',
  ]);
});

test("dependencies are stacks of the same environment or account, and not in a cycle", () => {
  const stacks = [
    own("a", { dependsOn: ["b"] }),
    own("b", { dependsOn: ["a"] }),
    own("self", { dependsOn: ["self"] }),
    own("far", { dependsOn: ["logs", "bootstrap"] }),
    own("logs", { scope: "account", dependsOn: ["network"] }),
    own("some", { environments: ["dev"] }),
    own("all", { dependsOn: ["some"] }),
  ];
  const siblings = (name: string) =>
    ["a", "b", "self", "far", "some", "all"].filter((each) => each !== name).join(", ");
  const ours = "network, database, application, master-role";
  expect(problemsWith(stacks)).toEqual([
    "stacks[0].dependsOn must be a list without a cycle, got a -> b -> a",
    "stacks[1].dependsOn must be a list without a cycle, got b -> a -> b",
    `stacks[2].dependsOn[0] must be another stack of the same environment (${ours}, ${siblings("self")}), got "self"`,
    "stacks[2].dependsOn must be a list without a cycle, got self -> self",
    `stacks[3].dependsOn[0] must be another stack of the same environment (${ours}, ${siblings("far")}), got "logs"`,
    `stacks[3].dependsOn[1] must be another stack of the same environment (${ours}, ${siblings("far")}), got "bootstrap"`,
    'stacks[4].dependsOn[0] must be another stack of the same account (bootstrap, trail-bucket, iam, organization, identity, aiven, microsoft, google), got "network"',
    'stacks[6].dependsOn[0] must be a stack of every environment that all is in, got "some"',
  ]);
});

test("a region that the organization denies its members is refused", () => {
  const stack = own("archive", { scope: "account", accounts: ["lab"], regions: ["eu-west-1", "eu-central-1"] });
  const allowed = { organization: { allowedRegions: ["eu-west-1"] } };
  expect(problemsWith([stack], allowed)).toEqual([
    'stacks[0].regions[1] must be one of organization.allowedRegions (eu-west-1), since lab is a member, got "eu-central-1"',
  ]);
  expect(problemsWith([{ ...stack, accounts: ["master"] }], allowed)).toEqual([]); // no policy limits it
});
