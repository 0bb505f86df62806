import { readFileSync } from "node:fs";
import { join } from "node:path";

/* What is installed is decided by package-lock.json alone, on every platform. */

interface Locked {
  readonly version?: string;
  readonly license?: string;
  readonly integrity?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly inBundle?: boolean;
  readonly hasInstallScript?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const read = (file: string): string => readFileSync(join(__dirname, "..", file), "utf8");
const lock = JSON.parse(read("package-lock.json")) as { readonly packages: Readonly<Record<string, Locked>> };
const PACKAGES = Object.entries(lock.packages).filter(([path]) => path !== "");
const nameOf = (path: string): string => path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
const where = (holds: (locked: Locked) => boolean): string[] =>
  PACKAGES.flatMap(([path, locked]) => (holds(locked) ? [`${nameOf(path)} ${locked.license ?? "no license"}`] : []));

/** Licenses of any package. Others need a decision. */
const PERMISSIVE =
  /^(MIT|ISC|0BSD|Apache-2\.0( AND MIT)?|BSD-[23]-Clause|BlueOak-1\.0\.0|MPL-2\.0|Public Domain|\(Apache-2\.0 AND BSD-3-Clause\))$/;

/** Licenses of development dependencies alone. */
const DEVELOPMENT =
  /^(AGPL-3\.0-or-later|CC-BY-4\.0|CC0-1\.0|Python-2\.0|Unlicense|Apache-2\.0 AND MIT|\((MIT|BSD-2-Clause) OR [\w. -]+\))$/;

/** Packages with an install script, and why they work without it: npm runs none of them. */
const INSTALL_SCRIPTS: Readonly<Record<string, string>> = {
  "@cdktf/node-pty-prebuilt-multiarch": "a terminal for cdktf's interactive commands; this project synthesizes only",
  "@parcel/watcher": "its binary is a package of each platform; the script builds it for others",
  "@swc/core": "its binary is a package of each platform; the script replaces a missing one by WebAssembly",
  "unrs-resolver": "its binary is a package of each platform; the script only checks it",
};

/** Where engineers and pipelines work. */
const PLATFORMS = [
  { os: "linux", cpu: "x64" },
  { os: "linux", cpu: "arm64" },
  { os: "darwin", cpu: "x64" },
  { os: "darwin", cpu: "arm64" },
  { os: "win32", cpu: "x64" },
];

test("every package has a version and a hash", () => {
  expect(PACKAGES.length).toBeGreaterThan(1000);
  expect(where(({ version, integrity, inBundle }) => !version || (!inBundle && !integrity?.startsWith("sha512-")))).toEqual([]); // prettier-ignore
});

test("every package has a license that was accepted, and a strict one for development only", () => {
  const accepted = (locked: Locked) =>
    PERMISSIVE.test(locked.license ?? "") || (locked.dev === true && DEVELOPMENT.test(locked.license ?? ""));
  expect(where((locked) => !accepted(locked))).toEqual([]);
  expect(where(({ license = "" }) => license.startsWith("AGPL"))).not.toEqual([]);
  expect(where(({ license = "", dev }) => /(^|[^(\w])[AL]?GPL/.test(license) && dev !== true)).toEqual([]);
});

test("npm runs no install script, and each package that has one is listed with the reason why it needs none", () => {
  expect(read(".npmrc").split("\n")).toContain("ignore-scripts=true");
  const having = PACKAGES.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => nameOf(path));
  expect([...new Set(having)].sort()).toEqual(Object.keys(INSTALL_SCRIPTS).sort());
});

describe("npm ci installs the binaries of each platform, because the lock file has them:", () => {
  /** The packages of binaries that a package names, one for each platform. */
  const native = PACKAGES.flatMap(([path, { optionalDependencies = {} }]) => {
    const binaries = Object.entries(optionalDependencies).map(([name, version]) => {
      const nested = lock.packages[`${path}/node_modules/${name}`];
      return { name, version, locked: nested ?? lock.packages[`node_modules/${name}`] };
    });
    return binaries.some(({ locked }) => locked?.cpu) ? [{ name: nameOf(path), binaries }] : [];
  });

  test("there are such packages, with every one that they name", () => {
    expect(native.map(({ name }) => name).sort()).toEqual(
      expect.arrayContaining(["@parcel/watcher", "@swc/core", "unrs-resolver"]),
    );
    const missing = native.flatMap(
      ({ name, binaries }) =>
      binaries.filter(({ version, locked }) => locked?.version !== version).map((each) => `${name}: ${each.name} ${each.version}`), // prettier-ignore
    );
    expect(missing).toEqual([]);
  });

  test.each(PLATFORMS)("$os $cpu", ({ os, cpu }) => {
    const fits = ({ locked }: { readonly locked?: Locked }) =>
      locked?.optional === true && (locked.os?.includes(os) ?? false) && (locked.cpu?.includes(cpu) ?? false);
    expect(native.filter(({ binaries }) => !binaries.some(fits)).map(({ name }) => name)).toEqual([]);
  });
});
