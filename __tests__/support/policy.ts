/** A statement of a policy document. */
export interface RenderedStatement {
  Sid?: string;
  Effect: "Allow" | "Deny";
  Principal?: "*" | Record<string, string | string[]>;
  Action?: string | string[];
  NotAction?: string | string[];
  Resource?: string | string[];
  NotResource?: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

export interface PolicyDocument {
  Version?: string;
  Statement: RenderedStatement[];
}

/**
 * The policy document that reaches AWS: Terraform's escape of policy variables is removed.
 *
 * @throws Error if it contains a `${` that Terraform would interpolate, or no list of statements
 */
export function parsePolicy(rendered: string): PolicyDocument {
  if (/(?<!\$)\$\{/.test(rendered)) throw new Error(`the policy is not static text: ${rendered}`);
  const document = JSON.parse(rendered.replaceAll("$${", "${")) as Partial<PolicyDocument>;
  if (!Array.isArray(document.Statement)) throw new Error(`the policy has no list of statements: ${rendered}`);
  return { ...document, Statement: document.Statement };
}

/** The statement with this sid. */
export function statement(document: PolicyDocument, sid: string): RenderedStatement {
  const found = document.Statement.find(({ Sid }) => Sid === sid);
  if (!found)
    throw new Error(
      `no statement ${sid}, only ${document.Statement.map(({ Sid }) => Sid ?? "one without sid").join(", ")}`,
    );
  return found;
}

/** One value or several, as a list. */
export function listOf(value: string | string[] | undefined): string[] {
  return value === undefined ? [] : [value].flat();
}

const asSet = (value: string | string[]) => [...listOf(value)].sort();

/**
 * A statement in a comparable form: a value equals a list of one value, and order does not matter. The sid is
 * left out.
 */
export function normalized({ Sid: _, Effect, Condition = {}, Principal, ...rest }: RenderedStatement): object {
  const setsOf = (record: Record<string, string | string[]>) =>
    Object.fromEntries(Object.entries(record).map(([key, value]) => [key, asSet(value)]));
  return {
    Effect,
    ...setsOf(rest),
    ...(Principal !== undefined && { Principal: Principal === "*" ? "*" : setsOf(Principal) }),
    Condition: Object.fromEntries(Object.entries(Condition).map(([operator, keys]) => [operator, setsOf(keys)])),
  };
}
