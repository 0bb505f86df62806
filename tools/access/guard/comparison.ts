/** One thing that changed. */
export interface Change {
  readonly kind:
    | "principal"
    | "permission"
    | "denial"
    | "boundary"
    | "trust"
    | "session"
    | "tag"
    | "resource policy"
    | "service control policy"
    | "managed policy"
    | "path to administrator";
  /** Of what: an ARN, `account dev (222222222222)`, or whoever finds a path. */
  readonly subject: string;
  /** What people read: a sentence about the subject. */
  readonly words: string;
  /** All actions and resources of which the words speak, or name the first. */
  readonly actions?: readonly string[];
  readonly resources?: readonly string[];
}

/** What changed about one principal, resource, account, or one who finds a path. */
export interface SubjectComparison {
  readonly subject: string;
  /** What may happen now and could not before. */
  readonly gained: readonly Change[];
  readonly lost: readonly Change[];
}

/** What changed between two baselines, by subject; subjects of which nothing did are not in it. */
export interface Comparison {
  readonly subjects: readonly SubjectComparison[];
}
