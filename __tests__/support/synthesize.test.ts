import { relative } from "node:path";
import type { EstateFile } from "../../config/schema";
import { ROOT } from "../../tools/support/project";
import { found, smallWith } from "./estates";
import { SOURCES, synthesize, synthesizeAnew } from "./synthesize";

function changeAccount(file: EstateFile, monthlyBudgetUsd = 75): void {
  found(file.accounts, "ci").monthlyBudgetUsd = monthlyBudgetUsd;
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

describe("what AWS would refuse", () => {
  const refuse = (file: EstateFile, name: string, count = 60) => {
    const people = Array.from(
      { length: count },
      (_, index) => `arn:aws:iam::111111111111:user/engineer-${String(index)}`,
    );
    found(file.accounts, name).operators = people;
  };

  test("is refused with every problem", () => {
    const refused = smallWith((file) => {
      for (const name of ["master", "ci"]) refuse(file, name);
    });
    const [known, anew] = [synthesize, synthesizeAnew].map((make) => {
      try {
        return make(refused).manifest;
      } catch (error) {
        return String(error);
      }
    });
    expect(known).toMatch(/master-iam.*\n.*ci-iam/);
    expect(known).toBe(anew);
  });

  test("leaves no output, not even of the groups that follow, which are not written", () => {
    const refused = smallWith((file) => {
      refuse(file, "master", 61);
      changeAccount(file, 76);
    });
    expect(() => synthesize(refused)).toThrow(/master-iam/);
    const [known, anew] = [synthesize, synthesizeAnew].map((make) =>
      make(
        smallWith((file) => {
          changeAccount(file, 76);
        }),
      ),
    );
    expect([...(known?.texts ?? [])]).toEqual([...(anew?.texts ?? [])]);
  });
});

test("the cache knows every source that a synth loads", () => {
  synthesizeAnew(smallWith(() => undefined));
  // Lint keeps a synth from loading anything of tools/ and __tests__/, which the tests load.
  const loaded = Object.keys(require.cache).map((file) => relative(ROOT, file));
  const ours = loaded.filter((file) => !/^(node_modules|__tests__|tools\/support)\//.test(file));
  expect(ours).toEqual(expect.arrayContaining(["config/load.ts", "stacks/index.ts", "modules/network.ts"]));
  expect(ours.filter((file) => !SOURCES.some((source) => file.startsWith(source)))).toEqual([]);
});
