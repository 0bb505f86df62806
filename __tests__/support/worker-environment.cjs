// A test environment that is the worker itself. A context of its own for each test file (as in Jest's `node`) cannot
// share packages with the next file. What a test may leave behind is put back after its file.
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
      restoreGlobals(),
      restoreProcess(),
      ...[process, process.stdout, process.stderr].map(restoreListeners),
    ];
  }

  async setup() {}

  async teardown() {
    this.fakeTimers.dispose();
    this.fakeTimersModern.dispose();
    for (const restore of this.restore) restore();
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
