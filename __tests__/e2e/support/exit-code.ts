import type { Ended } from "./clone";

interface ExitMatchers {
  /**
   * How a command ended. Where it was otherwise, what it said is shown: of a run on another machine nothing else is
   * left.
   */
  toExitWith(code: number): void;
}

declare global {
  // The only way to tell Jest's types of a matcher.
  // eslint-disable-next-line @typescript-eslint/no-namespace
  namespace jest {
    // eslint-disable-next-line @typescript-eslint/no-unused-vars, @typescript-eslint/no-empty-object-type
    interface Matchers<R, T> extends ExitMatchers {}
  }
}

expect.extend({
  toExitWith({ code, output }: Ended, expected: number) {
    return {
      pass: code === expected,
      message: () => `exit code ${String(code)} instead of ${expected}, after:\n${output}`,
    };
  },
});
