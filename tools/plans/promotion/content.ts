import { createHash } from "node:crypto";
import type { StackSpec } from "../../../config/layout";
import type { Estate } from "../../../config/model";
import { canonicalJson } from "../../support/canonical-json";
import { ownNames, withoutOwnNames } from "./own-names";

/** What a stack holds, for two questions. */
export interface StackContent {
  /**
   * Comparable between environments: without the names and ids that one alone has. Whether a predecessor was given the
   * same is asked of this.
   */
  readonly content: string;
  /** Of everything: a name or an id may be what changes. Whether a stack is up to date is asked of this. */
  readonly exact: string;
}

/** Both hashes of a stack's JSON. */
export function stackContentOf(json: unknown, spec: StackSpec, estate: Estate): StackContent {
  return { content: contentOf(json, spec, estate), exact: hashOf(withoutAccess(json)) };
}

/**
 * What a stack holds, as a SHA-256: its synthesized JSON without the names and ids that its environment (or account)
 * alone has. Two environments with the same settings have the same content; one environment has another content only
 * where its code or its settings changed.
 *
 * @param json of its `cdk.tf.json`
 */
export function contentOf(json: unknown, spec: StackSpec, estate: Estate): string {
  return hashOf(withoutOwnNames(withoutAccess(json), ownNames(spec, estate)));
}

function hashOf(json: unknown): string {
  return createHash("sha256").update(canonicalJson(json)).digest("hex");
}

interface StackJson {
  readonly provider?: { readonly aws?: readonly object[] };
  readonly terraform?: { readonly backend?: { readonly s3?: object } };
  readonly data?: { readonly terraform_remote_state?: Readonly<Record<string, { readonly config?: object }>> };
}

/**
 * How an account is reached is no part of what it holds: people go through an access role where pipelines have a role
 * of their own.
 */
function withoutAccess(json: unknown): unknown {
  const { provider, terraform, data, ...rest } = json as StackJson;
  const plain = (block: object | undefined) => block && { ...block, assume_role: undefined };
  const { terraform_remote_state: states = {}, ...otherData } = data ?? {};
  return {
    ...rest,
    provider: { ...provider, aws: provider?.aws?.map(plain) },
    terraform: { ...terraform, backend: { ...terraform?.backend, s3: plain(terraform?.backend?.s3) } },
    data: {
      ...otherData,
      terraform_remote_state: Object.fromEntries(
        Object.entries(states).map(([name, state]) => [name, { ...state, config: plain(state.config) }]),
      ),
    },
  };
}

/** Characters of a content that people are shown. */
const SHORT = 7;

export function shortContent(content: string): string {
  return content.slice(0, SHORT);
}
