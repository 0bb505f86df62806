import type { PackageManifest } from "../../../tools/trial/install";
import { renameImports, withAlias, withSuccessor } from "../../../tools/trial/successor";

test.each([
  ['import { App } from "cdktf";', 'import { App } from "cdktn";'],
  ["import type { App } from 'cdktf';", "import type { App } from 'cdktn';"],
  ['import * as cdktf from "cdktf";', 'import * as cdktf from "cdktn";'],
  ['import resolving = require("cdktf/lib/tokens");', 'import resolving = require("cdktn/lib/tokens");'],
  ['export { Vpc } from "@cdktf/provider-aws/lib/vpc";', 'export { Vpc } from "@cdktn/provider-aws/lib/vpc";'],
  ['let app: import("cdktf").App;', 'let app: import("cdktn").App;'],
  ['const late = () => import("cdktf");', 'const late = () => import("cdktn");'],
  ['const cdktf = require("cdktf");', 'const cdktf = require("cdktn");'],
  ['const path = require.resolve("cdktf");', 'const path = require.resolve("cdktn");'],
  ["require.resolve(`@cdktf/provider-aws/lib/${type}`);", "require.resolve(`@cdktn/provider-aws/lib/${type}`);"],
])("renames the import in %s", (text, expected) => {
  expect(renameImports(text)).toBe(expected);
});

test("renames every import of a file", () => {
  const text =
    'import { App } from "cdktf";\nimport { Vpc } from "@cdktf/provider-aws/lib/vpc";\nnew Vpc(new App());\n';
  expect(renameImports(text)).toBe(
    'import { App } from "cdktn";\nimport { Vpc } from "@cdktn/provider-aws/lib/vpc";\nnew Vpc(new App());\n',
  );
});

test.each([
  'import { forgetTokens } from "./cdktf-internals";',
  'import { convert } from "cdktf-cli";',
  'const tags = { ManagedBy: "cdktf" };',
  '// import { App } from "cdktf";',
  'const page = `import { App } from "cdktf"`;',
  'const outdir = "cdktf.out";',
  'require.resolve("cdktf-cli");',
])("leaves %s as it is", (text) => {
  expect(renameImports(text)).toBe(text);
});

const manifest: PackageManifest = {
  dependencies: { "@cdktf/provider-aws": "20.1.0", cdktf: "0.21.0", constructs: "10.7.2" },
  devDependencies: { cdktn: "0.24.0", "cdktf-cli": "0.21.0", jest: "30.5.2" },
  overrides: { "unrs-resolver": "1.12.2" },
};

test("the alias replaces cdktf for the project and the provider's bindings, and nothing else", () => {
  expect(withAlias(manifest)).toEqual({
    dependencies: { "@cdktf/provider-aws": "20.1.0", cdktf: "npm:cdktn@0.24.0", constructs: "10.7.2" },
    devDependencies: manifest.devDependencies,
    overrides: { "unrs-resolver": "1.12.2", "@cdktf/provider-aws": { cdktf: "$cdktf" } },
  });
});

test("the successor's own packages leave none of cdktf", () => {
  expect(withSuccessor(manifest)).toEqual({
    dependencies: { "@cdktn/provider-aws": "24.1.0", cdktn: "0.24.0", constructs: "10.7.2" },
    devDependencies: { jest: "30.5.2" },
    overrides: { "unrs-resolver": "1.12.2", "@cdktn/provider-aws": { cdktn: "$cdktn" } },
  });
});
