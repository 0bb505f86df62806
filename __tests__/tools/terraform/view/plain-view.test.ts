import { PlainView } from "../../../../tools/terraform/view/create-view";

test("writes a line per change of phase with the seconds since the start, and an error at once and in full", async () => {
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
