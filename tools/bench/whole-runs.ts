import { ROOT } from "../support/project";
import type { BenchGroup } from "./group";
import { run } from "./measure";
import { EXAMPLE } from "./synth";

/** A group that runs one npm command once, to its end. */
const once = (name: string, args: readonly string[], atMost: number): BenchGroup => ({
  name,
  about: `npm ${args.join(" ")}, once`,
  onlyByName: true,
  measure: async () => {
    const { seconds } = await run("npm", args, { cwd: ROOT, env: { ESTATE: EXAMPLE, CI: "true" } });
    return [{ what: `npm ${args.join(" ")}`, got: seconds, unit: "s", atMost }];
  },
});

/** The two commands that a newcomer runs first. */
export const startGroup = once("start", ["start"], 100);
export const testGroup = once("test", ["test"], 75);
