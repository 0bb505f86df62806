import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import exampleFile from "../../../config/example";
import type { EstateFile } from "../../../config/schema";
import { ROOT } from "../../../tools/support/project";
import { temporaryFolder } from "../terraform/support/temporary-folder";
import { callCommand } from "./support/call-command";
import { expectRefusal } from "./support/run-command";

const folder = temporaryFolder();

const DEPLOYMENTS = ["deployments", "--only", "dev"];

/** The variables of a command on the example with these settings. */
function variables(settings: Partial<EstateFile>): NodeJS.ProcessEnv {
  const estate = join(folder(), "estate.json");
  writeFileSync(estate, JSON.stringify({ ...exampleFile, ...settings }));
  copyFileSync(join(ROOT, "config/example.members.json"), join(folder(), "estate.members.json"));
  return { PATH: "", HOME: folder(), ESTATE: estate };
}

test("a pipeline refuses to apply an estate with allowedSigners before it starts", async () => {
  expectRefusal(
    await callCommand("pipeline", DEPLOYMENTS, variables({ allowedSigners: "config/allowed_signers" })),
    /^the deployments to apply must be none in an estate with allowedSigners, got dev\. Pipelines cannot sign/,
  );
  expect(await callCommand("pipeline", DEPLOYMENTS, variables({}))).toMatchObject({
    status: 0,
    stdout: expect.stringContaining("deployments=") as string,
  });
});
