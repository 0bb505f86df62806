import type { Access } from "./access";
import { CAPABILITIES, type Capability } from "./capabilities";
import type { Principal } from "../read/model";
import { conditionWords, isUnconditional } from "../policy/words";

/** Whether somebody may do something: always, under a condition, on some resources only, or not. */
export interface Cell {
  readonly answer: "yes" | "if" | "no";
  /** The resources on which it holds, where that is not all that were asked for. */
  readonly on?: readonly string[];
  /** What it depends on, in words. */
  readonly condition?: string;
}

export interface Row {
  readonly arn: string;
  /** By capability. Those that are refused are left out. */
  readonly cells: Readonly<Record<string, Cell>>;
}

/** Every user and role of the estate, and what it may do in its own account. */
export interface Matrix {
  readonly capabilities: readonly Pick<Capability, "id" | "words" | "action">[];
  readonly rows: readonly Row[];
}

/** Asks everybody for every capability. */
export async function matrixOf(access: Access): Promise<Matrix> {
  const rows = [];
  for (const principal of access.model.principals) rows.push(await rowOf(access, principal));
  return { capabilities: CAPABILITIES.map(({ id, words, action }) => ({ id, words, action })), rows };
}

async function rowOf(access: Access, principal: Principal): Promise<Row> {
  const cells: Record<string, Cell> = {};
  for (const capability of CAPABILITIES) {
    const cell = await cellOf(access, principal, capability);
    if (cell.answer !== "no") cells[capability.id] = cell;
  }
  return { arn: principal.arn, cells };
}

async function cellOf(access: Access, principal: Principal, { action, on }: Capability): Promise<Cell> {
  const targets = on(access.account(principal.accountId), access.model);
  const decisions = await Promise.all(
    targets.map(async (target) => ({
      target,
      decision: await access.decide(principal, action, target, { brief: true }),
    })),
  );
  const allowed = decisions.filter(({ decision }) => decision.allowed);
  if (allowed.length === 0) return { answer: "no" };
  // Of a pattern that was asked for, only what policies name may be allowed.
  const resources = allowed.flatMap(({ target, decision }) =>
    decision.resources.includes("*") ? [target] : decision.resources,
  );
  const isAll = allowed.length === targets.length && resources.every((resource) => targets.includes(resource));
  const conditions = allowed.map(({ decision }) => (isUnconditional(decision) ? "" : conditionWords(decision)));
  const condition = [...new Set(conditions.filter((words) => words !== ""))].sort().join("; ");
  return {
    answer: conditions.some((words) => words === "") ? "yes" : "if",
    ...(!isAll && { on: [...new Set(resources)].sort() }),
    ...(condition !== "" && { condition }),
  };
}
