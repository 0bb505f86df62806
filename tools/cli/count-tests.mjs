// Adds up Jest's results: `count-tests.mjs <failed steps> <results.json>…` prints the slowest files and tests, and at last
// "N passed, N failed, N skipped". It exits with 1 unless every step passed, every results file exists, and no test
// failed or was skipped.
import { existsSync, readFileSync } from "node:fs";
import { relative } from "node:path";

/** How many files, and how many tests, are listed as the slowest. */
const SLOWEST = 10;

const [failedSteps, ...files] = process.argv.slice(2);
const [timedFiles, timedTests] = [[], []];
let [passed, failed, skipped] = [0, 0, 0];
for (const file of files) {
  if (!existsSync(file)) {
    console.error(`no results: ${file}`);
    failed += 1;
    continue;
  }
  const results = JSON.parse(readFileSync(file, "utf8"));
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, numRuntimeErrorTestSuites } = results;
  if (numPassedTests === 0) console.error(`no test passed: ${file}`);
  passed += numPassedTests;
  failed += numFailedTests + numRuntimeErrorTestSuites + (numPassedTests === 0 ? 1 : 0);
  skipped += numPendingTests + numTodoTests;
  for (const { name, startTime, endTime, assertionResults } of results.testResults) {
    const path = relative(process.cwd(), name);
    timedFiles.push({ name: path, milliseconds: endTime - startTime });
    for (const { fullName, duration } of assertionResults)
      timedTests.push({ name: `${path}: ${fullName}`, milliseconds: duration ?? 0 });
  }
}

function printSlowest(what, timed) {
  console.log(`The slowest ${what}:`);
  for (const { name, milliseconds } of timed.sort((a, b) => b.milliseconds - a.milliseconds).slice(0, SLOWEST))
    console.log(`${(milliseconds / 1000).toFixed(1).padStart(8)} s  ${name}`);
}
printSlowest("test files", timedFiles);
printSlowest("tests", timedTests);
if (Number(failedSteps) > 0) console.error(`${failedSteps} steps failed: see above`);
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = Number(failedSteps) > 0 || failed > 0 || skipped > 0 ? 1 : 0;
