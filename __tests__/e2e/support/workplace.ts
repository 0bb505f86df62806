import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadEstate } from "../../../config/load";
import type { Estate } from "../../../config/model";
import { startEmulator } from "../../../emulator/emulator";
import { findTools, stackEnvironment, type Tools } from "../../../rehearsal/rehearse";
import { synthesize } from "../../../rehearsal/synth";
import { applyStacks } from "../../../runner/apply-stacks";
import { createView } from "../../../runner/live-view";
import { readStacks, selectClosure, type Stack } from "../../../runner/stacks";
import { Terraform } from "../../../runner/terraform";

/** The project's ignored cache folder. */
export const CACHE = join(__dirname, "../../../.cache");

/** An emulator of a test file's own, with the synthesized example in a folder of its own. */
export interface Workplace {
  readonly estate: Estate;
  readonly url: string;
  readonly directory: string;
  readonly tools: Tools;
  stack(id: string): Stack;
  /** The environment of a run for a stack, as the rehearsal makes it. */
  environment(stack: Stack): NodeJS.ProcessEnv;
  /** Terraform in a stack's folder; another environment may be given. */
  terraform(stack: Stack, environment?: NodeJS.ProcessEnv): Terraform;
  /** Applies stacks and whatever they depend on. Throws where one fails. */
  apply(...ids: string[]): Promise<void>;
  stop(): Promise<void>;
}

/** Throws MissingTool where Terraform, the provider, Python or moto is missing: an end-to-end test never passes by being skipped. */
export async function startWorkplace(name: string): Promise<Workplace> {
  const tools = await findTools(CACHE);
  const directory = mkdtempSync(join(tmpdir(), `${name}-`));
  const outdir = join(directory, "cdktf.out");
  const logDir = join(directory, "logs");
  mkdirSync(logDir);
  synthesize(outdir);
  const stacks = readStacks(outdir);
  const estate = loadEstate();
  const emulator = await startEmulator({ logFile: join(logDir, "emulator.log"), source: tools.emulator });
  const environment = stackEnvironment(emulator.url, estate, tools);
  const stack = (id: string): Stack => {
    const found = stacks.find((each) => each.id === id);
    if (!found) throw new Error(`no stack ${id}`);
    return found;
  };
  return {
    estate,
    url: emulator.url,
    directory,
    tools,
    stack,
    environment,
    terraform: (stack, env = environment(stack)) =>
      new Terraform({
        stackId: stack.id,
        directory: stack.directory,
        env,
        logFile: join(logDir, `${stack.id}.log`),
        binary: tools.terraform.path,
      }),
    apply: async (...ids) => {
      const view = createView({ stream: { write: () => true } });
      const report = await applyStacks(selectClosure(stacks, ids), {
        binary: tools.terraform.path,
        env: environment,
        logDir,
        view,
        check: false,
      });
      const failed = report.stacks.find(({ error }) => error);
      if (failed?.error) throw failed.error;
    },
    stop: async () => {
      await emulator.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
