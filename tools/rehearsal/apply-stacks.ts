import { expectedSeconds, longestChain, longWaits, type GraphNode } from "../synth/critical-path";
import { runGraph, type NodeResult, type Release } from "../terraform/graph";
import { StackRun, type StackReport, type StackRunOptions } from "./stack-run";
import type { Stack } from "../synth/stacks";
import type { RunStep } from "./time-line";

export interface ApplyOptions extends StackRunOptions {
  /** Plans every stack again after the apply. A change is a failure. @default true */
  readonly check?: boolean;
  /**
   * How many requests have changed an account so far. Checks need not wait for a stack's last resource then, such as a
   * database: they are repeated if the account has changed since.
   * @default checks start when every apply in their account has ended
   */
  readonly changesIn?: (accountId: string) => number;
}

export interface ApplyReport {
  /** Whether every stack was applied and, unless `check` is off, had an empty plan afterwards. */
  readonly ok: boolean;
  /** In the order of the given stacks. */
  readonly stacks: readonly StackReport[];
  readonly steps: readonly RunStep[];
}

interface Node extends GraphNode {
  /** For the time line. */
  readonly step: string;
  readonly seconds: number;
  /** Starts its provider. @default it has none */
  readonly prepare?: () => void;
  readonly start: (giveSlotBack: Release) => Promise<void> | void;
}

/** The nodes of one stack's apply. */
interface ApplyNodes {
  readonly run: StackRun;
  readonly nodes: readonly Node[];
  /** The id of the node with which the last resource is created, or is all that is left to create. */
  readonly created: string;
  /** The id of the last node. */
  readonly ended: string;
}

/** The expected seconds of a plan. */
const CHECK_SECONDS = 6;

/**
 * Applies the stacks in the order of their dependencies, several at once, then plans each again. The report contains
 * the failures. They are not thrown.
 *
 * A stack whose state is in the bucket of a first apply starts when the bucket exists: it does not wait for the bucket's
 * lifecycle rules, which take AWS a minute, or until the first apply has moved its own state.
 *
 * A stack's check counts only if nothing changes its account afterwards: a later stack may add, say, a rule to an
 * upstream's security group. So it starts when every apply in its own account has ended, including applies of later
 * stacks. With `changesIn` it starts while the longest of these only waits for its last resource, and is repeated if the
 * account has changed since. A check does not wait for other accounts, because each stack's providers allow one account
 * only. Unexpected changes do not stop the run: the report lists them all.
 *
 * On the longest chain, the provider of each stack starts while the stack before it runs.
 */
export async function applyStacks(stacks: readonly Stack[], options: ApplyOptions): Promise<ApplyReport> {
  const { view, signal, parallel, check = true, changesIn } = options;
  const runs = stacks.map((stack) => new StackRun(stack, options));
  const applies = runs.map((run) => applyNodes(run, changesIn !== undefined));
  const checks = check ? runs.flatMap((run) => checkNodes(run, applies, changesIn)) : [];
  const nodes = [...applies.flatMap((apply) => apply.nodes), ...checks];
  const secondsOf = ({ seconds }: Node): number => seconds;
  const chain = longestChain(nodes, secondsOf);
  const start = async (node: Node, giveSlotBack: Release): Promise<void> => {
    const index = chain.indexOf(node);
    if (index !== -1) for (const each of chain.slice(index, index + 2)) each.prepare?.(); // its own asks for schemas
    return node.start(giveSlotBack);
  };
  view.start(stacks.map((stack) => stack.id));
  try {
    const results = await runGraph(nodes, start, { parallel, signal, secondsOf });
    // After a failure elsewhere, no node has awaited these.
    await Promise.allSettled(runs.map((run) => run.rest(() => undefined)));
    const reports = applies.map(({ run, nodes: [first] }) =>
      run.report(
        results.get(first?.id ?? ""),
        results.get(confirmationOf(run.stack)) ?? results.get(checkOf(run.stack)),
      ),
    );
    const ok = reports.every(({ status }) => status === (check ? "checked" : "applied"));
    return { ok, stacks: reports, steps: nodes.flatMap((node) => stepsOf(node, results)) };
  } finally {
    await Promise.all(runs.map((run) => run.dispose()));
    await view.stop();
  }
}

function applyNodes(run: StackRun, splitsWaits: boolean): ApplyNodes {
  const { stack } = run;
  const { id, dependencies } = stack;
  const step = `apply ${id}`;
  const seconds = expectedSeconds(stack);
  const apply = (giveSlotBack: Release): Promise<void> => run.apply(giveSlotBack);
  const rest = (giveSlotBack: Release): Promise<void> => run.rest(giveSlotBack);
  const short = { step, seconds: CHECK_SECONDS, prepare: run.prepare, start: apply };
  const waiting = { step: `wait for the last resource of ${id}`, onlyWaits: true, seconds };
  if (stack.createsOwnStateBucket) {
    const [bucket, ended] = [`the bucket of ${id}`, `the state of ${id}`];
    const nodes: Node[] = [
      { ...short, id, dependencies },
      { ...waiting, id: bucket, dependencies: [id], start: () => run.bucketApplied() },
      { id: ended, step: `move the state of ${id}`, dependencies: [bucket], seconds: CHECK_SECONDS, start: rest },
    ];
    return { run, nodes, created: splitsWaits ? id : ended, ended };
  }
  if (splitsWaits && longWaits(stack) > 0) {
    const created = `all but the last resource of ${id}`;
    const first = { ...short, id: created, dependencies };
    return { run, nodes: [first, { ...waiting, id, dependencies: [created], start: rest }], created, ended: id };
  }
  const whole = (giveSlotBack: Release): Promise<void> => run.apply(giveSlotBack).then(() => run.rest(giveSlotBack));
  return { run, nodes: [{ ...short, id, dependencies, seconds, start: whole }], created: id, ended: id };
}

function checkNodes(run: StackRun, applies: readonly ApplyNodes[], changesIn: ApplyOptions["changesIn"]): Node[] {
  const { accountId } = run.stack;
  const sameAccount = applies.filter((other) => other.run.stack.accountId === accountId);
  const secondsOf = ({ run: { stack } }: ApplyNodes): number => expectedSeconds(stack);
  const longest = sameAccount.reduce((one, other) => (secondsOf(other) > secondsOf(one) ? other : one));
  const created = sameAccount.map((other) => (other === longest && other.run !== run ? other.created : other.ended));
  const ended = sameAccount.map((other) => other.ended);
  let changes: number | undefined;
  const check = (): Promise<void> => {
    changes = changesIn?.(accountId);
    return run.check();
  };
  const confirm = async (): Promise<void> => {
    if (changes !== changesIn?.(accountId)) await check();
    run.confirm();
  };
  const [id, step, seconds] = [checkOf(run.stack), `check ${run.stack.id}`, CHECK_SECONDS];
  const { prepare } = run;
  if (created.every((each) => ended.includes(each))) {
    const start = (): Promise<void> => check().then(() => { run.confirm(); }); // prettier-ignore
    return [{ id, step, dependencies: ended, seconds, prepare, start }];
  }
  const confirmation = { id: confirmationOf(run.stack), step: `confirm ${step}`, seconds: 0 };
  return [
    { id, step, dependencies: created, seconds, prepare, start: check },
    { ...confirmation, dependencies: [id, ...ended], start: confirm },
  ];
}

const checkOf = ({ id }: Stack): string => `the check of ${id}`;
const confirmationOf = ({ id }: Stack): string => `the confirmation of the check of ${id}`;

function stepsOf({ id, step, dependencies }: Node, results: ReadonlyMap<string, NodeResult>): RunStep[] {
  const result = results.get(id);
  return result === undefined || result.status === "not started"
    ? []
    : [{ id, name: step, after: dependencies, startedAt: result.startedAt, seconds: result.seconds }];
}
