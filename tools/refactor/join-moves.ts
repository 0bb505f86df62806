import type { Adoptions, Move, Moves } from "../../config/address-files";
import type { EstateVersion } from "./estate-version";

/**
 * The moves of a file with new ones added. Terraform follows chains, so a → b stays when b → c is added: a state may hold
 * either. A resource that gets an earlier name again loses the move that led away from it, since Terraform refuses cycles.
 */
export function joinMoves(existing: Moves, found: Moves): Moves {
  const stacks = [...new Set([...Object.keys(existing), ...Object.keys(found)])].sort();
  return Object.fromEntries(
    stacks
      .map((stack) => [stack, (found[stack] ?? []).reduce(withMove, existing[stack] ?? [])] as const)
      .filter(([, moves]) => moves.length > 0),
  );
}

function withMove(moves: readonly Move[], found: Move): readonly Move[] {
  // A move that a later change of the code overtook may be applied already: the chain goes on from there.
  const first = moves.find(({ from }) => from === found.from);
  const added = { from: first ? endOf(moves, first) : found.from, to: found.to };
  if (added.from === added.to) return moves;
  const away = moves.find(({ from }) => from === added.to);
  if (!away || endOf(moves, away) !== added.from) return [...moves, added];
  const others = moves.filter((move) => move !== away);
  return [...others.map(({ from, to }) => ({ from, to: to === added.to ? away.to : to })), added];
}

/** The address at the end of a chain of moves. */
function endOf(moves: readonly Move[], start: Move): string {
  const passed = new Set<string>();
  let { to } = start;
  for (
    let next: Move | undefined = start;
    next && !passed.has(next.from);
    next = moves.find(({ from }) => from === to)
  ) {
    passed.add(next.from);
    to = next.to;
  }
  return to;
}

/** Why Terraform would refuse moves, or ignore them: a line each. */
export function moveProblems(moves: Moves, now: EstateVersion, file: string): string[] {
  return Object.entries(moves).flatMap(([stack, list]) => {
    const has = (address: string) => now.blocks.has(`${stack}:${address}`);
    const twice = (side: keyof Move) =>
      list.filter((move, index) => list.findIndex((other) => other[side] === move[side]) !== index);
    const isBack = (move: Move) => has(move.from) && !has(endOf(list, move));
    return [
      ...list
        .filter(isBack)
        .map(({ from, to }) => `${file}: ${stack}: ${from} is in the code again. Turn the line around (from ${to} to ${from}), or remove it if it was never applied.`), // prettier-ignore
      ...list
        .filter((move) => !has(move.from) && !has(endOf(list, move)))
        .map(({ from, to }) => `${file}: ${stack}: ${from} must move to an address of the stack, got ${to}. Correct or remove the line.`), // prettier-ignore
      ...list
        .filter((move) => has(move.from) && !isBack(move))
        .map(({ from, to }) => `${file}: ${stack}: ${from} must not be in the code again while it moves to ${to}. Apply that move and run npm run refactor -- --done, or give the new resource another name.`), // prettier-ignore
      ...(["from", "to"] as const).flatMap(
        (side) =>
        twice(side).map((move) => `${file}: ${stack}: ${side} must be another address in each line, got ${move[side]} twice. Remove a line.`), // prettier-ignore
      ),
    ];
  });
}

/**
 * Splits moves into those that are done, and those that a state still needs.
 *
 * @param addressesOf the addresses in the state of a stack. Undefined: there is no state yet
 */
export function splitDone(
  moves: Moves,
  addressesOf: (stack: string) => ReadonlySet<string> | undefined,
): { readonly done: Moves; readonly open: Moves } {
  const isDone = (stack: string, move: Move): boolean => {
    const addresses = addressesOf(stack);
    return addresses !== undefined && !addresses.has(move.from) && addresses.has(endOf(moves[stack] ?? [], move));
  };
  const only = (wanted: boolean): Moves =>
    Object.fromEntries(
      Object.entries(moves)
        .map(([stack, list]) => [stack, list.filter((move) => isDone(stack, move) === wanted)] as const)
        .filter(([, list]) => list.length > 0),
    );
  return { done: only(true), open: only(false) };
}

/** Imports under the addresses that resources have now. The same object if none of them moved. */
export function renamedAdoptions(adoptions: Adoptions, moves: Moves): Adoptions {
  const nameIn = (stack: string, address: string) => moves[stack]?.find(({ from }) => from === address)?.to ?? address;
  const isMoved = Object.entries(adoptions).some(([stack, ids]) =>
    Object.keys(ids).some((address) => nameIn(stack, address) !== address),
  );
  if (!isMoved) return adoptions;
  return Object.fromEntries(
    Object.entries(adoptions).map(([stack, ids]) => [
      stack,
      Object.fromEntries(Object.entries(ids).map(([address, id]) => [nameIn(stack, address), id])),
    ]),
  );
}
