import { Access } from "../access/decide/access";
import { accessGraphOf } from "../access/graph/access-graph-of";
import { matrixOf } from "../access/decide/matrix";
import { accessModelOf } from "../access/read/model-of";
import { readSynthesized } from "../synth/synthesized";

/* Measures the access report of a synthesized output, in a separate process without cached decisions. */

async function measure(outdir: string): Promise<void> {
  const seconds = async (work: () => unknown) => {
    const began = performance.now();
    await work();
    return (performance.now() - began) / 1000;
  };
  let access = new Access({ accounts: [], principals: [], guardedResources: [], managedPolicies: [], resources: [] });
  const matrix = await seconds(async () => {
    access = new Access(accessModelOf(readSynthesized(outdir)));
    await matrixOf(access);
  });
  const graph = await seconds(() => accessGraphOf(access));
  const { accounts, principals } = access.model;
  console.log(JSON.stringify({ matrix, graph, accounts: accounts.length, principals: principals.length }));
}

void measure(process.argv[2] ?? "cdktf.out");
