import { addressIn, rewriteReferences } from "../../../tools/refactor/references";

const renamed = (traversal: string) =>
  addressIn(traversal) === "aws_vpc.old" ? traversal.replace("aws_vpc.old", "aws_vpc.new") : traversal;
const rewritten = (block: unknown) => rewriteReferences(block, renamed);

test.each([
  ["${aws_vpc.old.id}", "${aws_vpc.new.id}"],
  ["a ${aws_vpc.old.id} b ${ aws_vpc.old }", "a ${aws_vpc.new.id} b ${ aws_vpc.new }"],
  ['${jsonencode({"id": aws_vpc.old.id, "of": "aws_vpc.old ${aws_vpc.old.arn}"})}', '${jsonencode({"id": aws_vpc.new.id, "of": "aws_vpc.old ${aws_vpc.new.arn}"})}'], // prettier-ignore
  ['${"\\"${aws_vpc.old.id}"}', '${"\\"${aws_vpc.new.id}"}'],
  ["%{ if aws_vpc.old.id != null }x%{ endif }", "%{ if aws_vpc.new.id != null }x%{ endif }"],
  ["${element(aws_vpc.old[0].id, 0)}", "${element(aws_vpc.new[0].id, 0)}"],
])("rewrites the references in %j", (text, expected) => {
  expect(rewritten(text)).toBe(expected);
});

test.each([
  "see aws_vpc.old.id",
  "$${aws_vpc.old.id}",
  "%%{aws_vpc.old.id}",
  '${"aws_vpc.old.id"}',
  "${aws_vpc.older.id}",
  "${data.aws_vpc.old.id}",
  "${my_aws_vpc.old.id}",
])("leaves %j as it is", (text) => {
  expect(rewritten({ nested: [text] })).toEqual({ nested: [text] });
});

test("rewrites bare references, and leaves cdktf's notes out", () => {
  const block = {
    "//": { metadata: { path: "here" } },
    depends_on: ["aws_vpc.old", "aws_vpc.other"],
    lifecycle: { replace_triggered_by: ["aws_vpc.old.id"] },
    names: ["aws_vpc.old"],
  };
  expect(rewritten(block)).toEqual({
    depends_on: ["aws_vpc.new", "aws_vpc.other"],
    lifecycle: { replace_triggered_by: ["aws_vpc.new.id"] },
    names: ["aws_vpc.old"],
  });
});
