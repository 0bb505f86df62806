import type { Access } from "../access/decide/access";
import type { AccessGraph, Actor } from "../access/graph/access-graph";
import { groupedBy } from "../support/order";

/** A role that identities of another account can assume. */
export interface TrustBetweenAccounts {
  readonly fromAccount: string;
  readonly toAccount: string;
  /** The stack of the identities. @default they are not of a stack */
  readonly fromStack?: string;
  readonly toStack?: string;
  readonly from: readonly string[];
  readonly role: string;
  /** All must hold. */
  readonly conditions: readonly string[];
}

/** Who people are is on the page about access. */
const KINDS: readonly Actor["kind"][] = ["role", "user", "person"];

/** Which identities of one account can assume a role of another account, and on which conditions. */
export function trustBetweenAccounts({ index }: Access, { actors, steps }: AccessGraph): TrustBetweenAccounts[] {
  const byId = new Map(actors.map((actor) => [actor.id, actor]));
  const stackOf = (id: string) => /^([\w-]+): /.exec(index.principal(id)?.source ?? "")?.[1];
  const found = steps.flatMap((step) => {
    const [from, to] = [byId.get(step.from), byId.get(step.to)];
    if (step.way !== "assume" || !from || !to || !KINDS.includes(from.kind)) return [];
    if (from.accountId === undefined || to.accountId === undefined || from.accountId === to.accountId) return [];
    return [
      {
        ...{
          fromAccount: from.accountId,
          toAccount: to.accountId,
          fromStack: stackOf(from.id),
          toStack: stackOf(to.id),
        },
        ...{ from: from.name, role: to.name, conditions: step.conditions },
      },
    ];
  });
  const alike = groupedBy(found, ({ from: _, ...rest }) => JSON.stringify(rest));
  return [...alike.values()].flatMap((each) =>
    each.slice(0, 1).map((one) => ({ ...one, from: [...new Set(each.map(({ from }) => from))] })),
  );
}
