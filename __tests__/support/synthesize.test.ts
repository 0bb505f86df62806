import { relative } from "node:path";
import { ROOT } from "../../tools/support/project";
import { smallWith } from "./estates";
import { SOURCES, synthesize, synthesizeAnew } from "./synthesize";

test("a known output is that of a synth", () => {
  const [known, anew] = [synthesize(smallWith(() => undefined)), synthesizeAnew(smallWith(() => undefined))];
  expect(known.texts.size).toBeGreaterThan(5);
  expect([...known.texts]).toEqual([...anew.texts]);
  expect(known.manifest).toEqual(anew.manifest);
});

test("the cache knows every source that a synth loads", () => {
  synthesizeAnew(smallWith(() => undefined));
  // Lint keeps a synth from loading anything of tools/ and __tests__/, which the tests load.
  const loaded = Object.keys(require.cache).map((file) => relative(ROOT, file));
  const ours = loaded.filter((file) => !/^(node_modules|__tests__|tools\/support)\//.test(file));
  expect(ours).toEqual(expect.arrayContaining(["config/load.ts", "stacks/index.ts", "modules/network.ts"]));
  expect(ours.filter((file) => !SOURCES.some((source) => file.startsWith(source)))).toEqual([]);
});
