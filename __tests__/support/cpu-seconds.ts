/** Seconds of processor time that some work takes in this process: on a busy machine about the same as on an idle one. */
export async function cpuSeconds(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  return process.cpuUsage(before).user / 1e6;
}
