import {
  firstState,
  idAt,
  resourceAt,
  isIncomplete,
  isSingle,
  withCopies,
  withoutResources,
} from "../../../tools/refactor/state-edit";
import type { StateDocument } from "../../../tools/terraform/terraform";
import { readStateText } from "../../../tools/terraform/state/state-text";

/** A number that JavaScript cannot represent. */
const BIG = "12345678901234567890";

const resource = (name: string, dependencies: readonly string[], more = "") =>
  `    {
      "mode": "managed",
      "type": "aws_iam_role",
      "name": "${name}",
      "provider": "provider[\\"registry.terraform.io/hashicorp/aws\\"].us-east-1",
      "instances": [
        {
          "schema_version": 0,
          "attributes": { "id": "${name.replace("new-", "")}", "number": ${BIG} },
          "sensitive_attributes": [],
          "private": "abc=="${dependencies.length > 0 ? `,\n          "dependencies": ${JSON.stringify(dependencies)}` : ""}${more}
        }
      ]
    }`;

const state = (serial: number, resources: readonly string[]) => `{
  "version": 4,
  "terraform_version": "1.11.4",
  "serial": ${serial},
  "lineage": "lineage-${serial}",
  "outputs": { "one": { "value": ${BIG}, "type": "number" } },
  "resources": [
${resources.join(",\n")}
  ],
  "check_results": null
}
`;

const source = state(7, [
  resource("policy", ["aws_iam_role.a", "aws_iam_role.b"]),
  resource("a", ["aws_iam_role.b", "aws_iam_role.policy"]),
  resource("b", []),
]);
const moves = [
  { from: "aws_iam_role.a", to: "aws_iam_role.new-a" },
  { from: "aws_iam_role.b", to: "aws_iam_role.new-b" },
];
const compact = (text: string) => text.replaceAll(/\s+/g, "");

test("a copy keeps everything but its name, and of its dependencies those that move too", () => {
  const result = withCopies(state(3, [resource("here", [])]), source, moves);
  expect(compact(result)).toBe(
    compact(state(4, [resource("here", []), resource("new-a", ["aws_iam_role.new-b"]), resource("new-b", [])])).replace("lineage-4", "lineage-3"), // prettier-ignore
  );
});

test("the state that resources leave keeps everything else, without dependencies on them", () => {
  expect(compact(withoutResources(source, moves))).toBe(
    compact(state(8, [resource("policy", ["none"])]))
      .replace('["none"]', "[]")
      .replace("lineage-8", "lineage-7"),
  );
});

test("a state that never existed starts with a lineage of its own", () => {
  const { state: first } = readStateText(withCopies(firstState("1.11.4"), source, moves));
  expect(first).toMatchObject({ serial: 1, terraform_version: "1.11.4", outputs: {} });
  expect(first?.lineage).toMatch(/^[\da-f-]{36}$/);
  expect(first?.resources.map(({ name }) => name)).toEqual(["new-a", "new-b"]);
});

test.each([
  { text: resource("a", []), single: true, incomplete: false },
  { text: resource("a", [], ',\n"index_key": "one"'), single: false, incomplete: false },
  { text: resource("a", [], ',\n"status": "tainted"'), single: true, incomplete: true },
  { text: resource("a", [], '\n}, { "deposed": "1234"'), single: false, incomplete: true },
])("movable or not: %#", ({ text, single, incomplete }) => {
  const found = resourceAt(readStateText(state(1, [text])).state, "aws_iam_role.a");
  expect(found && [isSingle(found), isIncomplete(found)]).toEqual([single, incomplete]);
});

describe("one object of a resource in a module", () => {
  /** Objects of `module.m["x"].aws_iam_role.many`, and one that depends on them. */
  const many = (keys: readonly string[], dependencies = ['module.m["x"].aws_iam_role.many']) => {
    const object = (key: string) => `{ "index_key": ${key}, "attributes": { "id": ${JSON.stringify(key)} } }`;
    const module = JSON.stringify('module.m["x"]');
    const head = `"mode": "managed", "module": ${module}, "type": "aws_iam_role", "name": "many", "provider": "p"`;
    const list = keys.length > 0 ? [`{ ${head}, "instances": [${keys.map(object).join(",")}] }`] : [];
    return state(7, [...list, resource("user", dependencies)]);
  };
  const at = (key: string) => `module.m["x"].aws_iam_role.many[${key}]`;
  const without = (keys: readonly string[], ...left: readonly string[]) =>
    withoutResources(
      many(keys),
      left.map((key) => ({ from: at(key), to: "aws_iam_role.x" })),
    );
  const next = (text: string) => compact(text.replace('"serial": 7', '"serial": 8'));

  test.each(['"a.b"', '"c]"', "0"])("is found by its key %s", (key) => {
    const text = JSON.parse(many(['"a.b"', '"c]"', "0"])) as StateDocument;
    expect(idAt(text, at(key))).toBe(key);
    expect(idAt(text, 'module.m["x"].aws_iam_role.many')).toBeUndefined();
    expect(idAt(text, "aws_iam_role.many")).toBeUndefined();
  });

  test("leaves alone: the others stay, and what depends on them", () => {
    expect(compact(without(['"a"', '"b"', '"c"'], '"b"'))).toBe(next(many(['"a"', '"c"'])));
  });

  test("leaves as the last one, with the resource and the dependencies on it", () => {
    expect(compact(without(['"a"', '"b"'], '"a"', '"b"'))).toBe(next(many([], ["none"])).replace('["none"]', "[]"));
  });

  test("leaves deposed objects, which Terraform destroys", () => {
    const deposed = many(["0"]).replace(
      "[{",
      '[{ "deposed": "1234", "index_key": 0, "attributes": { "id": "old" } }, {',
    );
    const result = withoutResources(deposed, [{ from: at("0"), to: "aws_iam_role.x" }]);
    expect(result).toContain('"old"');
    expect(JSON.parse(result)).toMatchObject({ resources: [{ instances: [{ deposed: "1234" }] }, {}] });
  });
});
