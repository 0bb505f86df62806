// Loaded by a measured process with --require. Writes its peak memory, in KiB, to the file in BENCH_PEAK.
const { writeFileSync } = require("node:fs");
process.on("exit", () => writeFileSync(process.env.BENCH_PEAK, String(process.resourceUsage().maxRSS)));
