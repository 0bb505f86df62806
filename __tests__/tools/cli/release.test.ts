import type * as childProcess from "node:child_process";
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { UserError } from "../../../config/user-error";
import { notesOf, refuseUnreleased, withProviders } from "../../../tools/cli/release";
import { lockedProviders, PROVIDER_LOCK } from "../../../tools/terraform/provider-lock";
import { ContentCache } from "../../support/content-cache";
import { workflowTexts } from "../../support/workflows";
import type { Workflow } from "../../support/workflows";
import { callCommand } from "./support/call-command";

const ROOT = join(__dirname, "../../..");

/** What npm lists depends on these files and on npm. It takes npm more than a second. */
const mockListed = new ContentCache("sbom", [
  ...["package.json", "package-lock.json", ".npmrc", __filename],
  join(dirname(process.execPath), "../lib/node_modules/npm/package.json"),
]);
jest.mock("node:child_process", () => {
  const real = jest.requireActual<typeof childProcess>("node:child_process");
  const ask = (...given: Parameters<typeof real.execFileSync>) => real.execFileSync(...given);
  return {
    ...real,
    execFileSync: (...given: Parameters<typeof real.execFileSync>) =>
      given[0] === "npm" ? mockListed.get(given, () => ask(...given)) : ask(...given),
  };
});

const AWS = "registry.terraform.io/hashicorp/aws";
const folder = mkdtempSync(join(tmpdir(), "release-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const CHANGELOG = "# Changelog\n\n## [Unreleased]\n\n- later\n\n## [1.2.0] - 2026-01-02\n\n### Added\n\n- a thing\n\n## [1.1.0] - 2026-01-01\n\n- before\n"; // prettier-ignore

describe("the notes", () => {
  test("are the part of the changelog about the version", () => {
    expect(notesOf(CHANGELOG, "1.2.0")).toBe("### Added\n\n- a thing\n");
  });

  test("must be about the newest version with a date", () => {
    expect(() => notesOf(CHANGELOG, "1.1.0")).toThrow(
      new UserError(
        "the newest version in CHANGELOG.md must be 1.1.0, that of package.json, got [1.2.0] - 2026-01-02. Give the unreleased part that version and today's date.",
      ),
    );
    expect(() => notesOf("# Changelog\n\n## [Unreleased]\n", "1.0.0")).toThrow(/got none\. Give/);
  });

  test("must leave nothing out: a release with unreleased changes is refused, in the workflow too", () => {
    const refusal = /^the unreleased part of CHANGELOG\.md must be empty, got "- later"\. Give it a version/;
    expect(() => {
      refuseUnreleased(CHANGELOG);
    }).toThrow(refusal);
    expect(() => {
      refuseUnreleased("## [Unreleased]\n\n- later\n");
    }).toThrow(refusal);
    refuseUnreleased(CHANGELOG.replace("- later", ""));
    refuseUnreleased(CHANGELOG.replace("## [Unreleased]\n\n- later", ""));
    expect(JSON.stringify(workflowTexts().get("release.yml"))).toContain("npm run release -- release --publish");
  });

  test("must say something", () => {
    expect(() => notesOf("## [1.0.0] - 2026-01-01\n\n## [0.9.0] - 2025-01-01\n", "1.0.0")).toThrow(/must have notes/);
  });
});

// npm run check, which the workflow runs after it has written them, would ask Prettier to format them.
test("what the workflow writes is no part of the project", () => {
  expect(JSON.stringify(workflowTexts().get("release.yml"))).toContain("npm run release -- release");
  expect(execFileSync("git", ["check-ignore", "release/notes.md"], { cwd: ROOT, encoding: "utf8" })).toBe(
    "release/notes.md\n",
  );
});

interface Component {
  readonly "bom-ref": string;
  readonly name: string;
  readonly version: string;
  readonly licenses?: unknown;
  readonly properties: readonly { readonly name: string; readonly value: string }[];
}

interface Bom {
  readonly bomFormat: string;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

describe("the command", () => {
  let printed = "";
  beforeAll(async () => {
    const ended = await callCommand("release", [join(folder, "out")], process.env);
    expect(ended).toMatchObject({ status: 0, stderr: "" });
    printed = ended.stdout;
  }, 120_000);
  const written = (name: string) => readFileSync(join(folder, "out", name), "utf8");
  const bom = () => JSON.parse(written("sbom.cdx.json")) as Bom;

  test("writes tag and notes of the version in package.json", () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { readonly version: string };
    expect(written("tag")).toBe(`v${version}\n`);
    expect(readFileSync(join(ROOT, "CHANGELOG.md"), "utf8")).toContain(written("notes.md").trim());
    expect(printed).toMatch(new RegExp(`^v${version}: \\d+ components; `));
  });

  test("lists every package of the lock file, and the provider with the hashes of every platform", () => {
    const { components, metadata, bomFormat } = bom();
    const lock = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as { readonly packages: Readonly<Record<string, { readonly name?: string; readonly version: string }>> }; // prettier-ignore
    const installed = Object.entries(lock.packages).filter(([path]) => path !== "");
    const locked = installed.map(([path, { name, version }]) => `${name ?? path.replace(/^.*node_modules\//, "")}@${version}`); // prettier-ignore
    const listed = new Set(components.map((each) => each["bom-ref"]));
    expect(locked.filter((each) => !listed.has(each))).toEqual([]);
    expect({ bomFormat, name: metadata.component.name }).toEqual({ bomFormat: "CycloneDX", name: "aws-estate" });

    const { version, hashes: providerHashes = [] } = lockedProviders(PROVIDER_LOCK).get(AWS) ?? {};
    const provider = components.find(({ name }) => name === AWS);
    expect(provider).toMatchObject({ version, licenses: [{ license: { id: "MPL-2.0" } }] });
    expect(provider?.properties.map(({ value }) => value)).toEqual(providerHashes);
    expect(providerHashes.length).toBeGreaterThan(10);
  });

  test("refers to listed components only, each listed once, and the project depends on the provider", () => {
    const { components, dependencies, metadata } = bom();
    const refs = [metadata.component, ...components].map((each) => each["bom-ref"]);
    expect(new Set(refs).size).toBe(refs.length);
    expect(dependencies.flatMap(({ ref, dependsOn }) => [ref, ...dependsOn]).filter((ref) => !refs.includes(ref))).toEqual([]); // prettier-ignore
    const own = dependencies.find(({ ref }) => ref === metadata.component["bom-ref"])?.dependsOn;
    expect(own).toContainEqual(expect.stringMatching(`^${AWS}@`));
  });
});

test("a team's provider outside AWS is listed with its hashes, without a license that nobody knows", () => {
  const file = join(folder, "aiven.lock.hcl");
  writeFileSync(file, 'provider "registry.terraform.io/aiven/aiven" {\n  version = "4.1.0"\n  hashes = ["h1:x"]\n}\n');
  const component = { "bom-ref": "p@1" };
  const sbom = { metadata: { component }, components: [], dependencies: [{ ref: "p@1", dependsOn: [] }] };
  expect(withProviders(sbom, [file])).toMatchObject({
    components: [{ name: "registry.terraform.io/aiven/aiven", version: "4.1.0", properties: [{ value: "h1:x" }] }],
    dependencies: [{ dependsOn: ["registry.terraform.io/aiven/aiven@4.1.0"] }, { dependsOn: [] }],
  });
  expect(withProviders(sbom, [file]).components[0]).not.toHaveProperty("licenses");
});

describe("the workflow", () => {
  const { jobs } = parse(workflowTexts().get("release.yml") ?? "") as Workflow;
  const script = jobs["publish"]?.steps?.at(-1)?.run ?? "";

  /** Runs the last step with a `gh` that records its calls, and of which this one fails. */
  function publish(failing = "none"): { status: number | null; stderr: string; calls: readonly string[] } {
    const work = mkdtempSync(join(folder, "publish-"));
    const log = join(work, "calls");
    mkdirSync(join(work, "release"));
    writeFileSync(join(work, "release/tag"), "v1.2.0\n");
    writeFileSync(join(work, "gh"), `#!/bin/sh\necho "$@" >> ${log}\ncase "$*" in "${failing}"*) exit 1; esac\n`);
    chmodSync(join(work, "gh"), 0o755);
    const env = { PATH: `${work}:${process.env["PATH"]}`, GITHUB_REPOSITORY: "example-org/estate", GITHUB_SHA: "abc" };
    const { status, stderr } = spawnSync("bash", ["--noprofile", "--norc", "-e", "-c", script], {
      cwd: work,
      env,
      encoding: "utf8",
    });
    return { status, stderr, calls: readFileSync(log, "utf8").trimEnd().split("\n") };
  }

  const TAG = "api repos/example-org/estate/git/refs -f ref=refs/tags/v1.2.0 -f sha=abc --silent";
  const RELEASE =
    "release create v1.2.0 --repo example-org/estate --verify-tag --title v1.2.0 --notes-file release/notes.md release/sbom.cdx.json";

  test("tags the commit of the run, and publishes notes and SBOM", () => {
    expect(publish()).toEqual({ status: 0, stderr: "", calls: [TAG, RELEASE] });
  });

  test("publishes nothing if GitHub does not create the tag, as for a version that exists", () => {
    const stderr = "v1.2.0 must be a new tag. If it exists, raise the version in package.json.\n";
    expect(publish("api")).toEqual({ status: 1, stderr, calls: [TAG] });
  });

  test("leaves no tag without a release, so that it can run again", () => {
    const removal = "api -X DELETE repos/example-org/estate/git/refs/tags/v1.2.0";
    expect(publish("release")).toEqual({ status: 1, stderr: "", calls: [TAG, RELEASE, removal] });
  });

  test("runs packages only in the job that may not write", () => {
    expect(jobs["publish"]?.steps?.map(({ uses, run }) => uses?.split("@")[0] ?? run?.match(/\b(npm|npx|node)\b/))).toEqual([
      "actions/download-artifact",
      null,
    ]); // prettier-ignore
    expect(jobs["build"]?.permissions).toEqual({ contents: "read" });
  });
});
