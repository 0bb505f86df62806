import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { manifestText, parseManifest, planId, sha256Of } from "../../../tools/plans/manifest";
import {
  finishPlanFolder,
  hashesOf,
  MANIFEST,
  readPlanFolder,
  startPlanFolder,
} from "../../../tools/plans/plan-folder";
import { UserError } from "../../../config/user-error";
import { temporaryFolder } from "../terraform/support/temporary-folder";
import { manifestWith, stackWith } from "./support/manifests";

const folder = temporaryFolder();
const FILES = [
  ...["cdk.tf.json", "plan.tfplan", "plan.json", ".terraform.lock.hcl"].map((name) => `stacks/dev-network/${name}`),
  ...["summary.md", "summary.json", "logs/dev-network.log"],
];
const manifest = manifestWith([stackWith("dev-network", { status: "changes" })], {
  files: Object.fromEntries(FILES.map((path) => [path, sha256Of(path)])),
});

function finished(): string {
  const unfinished = startPlanFolder(join(folder(), "plans"));
  for (const path of FILES) {
    mkdirSync(dirname(join(unfinished, path)), { recursive: true });
    writeFileSync(join(unfinished, path), path);
  }
  writeFileSync(join(unfinished, MANIFEST), manifestText(manifest));
  return finishPlanFolder(unfinished, manifest);
}

test("a complete plan is named after its time and digest, and only its owner may read it", () => {
  const unfinished = startPlanFolder(join(folder(), "plans"));
  expect(basename(unfinished)).toBe(`.unfinished-${process.pid}`);
  expect(statSync(unfinished).mode & 0o777).toBe(0o700);
  const path = finished();
  expect(basename(path)).toMatch(/^20260102T030405Z-[0-9a-f]{40}$/);
  expect(readdirSync(join(folder(), "plans"))).toEqual([basename(path)]);
  expect(readPlanFolder(path)).toEqual({ folder: path, manifest });
});

test("removes the unfinished plan of a killed command, and keeps that of a running one", () => {
  const plans = join(folder(), "plans");
  const running = join(plans, ".unfinished-1"); // the first process of the system
  const killed = join(plans, ".unfinished-999999999");
  for (const path of [running, killed]) mkdirSync(path, { recursive: true });
  startPlanFolder(plans);
  expect([existsSync(running), existsSync(killed)]).toEqual([true, false]);
});

test("the id changes with any field of the manifest", () => {
  const other = [
    manifestWith([]),
    { ...manifest, dirty: true },
    { ...manifest, kind: "destroy" as const },
    { ...manifest, rehearsedOn: "a" },
    { ...manifest, files: { ...manifest.files, "summary.md": sha256Of("another summary") } },
  ];
  expect(new Set([manifest, ...other].map(planId)).size).toBe(6);
});

describe("is refused", () => {
  test("if it is not a plan folder", () => {
    expect(() => readPlanFolder(folder())).toThrow(
      /is not a plan folder: it has no manifest.json\. npm run plan creates one and prints its path\./,
    );
  });

  test.each([
    ["changed", (text: string) => text.replace('"dirty": false', '"dirty": true')],
    ["written otherwise", (text: string) => JSON.stringify(JSON.parse(text))],
  ])("if the manifest was %s", (_, change) => {
    const path = finished();
    const file = join(path, MANIFEST);
    writeFileSync(file, change(readFileSync(file, "utf8")));
    expect(() => readPlanFolder(path)).toThrow(/must be named 20260102T030405Z-\w+, the id of its manifest/);
  });

  test("if the folder was renamed", () => {
    const path = finished();
    renameSync(path, join(folder(), "plan"));
    expect(() => readPlanFolder(join(folder(), "plan"))).toThrow(
      /plan must be named 20260102T030405Z-\w+, the id of its manifest/,
    );
  });

  test("if the manifest is nested thousands deep, or a named pipe", () => {
    const path = finished();
    writeFileSync(join(path, MANIFEST), "[".repeat(20_000) + "]".repeat(20_000));
    const deep = "is not a plan's manifest. Plan again. (it has more than 100 levels of objects and lists)";
    expect(() => readPlanFolder(path)).toThrow(deep);
    rmSync(join(path, MANIFEST));
    execFileSync("mkfifo", [join(path, MANIFEST)]);
    expect(() => readPlanFolder(path)).toThrow(/is not a plan's manifest\. Plan again\. \(.* got a named pipe\)$/);
  });

  test("if the manifest is not JSON or is invalid, with every wrong field", () => {
    const path = finished();
    writeFileSync(join(path, MANIFEST), "{");
    expect(() => readPlanFolder(path)).toThrow(/is not a plan's manifest\. Plan again\. \(/);
    writeFileSync(join(path, MANIFEST), JSON.stringify({ ...manifest, kind: "hope", commit: 3 }));
    expect(() => readPlanFolder(path)).toThrow(/is not a plan's manifest\. Plan again\.\n {2}kind: .*\n {2}commit: /);
  });
});

describe("the files", () => {
  const problems = (change: (path: string) => void): string[] => {
    const path = finished();
    change(path);
    try {
      readPlanFolder(path);
      return [];
    } catch (error) {
      expect(error).toBeInstanceOf(UserError);
      const [first = "", ...rest] = (error as Error).message.split("\n  ");
      expect(first).toBe(`${path} must hold exactly the files of its manifest:`);
      return rest;
    }
  };

  test.each(FILES)("%s must be the one that was planned", (name) => {
    const changed = (path: string) => {
      writeFileSync(join(path, name), "another");
    };
    expect(problems(changed)).toEqual([`${name} has changed since the plan was made. Plan again.`]);
  });

  test("are all there, are regular files, and no other file or folder is: all problems are listed at once", () => {
    const found = problems((path) => {
      rmSync(join(path, "summary.md"));
      rmSync(join(path, "summary.json"));
      writeFileSync(join(folder(), "summary.json"), "summary.json"); // the content that the manifest lists
      symlinkSync(join(folder(), "summary.json"), join(path, "summary.json"));
      mkdirSync(join(path, "applied"));
      writeFileSync(join(path, "applied/dev-network.json"), "{}");
      writeFileSync(join(path, "stacks/dev-network/evil_override.tf.json"), "{}");
      mkdirSync(join(path, "stacks/dev-iam"));
    });
    expect(found.sort()).toEqual([
      "applied is not a file of the plan. Remove it.",
      "stacks/dev-iam is not a file of the plan. Remove it.",
      "stacks/dev-network/evil_override.tf.json is not a file of the plan. Remove it.",
      "summary.json must be a regular file. Plan again.",
      "summary.md is missing. Plan again.",
    ]);
  });

  test("are not reached through a linked folder", () => {
    const found = problems((path) => {
      renameSync(join(path, "stacks"), join(folder(), "stacks"));
      symlinkSync(join(folder(), "stacks"), join(path, "stacks"));
    });
    expect(found).toEqual(["stacks is not a file of the plan. Remove it."]);
  });

  test("include those that apply needs of a stack with changes", () => {
    const files = Object.fromEntries(Object.entries(manifest.files).filter(([name]) => !name.endsWith("plan.tfplan")));
    const path = finished();
    const other = { ...manifest, files };
    writeFileSync(join(path, MANIFEST), manifestText(other));
    const renamed = finishPlanFolder(path, other);
    expect(() => readPlanFolder(renamed)).toThrow(
      "stacks/dev-network/plan.tfplan must be in the manifest. Plan again.",
    );
    rmSync(join(renamed, "stacks/dev-network/plan.tfplan"));
    expect(() => readPlanFolder(renamed)).toThrow("stacks/dev-network/plan.tfplan is missing. Plan again.");
  });

  test("include the modules of a stack", () => {
    const path = finished();
    const name = "stacks/dev-network/assets/events/0A/main.tf";
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), "{}");
    const other = { ...manifest, files: { ...manifest.files, [name]: sha256Of("{}") } };
    writeFileSync(join(path, MANIFEST), manifestText(other));
    expect(readPlanFolder(finishPlanFolder(path, other)).manifest.files[name]).toBe(sha256Of("{}"));
  });

  test.each([
    ...["evil_override.tf.json", "evil.tf", "errored.tfstate", "terraform.tfvars", ".terraform/providers/x"].map((name) => `stacks/dev-network/${name}`), // prettier-ignore
    ...[
      "stacks/dev-iam/cdk.tf.json",
      "stacks/dev-network/modules/main.tf",
      "applied/dev-network.json",
      "logs/x/dev-network.log",
      "logs/evil.sh",
      ".terraformrc",
    ],
  ])("are those of a plan, although the manifest lists %s", (name) => {
    const path = finished();
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), "{}");
    const other = { ...manifest, files: { ...manifest.files, [name]: sha256Of("{}") } };
    writeFileSync(join(path, MANIFEST), manifestText(other));
    const renamed = finishPlanFolder(path, other);
    expect(() => readPlanFolder(renamed)).toThrow(`${name} must not be in the manifest: no plan has such a file. Plan again.`); // prettier-ignore
  });

  test("may be joined by the signature of the manifest, if that is a file", () => {
    const signature = (path: string) => join(path, "manifest.json.sig");
    expect(problems((path) => { writeFileSync(signature(path), ""); })).toEqual([]); // prettier-ignore
    rmSync(join(folder(), "plans"), { recursive: true });
    expect(problems((path) => { mkdirSync(signature(path)); })).toEqual(["manifest.json.sig is not a file of the plan. Remove it."]); // prettier-ignore
  });

  test("are hashed in subfolders too, and empty folders are removed", () => {
    const path = finished();
    mkdirSync(join(path, "logs/empty/deeper"), { recursive: true });
    rmSync(join(path, MANIFEST));
    expect(hashesOf(path)).toEqual(manifest.files);
    expect(existsSync(join(path, "logs/empty"))).toBe(false);
  });
});

test.each(["../outside", "a/../b", "/etc/passwd", "", ".", "a//b", "a/", "C:x", "a\\b", "a\nb"])(
  "%j is no path of a file in a plan",
  (path) => {
    expect(() => manifestText({ ...manifest, files: { [path]: sha256Of("") } })).toThrow(/inside the plan's folder/);
  },
);

test.each(["../outside", "a/b", "", ".", "Dev"])("%j is no id of a stack, which is used as a path", (id) => {
  expect(() => parseManifest(manifestText(manifestWith([stackWith(id)])))).toThrow(/expected the id of a stack/);
});
