import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PLAN_FILE } from "../terraform/plan-stacks";
import { STACK_JSON } from "../synth/stacks";
import { sha256OfFile, type Manifest, type ManifestStack } from "./manifest";
import { PLAN_JSON, stackFolder } from "./plan-folder";
import type { Checkout } from "../synth/git/repository";
import type { PlanJson } from "../review/plan-json";
import { reviewPlan } from "../review/review-plan";

/** What is at hand when a plan is to be applied. */
export interface Present {
  readonly checkout: Checkout;
  /** The hash of the estate, as the manifest has it. */
  readonly estateSha256: string;
  readonly terraformVersion: string;
  readonly providerVersion: string;
}

const AGAIN = "plan again";

/**
 * Why a plan may not be applied here and now, each with the remedy; empty where nothing speaks against it. Asks nobody:
 * not AWS, and not Terraform.
 *
 * @param folder where the files lie that are going to be applied
 * @param allowed addresses whose destruction was allowed, `<stack>:<address>` or `<address>`
 */
export function refusalsOf(folder: string, manifest: Manifest, present: Present, allowed: readonly string[]): string[] {
  const changing = manifest.stacks.filter(({ plan }) => plan !== undefined);
  return [
    ...originRefusals(manifest, present),
    ...versionRefusals(manifest, present),
    ...manifest.stacks
      .filter(({ status }) => status === "failed" || status === "not started")
      .map(
        ({ id, status }) =>
          `${id}: its planning ${status === "failed" ? "failed" : "did not start"}: the plan is not whole; ${AGAIN}`,
      ),
    ...changing.flatMap((stack) => fileRefusals(folder, stack)),
    ...destroyRefusals(folder, changing, allowed),
  ];
}

function originRefusals(
  { commit, tree, dirty, estate, rehearsedOn }: Manifest,
  { checkout, estateSha256 }: Present,
): string[] {
  const refusals: string[] = [];
  if (rehearsedOn !== undefined)
    refusals.push(
      "the plan is rehearsed: it was made on an emulator, and shows what AWS would do; plan without --rehearse",
    );
  if (commit === undefined)
    refusals.push(`the plan was made from no commit: commit the estate to a git repository, and ${AGAIN}`);
  else if (checkout.tree === undefined || checkout.tree !== tree) {
    // Not the commit: merging a pull request makes another one of the very same files.
    const here = checkout.commit === undefined ? "none" : `${checkout.commit}, which holds other files`;
    refusals.push(
      `the plan was made from commit ${commit}, here is ${here}: git checkout ${commit.slice(0, 12)}, or ${AGAIN}`,
    );
  }
  if (dirty) refusals.push(`the plan was made from changes that no commit holds: commit them, and ${AGAIN}`);
  if (checkout.changedPaths.length > 0)
    refusals.push(`here are changes that no commit holds (${some(checkout.changedPaths)}): commit or stash them`);
  if (estate.sha256 !== estateSha256)
    refusals.push(`the estate is not the one that was planned (${estate.file}): check ESTATE, or ${AGAIN}`);
  return refusals;
}

function versionRefusals(manifest: Manifest, present: Present): string[] {
  const { terraformVersion, providerVersion } = manifest;
  return [
    ...(terraformVersion === present.terraformVersion
      ? []
      : [
          `the plan was made with Terraform ${terraformVersion}, here is ${present.terraformVersion}: use that one, or ${AGAIN}`,
        ]),
    ...(providerVersion === present.providerVersion
      ? []
      : [
          `the plan was made with hashicorp/aws ${providerVersion}, here is ${present.providerVersion}: npm ci at that commit, or ${AGAIN}`,
        ]),
  ];
}

function fileRefusals(folder: string, { id, jsonSha256, plan }: ManifestStack): string[] {
  const expected = [
    [STACK_JSON, jsonSha256],
    [PLAN_FILE, plan?.fileSha256],
    [PLAN_JSON, plan?.jsonSha256],
  ] as const;
  return expected.flatMap(([name, sha256]) => {
    const file = join(stackFolder(folder, id), name);
    if (!existsSync(file)) return [`${id}: ${name} is missing: ${AGAIN}`];
    return sha256OfFile(file) === sha256 ? [] : [`${id}: ${name} is not the one that was made with the plan: ${AGAIN}`];
  });
}

/** The verdict is drawn from the plan itself, whose hash was checked, and not from what a summary says. */
function destroyRefusals(folder: string, changing: readonly ManifestStack[], allowed: readonly string[]): string[] {
  const destroyed = changing.flatMap(({ id }) =>
    destroyedIn(join(stackFolder(folder, id), PLAN_JSON)).map((matter) => ({ id, ...matter })),
  );
  const isAllowed = (id: string, address: string): boolean =>
    allowed.includes(`${id}:${address}`) || allowed.includes(address);
  const needless = allowed.filter(
    (name) => !destroyed.some(({ id, address }) => name === address || name === `${id}:${address}`),
  );
  const ambiguous = allowed.filter((name) => destroyed.filter(({ address }) => address === name).length > 1);
  return [
    ...destroyed
      .filter(({ id, address }) => !isAllowed(id, address))
      .map(
        ({ id, address, words }) => `${id}: blocked: ${words}: where that is meant, --allow-destroy '${id}:${address}'`,
      ),
    ...needless.map((name) => `--allow-destroy ${name}: the plan destroys no stateful resource of that address`),
    ...ambiguous.map((name) => `--allow-destroy ${name}: several stacks have it, expected <stack>:${name}`),
  ];
}

function destroyedIn(file: string): readonly { readonly address: string; readonly words: string }[] {
  try {
    return reviewPlan(JSON.parse(readFileSync(file, "utf8")) as PlanJson).destroysState;
  } catch {
    return []; // missing or changed: that is a refusal by itself
  }
}

function some(paths: readonly string[]): string {
  return paths.length > 3 ? `${paths.slice(0, 3).join(", ")} and ${paths.length - 3} more` : paths.join(", ");
}
