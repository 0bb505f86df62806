import { hasTags, type Tags } from "../accounts/bootstrap/account";
import { stackResources } from "../accounts/bootstrap/stack-resources";
import type { Declared } from "../plans/preflight/creations";
import type { Stack } from "../synth/stacks";
import { awsClients } from "../terraform/aws/aws-clients";
import { awsProblem } from "../terraform/aws/aws-problem";
import { LockHeld, readLock } from "../terraform/state/state-lock";
import { type AdoptOptions, clientsOf, searchStacks } from "./adopt";
import type { Candidate } from "./finder";
import type { Searched, SearchOptions } from "./search";
import { isTagged, readTags } from "./tags";

/** Something that an apply created, and that no state holds. */
interface Orphan {
  readonly stack: string;
  readonly address: string;
  readonly candidate: Candidate;
}

export interface Orphans {
  readonly found: readonly Orphan[];
  /** What has the name of a resource, but not the tags of its stack: somebody else made it. */
  readonly others: readonly Orphan[];
  /** Resources of which several candidates have the stack's tags. */
  readonly ambiguous: readonly { readonly stack: string; readonly address: string; readonly ids: readonly string[] }[];
}

/**
 * Looks for what applies created of some stacks before they were killed. Reads AWS only.
 *
 * @param stacks all stacks of this run's own synthesized output
 * @throws UserError if a state is locked: then the apply may still run
 */
export async function findOrphans(
  ids: readonly string[],
  stacks: readonly Stack[],
  options: Pick<AdoptOptions, "env">,
): Promise<Orphans> {
  for (const stack of stacks.filter(({ id }) => ids.includes(id))) {
    const lock = await readLock(awsClients(stack, options.env(stack)).s3, stack);
    if (lock) throw new LockHeld(stack, lock);
  }
  const { searched } = await searchStacks(ids, stacks, options);
  const own = searched.filter(({ resource }) => ids.includes(resource.stack.id));
  return orphansIn(own, clientsOf(options));
}

/**
 * What applies created of some stacks before they were killed: what has the tags of the stack, or, of a type that takes
 * none, the name in the code or a place in something of the stack.
 *
 * @param searched every resource of these stacks
 */
export async function orphansIn(
  searched: readonly Searched[],
  clientsFor: SearchOptions["clientsOf"],
): Promise<Orphans> {
  const own = new Map<Declared, readonly Candidate[]>();
  const foreign = new Map<Declared, Candidate>();
  for (const { resource, outcome } of searched) {
    const candidates =
      outcome.status === "found" && !outcome.isChosen
        ? [outcome.candidate]
        : outcome.status === "ambiguous"
          ? outcome.candidates
          : [];
    const kept = await withTags(resource, candidates, clientsFor);
    if (kept.length > 0) own.set(resource, kept);
    // AWS creates the defaults of a VPC with it: an apply takes them over, and creates none.
    else if (candidates[0] && !resource.type.startsWith("aws_default_")) foreign.set(resource, candidates[0]);
  }
  moveParts(own, foreign);
  const named = ({ stack, address }: Declared) => ({ stack: stack.id, address });
  const all = [...own];
  return {
    found: all.flatMap(([resource, [candidate, ...more]]) =>
      candidate && more.length === 0 ? [{ ...named(resource), candidate }] : [],
    ),
    others: [...foreign].map(([resource, candidate]) => ({ ...named(resource), candidate })),
    ambiguous: all
      .filter(([, candidates]) => candidates.length > 1)
      .map(([resource, candidates]) => ({ ...named(resource), ids: candidates.map(({ id }) => id) })),
  };
}

/** Candidates with the tags of the stack; all of a type that takes none. */
async function withTags(
  { type, stack, region, address }: Declared,
  candidates: readonly Candidate[],
  clientsFor: SearchOptions["clientsOf"],
): Promise<readonly Candidate[]> {
  const { stackTags } = stackResources(stack);
  if (candidates.length === 0 || !isTagged(type)) return candidates;
  const place = { accountId: stack.accountId, region, clients: clientsFor(stack, region) };
  const tags = await Promise.all(
    candidates.map((candidate) =>
      readTags(type, candidate, place).catch((error: unknown): never => {
        throw awsProblem(error, `${stack.id} ${address}`) ?? error;
      }),
    ),
  );
  // The provider tags a bucket in a second call: an apply may have been killed between both.
  const isOwn = (of: Tags) => hasTags(of, stackTags) || (type === "aws_s3_bucket" && Object.keys(of).length === 0);
  return candidates.filter((_, index) => isOwn(tags[index] ?? {}));
}

/** A part without tags of something that somebody else made is theirs, too. */
function moveParts(own: Map<Declared, readonly Candidate[]>, foreign: Map<Declared, Candidate>): void {
  const refersTo = ({ stack, values }: Declared) => {
    const text = JSON.stringify(values);
    return [...foreign.keys()].some((each) => each.stack === stack && text.includes(`\${${each.address}.`));
  };
  // A map that grows while it is walked is walked to its new end: parts may have parts.
  for (;;) {
    const parts = [...own].filter(([resource]) => !isTagged(resource.type) && refersTo(resource));
    if (parts.length === 0) return;
    for (const [resource, [candidate]] of parts) {
      own.delete(resource);
      if (candidate) foreign.set(resource, candidate);
    }
  }
}
