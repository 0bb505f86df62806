import { chmodSync, existsSync, mkdirSync, readFileSync, readlinkSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Terraform } from "../../../tools/terraform/terraform";
import { linkPackage, lockedProviders, placeLockFile, PROVIDER_LOCK } from "../../../tools/terraform/provider-lock";
import { AWS_PROVIDER, NO_PROVIDER, providerVersion } from "../../../tools/terraform/provider-mirror";
import { FakeTerraform } from "./support/fake-terraform";
import { temporaryFolder } from "./support/temporary-folder";

const folder = temporaryFolder();

/** A stack's folder whose JSON requires these providers. */
function stack(required: Record<string, { source: string; version?: string }>): string {
  const directory = join(folder(), "dev-iam");
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "cdk.tf.json"), JSON.stringify({ terraform: { required_providers: required } }));
  return directory;
}

const lockIn = (directory: string): string => join(directory, ".terraform.lock.hcl");

describe("the committed lock file", () => {
  test("locks the version that the bindings are generated from, and no other provider", () => {
    const locked = lockedProviders(PROVIDER_LOCK);
    expect([...locked.keys()]).toEqual([AWS_PROVIDER]);
    expect(locked.get(AWS_PROVIDER)?.version).toBe(providerVersion());
  });

  test("is read with the line ends of Windows too", () => {
    const file = join(folder(), "windows.lock.hcl");
    writeFileSync(file, readFileSync(PROVIDER_LOCK, "utf8").replaceAll("\n", "\r\n"));
    expect(lockedProviders(file)).toEqual(lockedProviders(PROVIDER_LOCK));
  });

  test("holds hashes of packages and of zip files, for at least the five platforms of a renewal", () => {
    const hashes = lockedProviders(PROVIDER_LOCK).get(AWS_PROVIDER)?.hashes ?? [];
    const packages = hashes.filter((hash) => /^h1:[A-Za-z0-9+/]{43}=$/.test(hash));
    const zipFiles = hashes.filter((hash) => /^zh:[0-9a-f]{64}$/.test(hash));
    expect(new Set(packages).size).toBeGreaterThanOrEqual(5);
    expect(new Set(zipFiles).size).toBeGreaterThanOrEqual(5);
    expect(new Set(hashes).size).toBe(packages.length + zipFiles.length);
  });
});

describe("linkPackage", () => {
  const VERSION = providerVersion();
  const aws = { source: "aws", version: VERSION };
  const system = `${process.platform}_${process.arch === "x64" ? "amd64" : process.arch}`;

  /** The environment with a mirror that has this file or, with a slash at its end, folder. */
  function mirrorWith(name: string): NodeJS.ProcessEnv {
    const path = join(folder(), "mirror", AWS_PROVIDER, name);
    mkdirSync(name.endsWith("/") ? path : join(path, ".."), { recursive: true });
    if (!name.endsWith("/")) writeFileSync(path, "x");
    const TF_CLI_CONFIG_FILE = join(folder(), "mirror.tfrc");
    const at = JSON.stringify(join(folder(), "mirror"));
    writeFileSync(TF_CLI_CONFIG_FILE, `provider_installation {\n  filesystem_mirror {\n    path = ${at}\n  }\n}\n`);
    return { TF_CLI_CONFIG_FILE };
  }
  const linkIn = (directory: string) => join(directory, ".terraform/providers", AWS_PROVIDER, VERSION, system);

  test("links an unpacked package, in place of anything that is there", () => {
    const [directory, env] = [stack({ aws }), mirrorWith(`${VERSION}/${system}/`)];
    mkdirSync(linkIn(directory), { recursive: true });
    writeFileSync(join(linkIn(directory), "planted"), "");
    expect(linkPackage(directory, env, PROVIDER_LOCK)).toBe(true);
    expect(linkPackage(directory, env, PROVIDER_LOCK)).toBe(true);
    const target = realpathSync(join(folder(), "mirror", AWS_PROVIDER, VERSION, system));
    expect(readlinkSync(linkIn(directory))).toBe(target);
    expect(existsSync(join(target, "planted"))).toBe(false);
  });

  test.each([
    { what: "another provider", required: { aws, random: { source: "random" } } },
    { what: "no provider", required: {} },
    { what: "another version", required: { aws: { source: "aws", version: "5.99.0" } } },
    { what: "any version", required: { aws: { source: "aws" } } },
  ])("leaves $what to Terraform", ({ required }) => {
    const directory = stack(required as Parameters<typeof stack>[0]);
    expect(linkPackage(directory, mirrorWith(`${VERSION}/${system}/`), PROVIDER_LOCK)).toBe(false);
    expect(existsSync(join(directory, ".terraform"))).toBe(false);
  });

  test("leaves a zip file, and a provider of no mirror, to Terraform", () => {
    const directory = stack({ aws });
    const zip = mirrorWith(`terraform-provider-aws_${VERSION}_${system}.zip`);
    for (const env of [zip, {}]) expect(linkPackage(directory, env, PROVIDER_LOCK)).toBe(false);
    expect(existsSync(join(directory, ".terraform"))).toBe(false);
  });

  test("lets init install no provider, and every command that needs one start it by Terraform", async () => {
    const fake = new FakeTerraform(folder());
    const env = { PATH: `${fake.folder}:${process.env.PATH}`, ...mirrorWith(`${VERSION}/${system}/`) };
    const common = { stackId: "dev-iam", env, logFile: join(folder(), "log") };
    const terraform = new Terraform({ ...common, directory: stack({ aws }) });
    await terraform.init();
    await terraform.plan();
    await terraform.apply();
    await new Terraform({ ...common, directory: stack({ aws: { source: "aws" } }) }).init();
    const started = fake.events.filter(({ event }) => event === "start");
    expect(started.map(({ command, env: variables }) => [command, variables["TF_REATTACH_PROVIDERS"]])).toEqual([
      ["init", NO_PROVIDER],
      ["plan", undefined],
      ["apply", undefined],
      ["init", undefined],
    ]);
  });
});

describe("placeLockFile", () => {
  const aws = { source: "aws", version: providerVersion() };

  test("replaces a planted lock file by the committed one", () => {
    const directory = stack({ aws });
    writeFileSync(
      lockIn(directory),
      `provider "${AWS_PROVIDER}" {\n  version = "5.100.0"\n  hashes = ["h1:evil"]\n}\n`,
    );
    placeLockFile(directory, PROVIDER_LOCK);
    expect(lockedProviders(lockIn(directory))).toEqual(lockedProviders(PROVIDER_LOCK));
  });

  test("removes a planted lock file where nothing is required, which a read-only init would refuse", () => {
    const directory = stack({});
    writeFileSync(lockIn(directory), "evil");
    placeLockFile(directory, PROVIDER_LOCK);
    expect(existsSync(lockIn(directory))).toBe(false);
  });

  test.each(["aws", "hashicorp/aws", AWS_PROVIDER])("knows the provider as %s", (source) => {
    const directory = stack({ aws: { source } });
    placeLockFile(directory, PROVIDER_LOCK);
    expect(readFileSync(lockIn(directory), "utf8")).toContain(`provider "${AWS_PROVIDER}" {`);
  });

  test("takes a provider outside AWS from a lock file of its own, in the required version only", () => {
    const directory = stack({ google: { source: "hashicorp/google", version: "6.41.0" } });
    const own = join(folder(), "own");
    mkdirSync(own);
    const place = () => {
      placeLockFile(directory, PROVIDER_LOCK, own);
    };
    const problem = (got: string) =>
      new RegExp(
        `google.lock.hcl must have registry.terraform.io/hashicorp/google 6.41.0, got ${got}. Run npm run synth, then terraform -chdir=cdktf.out/stacks/dev-iam providers lock`,
      );
    const write = (address: string, version: string) => {
      const block = `provider "registry.terraform.io/${address}" {\n  version = "${version}"\n  hashes = [\n    "h1:a=",\n  ]\n}\n`;
      writeFileSync(join(own, "google.lock.hcl"), block);
      return block;
    };
    expect(place).toThrow(problem("no version"));
    write("somebody/google", "6.41.0");
    expect(place).toThrow(problem("no version"));
    write("hashicorp/google", "6.40.0");
    expect(place).toThrow(problem("6.40.0"));
    expect(existsSync(lockIn(directory))).toBe(false);
    const block = write("hashicorp/google", "6.41.0");
    place();
    expect(readFileSync(lockIn(directory), "utf8").trim()).toBe(block.trim());
  });

  test("places only what the folder requires of a lock file with several providers", () => {
    const lockFile = join(folder(), "several.hcl");
    const random =
      'provider "registry.terraform.io/hashicorp/random" {\n  version = "3.7.2"\n  hashes = [\n    "h1:a=",\n  ]\n}\n';
    writeFileSync(lockFile, `${readFileSync(PROVIDER_LOCK, "utf8")}\n${random}`);
    const directory = stack({ random: { source: "hashicorp/random", version: "3.7.2" } });
    placeLockFile(directory, lockFile);
    expect(readFileSync(lockIn(directory), "utf8")).toBe(random);
  });

  test.each<{ what: string; required: Parameters<typeof stack>[0]; says: string }>([
    {
      what: "another version",
      required: { aws: { source: "aws", version: "6.0.0" } },
      says: "hashicorp/aws 6.0.0, got 5.",
    },
    { what: "an unknown provider", required: { x: { source: "evil/x" } }, says: "evil/x , got no version" },
  ])("refuses $what", ({ required, says }) => {
    const directory = stack(required);
    expect(() => {
      placeLockFile(directory, PROVIDER_LOCK);
    }).toThrow(says);
    expect(existsSync(lockIn(directory))).toBe(false);
  });
});

describe("a refused provider", () => {
  /** Terraform's words for it, wrapped as it wraps them. */
  const REFUSED = `Error: Failed to install provider

Error while installing hashicorp/aws v5.100.0: the local package for
registry.terraform.io/hashicorp/aws 5.100.0 doesn't match any of the
checksums previously recorded in the dependency lock file
`;

  async function failure(mirror: string): Promise<string> {
    const fake = new FakeTerraform(folder());
    fake.answer("init", { stderr: REFUSED, exitCode: 1 });
    const config = join(folder(), "mirror.tfrc");
    writeFileSync(
      config,
      `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(mirror)}\n  }\n}\n`,
    );
    const terraform = new Terraform({
      stackId: "dev-iam",
      directory: stack({ aws: { source: "aws", version: "5.100.0" } }),
      env: { PATH: `${fake.folder}:${process.env.PATH}`, TF_CLI_CONFIG_FILE: config },
      logFile: join(folder(), "log"),
    });
    return terraform.init().then(
      () => "it was accepted",
      (error: unknown) => (error as Error).message,
    );
  }
  const platform = `${process.platform}_${process.arch === "x64" ? "amd64" : process.arch}`;

  test("is reported with its folder, its hash and the expected ones", async () => {
    const path = join(folder(), "mirror", AWS_PROVIDER, "5.100.0", platform);
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, "LICENSE.txt"), "a license\n");
    writeFileSync(join(path, "terraform-provider-aws_v5.100.0_x5"), "#!/bin/sh\n");
    chmodSync(join(path, "terraform-provider-aws_v5.100.0_x5"), 0o755);
    const message = await failure(join(folder(), "mirror"));
    // Computed by `terraform providers lock -fs-mirror=…` for these two files.
    expect(message).toContain(
      `dev-iam: the provider ${path} must be a release of ${AWS_PROVIDER} 5.100.0, got the hash h1:a/Pn1OR6Z4s66xH7ztUXdSHzhNmf6qVkjz/6n0mKO0E=; it was not started`,
    );
    expect(message).toContain("expected one of: h1:+X3t1uVrM0z4K/lAYUV1SYmO7UBd9/Y4XC11zI9wcQQ=, h1:95JvzqH8cVl");
    expect(message).not.toContain("zh:");
  });

  test("is reported with the hash of a zip file", async () => {
    const path = join(folder(), "mirror", AWS_PROVIDER, `terraform-provider-aws_5.100.0_${platform}.zip`);
    mkdirSync(join(folder(), "mirror", AWS_PROVIDER), { recursive: true });
    writeFileSync(path, "x");
    await expect(failure(join(folder(), "mirror"))).resolves.toContain(
      `the provider ${path} must be a release of ${AWS_PROVIDER} 5.100.0, got the hash zh:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881;`,
    );
  });

  test("is reported in Terraform's own words if it comes from no folder", async () => {
    await expect(failure(join(folder(), "nowhere"))).resolves.toContain("doesn't match any of the");
  });
});
