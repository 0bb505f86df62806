import { stackTable } from "../../../../tools/terraform/view/stack-table";

const rows = [
  { id: "dev-database", accountId: "111111111111", resources: 12, stateKey: "dev/database.tfstate", seconds: 88.24 },
  { id: "iam", accountId: "222222222222", resources: 3, stateKey: "dev/iam.tfstate" },
];

test("has plain columns without a terminal, numbers aligned right", () => {
  expect(stackTable(rows, { plain: true })).toBe(
    [
      "stack         account       resources  state key             seconds",
      "dev-database  111111111111         12  dev/database.tfstate     88.2",
      "iam           222222222222          3  dev/iam.tfstate             -",
    ].join("\n"),
  );
});

test("has a frame and no colours on a terminal", () => {
  const table = stackTable(rows, { plain: false });
  expect(table).toContain("│ dev-database │ 111111111111 │        12 │ dev/database.tfstate │    88.2 │");
  expect(table).not.toContain("\u001B");
});

test("has its header also without stacks", () => {
  expect(stackTable([], { plain: true })).toBe("stack  account  resources  state key  seconds");
});
