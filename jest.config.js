const { realpathSync } = require("node:fs");
const { availableParallelism, tmpdir } = require("node:os");
const optimizerOptions = require("./tools/support/optimizer.cjs");

// Two projects: `unit` needs Node alone, `e2e` runs Terraform against the local emulator.
const swc = (parser) => ({
  jsc: {
    target: "es2022",
    parser: { syntax: "typescript", ...parser },
    transform: { react: { runtime: "automatic", importSource: "preact" } },
  },
  module: { type: "commonjs" },
  // In a file of its own, which is read for a trace. In the code, it would be two thirds of what each worker loads.
  sourceMaps: true,
});

const shared = {
  transform: {
    "^.+\\.ts$": ["@swc/jest", swc({})],
    "^.+\\.tsx$": ["@swc/jest", swc({ tsx: true })],
  },
  // What commands write is no part of the project.
  modulePathIgnorePatterns: ["<rootDir>/(\\.cache|cdktf\\.out|coverage|plans|births|errored|handover)/"],
};

// Commands print real paths. On macOS, the folder for temporary files is behind a link.
process.env["TMPDIR"] = realpathSync(tmpdir());

// Every Node parses these certificates when it starts, for 40 ms. Tests have connections to this machine alone.
delete process.env["NODE_EXTRA_CA_CERTS"];

// Workers start with the options of this process. No core is left over, so that the threads with which Node collects
// garbage would only take the cores from other workers: 7 % of the CPU of unit tests.
process.execArgv.push("--single-threaded-gc", "--max-semi-space-size=64", ...optimizerOptions);

/** @type {import("jest").Config} */
module.exports = {
  // Five seconds, which is Jest's own limit, are not enough where other programs keep the machine busy.
  testTimeout: 15_000,
  // On two cores, four take a sixth less time than two: one computes while another waits for a process, and each has less
  // memory to collect and to fork.
  maxWorkers: Math.max(4, availableParallelism()),
  testSequencer: "<rootDir>/__tests__/support/longest-first.cjs",
  projects: [
    {
      ...shared,
      displayName: "unit",
      runtime: "<rootDir>/__tests__/support/shared-packages.cjs",
      testEnvironment: "<rootDir>/__tests__/support/worker-environment.cjs",
      setupFiles: ["<rootDir>/__tests__/support/setup.ts"],
      // A team may keep tests of its own next to its own stacks.
      testMatch: ["<rootDir>/__tests__/**/*.test.ts", "<rootDir>/custom/**/*.test.ts"],
      testPathIgnorePatterns: ["<rootDir>/__tests__/e2e/", "/node_modules/"],
    },
    {
      ...shared,
      displayName: "e2e",
      testEnvironment: "node",
      setupFiles: ["<rootDir>/__tests__/support/setup.ts"],
      setupFilesAfterEnv: ["<rootDir>/__tests__/e2e/support/setup.ts"],
      testMatch: ["<rootDir>/__tests__/e2e/**/*.test.ts"],
      // `npm run test:long` runs them.
      testPathIgnorePatterns: process.env["LONG_TESTS"] ? [] : ["<rootDir>/__tests__/e2e/long/"],
    },
  ],
};
