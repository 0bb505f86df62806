import { Access } from "../access/decide/access";
import { accessGraphOf } from "../access/graph/access-graph-of";
import { matrixOf } from "../access/decide/matrix";
import { accessPage } from "../access/output/page";
import { accessModelOf } from "../access/read/model-of";
import { readSynthesized } from "../synth/synthesized";

/* Measures the access report of a synthesized output, in a separate process without cached decisions. */

async function timed<T>(work: () => T | Promise<T>): Promise<{ readonly result: T; readonly seconds: number }> {
  const began = performance.now();
  return { result: await work(), seconds: (performance.now() - began) / 1000 };
}

async function measure(outdir: string): Promise<void> {
  const {
    result: { access, matrix },
    seconds: matrixSeconds,
  } = await timed(async () => {
    const read = new Access(accessModelOf(readSynthesized(outdir)));
    return { access: read, matrix: await matrixOf(read) };
  });
  const graph = await timed(() => accessGraphOf(access));
  const page = await timed(() => accessPage(access.model, matrix, graph.result));
  const { accounts, principals } = access.model;
  console.log(
    JSON.stringify({
      matrix: matrixSeconds,
      graph: graph.seconds,
      page: page.seconds,
      accounts: accounts.length,
      principals: principals.length,
    }),
  );
}

void measure(process.argv[2] ?? "cdktf.out");
