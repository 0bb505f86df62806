import { stacksOf } from "../../../config/layout";
import { selectStacks } from "../../../tools/synth/selection";
import { awkward, example } from "../../support/estates";

const ids = (...selectors: string[]) => selectStacks(example(), selectors, false).map(({ id }) => id);

test("an environment is all its stacks, in whatever account", () => {
  expect(ids("environment:dev")).toEqual(
    expect.arrayContaining(["dev-network", "dev-database", "dev-master-role", "dev-member-analytics"]),
  );
  expect(
    ids("environment:dev").every((id) => id.startsWith("dev-") && !["dev-iam", "dev-bootstrap"].includes(id)),
  ).toBe(true);
});

test("an account is all stacks that deploy into it, whatever environment they are of", () => {
  const master = ids("account:master");
  expect(master).toEqual(
    expect.arrayContaining(["master-iam", "master-organization", "dev-master-role", "prod-master-role"]),
  );
  expect(master).not.toContain("dev-network");
});

test("a name that is both means both", () => {
  expect(new Set(ids("dev"))).toEqual(new Set([...ids("environment:dev"), ...ids("account:dev")]));
});

test("a stack's id is that stack, a glob is all that it matches", () => {
  expect(ids("dev-network")).toEqual(["dev-network"]);
  expect(ids("*-iam")).toEqual(stacksOf(example()).map(({ id }) => id).filter((id) => id.endsWith("-iam"))); // prettier-ignore
  expect(ids("{dev,ci}-network")).toHaveLength(2);
});

test("several add up, in the estate's order, each stack once", () => {
  expect(ids("dev-network", "*-network", "dev-iam")).toEqual(stacksOf(example()).map(({ id }) => id).filter((id) => id.endsWith("-network") || id === "dev-iam")); // prettier-ignore
});

test.each([example, awkward])("--all is every stack", (estate) => {
  expect(selectStacks(estate(), [], true)).toEqual(stacksOf(estate()));
});

test("whatever selects nothing is told, all at once, with what there is", () => {
  expect(() => ids("dev", "production", "environment:master", "nothing-*")).toThrow(
    /^no stack is selected by "production", "environment:master", "nothing-\*", expected an environment \(dev, ci, staging, prod\), an account \(master, /,
  );
});

test("nothing is selected by saying nothing, and --all stands alone", () => {
  expect(() => ids()).toThrow(/nothing is selected, expected --all, or any of/);
  expect(() => selectStacks(example(), ["dev"], true)).toThrow("got --all and dev, expected one or the other");
});
