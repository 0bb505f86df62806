import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { tryLibraries, type Trial } from "../../../tools/trial/try-libraries";
import { makeRepository } from "../plans/support/test-repository";

/*
 * A project with a library in two versions, each a folder: npm needs no registry. Small programs stand in for TypeScript and
 * Jest, which the real project runs in `npm run successor`, and for npm where npm is not what is tested.
 */

let parent: string;
let root: string;
let printed: string[];

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "trial-"));
  root = join(parent, "root");
  printed = [];
  for (const version of ["1.0.0", "2.0.0"]) {
    write(`lib-${version}/package.json`, JSON.stringify({ name: "lib", version }));
    write(
      `lib-${version}/index.js`,
      `module.exports = { aws_vpc: { main: { version: "${version}", name: estate } } };`,
    );
  }
  const program = (name: string, code: string) => {
    const [folder = ""] = name.split("/");
    write(`root/node_modules/${folder}/package.json`, JSON.stringify({ name: folder, version: "1.0.0" }));
    write(`root/node_modules/${name}`, code);
  };
  const failing = (word: string) => `if (require("fs").readFileSync("main.ts", "utf8").includes("${word}")) { console.log("${word}"); process.exitCode = 1; }`; // prettier-ignore
  program("typescript/bin/tsc", failing("wrong type"));
  program("jest/bin/jest.js", failing("wrong behaviour"));
  program("lib/index.js", readFileSync(join(parent, "lib-1.0.0/index.js"), "utf8"));
  const dependencies = { jest: "1.0.0", lib: "1.0.0", typescript: "1.0.0" };
  write("root/package.json", JSON.stringify({ name: "root", dependencies, devDependencies: {}, overrides: {} }));
  write("root/.gitignore", "node_modules\n");
  write("root/config/example.ts", "example");
  write("root/examples/small/estate.ts", "small");
  write("root/examples/small/custom/index.ts", "none");
  write(
    "root/main.ts",
    `const { mkdirSync, readFileSync, writeFileSync } = require("node:fs");
    globalThis.estate = readFileSync(process.env.ESTATE, "utf8");
    const folder = process.env.CDKTF_OUTDIR + "/stacks/dev-network";
    mkdirSync(folder, { recursive: true });
    const metadata = { version: require("lib/package.json").version };
    writeFileSync(folder + "/cdk.tf.json", JSON.stringify({ "//": { metadata }, resource: require("lib") }));
    writeFileSync(process.env.CDKTF_OUTDIR + "/manifest.json", JSON.stringify({ ...metadata, stacks: {} }));`,
  );
  makeRepository(root);
  mkdirSync(join(parent, "tmp"));
});

const { PATH } = process.env;
afterEach(() => {
  process.env["PATH"] = PATH;
  rmSync(parent, { recursive: true });
});

function write(file: string, text: string): void {
  mkdirSync(dirname(join(parent, file)), { recursive: true });
  writeFileSync(join(parent, file), text);
}

/** Puts a program on PATH that installs a folder as npm does, which takes npm half a second. */
function installWithoutNpm(): void {
  const install = `rm -r node_modules/lib && ln -s '${parent}/lib-2.0.0' node_modules/lib`;
  write("bin/npm", `#!/bin/sh\n[ "$1" = ls ] || { grep -q 'file:${parent}/lib-2.0.0' package.json && ${install}; }\n`);
  chmodSync(join(parent, "bin/npm"), 0o755);
  process.env["PATH"] = `${join(parent, "bin")}:${PATH}`;
}

const filesOf = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes(".git"))
    .map(({ parentPath, name }) => [join(parentPath, name), readFileSync(join(parentPath, name), "utf8")]);

/** Tries version 2, and expects that nothing but the result remains. */
async function tried(trial: Partial<Trial> = {}) {
  const before = filesOf(root);
  try {
    return await tryLibraries(
      {
        change: (manifest) => ({
          ...manifest,
          dependencies: { ...manifest.dependencies, lib: `file:${parent}/lib-2.0.0` },
        }),
        print: (line) => printed.push(line),
        ...trial,
      },
      root,
      join(parent, "tmp"),
    );
  } finally {
    expect(filesOf(root)).toEqual(before);
    expect(readdirSync(join(parent, "tmp"))).toEqual([]);
  }
}

test("compares every estate with the library of the project and with the other one", async () => {
  const where = { stack: "dev-network", block: "aws_vpc.main", attribute: "version", before: "1.0.0", now: "2.0.0" };
  expect(await tried({ tests: [] })).toEqual({
    differences: [
      { estate: "config/example.ts", ...where },
      { estate: "examples/small/estate.ts", ...where },
    ],
    failed: [],
  });
  expect(printed.map((line) => line.replace(/: \d+ s$/, "")).sort()).toEqual([
    "copied the project",
    "installed the packages",
    "synthesized 2 estates with 2 stacks, before and now",
    "types passed",
    "unit tests passed",
  ]);
}, 30_000);

test("checks and synthesizes the renamed sources, prints the output of checks that fail, and names them", async () => {
  installWithoutNpm();
  const rename = (text: string) => text.replace('dev-network";', 'dev-renamed"; // wrong type, wrong behaviour');
  const { differences, failed } = await tried({ rename, tests: ["some"] });
  expect(
    new Set(differences.map(({ stack, before, now }) => `${stack} ${before === undefined}${now === undefined}`)),
  ).toEqual(new Set(["dev-network falsetrue", "dev-renamed truefalse"]));
  expect(printed).toContain("renamed the imports of 1 file");
  expect(failed).toEqual(["types", "unit tests"]);
  expect(printed.join("\n")).toMatch(/^types failed: \d+ s\n[^]*wrong type$/m);
  expect(printed.join("\n")).toMatch(/^unit tests failed: \d+ s\n[^]*wrong behaviour$/m);
}, 30_000);

test("an estate that the other libraries cannot synthesize is named with the error", async () => {
  installWithoutNpm();
  const rename = (text: string) => `${text}; console.error("no such class"); process.exitCode = 1;`;
  await expect(tried({ rename })).rejects.toThrow(
    "config/example.ts must be synthesized with the other libraries, got:\nno such class",
  );
}, 30_000);

test("a version that npm cannot install leaves nothing behind", async () => {
  const change: Trial["change"] = (manifest) => ({ ...manifest, dependencies: { lib: `file:${parent}/none` } });
  await expect(tried({ change })).rejects.toThrow(/^npm cannot install the packages:\n/);
}, 30_000);

test("an interruption leaves nothing behind", async () => {
  installWithoutNpm();
  const controller = new AbortController();
  const print = (line: string) => {
    if (line.startsWith("installed")) controller.abort();
  };
  await expect(tried({ print, signal: controller.signal })).rejects.toThrow(/interrupted/);
}, 30_000);
