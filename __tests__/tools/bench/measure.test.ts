import { inTurns, medianOf, run } from "../../../tools/bench/measure";

const node = (script: string, options = {}) => run(process.execPath, ["--eval", script], options);

test("the median of an odd number of values is the middle one, of an even number the mean of two", () => {
  const of = (...values: number[]) =>
    medianOf(
      values.map((seconds) => ({ seconds })),
      "seconds",
    );
  expect(of(30, 1, 2)).toBe(2);
  expect(of(4, 1, 100, 2)).toBe(3);
  expect(of()).toBeNaN();
});

test("works are run one after the other in each round", async () => {
  const order: string[] = [];
  const work = (name: string) => async () => {
    order.push(`${name} begins`);
    await Promise.resolve();
    order.push(`${name} ends`);
    return order.length;
  };
  const values = await inTurns(2, { old: work("old"), new: work("new") });
  const round = ["old begins", "old ends", "new begins", "new ends"];
  expect(order).toEqual([...round, ...round]);
  expect(values).toEqual({ old: [2, 6], new: [4, 8] });
});

test("a command is measured with its output, in its folder and environment", async () => {
  const { seconds, output } = await node("console.log(process.cwd(), process.env.BENCH_PEAK)", {
    cwd: "/",
    env: { BENCH_PEAK: "peak" },
  });
  expect(output).toBe("/ peak\n");
  expect(seconds).toBeGreaterThan(0);
});

test("a command that fails is reported with its exit code and its output", async () => {
  await expect(node("console.log('half'); console.error('the cause'); process.exitCode = 3")).rejects.toThrow(
    /failed \(exit code 3\):\nhalf\nthe cause/,
  );
});

test("an exit code that the caller expects is no failure", async () => {
  await expect(node("process.exitCode = 2", { success: [0, 2] })).resolves.toMatchObject({ output: "" });
});

test("a command that cannot be started is an error", async () => {
  await expect(run("/nowhere/node", [])).rejects.toThrow("ENOENT");
});
