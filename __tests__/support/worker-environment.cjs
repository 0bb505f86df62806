// A test environment that is the worker itself. A context of its own for each test file (as in Jest's `node`) cannot
// share packages with the next file. What a test may leave behind is put back after its file.
const { accessSync, constants, mkdtempSync, rmSync, statfsSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const { LegacyFakeTimers, ModernFakeTimers } = require("@jest/fake-timers");
const { ModuleMocker } = require("jest-mock");

module.exports = class WorkerEnvironment {
  global = globalThis;
  moduleMocker = new ModuleMocker(globalThis);

  constructor({ projectConfig: config }) {
    const { global, moduleMocker } = this;
    const timerConfig = { idToRef: (id) => id, refToId: (timer) => timer };
    this.fakeTimers = new LegacyFakeTimers({ config, global, moduleMocker, timerConfig });
    this.fakeTimersModern = new ModernFakeTimers({ config, global });
    this.restore = [
      restoreTemporaryFolder(),
      restoreGlobals(),
      restoreProcess(),
      ...[process, process.stdout, process.stderr].map(restoreListeners),
    ];
  }

  async setup() {}

  async teardown() {
    this.fakeTimers.dispose();
    this.fakeTimersModern.dispose();
    for (const restore of this.restore.reverse()) restore();
  }

  getVmContext() {
    return globalThis;
  }

  exportConditions() {
    return ["node", "node-addons"];
  }
};

/** Added names stay: they are the state of packages (cdktf's tokens), and the packages stay too. */
function restoreGlobals() {
  const before = Object.entries(Object.getOwnPropertyDescriptors(globalThis));
  // Jest keeps the tests and the listeners of one file under these.
  const ofJest = (key) => ["EVENT_HANDLERS", "JEST_STATE_SYMBOL"].includes(key.description);
  const outer = Object.getOwnPropertySymbols(globalThis);
  return () => {
    for (const [name, descriptor] of before) {
      if (Object.getOwnPropertyDescriptor(globalThis, name)?.value !== descriptor.value)
        Object.defineProperty(globalThis, name, descriptor);
    }
    for (const key of Object.getOwnPropertySymbols(globalThis))
      if (ofJest(key) && !outer.includes(key)) delete globalThis[key];
  };
}

/** As in Jest's `node`, a test changes a copy of the variables: commands that it starts get them, Node itself does not. */
function restoreProcess() {
  const { env, exit, exitCode, argv } = process;
  const folder = process.cwd();
  Object.assign(process, { env: { ...env }, argv: [...argv] });
  return () => {
    Object.assign(process, { env, exit, exitCode, argv });
    process.chdir(folder);
  };
}

function restoreListeners(emitter) {
  const before = new Map(emitter.eventNames().map((event) => [event, emitter.listeners(event)]));
  return () => {
    for (const event of emitter.eventNames())
      for (const listener of emitter.listeners(event))
        if (!before.get(event)?.includes(listener)) emitter.removeListener(event, listener);
  };
}

const IN_MEMORY = "/dev/shm";
const LEAST_BYTES = 2 ** 30;

/**
 * A folder in memory where Linux has one that is large enough and runs programs, which a container's may not. Tests write
 * thousands of small files, and wait 1.5 ms for the disk for each.
 */
function folderInMemory() {
  let folder;
  try {
    const { bavail, bsize } = statfsSync(IN_MEMORY);
    if (bavail * bsize < LEAST_BYTES) return undefined;
    folder = mkdtempSync(join(IN_MEMORY, "unit-"));
    const program = join(folder, "program");
    writeFileSync(program, "", { mode: 0o700 });
    accessSync(program, constants.X_OK);
    rmSync(program);
    return folder;
  } catch {
    if (folder) rmSync(folder, { recursive: true });
    return undefined;
  }
}

/** The test file gets a folder of its own, which is removed with whatever the tests leave there. */
function restoreTemporaryFolder() {
  const folder = folderInMemory();
  if (folder === undefined) return () => undefined;
  // Node reads this variable from the process, not from the copy that a test gets.
  const { env } = process;
  const { TMPDIR } = env;
  env["TMPDIR"] = folder;
  return () => {
    env["TMPDIR"] = TMPDIR;
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  };
}
