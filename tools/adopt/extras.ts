import { compareTexts } from "../support/order";
import type { Candidate } from "./finder";
import type { Searched } from "./search";

/** Something that AWS has and the code does not. */
export interface Extra extends Candidate {
  readonly stack: string;
  readonly type: string;
}

/** Parts of a VPC. Of other types an account has much that this project has nothing to do with. */
const TYPES: ReadonlySet<string> = new Set([
  "aws_subnet",
  "aws_route_table",
  "aws_vpc_endpoint",
  "aws_security_group",
  "aws_flow_log",
]);

/** What the places that were searched have of the same kind, and no resource of the code may be. */
export function extrasOf(searched: readonly Searched[]): readonly Extra[] {
  const claimed = new Set(
    searched.flatMap(({ resource: { type }, outcome }) => {
      if (outcome.status === "found") return [`${type} ${outcome.candidate.id}`];
      return outcome.status === "ambiguous" ? outcome.candidates.map(({ id }) => `${type} ${id}`) : [];
    }),
  );
  const extras = new Map<string, Extra>();
  for (const { resource, others } of searched.filter(({ resource: { type } }) => TYPES.has(type)))
    for (const each of others) {
      const key = `${resource.type} ${each.id}`;
      if (!claimed.has(key) && !extras.has(key))
        extras.set(key, { ...each, stack: resource.stack.id, type: resource.type });
    }
  return [...extras.values()].sort((one, other) => compareTexts(one.type, other.type));
}
