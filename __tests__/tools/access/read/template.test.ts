import { BadTemplate, piecesOf, referenceOf } from "../../../../tools/access/read/template";

test.each([
  ["", [{ text: "" }]],
  ["plain", [{ text: "plain" }]],
  ["${a.b}", [{ expression: "a.b" }]],
  ["${ a.b }", [{ expression: "a.b" }]],
  ["x${a.b}y${c.d}", [{ text: "x" }, { expression: "a.b" }, { text: "y" }, { expression: "c.d" }]],
  ["$${aws:username}", [{ text: "${aws:username}" }]],
  ["%%{ if x }", [{ text: "%{ if x }" }]],
  ["$$${a.b}", [{ text: "$${a.b}" }]],
  ["$ and % and } and $a", [{ text: "$ and % and } and $a" }]],
  ["${f({a = 1})}z", [{ expression: "f({a = 1})" }, { text: "z" }]],
  ['${f("}")}', [{ expression: 'f("}")' }]],
  ['${f("\\"}")}', [{ expression: 'f("\\"}")' }]],
  ['${f("${g("}")}")}', [{ expression: 'f("${g("}")}")' }]],
  ['${f("$${")}', [{ expression: 'f("$${")' }]],
])("the template %j is %j", (template, pieces) => {
  expect(piecesOf(template)).toEqual(pieces);
});

test.each([
  ["%{ if true }x%{ endif }", "directive"],
  ["${a.b", "${ that is never closed"],
  ["${f({)}", "${ that is never closed"],
  ['${f("x)}', '" that is never closed'],
])("the template %j cannot be read: it has a %s", (template, problem) => {
  expect(() => piecesOf(template)).toThrow(BadTemplate);
  expect(() => piecesOf(template)).toThrow(problem);
});

test.each([
  ["aws_iam_role.operator-1.arn", ["aws_iam_role", "operator-1", "arn"]],
  ["data.x.y.json", ["data", "x", "y", "json"]],
  ["x.y.roots[0].id", ["x", "y", "roots", "0", "id"]],
  ["x.y.roots.0.id", ["x", "y", "roots", "0", "id"]],
  ['data.s.n.outputs["vpc-id"]', ["data", "s", "n", "outputs", "vpc-id"]],
  ['local.m["a b"]', ["local", "m", "a b"]],
])("%s is a reference", (expression, parts) => {
  expect(referenceOf(expression)).toEqual(parts);
});

test.each([
  ...[
    "x",
    "",
    "f(x.y)",
    "a.b + c.d",
    "a.b.*.c",
    "a.b[*].c",
    "a.b[c.d]",
    "a . b",
    "!a.b",
    "a.b ? c.d : e.f",
    "1.2",
    "a.b c",
  ],
  ...['"a.b"', 'a.b["${c.d}"]', 'a.b["\\"x"]', "~ a.b ~", "a.b /* } */", "a..b", "a.b."],
])("%j is more than a reference", (expression) => {
  expect(referenceOf(expression)).toBeUndefined();
});
