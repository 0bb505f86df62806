import { Construct } from "constructs";
import { forget, escapeTemplate } from "../../modules/terraform-syntax";
import { synthModule } from "../support/module";
test("takes out of the state what was made where a construct stands, and leaves it in AWS", () => {
  const stack = synthModule((scope) => {
    forget("aws_vpc", new Construct(scope, "vpc"));
  });
  expect(stack.json.removed).toEqual([{ from: "aws_vpc.vpc", lifecycle: { destroy: false } }]);
  expect(stack.resources).toEqual([]);
});

test("adds to what its stack forgets already, and to no other stack's", () => {
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
  ["what looks like a directive", "%{if}", "%%{if}"],
  ["signs that mean nothing", "5 $ {x} % $x %y", "5 $ {x} % $x %y"],
])("leaves to Terraform nothing to read in %s", (_, text, escaped) => {
  expect(escapeTemplate(text)).toBe(escaped);
});
