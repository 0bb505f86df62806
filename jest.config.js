// Two projects: `unit` needs Node alone, `e2e` runs Terraform against the local emulator.
const shared = {
  testEnvironment: "node",
  setupFiles: ["<rootDir>/__tests__/support/setup.ts"],
  transform: {
    "^.+\\.ts$": [
      "@swc/jest",
      { jsc: { target: "es2022", parser: { syntax: "typescript" } }, module: { type: "commonjs" } },
    ],
  },
};

/** @type {import("jest").Config} */
module.exports = {
  projects: [
    {
      ...shared,
      displayName: "unit",
      testMatch: ["<rootDir>/__tests__/**/*.test.ts"],
      testPathIgnorePatterns: ["<rootDir>/__tests__/e2e/", "/node_modules/"],
    },
    {
      ...shared,
      displayName: "e2e",
      setupFilesAfterEnv: ["<rootDir>/__tests__/e2e/support/setup.ts"],
      testMatch: ["<rootDir>/__tests__/e2e/**/*.test.ts"],
    },
  ],
};
