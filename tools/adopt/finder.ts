import type { Declared } from "../plans/preflight/creations";
import type { ReadingClients } from "../terraform/aws/reading-clients";

/** Something that AWS has. */
export interface Candidate {
  /** The id by which Terraform imports it. */
  readonly id: string;
  /** What a person knows it by: `dev-vpc, 10.0.0.0/20`. */
  readonly description: string;
  /**
   * What other resources refer to, if it is neither `id` nor an attribute that the JSON has: `{ arn }`, or `{ id }` if
   * the attribute `id` is another than that of the import. @default none
   */
  readonly attributes?: Readonly<Record<string, string>>;
}

export interface InAws {
  /** What may be the resource. Several are ambiguous: a person chooses one. */
  readonly candidates: readonly Candidate[];
  /** The rest of the same kind in the same place, from which a person may also choose one. @default none */
  readonly others?: readonly Candidate[];
}

/**
 * Finds what AWS has of a resource that no state holds. Reads only. It compares what identifies the resource, such as
 * its name: Terraform's plan shows every other difference. What is not there is not an error.
 *
 * @param wanted the resource in the stack's JSON, whose values have references as texts
 */
export type Finder = (wanted: Declared, context: FindContext) => Promise<InAws>;

/** What a finder knows besides the resource itself. */
export interface FindContext {
  readonly accountId: string;
  /** In the account and region of the resource. */
  readonly clients: ReadingClients;
  /**
   * A value of the stack's JSON with its references resolved, also those to other stacks: `${aws_vpc.x.id}` is the id of
   * the VPC that was found. Undefined if a reference is to something that was not found, or is ambiguous.
   */
  readonly resolve: (value: unknown) => Promise<unknown>;
  /** An attribute of the wanted resource, resolved. Undefined if it is no text. */
  readonly text: (attribute: string) => Promise<string | undefined>;
  /** The id by which Terraform imports another resource of the stack. Undefined like `resolve`. */
  readonly idOf: (address: string) => Promise<string | undefined>;
  /** The resources of a type in the same stack. */
  readonly siblings: (type: string) => readonly Declared[];
  /** Reads a list once for all resources of the same account and region. @param key the name of the list */
  readonly once: <List>(key: string, read: () => Promise<List>) => Promise<List>;
}

/** Finders by Terraform's type. */
export type Finders = Readonly<Record<string, Finder>>;

/**
 * Splits a list by what identifies the wanted resource.
 *
 * @param rules from the strictest: the first that any element follows decides
 */
export function bestOf<Each>(
  all: readonly Each[],
  rules: readonly ((each: Each) => boolean)[],
  candidate: (each: Each) => Candidate,
): InAws {
  const chosen = rules.map((rule) => all.filter(rule)).find((list) => list.length > 0) ?? [];
  const others = all.filter((each) => !chosen.includes(each));
  return { candidates: chosen.map(candidate), others: others.map(candidate) };
}
