import type { Ended } from "./clone";

interface ExitMatchers {
  /**
   * Checks the exit code of a command. A failure shows the command's output, because nothing else is left of a run on
   * another machine.
   */
  toExitWith(code: number): void;
}

declare global {
  // The only way to add a matcher to Jest's types.
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
