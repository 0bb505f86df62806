import type { Adoptions } from "../../config/address-files";
import type { StackSpec } from "../../config/layout";
import type { Account, Estate } from "../../config/model";
import { awsAccount } from "../accounts/bootstrap/aws-account";
import type { Stack } from "../synth/stacks";
import { upstreamsOf } from "../synth/upstreams";
import { awsClients, expectCallerAccount } from "../terraform/aws/aws-clients";
import { awsProblem } from "../terraform/aws/aws-problem";
import { readingClients } from "../terraform/aws/reading-clients";
import type { RunOptions } from "../terraform/run-options";
import { stateAt } from "../terraform/state/state-position";
import type { StateDocument } from "../terraform/terraform";
import { withFound, usedUp } from "./adoption-file";
import type { Candidate, Finder } from "./finder";
import { FINDERS } from "./finders";
import { planImports } from "./import-plans";
import { extrasIn, type Extras } from "./extras";
import { rowsOf, type AdoptionRow } from "./rows";
import { Search, type Searched, type SearchOptions } from "./search";

export interface AdoptOptions extends RunOptions {
  readonly estate: Estate;
  /** What the file of adoptions has. */
  readonly adoptions: Adoptions;
  /** Ids that a person chose from candidates. @default none */
  readonly choose?: readonly string[];
  /** The folder of the run: it holds copies of states, and must not outlive the run. */
  readonly directory: string;
  /** @default those of the project */
  readonly finders?: ReadonlyMap<string, Finder>;
}

/** What the accounts have of some stacks, and what their adoption would do. */
export interface AdoptionReport {
  readonly rows: readonly AdoptionRow[];
  /** What the accounts have and the code does not. */
  readonly extras: Extras;
  /** Why stacks could not be planned, by id. */
  readonly problems: ReadonlyMap<string, string>;
  /** Entries of the file that can be taken out. */
  readonly usedUp: readonly AdoptionRow[];
  /** The names of accounts that are not bootstrapped. */
  readonly withoutBucket: readonly string[];
  /** What the file should have. */
  readonly adoptions: Adoptions;
}

/**
 * Looks for what accounts have of stacks, and plans its import. Reads AWS only.
 *
 * @param specs the stacks to adopt
 * @param stacks all stacks of this run's own synthesized output
 */
export async function findAdoption(
  specs: readonly StackSpec[],
  stacks: readonly Stack[],
  options: AdoptOptions,
): Promise<AdoptionReport> {
  const { selected, states, searched } = await searchStacks(
    specs.map(({ id }) => id),
    stacks,
    options,
  );
  const managed = new Set(selected.filter(({ id }) => ofStack(searched, id).every(isManaged)).map(({ id }) => id));
  const imports = new Map(selected.map(({ id }) => [id, importsOf(ofStack(searched, id))]));
  const plans = await planImports(selected, { ...options, states, imports, managed });
  const rows = specs.flatMap((spec) => rowsOf(spec, ofStack(searched, spec.id), plans.get(spec.id)));
  return {
    rows,
    extras: await extrasOf(specs, stacks, { ...options, states, searched }),
    problems: new Map([...plans].flatMap(([id, plan]) => ("problem" in plan ? [[id, plan.problem] as const] : []))),
    usedUp: usedUp(options.adoptions, rows),
    withoutBucket: await withoutBucket(specs, stacks, options),
    adoptions: withFound(options.adoptions, rows),
  };
}

/**
 * What AWS has of every resource of some stacks, and of those whose outputs they read.
 *
 * @param stacks all stacks of this run's own synthesized output
 */
export async function searchStacks(
  ids: readonly string[],
  stacks: readonly Stack[],
  options: Pick<AdoptOptions, "env" | "finders" | "choose">,
): Promise<{
  readonly selected: readonly Stack[];
  readonly states: ReadonlyMap<Stack, StateDocument | undefined>;
  readonly searched: readonly Searched[];
}> {
  const selected = withUpstreams(stacks, new Set(ids));
  const states = await statesOf(stacks, selected, options);
  const { finders = FINDERS, choose } = options;
  const search = new Search({ stacks: selected, states, finders, clientsOf: clientsOf(options), choose });
  return { selected, states, searched: await search.run() };
}

const isManaged = ({ outcome }: Searched): boolean => outcome.status === "managed";

const ofStack = (searched: readonly Searched[], id: string) =>
  searched.filter(({ resource }) => resource.stack.id === id);

/** The stacks with these ids, and those whose outputs they read, directly or through others. */
function withUpstreams(stacks: readonly Stack[], ids: Set<string>): readonly Stack[] {
  // A set that grows while it is walked is walked to its new end.
  for (const id of ids)
    for (const stack of stacks.filter((each) => each.id === id))
      for (const { stackId } of upstreamsOf(stack, stacks)) ids.add(stackId);
  return stacks.filter(({ id }) => ids.has(id));
}

/** The states of every stack in the accounts of the selected ones: nobody else may import what they hold. */
async function statesOf(
  stacks: readonly Stack[],
  selected: readonly Stack[],
  { env }: Pick<AdoptOptions, "env">,
): Promise<ReadonlyMap<Stack, StateDocument | undefined>> {
  const accounts = new Set(selected.map(({ accountId }) => accountId));
  const owners = stacks.filter(({ accountId }) => accounts.has(accountId));
  const clients = new Map(owners.map((stack) => [stack, awsClients(stack, env(stack))]));
  for (const id of accounts) {
    const [stack, { sts } = { sts: undefined }] = [...clients].find(([{ accountId }]) => accountId === id) ?? [];
    if (stack && sts) await readable(stack, () => expectCallerAccount(sts, id, stack.id, env(stack)));
  }
  return new Map(
    await Promise.all(
      [...clients].map(async ([stack, { s3 }]) => [stack, await readable(stack, () => stateAt(s3, stack))] as const),
    ),
  );
}

/** The names of the accounts that have no state bucket yet. */
async function withoutBucket(
  specs: readonly StackSpec[],
  stacks: readonly Stack[],
  { env }: AdoptOptions,
): Promise<readonly string[]> {
  const buckets = new Map(specs.map(({ id, account }) => [account.name, stacks.find((each) => each.id === id)]));
  const found = await Promise.all(
    [...buckets].map(async ([name, stack]) =>
      stack && (await awsAccount(stack, env(stack)).findBucket(stack.state.bucket)).found === "nothing" ? [name] : [],
    ),
  );
  return found.flat();
}

/** Turns an AWS client's error into a message. */
async function readable<Result>({ id }: Stack, read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    throw awsProblem(error, id) ?? error;
  }
}

/** One set of clients for each stack and region. */
export function clientsOf({ env }: Pick<AdoptOptions, "env">): SearchOptions["clientsOf"] {
  const known = new Map<string, ReturnType<typeof readingClients>>();
  return (stack: Stack, region: string) => {
    const key = `${stack.accountId} ${stack.accessRoleArn ?? ""} ${region}`;
    const clients = known.get(key) ?? readingClients(stack, env(stack), region);
    known.set(key, clients);
    return clients;
  };
}

/** What is extra shows only against every stack of an account. The other ones decide nothing of what is adopted. */
function extrasOf(
  specs: readonly StackSpec[],
  stacks: readonly Stack[],
  options: AdoptOptions & Pick<SearchOptions, "states"> & { readonly searched: readonly Searched[] },
): Promise<Extras> {
  const { estate, states, searched, finders = FINDERS } = options;
  const accounts = estate.accounts.filter(({ id }) => specs.some(({ account }) => account.id === id));
  const clients = clientsOf(options);
  const ofAccount = ({ id }: Account) => stacks.filter(({ accountId, provider }) => accountId === id && provider === undefined); // prettier-ignore
  return extrasIn(accounts, {
    estate,
    clientsOf: (account, region) => {
      const [stack] = ofAccount(account);
      if (!stack) throw new Error(`the account ${account.name} must have a stack`);
      return clients(stack, region);
    },
    searchedIn: async (account) => {
      const rest = ofAccount(account).filter(({ id }) => ofStack(searched, id).length === 0);
      const all = withUpstreams(stacks, new Set(rest.map(({ id }) => id)));
      const others = await new Search({ stacks: all, states, finders, clientsOf: clients }).run();
      return [...searched, ...others].filter(({ resource: { stack } }) => stack.accountId === account.id);
    },
  });
}

function importsOf(searched: readonly Searched[]): ReadonlyMap<string, string> {
  const found = searched.flatMap(({ resource: { address }, outcome }): [string, Candidate][] =>
    outcome.status === "found" ? [[address, outcome.candidate]] : [],
  );
  return new Map(found.map(([address, { id }]) => [address, id]));
}
