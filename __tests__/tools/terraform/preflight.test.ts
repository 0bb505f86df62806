import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkTerraform } from "../../../tools/terraform/preflight";
import { temporaryFolder } from "./support/temporary-folder";
import { MissingTool } from "../../../tools/support/errors";

const folder = temporaryFolder();

/** A PATH whose only program is a `terraform` that prints this. */
function pathWith(printed: string): { PATH: string } {
  writeFileSync(join(folder(), "terraform"), `#!${process.execPath}\nconsole.log(${JSON.stringify(printed)})`, {
    mode: 0o755,
  });
  return { PATH: folder() };
}
const version = (text: string): string => JSON.stringify({ terraform_version: text });

test.each(["1.11.0", "1.11.4", "1.12.0", "2.0.0", "1.12.0-beta1"])(
  "takes Terraform %s, and says where it is",
  async (text) => {
    const env = pathWith(version(text));
    await expect(checkTerraform({ env })).resolves.toEqual({ version: text, path: join(folder(), "terraform") });
  },
);

test.each(["1.10.9", "0.15.5", "1.11.0-rc1"])("refuses Terraform %s in one line with the remedy", async (text) => {
  const check = checkTerraform({ env: pathWith(version(text)) });
  await expect(check).rejects.toThrow(MissingTool);
  const found = `${text} (${join(folder(), "terraform")})`;
  await expect(check).rejects.toThrow(
    `terraform 1.11.0 or newer is needed: found ${found}; install Terraform 1.11.0 or newer`,
  );
  await expect(check).rejects.not.toThrow("\n");
});

test("says that there is none, passing over a folder and a file that can't be run", async () => {
  mkdirSync(join(folder(), "a", "terraform"), { recursive: true });
  mkdirSync(join(folder(), "b"));
  writeFileSync(join(folder(), "b", "terraform"), "", { mode: 0o644 });
  const env = { PATH: [join(folder(), "a"), join(folder(), "b"), ""].join(":") };
  await expect(checkTerraform({ env })).rejects.toThrow("terraform is not on PATH: install Terraform");
});

test("refuses a program that does not answer as Terraform does", async () => {
  await expect(checkTerraform({ env: pathWith("hello") })).rejects.toThrow("does not answer `terraform version -json`");
});
