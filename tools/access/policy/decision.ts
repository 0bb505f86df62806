import type { OrganizationLevel } from "../read/model";
import type { Policy } from "./policy";

/** A request as AWS judges it. */
export interface AccessRequest {
  /** The ARN of a user, a role or an identity provider, or a service principal such as `ec2.amazonaws.com`. */
  readonly principal: string;
  /** For example `s3:GetObject`. */
  readonly action: string;
  /** An ARN; it does not matter for an action that AWS knows no resource of. A `*` asks for all that it matches. */
  readonly resource: string;
  /** The account that owns the resource. */
  readonly resourceAccountId: string;
  /** Condition keys of the request. */
  readonly context: Readonly<Record<string, string | readonly string[]>>;
}

/** All policies that have a say in a request. */
export interface ApplicablePolicies {
  readonly identity: readonly Policy[];
  readonly boundary?: Policy;
  readonly session?: Policy;
  /** From the root of the organization to the principal's account. @default none binds it */
  readonly organization?: readonly OrganizationLevel[];
  /** A role's trust policy, a bucket's policy … */
  readonly resource?: Policy;
}

/** A statement that had a say. */
export interface Reason {
  readonly kind:
    "identity policy" | "permissions boundary" | "session policy" | "service control policy" | "resource policy";
  readonly effect: "Allow" | "Deny";
  readonly policy: string;
  readonly source: string;
  /** Its sid, or its place in the policy, from 1. */
  readonly statement: string;
}

/** A condition on which an answer depends. */
export interface Requirement {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

/** What AWS would answer, and why. */
export interface Decision {
  readonly allowed: boolean;
  /** Whether a Deny decided. Otherwise a refused request was allowed by nothing. */
  readonly explicit: boolean;
  /** The statements that decided: all that deny, or else all that allow. */
  readonly because: readonly Reason[];
  /** Of a refused request: statements that would allow it, if these conditions held. */
  readonly nearly: readonly (Reason & { readonly conditions: readonly string[] })[];
  /** Of a refused request that identity or resource policies allow: what stands in its way. */
  readonly blockedBy: readonly Reason["kind"][];
  /**
   * Where the context is not the whole of it: sets of requirements, each of which is enough. One empty set: always.
   * Only for an allowed request.
   */
  readonly alternatives: readonly (readonly Requirement[])[];
  /** The resource patterns of the request for which it holds: where it asks for several at once, some of them. */
  readonly resources: readonly string[];
  /** Keys of the context that AWS does not send with such a request: they have no say. */
  readonly ignoredKeys: readonly string[];
}

/** A request that AWS would not know what to do with: no such action, or one that does not act on such a resource. */
export class ImpossibleRequest extends Error {
  override readonly name = "ImpossibleRequest";
}

export interface SimulationWish {
  /**
   * Whether a condition key that the context does not hold may have any value: the decision says what is required of
   * it. @default it is not sent
   */
  readonly discover?: boolean;
  /** Keys that are not sent, whatever `discover` says. */
  readonly absentKeys?: readonly string[];
  /**
   * Whether it is enough to know that a request is refused, and not why: several times as fast where most are. @default
   * false
   */
  readonly brief?: boolean;
}
