import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import exampleFile from "../../../config/example";
import type { EstateFile } from "../../../config/schema";
import { ROOT } from "../../../tools/support/project";
import { temporaryFolder } from "../terraform/support/temporary-folder";
import { expectRefusal, runCommand } from "./support/run-command";

const folder = temporaryFolder();

/** Runs `npm run pipeline -- deployments` for one deployment, with the example and these settings. */
function deployments(settings: Partial<EstateFile>) {
  const estate = join(folder(), "estate.json");
  writeFileSync(estate, JSON.stringify({ ...exampleFile, ...settings }));
  copyFileSync(join(ROOT, "config/example.members.json"), join(folder(), "estate.members.json"));
  const env = { PATH: "", HOME: folder(), ESTATE: estate };
  return runCommand("tools/cli/pipeline.ts", ["deployments", "--only", "dev"], env);
}

test("a pipeline refuses to apply an estate with allowedSigners before it starts", () => {
  expectRefusal(
    deployments({ allowedSigners: "config/allowed_signers" }),
    /^the deployments to apply must be none in an estate with allowedSigners, got dev\. Pipelines cannot sign/,
  );
  expect(deployments({})).toMatchObject({ status: 0, stdout: expect.stringContaining("deployments=") as string });
});
