import { PlainView } from "./plain-view";
import { TerminalView } from "./terminal-view";
import type { View } from "./view";

export interface ViewOptions {
  /** @default process.env */
  readonly env?: NodeJS.ProcessEnv;
  /** @default process.stdout */
  readonly stream?: { readonly isTTY?: boolean; readonly columns?: number; write(text: string): unknown };
}

/**
 * The view that fits: live lines on a terminal; plain ones where there is none, in CI, and on a terminal that can't
 * move its cursor or does not know how wide it is (0 columns, as some containers have it: nothing would be left of a
 * line). NO_COLOR takes the colours and leaves the live lines.
 */
export function createView(options: ViewOptions = {}): View {
  const { env = process.env, stream = process.stdout } = options;
  const inCi = env.CI !== undefined && env.CI !== "" && env.CI !== "false" && env.CI !== "0";
  if (stream.isTTY && !inCi && env.TERM !== "dumb" && stream.columns !== 0) return new TerminalView();
  return new PlainView((text) => stream.write(text));
}
