import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { UserError } from "../../config/user-error";
import { writeAtomically } from "../support/files";
import { isObject, type JsonObject } from "../support/json";
import { npmCommand } from "../support/process";
import { ROOT } from "../support/project";
import { lockedProviders, PROVIDER_LOCK } from "../terraform/provider-lock";
import { runCommand } from "./run-command";

interface Flags {
  readonly publish: boolean;
}

const command = new Command("npm run release --")
  .description(
    "Writes what a release consists of: its tag (tag), its notes from CHANGELOG.md (notes.md), and a list of all software in it (sbom.cdx.json, CycloneDX).",
  )
  .argument("<folder>", "where to write them")
  .option(
    "--publish",
    "refuse changes that CHANGELOG.md still lists as unreleased: the notes would leave them out",
    false,
  )
  .action((folder: string, flags: Flags) => runCommand(() => release(folder, flags), { usesEstate: false }));

function release(folder: string, { publish }: Flags): number {
  const { version } = packageJson();
  const changelog = readFileSync(join(ROOT, "CHANGELOG.md"), "utf8");
  if (publish) refuseUnreleased(changelog);
  const notes = notesOf(changelog, version);
  const sbom = withProviders(npmSbom(), lockFiles());
  mkdirSync(folder, { recursive: true });
  writeAtomically(join(folder, "tag"), `v${version}\n`);
  writeAtomically(join(folder, "notes.md"), notes);
  writeAtomically(join(folder, "sbom.cdx.json"), `${JSON.stringify(sbom, undefined, 2)}\n`);
  console.log(`v${version}: ${sbom.components.length} components; tag, notes.md and sbom.cdx.json are in ${folder}`);
  return 0;
}

const packageJson = (): { name: string; version: string } =>
  JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { name: string; version: string };

/** @throws UserError if the code has changes that no version of the changelog lists */
export function refuseUnreleased(changelog: string): void {
  const [, unreleased = ""] = /^## \[Unreleased\]\s([^]*?)(?=^## \[|$(?![^]))/m.exec(changelog) ?? [];
  const [first] = unreleased.trim().split("\n");
  if (first)
    throw new UserError(
      `the unreleased part of CHANGELOG.md must be empty, got "${first}". Give it a version and today's date, and package.json the same version.`,
    );
}

/**
 * The part of a changelog about a version.
 *
 * @throws UserError if the newest version with a date is another one, or says nothing
 */
export function notesOf(changelog: string, version: string): string {
  const [newest = ""] = /^## \[\d.*$/m.exec(changelog) ?? [];
  if (!newest.startsWith(`## [${version}] - `))
    throw new UserError(
      `the newest version in CHANGELOG.md must be ${version}, that of package.json, got ${newest.slice(3) || "none"}. Give the unreleased part that version and today's date.`,
    );
  const [notes = ""] = changelog.slice(changelog.indexOf(newest) + newest.length).split(/^## \[/m);
  if (notes.trim() === "") throw new UserError(`${newest.slice(3)} in CHANGELOG.md must have notes, got nothing.`);
  return `${notes.trim()}\n`;
}

/** The parts of a CycloneDX document that are changed here. */
interface Sbom extends JsonObject {
  readonly metadata: JsonObject & { readonly component: JsonObject };
  readonly components: readonly JsonObject[];
  readonly dependencies: readonly (JsonObject & { readonly ref: string; readonly dependsOn: readonly string[] })[];
}

/** What npm lists of the lock file, for every platform. It needs no installation. */
function npmSbom(): Sbom {
  const { command: npm, args } = npmCommand(["sbom", "--package-lock-only", "--sbom-format", "cyclonedx"]);
  const read: unknown = JSON.parse(execFileSync(npm, args, { cwd: ROOT, encoding: "utf8", maxBuffer: 2 ** 26 }));
  if (!isObject(read) || read["bomFormat"] !== "CycloneDX") throw new Error("npm sbom printed no CycloneDX document");
  return read as Sbom;
}

/** The lock file of the project, and those of a team's providers outside AWS. */
const lockFiles = (): string[] => [
  PROVIDER_LOCK,
  ...readdirSync(join(ROOT, "config")).flatMap((name) => (name.endsWith(".lock.hcl") ? [join(ROOT, "config", name)] : [])), // prettier-ignore
];

/** Adds the Terraform providers of lock files, with their hashes for every platform, as dependencies of the project. */
export function withProviders(sbom: Sbom, files: readonly string[]): Sbom {
  const { component } = sbom.metadata;
  const providers = files.flatMap((file) => [...lockedProviders(file)]).map(([address, { version, hashes }]) => ({
    "bom-ref": `${address}@${version}`,
    ...{ type: "application", name: address, version, scope: "required" },
    purl: `pkg:generic/${address}@${version}`,
    // HashiCorp's providers have this license.
    ...(address.includes("/hashicorp/") && { licenses: [{ license: { id: "MPL-2.0" } }] }),
    properties: hashes.map((value) => ({ name: "terraform:lock:hash", value })),
  })); // prettier-ignore
  const refs = providers.map((provider) => provider["bom-ref"]);
  const dependencies = sbom.dependencies.map((each) =>
    each.ref === component["bom-ref"] ? { ...each, dependsOn: [...each.dependsOn, ...refs] } : each,
  );
  return {
    ...sbom,
    // npm names the project after its folder.
    metadata: { ...sbom.metadata, component: { ...component, type: "application", name: packageJson().name } },
    components: [...sbom.components, ...providers],
    dependencies: [...dependencies, ...refs.map((ref) => ({ ref, dependsOn: [] }))],
  };
}

export default command;
if (require.main === module) void command.parseAsync();
