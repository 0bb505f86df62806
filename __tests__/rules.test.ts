import { awkward, example, longest } from "./support/estates";
import { keepingEverything } from "./support/kept-estate";
import { LAWS } from "./support/laws";
import { StackEditor, type Law, type Stacks } from "./support/laws/law";
import { StackReader } from "./support/stack-reader";
import { synthesize } from "./support/synthesize";

const ESTATES = [
  ["the shipped estate", synthesize(example())],
  ["the awkward estate", synthesize(awkward())],
  ["an estate with the longest names", synthesize(longest())],
  ["an estate that keeps what exists", synthesize(keepingEverything())],
] as const;

/** The shipped estate with a breach in copies of its stacks. */
function broken(breach: Law["breaches"][string]): Stacks & { readonly edited: readonly string[] } {
  const { estate, stacks } = synthesize(example());
  const editors = new Map<string, StackEditor>();
  breach((id) => {
    const known = editors.get(id);
    if (known) return known;
    const editor = new StackEditor(structuredClone(synthesize(example()).stack(id).json));
    editors.set(id, editor);
    return editor;
  });
  return {
    estate,
    edited: [...editors.keys()],
    stacks: stacks.map((stack) => {
      const editor = editors.get(stack.id);
      return editor ? new StackReader(stack.id, editor.json) : stack;
    }),
  };
}

describe.each(Object.entries(LAWS))("%s", (_, laws) => {
  describe.each(laws.map((law) => [law.name, law] as const))("%s", (_name, { violations, breaches }) => {
    test.each(ESTATES)("in %s", (_estate, synthesized) => {
      expect(violations(synthesized)).toEqual([]);
    });

    test.each(Object.entries(breaches))("notices %s", (_breach, breach) => {
      const { edited, ...stacks } = broken(breach);
      const noticed = violations(stacks);
      expect(noticed).not.toEqual([]);
      // Only in the environment or account of the breach: dev-network may affect dev-database, but
      // not ci-database.
      const owners = new Set(edited.map((id) => id.split("-")[0] ?? ""));
      for (const violation of noticed) expect(owners).toContain(violation.split("-")[0]);
    });
  });
});

test("every law has a breach, and a unique name", () => {
  const all = Object.values(LAWS).flat();
  expect(all.filter(({ breaches }) => Object.keys(breaches).length === 0)).toEqual([]);
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
});
