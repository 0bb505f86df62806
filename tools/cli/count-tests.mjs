// Adds up Jest's results: `count-tests.mjs <failed steps> <results.json>…` prints "N passed, N failed, N skipped". It
// exits with 1 unless every step passed, every results file exists, and no test failed or was skipped.
import { existsSync, readFileSync } from "node:fs";

const [failedSteps, ...files] = process.argv.slice(2);
let [passed, failed, skipped] = [0, 0, 0];
for (const file of files) {
  if (!existsSync(file)) {
    console.error(`no results: ${file}`);
    failed += 1;
    continue;
  }
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, numRuntimeErrorTestSuites } = JSON.parse(
    readFileSync(file, "utf8"),
  );
  if (numPassedTests === 0) console.error(`no test passed: ${file}`);
  passed += numPassedTests;
  failed += numFailedTests + numRuntimeErrorTestSuites + (numPassedTests === 0 ? 1 : 0);
  skipped += numPendingTests + numTodoTests;
}
if (Number(failedSteps) > 0) console.error(`${failedSteps} steps failed: see above`);
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = Number(failedSteps) > 0 || failed > 0 || skipped > 0 ? 1 : 0;
