/*
 * Options of V8 for what runs for seconds, not for hours: commands and tests. V8 optimizes a function that is called often
 * on threads of its own. That pays for itself only in a long run, and on few cores it takes time from the function's caller.
 * With these options V8 starts later, and copies less code of called functions into the optimized one.
 *
 * Measured on 2 cores (Node.js 20): unit tests 135 s of CPU after 185, a synth of 603 stacks 3.2 s after 3.8.
 */
const LATER = {
  // By the major version of V8: bytes of code that a function has run, or calls. The defaults are 67,584 and 3,000.
  11: "--interrupt-budget=1000000",
  12: "--invocation-count-for-turbofan=20000",
  13: "--invocation-count-for-turbofan=20000",
};

const later = LATER[Number.parseInt(process.versions.v8, 10)];

// A version that is not measured gets none: V8 refuses an option that it does not know.
module.exports = later === undefined ? [] : [later, "--max-inlined-bytecode-size-cumulative=60"];
