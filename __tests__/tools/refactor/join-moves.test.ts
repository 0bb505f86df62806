import { joinMoves, moveProblems, splitDone } from "../../../tools/refactor/join-moves";
import { EstateVersion } from "../../../tools/refactor/estate-version";

/** "a>b b>c" */
const moves = (text: string) =>
  text.split(" ").map((each) => {
    const [from = "", to = ""] = each.split(">");
    return { from: `x.${from}`, to: `x.${to}` };
  });

test.each([
  ["a>b", "a>b", "a>b"],
  ["a>b", "c>d", "a>b c>d"],
  ["a>b", "b>c", "a>b b>c"],
  ["a>b", "b>a", "b>a"],
  ["a>b b>c", "c>a", "b>c c>a"],
  ["a>b b>c", "c>b", "a>c c>b"],
  ["a>b", "a>c", "a>b b>c"],
  ["a>b b>c", "a>c", "a>b b>c"],
])("joins %s with the new %s to %s", (existing, found, expected) => {
  expect(joinMoves({ iam: moves(existing) }, { iam: moves(found) })).toEqual({ iam: moves(expected) });
});

test("keeps the moves of other stacks, in order", () => {
  const joined = joinMoves({ network: moves("a>b") }, { iam: moves("c>d") });
  expect(Object.entries(joined)).toEqual([
    ["iam", moves("c>d")],
    ["network", moves("a>b")],
  ]);
});

const now = new EstateVersion(new Map([["iam", { resource: { x: { b: {}, d: {} } } }]]));

test.each<[string, RegExp | undefined]>([
  ["a>b", undefined],
  ["a>c c>b", undefined],
  ["a>gone", /^f\.json: iam: x\.a must move to an address of the stack, got x\.gone\./],
  ["d>b", /^f\.json: iam: x\.d must not be in the code again while it moves to x\.b\./],
  ["d>gone", /^f\.json: iam: x\.d is in the code again\. Turn the line around \(from x\.gone to x\.d\)/],
  ["a>b a>d", /from must be another address in each line, got x\.a twice/],
  ["a>b c>b", /to must be another address in each line, got x\.b twice/],
  ["a>c c>a", /x\.a must move to an address of the stack/],
])("checks %s", (text, problem) => {
  const problems = moveProblems({ iam: moves(text) }, now, "f.json");
  if (problem === undefined) expect(problems).toEqual([]);
  else expect(problems.join("\n")).toMatch(problem);
});

test.each<[string, string | undefined, string[]]>([
  ["a>b", "b", ["a>b"]],
  ["a>b", "a", []],
  ["a>b", "other", []],
  ["a>b", undefined, []],
  ["a>b b>c", "c", ["a>b", "b>c"]],
  ["a>b b>c", "b", []],
  ["a>b d>e", "b d", ["a>b"]],
])("of %s, a state with %s has done %j", (text, held, done) => {
  const addresses = held === undefined ? undefined : new Set(held.split(" ").map((name) => `x.${name}`));
  const split = splitDone({ iam: moves(text) }, () => addresses);
  const texts = (list: readonly { from: string; to: string }[] = []) =>
    list.map(({ from, to }) => `${from.slice(2)}>${to.slice(2)}`);
  expect(texts(split.done["iam"])).toEqual(done);
  expect(texts(split.open["iam"])).toEqual(text.split(" ").filter((each) => !done.includes(each)));
});
