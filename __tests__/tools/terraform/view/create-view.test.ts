import { createView, PlainView } from "../../../../tools/terraform/view/create-view";
import { TerminalView } from "../../../../tools/terraform/view/terminal-view";

describe("createView", () => {
  const terminal = { isTTY: true, write: () => true };

  test("is live on a terminal, also without colours", () => {
    expect(createView({ env: {}, stream: terminal })).toBeInstanceOf(TerminalView);
    expect(createView({ env: { NO_COLOR: "1", CI: "false" }, stream: terminal })).toBeInstanceOf(TerminalView);
  });

  test.each([
    ["without a terminal", {}, false],
    ["in CI", { CI: "true" }, true],
    ["on a terminal without cursor movement", { TERM: "dumb" }, true],
    ["on a terminal without width", {}, true, 0],
  ])("is plain %s", (_, env, isTTY, columns = 80) => {
    expect(createView({ env, stream: { ...terminal, isTTY, columns } })).toBeInstanceOf(PlainView);
  });
});

describe("PlainView", () => {
  test("prints a line per change of phase with the seconds since the start, and complete errors at once", async () => {
    const now = jest.spyOn(performance, "now").mockReturnValue(1000);
    let text = "";
    const view = new PlainView((part) => (text += part));
    view.start(["dev-network", "iam"]);
    view.phase("iam", "planning");
    now.mockReturnValue(13_400);
    view.phase("iam", "applying", "1 of 3");
    view.phase("iam", "applying", "2 of 3");
    view.fail("dev-network", new Error("dev-network: terraform plan failed\n  Error: no"));
    expect(text).toBe(
      "    0 s  iam          planning\n   12 s  iam          applying (1 of 3)\n" +
        "   12 s  dev-network  failed\ndev-network: terraform plan failed\n  Error: no\n",
    );
    await view.stop();
    now.mockRestore();
  });
});
