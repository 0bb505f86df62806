// Hashes a provider's package for `provider-lock.ts`, on a thread of its own: 700 MB take half a second, in which the main thread
// does other work. Plain JavaScript: a thread that compiles TypeScript starts 0.1 s later.
const { Buffer } = require("node:buffer");
const { createHash } = require("node:crypto");
const { closeSync, openSync, readdirSync, readSync, statSync } = require("node:fs");
const { join } = require("node:path");
const { parentPort, workerData } = require("node:worker_threads");

/** The hash of a package as lock files have it: `h1:` of an unpacked folder, `zh:` of a zip file. */
function hashOf(path) {
  if (statSync(path).isFile()) return `zh:${sha256(path)}`;
  const names = readdirSync(path, { recursive: true, encoding: "utf8" }).filter((name) =>
    statSync(join(path, name)).isFile(),
  );
  const summary = createHash("sha256");
  for (const name of names.sort()) summary.update(`${sha256(join(path, name))}  ${name.replaceAll("\\", "/")}\n`);
  return `h1:${summary.digest("base64")}`;
}

/** Reads into one buffer: a stream of 700 MB would leave its chunks to the garbage collector. */
function sha256(file) {
  const hash = createHash("sha256");
  const buffer = Buffer.allocUnsafe(1 << 20);
  const descriptor = openSync(file);
  try {
    for (let length; (length = readSync(descriptor, buffer)) > 0;) hash.update(buffer.subarray(0, length));
  } finally {
    closeSync(descriptor);
  }
  return hash.digest("hex");
}

parentPort.postMessage(hashOf(workerData));
