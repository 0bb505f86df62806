import { preProcessFile } from "typescript";
import type { PackageManifest } from "./install";

/** The successor's provider bindings for Node.js 20. They ask for cdktn 0.23, and newer ones for Node.js 22. */
export const BINDINGS = "24.1.0";

/** What docs/decisions/0001-cdktf.md tells a team to write. */
export function withAlias(manifest: PackageManifest): PackageManifest {
  const { dependencies, devDependencies, overrides } = manifest;
  return {
    ...manifest,
    dependencies: { ...dependencies, cdktf: `npm:cdktn@${devDependencies["cdktn"] ?? ""}` },
    overrides: { ...overrides, "@cdktf/provider-aws": { cdktf: "$cdktf" } },
  };
}

/** The successor's own packages. */
export function withSuccessor(manifest: PackageManifest): PackageManifest {
  const { dependencies, devDependencies, overrides } = manifest;
  const others = (packages: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(packages).filter(([name]) => !REPLACED.includes(name)));
  return {
    ...manifest,
    dependencies: { ...others(dependencies), cdktn: devDependencies["cdktn"] ?? "", "@cdktn/provider-aws": BINDINGS },
    devDependencies: others(devDependencies),
    overrides: { ...overrides, "@cdktn/provider-aws": { cdktn: "$cdktn" } },
  };
}

/** The command line brings a cdktf of its own, which an import that was not renamed would find. */
const REPLACED: readonly string[] = ["cdktf", "@cdktf/provider-aws", "cdktf-cli", "cdktn"];

/** The packages of CDKTF, and those of its successor. */
const RENAMED: readonly (readonly [string, string])[] = [
  ["@cdktf/provider-aws", "@cdktn/provider-aws"],
  ["cdktf", "cdktn"],
];

const RESOLVED = /(\brequire\.resolve\(["'`])(cdktf|@cdktf\/provider-aws)(?=["'`/])/g;

/**
 * A TypeScript source with the imports of CDKTF's packages, whole or by subpath, renamed to its successor's: `import`,
 * `export … from`, `import()` in code and types, `require()`, `require.resolve()`. TypeScript finds all but the last, so other
 * text stays as it is.
 */
export function renameImports(text: string): string {
  const { importedFiles } = preProcessFile(text, true, true);
  const imports = importedFiles.reduceRight((renamed, { fileName, pos }) => {
    const [from, to] = RENAMED.find(([name]) => fileName === name || fileName.startsWith(`${name}/`)) ?? [];
    const start = pos + 1; // behind the quote
    if (from === undefined || !text.startsWith(fileName, start)) return renamed;
    return `${renamed.slice(0, start)}${to ?? ""}${renamed.slice(start + from.length)}`;
  }, text);
  return imports.replaceAll(RESOLVED, (_, before: string, name: string) => before + (new Map(RENAMED).get(name) ?? ""));
}
