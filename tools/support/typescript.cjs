/*
 * Lets Node run the project's TypeScript: `node --require ./tools/support/typescript.cjs main.ts`. Nothing is kept on
 * disk: a cache would hold code that runs without being the reviewed file. Jest compiles with the same compiler.
 */
const { readFileSync } = require("node:fs");
const Module = require("node:module");
const { join } = require("node:path");
const { stripVTControlCharacters } = require("node:util");
const { setFlagsFromString } = require("node:v8");
const { transformSync } = require("@swc/core");
const { dependencies } = require("../../package.json");
const optimizerOptions = require("./optimizer.cjs");

for (const option of optimizerOptions) setFlagsFromString(option);

/**
 * Loaded when they are used: those of EC2 and others take a third of the time in which `npm start` starts. Only these, so
 * that what reports a result is loaded before anything changes.
 */
const CLIENTS = Object.keys(dependencies).filter((name) => name.startsWith("@aws-sdk/"));

const options = (filename) => ({
  filename,
  // No file of settings, in this folder or above it, changes what runs.
  swcrc: false,
  configFile: false,
  jsc: {
    target: "es2022",
    parser: { syntax: "typescript", tsx: filename.endsWith(".tsx") },
    transform: { react: { runtime: "automatic", importSource: "preact" } },
  },
  module: { type: "commonjs", lazy: CLIENTS },
});

const compile = (filename, sourceMaps) =>
  transformSync(readFileSync(filename, "utf8"), { ...options(filename), sourceMaps });

const files = new Set();

function compiled(filename) {
  try {
    files.add(filename);
    return compile(filename, false).code;
  } catch (error) {
    // The compiler draws the place in several lines, and adds a stack of its own.
    const [, what, line] = /^\s*[x×] (.*)\n[^[\n]*\[.*:(\d+):\d+\]/.exec(stripVTControlCharacters(error.message)) ?? [];
    throw what === undefined ? error : new SyntaxError(`${filename}:${line}: ${what}`);
  }
}

// In place of Node's own, which from 22.18 on strips types, and refuses what is more than a type.
for (const extension of [".ts", ".tsx"])
  require.extensions[extension] = (module, filename) => {
    module._compile(compiled(filename), filename);
  };

// Of two files with one name, the code is meant: Node takes the first ending that it finds.
for (const extension of [".json", ".node"]) {
  const { [extension]: load } = require.extensions;
  delete require.extensions[extension];
  require.extensions[extension] = load;
}

// `import("./plan.js")` is how TypeScript names plan.ts.
const { _resolveFilename: resolveFilename } = Module;
Module._resolveFilename = function (request, ...rest) {
  try {
    return resolveFilename.call(this, request, ...rest);
  } catch (error) {
    const [, path, ending] = /^(\.{1,2}\/.*)\.js(x?)$/.exec(request) ?? [];
    if (path === undefined) throw error;
    return resolveFilename.call(this, `${path}.ts${ending}`, ...rest);
  }
};

// The maps of all files would take a fifth of the time in which a command starts. So a file is compiled again for its map
// if a trace with the file is read.
const maps = new Map();

function mapOf(filename) {
  if (!maps.has(filename)) maps.set(filename, new Module.SourceMap(JSON.parse(compile(filename, true).map)));
  return maps.get(filename);
}

/** Empty if the file is gone, and for code of the compiler, such as that which loads a client. */
function placeIn(filename, line, column) {
  try {
    const { originalLine, originalColumn } = mapOf(filename).findEntry(line - 1, column - 1);
    return originalLine === undefined ? "" : `:${originalLine + 1}:${originalColumn + 1}`;
  } catch {
    return "";
  }
}

function placed(frame) {
  const [filename, line, column] = [frame.getFileName(), frame.getLineNumber(), frame.getColumnNumber()];
  if (!files.has(filename)) return String(frame);
  return String(frame).replace(`:${line}:${column}`, placeIn(filename, line, column));
}

Error.prepareStackTrace = (error, frames) =>
  [Error.prototype.toString.call(error), ...frames.map((frame) => `    at ${placed(frame)}`)].join("\n");

// cdktf loads a writer of zip files, 200 modules and an eighth of the time of a small synth. It writes in another process.
const { _load: load } = Module;
const ZIP_USER = join("lib", "private", "fs.js");
Module._load = function (request, parent, ...rest) {
  const loaded = () => load.call(this, request, parent, ...rest);
  return request === "archiver" && parent?.filename.endsWith(ZIP_USER) ? (...args) => loaded()(...args) : loaded();
};
