import { createView, PlainView } from "../../../../tools/terraform/view/create-view";
import { TerminalView } from "../../../../tools/terraform/view/terminal-view";

const terminal = { isTTY: true, write: () => true };

test("is live on a terminal, without colours too", () => {
  expect(createView({ env: {}, stream: terminal })).toBeInstanceOf(TerminalView);
  expect(createView({ env: { NO_COLOR: "1", CI: "false" }, stream: terminal })).toBeInstanceOf(TerminalView);
});

test.each([
  ["where there is no terminal", {}, false],
  ["in CI", { CI: "true" }, true],
  ["on a terminal that can't move its cursor", { TERM: "dumb" }, true],
  ["on a terminal without width", {}, true, 0],
])("is plain %s", (_, env, isTTY, columns = 80) => {
  expect(createView({ env, stream: { ...terminal, isTTY, columns } })).toBeInstanceOf(PlainView);
});
