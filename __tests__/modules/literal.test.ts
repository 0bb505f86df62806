import { literal } from "../../modules/literal";

test.each([
  ["a policy variable", "${aws:username} and ${aws:userid}", "$${aws:username} and $${aws:userid}"],
  ["what looks like a directive", "%{if}", "%%{if}"],
  ["signs that mean nothing", "5 $ {x} % $x %y", "5 $ {x} % $x %y"],
])("leaves to Terraform nothing to read in %s", (_, text, escaped) => {
  expect(literal(text)).toBe(escaped);
});
