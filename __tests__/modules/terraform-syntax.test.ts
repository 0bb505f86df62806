import { Construct } from "constructs";
import { forget, escapeTemplate } from "../../modules/terraform-syntax";
import { synthModule } from "../support/module";
test("forget removes the resource at a path from the state and leaves it in AWS", () => {
  const stack = synthModule((scope) => {
    forget("aws_vpc", new Construct(scope, "vpc"));
  });
  expect(stack.json.removed).toEqual([{ from: "aws_vpc.vpc", lifecycle: { destroy: false } }]);
  expect(stack.resources).toEqual([]);
});

test("forget adds to the removed blocks of its own stack only", () => {
  const forgotten = (...ids: string[]) =>
    synthModule((scope) => {
      for (const id of ids) forget("aws_vpc", new Construct(scope, id));
    }).json.removed?.map(({ from }) => from);
  expect(forgotten("one", "two", "three")).toEqual(["aws_vpc.one", "aws_vpc.two", "aws_vpc.three"]);
  expect(forgotten("four")).toEqual(["aws_vpc.four"]);
  expect(forgotten()).toBeUndefined();
});

test.each([
  ["a policy variable", "${aws:username} and ${aws:userid}", "$${aws:username} and $${aws:userid}"],
  ["text that looks like a directive", "%{if}", "%%{if}"],
  ["signs without a meaning", "5 $ {x} % $x %y", "5 $ {x} % $x %y"],
])("escapeTemplate escapes %s", (_, text, escaped) => {
  expect(escapeTemplate(text)).toBe(escaped);
});
