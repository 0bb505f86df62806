import { IdentityGroups, type IdentityGroupsProps } from "../../../modules/identity/identity-groups";
import { synthModule } from "../../support/module";

const props: IdentityGroupsProps = {
  identityStoreId: "d-1",
  created: [
    { name: "leads", description: "People who lead", members: ["lead@example.com", "deputy"] },
    { name: "engineers", members: ["deputy"] },
  ],
  existing: ["auditors"],
};
let ids: string[] = [];
const stack = synthModule((scope) => {
  const groups = new IdentityGroups(scope, "group", props);
  ids = ["leads", "engineers", "auditors"].map((name) => groups.idOf(name));
});
const data = (type: string) => Object.values(stack.json.data?.[type] ?? {});

test("creates its groups with their members, who are looked up once each", () => {
  expect(
    stack.all("aws_identitystore_group").map(({ values }) => [values["display_name"], values["description"]]),
  ).toEqual([
    ["engineers", undefined],
    ["leads", "People who lead"],
  ]);
  expect(stack.all("aws_identitystore_group_membership")).toHaveLength(3);
  expect(data("aws_identitystore_user").map((user) => user["alternate_identifier"])).toEqual(
    ["deputy", "lead@example.com"].map((name) => ({
      unique_attribute: { attribute_path: "UserName", attribute_value: name },
    })),
  );
});

test("each membership joins a group with its user", () => {
  const { group_id, member_id } = stack.at("group/created/leads/member/lead%40example.com");
  expect(group_id).toBe(stack.reference("group/created/leads/group", "group_id"));
  expect(member_id).toMatch(/^\$\{data\.aws_identitystore_user\..*lead40examplecom.*\.user_id\}$/);
});

test("looks up the other groups by display name", () => {
  expect(data("aws_identitystore_group")).toMatchObject([
    { alternate_identifier: { unique_attribute: { attribute_path: "DisplayName", attribute_value: "auditors" } } },
  ]);
});

test("a name that looks like an expression of Terraform stays a name", () => {
  const name = "costs ${x} %{y}";
  const plain = synthModule((scope) => {
    new IdentityGroups(scope, "group", {
      identityStoreId: "d-1",
      created: [{ name, description: name, members: [name] }],
      existing: [`other ${name}`],
    });
  });
  const escaped = "costs $${x} %%{y}";
  expect(plain.one("aws_identitystore_group")).toMatchObject({ display_name: escaped, description: escaped });
  expect(JSON.stringify(plain.json.data)).toContain(`"attribute_value":"${escaped}"`);
  expect(JSON.stringify(plain.json.data)).toContain(`"attribute_value":"other ${escaped}"`);
});

test("a name that every object has, such as constructor, is a name like any other", () => {
  const names = ["constructor", "toString", "__proto__"];
  const odd = synthModule((scope) => {
    const created = names.map((name) => ({ name, members: names }));
    new IdentityGroups(scope, "group", { identityStoreId: "d-1", created, existing: names.map((name) => `${name}s`) });
  });
  expect(odd.all("aws_identitystore_group").map(({ values }) => values["display_name"])).toEqual(names.toSorted());
  expect(odd.all("aws_identitystore_group_membership")).toHaveLength(9);
});

test("gives the id of each group, and refuses another name", () => {
  expect(new Set(ids).size).toBe(3);
  synthModule((scope) => {
    const groups = new IdentityGroups(scope, "group", props);
    expect(() => groups.idOf("others")).toThrow("the group must be one of leads, engineers, auditors, got others");
  });
});
