import { PhaseClock } from "../../../tools/rehearsal/phase-clock";

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
