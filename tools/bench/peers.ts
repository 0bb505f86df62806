import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { MissingTool } from "../support/errors";
import { ROOT, TYPESCRIPT } from "../support/project";
import { readStacks } from "../synth/read-stacks";
import type { BenchGroup, BenchOptions } from "./group";
import { inTurns, medianOf, run, type RunMeasured, synthOf } from "./measure";
import type { Result } from "./report";
import { EXAMPLE } from "./synth";

const ROUNDS = 3;
const PEER = join(__dirname, "peers/aws-cdk");

interface Counted {
  readonly stacks: number;
  readonly resources: number;
}

/** The stacks and resources of an AWS CDK output. */
function countTemplates(outdir: string): Counted {
  const templates = readdirSync(outdir).filter((name) => name.endsWith(".template.json"));
  const resources = templates.map((name) => {
    const template = JSON.parse(readFileSync(join(outdir, name), "utf8")) as { readonly Resources?: object };
    return Object.keys(template.Resources ?? {}).length;
  });
  return { stacks: templates.length, resources: resources.reduce((sum, count) => sum + count, 0) };
}

async function measure({ directory }: BenchOptions): Promise<readonly Result[]> {
  if (!existsSync(join(PEER, "node_modules/aws-cdk-lib")))
    throw new MissingTool("AWS CDK", `run npm ci --prefix ${relative(ROOT, PEER)}`, "no installed packages");
  const env = { CI: "true", CDK_DISABLE_VERSION_CHECK: "1", CDK_DISABLE_CLI_TELEMETRY: "true" };
  const [commandOut, appOut] = [join(directory, "cdk.out"), join(directory, "app.out")];
  const cli = join(PEER, "node_modules/.bin/cdk");
  const measured = await inTurns<"own" | "command" | "app", Pick<RunMeasured, "seconds">>(ROUNDS, {
    own: () => synthOf(directory, EXAMPLE),
    command: () => run(cli, ["synth", "--quiet", "--no-notices", "--output", commandOut], { cwd: PEER, env }),
    app: () =>
      run(process.execPath, ["--require", TYPESCRIPT, "app.ts"], {
        cwd: PEER,
        env: { CDK_OUTDIR: appOut, CDK_VALIDATION: "false" },
      }),
  });
  const own = medianOf(measured.own, "seconds");
  const ratio = (what: string, peer: keyof typeof measured, atMost: number): Result => ({
    what,
    got: own / medianOf(measured[peer], "seconds"),
    unit: "×",
    atMost,
    detail: `${own.toFixed(2)} s / ${medianOf(measured[peer], "seconds").toFixed(2)} s`,
  });
  const stacks = readStacks(join(directory, "out"));
  const resources = stacks.reduce((sum, { resourceCount }) => sum + resourceCount, 0);
  const peer = countTemplates(commandOut);
  return [
    ratio("npm run synth / cdk synth of AWS CDK, the example", "command", 0.25),
    ratio("the same without the AWS CDK command and its validation of templates", "app", 1),
    { what: "resources, Terraform", got: resources, unit: "", detail: `${stacks.length} stacks` },
    { what: "resources, CloudFormation", got: peer.resources, unit: "", detail: `${peer.stacks} stacks` },
  ];
}

export const peersGroup: BenchGroup = {
  name: "peers",
  about: "synth against an AWS CDK app with equivalent resources",
  measure,
};
