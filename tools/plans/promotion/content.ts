import { createHash } from "node:crypto";
import { type StackSpec, stacksOf } from "../../../config/layout";
import type { Estate } from "../../../config/model";
import { accountNames } from "../../../config/naming";
import { canonicalJson } from "../../support/json";

/** Two hashes of what a stack holds. */
export interface StackContent {
  /**
   * Comparable between environments: without the names and ids that belong to one environment. Decides whether the
   * predecessor has applied the same content.
   */
  readonly content: string;
  /** Includes names and ids, which may change, too. Decides whether a stack is up to date. */
  readonly exact: string;
}

/** Both hashes of a stack's JSON. */
export const stackContentOf = (json: unknown, spec: StackSpec, estate: Estate): StackContent => ({
  content: contentOf(json, spec, estate),
  exact: hashOf(withoutAccess(json)),
});

/**
 * The SHA-256 of a stack's synthesized JSON, without the names and ids that belong to its environment or account. Two
 * environments with the same settings have the same content. The content of an environment changes only with its code or
 * settings.
 * @param json the content of its `cdk.tf.json`
 */
export const contentOf = (json: unknown, spec: StackSpec, estate: Estate): string =>
  hashOf(withoutOwnNames(withoutAccess(json), ownNames(spec, estate)));

const hashOf = (json: unknown): string => createHash("sha256").update(canonicalJson(json)).digest("hex");

interface StackJson {
  readonly provider?: { readonly aws?: readonly object[] };
  readonly terraform?: { readonly backend?: { readonly s3?: object } };
  readonly data?: { readonly terraform_remote_state?: Readonly<Record<string, { readonly config?: object }>> };
}

/** The role that reaches an account is not part of the content: people and pipelines use different roles. */
function withoutAccess(json: unknown): unknown {
  const { provider, terraform, data, ...rest } = json as StackJson;
  const plain = (block: object | undefined) => block && { ...block, assume_role: undefined };
  const { terraform_remote_state: states = {}, ...otherData } = data ?? {};
  return {
    ...rest,
    // What a state imports, and which addresses move: once applied, it decides nothing.
    import: undefined,
    moved: undefined,
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

/** The number of characters that identify a content in output. */
const SHORT = 7;

export const shortContent = (content: string): string => content.slice(0, SHORT);

/** A text that belongs to one environment or account, and the placeholder that replaces it for comparison. */
interface OwnName {
  readonly text: string;
  readonly placeholder: string;
  /** Whether it is replaced only as a whole text: a short word is part of many others. */
  readonly whole: boolean;
}

/**
 * The names and ids that a stack has because of its environment or account. Two environments with the same content
 * differ only in these.
 */
export function ownNames(spec: StackSpec, estate: Estate): OwnName[] {
  const { environment, account } = spec;
  const owner = environment?.name ?? account.name;
  const siblings = stacksOf(estate).filter((other) => (other.environment?.name ?? other.account.name) === owner);
  const part = (text: string, placeholder: string): OwnName => ({
    text,
    placeholder: `{${placeholder}}`,
    whole: false,
  });
  const word = (text: string, placeholder: string): OwnName => ({ text, placeholder: `{${placeholder}}`, whole: true });
  const otherMembers = estate.environments.filter(({ name }) => name !== owner).flatMap(({ members }) => members);
  return [
    ...otherMembers.map((member) => part(member.account.id, "member of another environment")),
    ...siblings.map(({ id, name }) => part(id, `stack ${name}`)),
    ...siblings.map(({ state, name }) => part(state.key, `state ${name}`)),
    ...(account.alias === undefined ? [] : [part(account.alias, "alias")]),
    ...[accountNames.operator, accountNames.admin].map((role) =>
      part(`AWSReservedSSO_${accountNames.permissionSet(role, account.name)}_`, `permission set ${role}`),
    ),
    part(account.id, "account"),
    word(account.name, "name"),
    ...(environment
      ? [
          part(environment.namespace, "namespace"),
          part(environment.account.id, "main account"),
          ...(environment.master ? [part(environment.master.id, "master account")] : []),
          ...environment.members.map((member) => part(member.account.id, `member ${member.name}`)),
          word(environment.name, "name"),
          // In quotes, as in a trust policy: the default is also the name of the solution.
          part(`"${environment.externalId}"`, "external id"),
        ]
      : account.hosts.map(({ namespace }) => part(namespace, "namespace"))),
    part(spec.region, "region"),
    word(spec.chargeCode, "charge code"),
    ...account.deployments.map((name) => word(name, "name")),
  ];
}

/** The JSON value with the given texts replaced by their placeholders, in keys too. */
export function withoutOwnNames(value: unknown, names: readonly OwnName[]): unknown {
  const words = new Map(names.flatMap(({ text, placeholder, whole }) => (whole ? [[text, placeholder] as const] : [])));
  // The longest first: the id of a stack contains the name of its environment. The last placeholder of a text wins.
  const parts = [
    ...new Map(
      names.filter(({ whole, text }) => !whole && text !== "").map(({ text, placeholder }) => [text, placeholder]),
    ).entries(),
  ].sort(([one], [other]) => other.length - one.length);
  const replace = (text: string): string =>
    words.get(text) ??
    parts.reduce(
      (rest, [own, placeholder]) => (rest.includes(own) ? rest.replaceAll(own, () => placeholder) : rest),
      text,
    );
  const visit = (inner: unknown): unknown => {
    if (typeof inner === "string") return replace(inner);
    if (Array.isArray(inner)) return inner.map(visit);
    if (typeof inner !== "object" || inner === null) return inner;
    return Object.fromEntries(Object.entries(inner).map(([key, each]) => [replace(key), visit(each)]));
  };
  return visit(value);
}
