// Jest's runtime, but packages are loaded once for each worker. Jest gives every test file new copies of all modules,
// so every file would compile cdktf, the provider's bindings, zod and the simulator again. Here whatever is in
// node_modules comes from Node's own cache. The project's own files are still loaded anew for each test file, except for
// the schema of estates: a constant made of zod's objects, which take 25 ms to build and to compile.
const { AsyncLocalStorage } = require("node:async_hooks");
const { createRequire } = require("node:module");
const { dirname, sep } = require("node:path");
const { compileFunction } = require("node:vm");
const { default: Runtime } = require("jest-runtime");

const PACKAGES = `${sep}node_modules${sep}`;
const SCHEMA = require.resolve("../../config/schema.ts").slice(0, -".ts".length);
const schemas = new Map();

// The library that decides access compares single characters with this option. Node makes a collator for each call, which
// takes a twelfth of the time of those tests. One that is kept compares the same, by ECMA-402.
const { localeCompare } = String.prototype;
const accents = new Intl.Collator(undefined, { sensitivity: "accent" });
String.prototype.localeCompare = function (other, locales, options) {
  const isKept = locales === undefined && options?.sensitivity === "accent" && Object.keys(options).length === 1;
  return isKept ? accents.compare(String(this), String(other)) : localeCompare.call(this, other, locales, options);
};

// The code of a file is compiled once for each worker, which halves the time of loading it. Each test file runs it anew.
const functions = new Map();

function compiled(source, filename, parameters) {
  const known = functions.get(filename);
  if (known?.source === source) return known.code;
  const code = compileFunction(source, parameters, { filename });
  functions.set(filename, { source, code });
  return code;
}

module.exports = class SharedPackages extends Runtime {
  storages = [];

  constructor(...options) {
    super(...options);
    // Without a context of its own, so that a test's `Array` and `Error` are those of the packages.
    const { executor } = this;
    executor.compile = (source, filename) => compiled(source, filename, executor.injectedModuleParameters);
  }

  requireModule(from, name, options, isRequireActual) {
    if (name !== undefined && !/^[./]/.test(name) && !this._resolution.isCoreModule(name)) {
      const path = this._resolution.resolveCjs(from, name);
      if (path.includes(PACKAGES)) return require(path);
    }
    if (name !== undefined && (dirname(from) === SCHEMA || /\/schema(?:\/|$)/.test(name))) {
      const path = this._resolution.resolveCjs(from, name);
      if (path === `${SCHEMA}.ts` || dirname(path) === SCHEMA) {
        if (!schemas.has(path)) schemas.set(path, super.requireModule(from, name, options, isRequireActual));
        return schemas.get(path);
      }
    }
    return super.requireModule(from, name, options, isRequireActual);
  }

  // Jest's own packages. Only its test runner, which is required without a name, is loaded anew.
  requireInternalModule(from, name) {
    if (name === undefined) return super.requireInternalModule(from);
    return name === "node:async_hooks" ? { AsyncLocalStorage: this.storageOfThisFile() } : createRequire(from)(name);
  }

  // Each enabled storage costs time in every later promise of the worker, and the test runner leaves its own enabled.
  storageOfThisFile() {
    const { storages } = this;
    return class extends AsyncLocalStorage {
      constructor() {
        super();
        storages.push(this);
      }
    };
  }

  teardown() {
    super.teardown();
    for (const storage of this.storages) storage.disable();
  }
};
