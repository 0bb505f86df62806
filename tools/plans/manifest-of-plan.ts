import { join } from "node:path";
import { stacksOf } from "../../config/layout";
import { nameOf } from "../../config/read-estate-file";
import type { Estate } from "../../config/model";
import { predecessorOf } from "../../config/predecessor";
import type { PlanJson } from "../review/plan-json";
import type { Checkout } from "../synth/git/checkout";
import { differingKeys, type JsonObject } from "../support/json";
import { ASSETS, assetsIn } from "../synth/modules";
import { STACK_JSON, stackJson, type Stack } from "../synth/stacks";
import { fingerprintOf, readersOf, upstreamsOf, type Readers } from "../synth/upstreams";
import type { StackOutcome } from "./decide-statuses";
import { estateSha256, sha256Of, sha256OfFile, type Manifest, type ManifestStack } from "./manifest";
import { stackFolder } from "./plan-folder";
import type { RunConnections } from "../support/environment";
import { contentOf, stackContentOf } from "./promotion/content";

/** What a plan is made from. */
export interface PlanOrigin {
  readonly estate: Estate;
  readonly estateFile: string;
  readonly checkout: Checkout;
  readonly terraform: { readonly path: string; readonly version: string };
  readonly providerVersion: string;
  readonly connections: RunConnections;
  /** Plans to destroy. @default false */
  readonly destroy?: boolean;
  /** The commit that the emulator holds. @default none: a plan for AWS */
  readonly rehearsedOn?: string;
}

interface PlanDetails extends PlanOrigin {
  /** ISO 8601, UTC. */
  readonly madeAt: string;
  /** The hash of every file in the folder, by path. */
  readonly files: Readonly<Record<string, string>>;
}

/**
 * The manifest of a plan whose files are written.
 * @param stacks all stacks of the same synthesized output
 */
export function manifestOf(
  outcomes: readonly StackOutcome[],
  stacks: readonly Stack[],
  options: PlanDetails,
): Manifest {
  const { checkout, destroy, rehearsedOn, madeAt, files, connections } = options;
  const readers = readersOf(stacks);
  return {
    version: 3,
    kind: destroy ? "destroy" : "plan",
    madeAt,
    commit: checkout.commit,
    tree: checkout.tree,
    dirty: checkout.changedPaths.length > 0,
    estate: { file: nameOf(options.estateFile), sha256: estateSha256(options.estate) },
    terraformVersion: options.terraform.version,
    providerVersion: options.providerVersion,
    rehearsedOn,
    connections: {
      ...connections,
      providerSources: [...connections.providerSources],
      passed: [...connections.passed],
    },
    files: { ...files },
    stacks: outcomes.map((each) => manifestStack(each, stacks, readers, options)),
  };
}

function manifestStack(
  { stack, status, reasons, existing, state, plan }: StackOutcome,
  stacks: readonly Stack[],
  readers: Readers,
  options: PlanOrigin,
): ManifestStack {
  const isRead = status === "changes" && plan !== undefined && !options.destroy;
  return {
    ...generatedPart(stack, stacks, readers, options),
    status,
    reasons: [...reasons],
    existing: existing && [...existing],
    state: state && { lineage: state.lineage, serial: state.serial },
    upstreams: isRead ? upstreamFingerprints(stack, stacks, plan) : [],
  };
}

type GeneratedPart = Omit<ManifestStack, "status" | "reasons" | "existing" | "state" | "upstreams">;

/** What the code alone decides of a stack, whatever exists in AWS. */
function generatedPart(
  stack: Stack,
  stacks: readonly Stack[],
  readers: Readers,
  { estate, destroy, rehearsedOn }: Pick<PlanOrigin, "estate" | "destroy" | "rehearsedOn">,
): GeneratedPart {
  const { id, accountId, dependencies } = stack;
  return {
    id,
    accountId,
    accountName: accountName(estate, accountId),
    dependencies: [...dependencies],
    readers: [...(readers.get(id) ?? [])],
    ...(destroy || rehearsedOn ? {} : promotionOf(stack, stacks, estate)),
  };
}

/** Whether a plan has exactly the assets of a stack: modules, and other files that its JSON refers to. */
function hasSameAssets({ id, directory }: Stack, files: Manifest["files"]): boolean {
  const folder = join(stackFolder("", id), "/");
  const planned = Object.entries(files).filter(([path]) => path.startsWith(join(folder, ASSETS, "/")));
  const own = [...assetsIn(directory)].map(([path, content]) => [join(folder, path), sha256Of(content)] as const);
  return planned.length === own.length && own.every(([path, hash]) => files[path] === hash);
}

/**
 * How a plan differs from what the present code generates, with the remedy. The commit of a manifest proves nothing: its
 * author wrote it. Empty if the plan does not differ.
 * @param stacks all stacks that the present code synthesizes
 */
export function codeRefusals(
  { kind, files, stacks: planned }: Manifest,
  stacks: readonly Stack[],
  estate: Estate,
): string[] {
  const readers = readersOf(stacks);
  return planned.flatMap((stack) => {
    const { id } = stack;
    const own = stacks.find((each) => each.id === id);
    if (!own) return [noSuchStack(id)];
    if (sha256OfFile(join(own.directory, STACK_JSON)) !== files[join(stackFolder("", id), STACK_JSON)])
      return [
        `${id}: the code at this commit generates another ${STACK_JSON}. Run npm ci at this commit, or plan again.`,
      ];
    if (!hasSameAssets(own, files)) return [`${id}: the code at this commit generates other ${ASSETS}. Plan again.`];
    const generated = generatedPart(own, stacks, readers, { estate, destroy: kind === "destroy" });
    const { status, reasons, state, upstreams } = stack;
    // Apply asks AWS again for the stacks that it applies.
    const existing = status === "changes" ? stack.existing : undefined;
    const expected = { ...generated, status, reasons, existing, state, upstreams };
    const differing = differingKeys(withoutAbsent(expected), withoutAbsent(stack));
    return differing.length === 0
      ? []
      : [`${id}: the code at this commit generates another manifest (${differing.join(", ")}). Plan again.`];
  });
}

export const noSuchStack = (id: string): string =>
  `${id}: the code at this commit generates no such stack. Plan again.`;

const withoutAbsent = (stack: ManifestStack): JsonObject => JSON.parse(JSON.stringify(stack)) as JsonObject;

/** What the stack will hold, and what the same code generates for its predecessor. */
function promotionOf(
  stack: Stack,
  stacks: readonly Stack[],
  estate: Estate,
): Pick<ManifestStack, "content" | "exact" | "after"> {
  const spec = stacksOf(estate).find(({ id }) => id === stack.id);
  if (!spec) return {};
  const predecessor = predecessorOf(spec, estate);
  const before = predecessor && stacks.find(({ id }) => id === predecessor.id);
  return {
    ...stackContentOf(stackJson(stack), spec, estate),
    after: predecessor && before && { stackId: before.id, content: contentOf(stackJson(before), predecessor, estate) },
  };
}

/** Hashes of the outputs of other stacks that a plan read. */
export function upstreamFingerprints(
  stack: Stack,
  stacks: readonly Stack[],
  plan: PlanJson,
): ManifestStack["upstreams"] {
  return upstreamsOf(stack, stacks).map(({ stackId, address, outputs }) => ({
    stackId,
    outputs: [...outputs],
    sha256: fingerprintOf(outputs, remoteOutputs(plan, address)),
  }));
}

export const accountName = (estate: Estate, accountId: string): string =>
  estate.accounts.find(({ id }) => id === accountId)?.name ?? accountId;

interface PriorState {
  readonly values?: { readonly root_module?: { readonly resources?: readonly PriorResource[] } };
}

interface PriorResource {
  readonly address: string;
  readonly values?: { readonly outputs?: Readonly<Record<string, unknown>> };
}

/** The outputs of another stack's state as the plan read them. */
function remoteOutputs(plan: PlanJson, address: string): Readonly<Record<string, unknown>> {
  const { values } = (plan.prior_state ?? {}) as PriorState;
  return values?.root_module?.resources?.find((resource) => resource.address === address)?.values?.outputs ?? {};
}
