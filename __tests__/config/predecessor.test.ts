import { stacksOf } from "../../config/layout";
import type { Estate } from "../../config/model";
import { predecessorOf } from "../../config/predecessor";
import { awkward, example, exampleWith, found, usersWith } from "../support/estates";

function before(estate: Estate, id: string): string | undefined {
  const spec = stacksOf(estate).find((each) => each.id === id);
  if (!spec) throw new Error(`no ${id}`);
  return predecessorOf(spec, estate)?.id;
}

test.each([
  ["dev-network", undefined],
  ["ci-network", "dev-network"],
  ["staging-database", "ci-database"],
  ["prod-application", "staging-application"],
  ["prod-master-role", "staging-master-role"],
  // The nearest earlier environment that has such a stack.
  ["prod-member-analytics", "dev-member-analytics"],
  ["dev-member-partner-lab", undefined],
  // Account-wide stacks follow the environments of their account.
  ["dev-iam", undefined],
  ["ci-iam", "dev-iam"],
  ["prod-iam", "staging-iam"],
  ["dev-analytics-iam", undefined],
  ["prod-analytics-iam", "staging-iam"],
  ["master-iam", undefined],
  ["master-organization", undefined],
  // People apply these.
  ["prod-bootstrap", undefined],
])("before %s comes %s", (id, expected) => {
  expect(before(example(), id)).toBe(expected);
});

test.each(["master", "prod"])(
  "nothing comes before IAM Identity Center, and it before nothing: %s manages it",
  (account) => {
    const estate = usersWith((file) => {
      file.identityCenter = { account };
    });
    expect(before(estate, `${account}-identity`)).toBeUndefined();
    const followers = stacksOf(estate).filter(({ id }) => before(estate, id) === `${account}-identity`);
    expect(followers).toEqual([]);
    expect(before(estate, "prod-iam")).toBe("staging-iam");
  },
);

test("the order is the estate's promotion order", () => {
  const estate = exampleWith((file) => {
    file.promotionOrder = ["ci", "dev", "staging", "prod"];
  });
  expect(before(estate, "ci-network")).toBeUndefined();
  expect(before(estate, "dev-network")).toBe("ci-network");
  expect(before(estate, "staging-iam")).toBe("dev-iam");
});

test("an account that two environments share has the rank of the first, and is not its own predecessor", () => {
  const estate = exampleWith((file) => {
    found(file.environments, "staging").account = "dev";
    delete file.accounts["staging"];
  });
  expect(before(estate, "dev-iam")).toBeUndefined();
  // Before prod comes staging, which runs in the account of dev.
  expect(before(estate, "prod-iam")).toBe("dev-iam");
  expect(before(estate, "staging-network")).toBe("ci-network");
});

test.each([
  ["the shipped estate", example],
  ["an estate with whatever is uncommon", awkward],
])("nothing comes before itself, nor in a circle: %s", (_, estateOf) => {
  const estate = estateOf();
  for (const spec of stacksOf(estate)) {
    const seen = new Set<string>();
    for (let at: typeof spec | undefined = spec; at; at = predecessorOf(at, estate)) {
      expect(seen).not.toContain(at.id);
      seen.add(at.id);
      expect(predecessorOf(at, estate)?.name ?? at.name).toBe(at.name);
    }
  }
});
