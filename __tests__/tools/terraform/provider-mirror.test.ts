import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { providerMirror } from "../../../tools/terraform/provider-mirror";
import { temporaryFolder } from "./support/temporary-folder";

const folder = temporaryFolder();
const system = `linux_${process.arch === "x64" ? "amd64" : process.arch}`;
const PROVIDER = "registry.terraform.io/hashicorp/aws";

function mirrorIn(...path: string[]): string {
  const mirror = join(folder(), ...path);
  mkdirSync(join(mirror, PROVIDER, "5.100.0", system), { recursive: true });
  return mirror;
}
function find(env: NodeJS.ProcessEnv = {}, version = "5.100.0"): string | undefined {
  const home = join(folder(), "home");
  const all = { HOME: home, XDG_DATA_DIRS: join(folder(), "xdg"), ...env };
  return providerMirror(version, {
    env: all,
    cwd: join(folder(), "project"),
    platform: "linux",
    addOnFolder: join(folder(), "add-ons"),
  });
}

test.each([
  ["TF_PROVIDER_MIRROR", ["named"]],
  ["terraform.d/plugins in the current folder", ["project", "terraform.d", "plugins"]],
  ["~/.terraform.d/plugins", ["home", ".terraform.d", "plugins"]],
  ["the XDG data folder's default", ["home", ".local", "share", "terraform", "plugins"]],
  ["a folder of XDG_DATA_DIRS", ["xdg", "terraform", "plugins"]],
  ["a first-level folder of the add-on packages directory", ["add-ons", "some-plugins"]],
])("finds a mirror in %s", (_, path) => {
  const mirror = mirrorIn(...path);
  expect(find({ TF_PROVIDER_MIRROR: join(folder(), "named") })).toBe(mirror);
});

test("prefers TF_PROVIDER_MIRROR, then Terraform's own folders, then the add-on packages", () => {
  const addOn = mirrorIn("add-ons", "plugins");
  expect(find()).toBe(addOn);
  const home = mirrorIn("home", ".terraform.d", "plugins");
  expect(find()).toBe(home);
  const named = mirrorIn("named");
  expect(find({ TF_PROVIDER_MIRROR: named })).toBe(named);
});

test("accepts the packed layout too", () => {
  const mirror = join(folder(), "named");
  mkdirSync(join(mirror, PROVIDER), { recursive: true });
  writeFileSync(join(mirror, PROVIDER, `terraform-provider-aws_5.100.0_${system}.zip`), "");
  expect(find({ TF_PROVIDER_MIRROR: mirror })).toBe(mirror);
});

test("ignores a mirror of another version or system, and a named folder that does not exist", () => {
  const named = mirrorIn("named");
  mkdirSync(join(folder(), "add-ons", "other", PROVIDER, "6.0.0", "plan9_mips"), { recursive: true });
  expect(find({ TF_PROVIDER_MIRROR: named }, "6.0.0")).toBeUndefined();
  expect(find({ TF_PROVIDER_MIRROR: join(folder(), "nowhere") })).toBeUndefined();
});

test("searches the folders of macOS and Windows on those systems", () => {
  const mac = {
    env: { HOME: folder() },
    cwd: folder(),
    platform: "darwin",
    addOnFolder: join(folder(), "none"),
  } as const;
  const library = join(folder(), "Library", "Application Support", "io.terraform", "plugins");
  const arch = process.arch === "x64" ? "amd64" : process.arch;
  mkdirSync(join(library, PROVIDER, "5.100.0", `darwin_${arch}`), { recursive: true });
  expect(providerMirror("5.100.0", mac)).toBe(library);
  const appData = join(folder(), "AppData");
  mkdirSync(join(appData, "HashiCorp", "Terraform", "plugins", PROVIDER, "5.100.0", `windows_${arch}`), {
    recursive: true,
  });
  expect(providerMirror("5.100.0", { env: { APPDATA: appData }, cwd: folder(), platform: "win32" })).toContain(
    "HashiCorp",
  );
});
