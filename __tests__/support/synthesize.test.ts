import { relative } from "node:path";
import type { EstateFile } from "../../config/schema";
import { ROOT } from "../../tools/support/project";
import { found, smallWith } from "./estates";
import { SOURCES, synthesize, synthesizeAnew } from "./synthesize";

function changeAccount(file: EstateFile): void {
  found(file.accounts, "ci").monthlyBudgetUsd = 75;
}

test.each([
  { estate: "an estate", change: () => undefined },
  { estate: "an estate that shares groups with it", change: changeAccount },
])("the known output of $estate is that of a synth", ({ change }) => {
  synthesize(smallWith(() => undefined));
  const [known, anew] = [synthesize(smallWith(change)), synthesizeAnew(smallWith(change))];
  expect(known.texts.size).toBeGreaterThan(5);
  expect([...known.texts]).toEqual([...anew.texts]);
  expect(known.manifest).toEqual(anew.manifest);
});

test("what AWS would refuse is refused with every problem, even if other groups of the estate are known", () => {
  synthesize(smallWith(() => undefined));
  const refused = smallWith((file) => {
    const principals = Array.from(
      { length: 60 },
      (_, index) => `arn:aws:iam::111111111111:user/engineer-${String(index)}`,
    );
    for (const account of Object.values(file.accounts)) account.operators = principals;
  });
  const messages = [synthesize, synthesizeAnew].map((make) => {
    try {
      return make(refused).manifest;
    } catch (error) {
      return String(error);
    }
  });
  expect(messages[0]).toMatch(/master-iam.*\n.*ci-iam/);
  expect(messages[0]).toBe(messages[1]);
});

test("the cache knows every source that a synth loads", () => {
  synthesizeAnew(smallWith(() => undefined));
  // Lint keeps a synth from loading anything of tools/ and __tests__/, which the tests load.
  const loaded = Object.keys(require.cache).map((file) => relative(ROOT, file));
  const ours = loaded.filter((file) => !/^(node_modules|__tests__|tools\/support)\//.test(file));
  expect(ours).toEqual(expect.arrayContaining(["config/load.ts", "stacks/index.ts", "modules/network.ts"]));
  expect(ours.filter((file) => !SOURCES.some((source) => file.startsWith(source)))).toEqual([]);
});
