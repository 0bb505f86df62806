import { PhaseClock, StepClock, timeLineTable, type RunStep } from "../../../tools/rehearsal/time-line";

const step = (id: string, from: number, to: number, ...after: string[]): RunStep => ({
  id,
  name: `apply ${id}`,
  after,
  startedAt: from * 1000,
  seconds: to - from,
});

test("lists the steps by their start, with what each waited for, and marks those that determined the time", () => {
  const steps = [
    step("database", 20, 101.04, "network"),
    step("network", 2, 18, "bootstrap"),
    step("confirmation", 101.04, 101.05, "database"),
    step("bootstrap", 0, 2),
    step("iam", 2.2, 9, "bootstrap"),
    step("application", 18, 24, "network", "iam"),
  ];
  expect(timeLineTable(steps, { plain: true })).toBe(
    [
      "   from     to  step               waited for",
      "*   0.0    2.0  apply bootstrap",
      "*   2.0   18.0  apply network      apply bootstrap",
      "    2.2    9.0  apply iam          apply bootstrap",
      "   18.0   24.0  apply application  apply network",
      "*  20.0  101.0  apply database     apply network, and 2.0 s for a free slot",
      "* the steps that determined the time of the run",
    ].join("\n"),
  );
});

test("follows a step without a free slot to the step that ended right before it", () => {
  const steps = [step("bootstrap", 0, 2), step("iam", 2, 9, "bootstrap"), step("network", 9.01, 20, "bootstrap")];
  expect(timeLineTable(steps, { plain: true })).toBe(
    [
      "   from    to  step             waited for",
      "*   0.0   2.0  apply bootstrap",
      "*   2.0   9.0  apply iam        apply bootstrap",
      "*   9.0  20.0  apply network    apply bootstrap, and 7.0 s for a free slot",
      "* the steps that determined the time of the run",
    ].join("\n"),
  );
});

test("has a frame on a terminal", () => {
  expect(timeLineTable([step("network", 2, 18)], { plain: false })).toContain("│ * │  2.0 │ 18.0 │ apply network │");
});

test("StepClock records steps with those that ended before, those that fail included", async () => {
  const clock = new StepClock("prepare");
  const pause = () => new Promise((resolve) => setTimeout(resolve, 20));
  await Promise.all([clock.time("start", pause), clock.time("synthesize", pause)]);
  clock.add([step("network", 2, 3, "bootstrap")]);
  await expect(clock.time("check", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  const after = Object.fromEntries(clock.steps.map((each) => [each.id, each.after]));
  expect(after).toEqual({
    prepare: [],
    start: ["prepare"],
    synthesize: ["prepare"],
    network: ["bootstrap", "prepare", "start", "synthesize"],
    check: ["prepare", "start", "synthesize", "network"],
  });
  expect(clock.steps[1]?.seconds).toBeGreaterThan(0.015);
});

test("PhaseClock adds up the seconds of each phase, without the time between phases", () => {
  const now = jest.spyOn(performance, "now");
  const at = (seconds: number): unknown => now.mockReturnValue(seconds * 1000);
  const clock = new PhaseClock();
  at(10);
  clock.enter("planning");
  at(13);
  clock.enter("applying");
  at(20);
  clock.stop();
  at(100);
  clock.enter("planning");
  at(101);
  clock.stop();
  clock.stop();
  expect(clock.seconds).toEqual({ planning: 4, applying: 7 });
  expect(clock.totalSeconds).toBe(11);
  now.mockRestore();
});
