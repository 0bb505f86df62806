import { createHash } from "node:crypto";
import { type StackSpec, stacksOf } from "../../../config/layout";
import type { Estate } from "../../../config/model";
import { canonicalJson } from "../../support/json";

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

/** A text that is an environment's or an account's own, and what stands for it where environments are compared. */
export interface OwnName {
  readonly text: string;
  readonly means: string;
  /** Whether it counts only where it is the whole text: a short word is part of many others. */
  readonly whole: boolean;
}

/**
 * The names and ids that a stack has because of the environment, or the account, that it belongs to: two environments
 * that hold the same say the same but for these.
 */
export function ownNames(spec: StackSpec, estate: Estate): OwnName[] {
  const { environment, account } = spec;
  const owner = environment?.name ?? account.name;
  const siblings = stacksOf(estate).filter((other) => (other.environment?.name ?? other.account.name) === owner);
  const part = (text: string, means: string): OwnName => ({ text, means: `{${means}}`, whole: false });
  const word = (text: string, means: string): OwnName => ({ text, means: `{${means}}`, whole: true });
  const otherMembers = estate.environments.filter(({ name }) => name !== owner).flatMap(({ members }) => members);
  return [
    ...otherMembers.map((member) => part(member.account.id, "member of another environment")),
    ...siblings.map(({ id, name }) => part(id, `stack ${name}`)),
    ...siblings.map(({ state, name }) => part(state.key, `state ${name}`)),
    part(account.alias, "alias"),
    part(account.id, "account"),
    word(account.name, "name"),
    ...(environment
      ? [
          part(environment.namespace, "namespace"),
          part(environment.account.id, "main account"),
          ...(environment.master ? [part(environment.master.id, "master account")] : []),
          ...environment.members.map((member) => part(member.account.id, `member ${member.name}`)),
          word(environment.name, "name"),
          // In quotes, as it stands in a trust policy: the default is the name of the solution too.
          part(`"${environment.externalId}"`, "external id"),
        ]
      : account.hosts.map(({ namespace }) => part(namespace, "namespace"))),
    part(spec.region, "region"),
    word(spec.chargeCode, "charge code"),
    ...account.deployments.map((name) => word(name, "name")),
  ];
}

/** A JSON value in which the given texts are replaced by what they mean, in keys too. */
export function withoutOwnNames(value: unknown, names: readonly OwnName[]): unknown {
  const words = new Map(names.flatMap(({ text, means, whole }) => (whole ? [[text, means] as const] : [])));
  // The longest first: the id of a stack holds the name of its environment. What is said last of a text counts.
  const parts = [
    ...new Map(
      names.filter(({ whole, text }) => !whole && text !== "").map(({ text, means }) => [text, means]),
    ).entries(),
  ].sort(([one], [other]) => other.length - one.length);
  const replace = (text: string): string =>
    words.get(text) ?? parts.reduce((said, [own, means]) => said.replaceAll(own, () => means), text);
  const visit = (inner: unknown): unknown => {
    if (typeof inner === "string") return replace(inner);
    if (Array.isArray(inner)) return inner.map(visit);
    if (typeof inner !== "object" || inner === null) return inner;
    return Object.fromEntries(Object.entries(inner).map(([key, each]) => [replace(key), visit(each)]));
  };
  return visit(value);
}
