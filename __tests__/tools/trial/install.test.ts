import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installChanged, npmProblem, type PackageManifest } from "../../../tools/trial/install";

let project: string;

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), "install-"));
});

afterEach(() => {
  rmSync(project, { recursive: true });
});

test("without a registry there is one line that says so", async () => {
  const settings = ["registry=http://127.0.0.1:1/", `cache=${join(project, "cache")}`, "fetch-retry-mintimeout=10"];
  writeFileSync(join(project, ".npmrc"), `${settings.join("\n")}\nfetch-retry-maxtimeout=10\n`);
  const manifest: PackageManifest = { dependencies: {}, devDependencies: {}, overrides: {} };
  writeFileSync(join(project, "package.json"), JSON.stringify(manifest));
  const change = (given: PackageManifest) => ({ ...given, dependencies: { cdktf: "0.21.0" } });
  const logFile = join(project, "npm.log");
  await expect(installChanged(project, change, { logFile })).rejects.toThrow(
    /^the npm registry must be reachable, got ECONNREFUSED\. Check the network and npm's settings, then run the command again\.$/,
  );
  expect(JSON.parse(readFileSync(join(project, "package.json"), "utf8"))).toMatchObject({
    dependencies: { cdktf: "0.21.0" },
  });
}, 30_000);

test("a version that does not exist is named with the remedy", () => {
  const output =
    "npm error code ETARGET\nnpm error notarget No matching version found for @cdktf/provider-aws@99.0.0.\n";
  expect(npmProblem(output)).toBe(
    "the version must be one of @cdktf/provider-aws in the npm registry, got 99.0.0. Run npm view @cdktf/provider-aws versions, and choose one.",
  );
});

test("any other failure of npm is printed whole", () => {
  expect(npmProblem("npm error code ERESOLVE\nnpm error unable to resolve\n")).toBe(
    "npm cannot install the packages:\nnpm error code ERESOLVE\nnpm error unable to resolve",
  );
});
