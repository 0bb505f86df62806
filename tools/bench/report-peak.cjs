// Required into a measured process: writes its peak memory, in KiB, to the file that BENCH_PEAK names.
const { writeFileSync } = require("node:fs");
process.on("exit", () => writeFileSync(process.env.BENCH_PEAK, String(process.resourceUsage().maxRSS)));
