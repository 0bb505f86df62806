import type { Access, Subject } from "../access/decide/access";
import { CAPABILITIES, type Matrix } from "../access/decide/matrix";
import { documentOf, type Policy } from "../access/policy/policy";
import type { Report } from "../access/output/report";
import { groupedBy } from "../support/order";

type Principal = Subject["principal"];
type Reason = Awaited<ReturnType<Access["decide"]>>["because"][number];

/** A statement that allows something, as it is in its policy. */
export interface DecidingStatement {
  readonly id: string;
  /** Its sid or number, and its policy. */
  readonly title: string;
  readonly source: string;
  readonly text: string;
}

interface AllowedCapability {
  readonly label: string;
  readonly action: string;
  readonly on: string;
  readonly condition: string;
  readonly statements: readonly DecidingStatement[];
}

/** What principals that are alike may do in their own accounts. */
export interface AllowedPrincipal {
  /** Each name with its accounts. */
  readonly names: readonly { readonly name: string; readonly accounts: readonly string[] }[];
  readonly summary: string;
  readonly allowed: readonly AllowedCapability[];
}

/** What every principal may do, each with the statements that decide it. Principals with equal answers share an entry. */
export async function allowedByStatements(access: Access, matrix: Matrix, report: Report): Promise<AllowedPrincipal[]> {
  const statements = new Statements(access);
  const found: (Omit<AllowedPrincipal, "names"> & { name: string; account: string; general: AllowedCapability[] })[] =
    [];
  for (const { arn, cells } of matrix.rows) {
    const { principal } = access.subject(arn);
    const account = access.account(principal.accountId);
    const neutral = neutralIn(access, principal, report);
    const allowed: AllowedCapability[] = [];
    for (const { id, label, action, on } of CAPABILITIES) {
      const cell = cells[id];
      if (!cell) continue;
      const because = (
        await Promise.all(on(account, access.index).map((target) => reasonsOf(access, principal, action, target)))
      ).flat();
      allowed.push({
        ...{ label, action, condition: cell.condition ?? "" },
        on: cell.on?.join(", ") ?? (cell.except ? `all but ${cell.except.join(", ")}` : "all"),
        statements: [...new Set(because.flatMap((reason) => statements.of(reason, neutral)))],
      });
    }
    const general = allowed.map((each) => ({ ...each, on: neutral(each.on), condition: neutral(each.condition) }));
    const name = report.names.label(arn, principal.accountId);
    found.push({ name, account: account.name, summary: report.permissions.summary(arn), allowed, general });
  }
  const keyOfAnswers = ({ summary, general }: (typeof found)[number]) =>
    JSON.stringify([summary, general.map((each) => ({ ...each, statements: each.statements.map(({ id }) => id) }))]);
  return [...groupedBy(found, keyOfAnswers).values()].flatMap((alike) =>
    alike.slice(0, 1).map(({ summary, allowed, general }) => ({
      names: [...groupedBy(alike, ({ name }) => name)].map(([name, each]) => ({
        name,
        accounts: each.map(({ account }) => account),
      })),
      summary,
      allowed: alike.length > 1 ? general : allowed,
    })),
  );
}

/** The statements that allow a request. The brief answer names none where one allows it in any context. */
async function reasonsOf(access: Access, principal: Principal, action: string, target: string): Promise<Reason[]> {
  const brief = await access.decide(principal, action, target, { brief: true });
  const isWithout = brief.allowed && brief.because.length === 0;
  const { because } = isWithout ? await access.decide(principal, action, target) : brief;
  return because.filter(({ effect }) => effect === "Allow");
}

/** Texts that are equal in every account and environment but for their names: "<env>" and "<account>" stand for these. */
function neutralIn(
  access: Access,
  { accountId, environment }: Principal,
  { names: { words } }: Report,
): (text: string) => string {
  const { name: account } = access.account(accountId);
  const hosted = new Set(access.index.principalsOf(accountId).flatMap((each) => each.environment ?? []));
  const env = environment ?? (hosted.size === 1 ? [...hosted][0] : undefined);
  const known: readonly (readonly [name: string | undefined, placeholder: string])[] = [
    [env, "<env>"],
    [account, "<account>"],
  ];
  return (text) =>
    known.reduce(
      (replaced, [name, placeholder]) => (name === undefined ? replaced : words.replaced(replaced, name, placeholder)),
      text.replaceAll(accountId, "<account id>"),
    );
}

/** Every statement once; those that differ in the account id alone are one. */
class Statements {
  private readonly policies = new Map<string, Policy>();
  private readonly known = new Map<string, DecidingStatement>();

  constructor({ model }: Access) {
    const levels = model.accounts.flatMap(({ organizationPath = [] }) => organizationPath);
    const all = [
      ...model.principals.flatMap(({ policies, boundary, trust }) => [...policies, boundary, trust]),
      ...model.guardedResources.map(({ policy }) => policy),
      ...levels.flatMap(({ policies }) => policies),
    ];
    for (const policy of all) if (policy) this.policies.set(keyOf(policy.name, policy.source), policy);
  }

  of(reason: Pick<Reason, "policy" | "source" | "statement">, neutral: (text: string) => string): DecidingStatement[] {
    const policy = this.policies.get(keyOf(reason.policy, reason.source));
    const found = policy?.statements.find(({ sid }) => sid === reason.statement) ?? policy?.statements[Number(reason.statement) - 1]; // prettier-ignore
    if (!policy || !found) return [];
    const document = documentOf({ version: policy.version, statements: [found] }) as { Statement: unknown[] };
    const text = neutral(JSON.stringify(document.Statement[0], undefined, 2));
    const key = keyOf(neutral(reason.policy), text);
    const known = this.known.get(key) ?? {
      id: `statement-${String(this.known.size + 1)}`,
      title: `${reason.statement} of ${neutral(reason.policy)}`,
      source: reason.source,
      text,
    };
    this.known.set(key, known);
    return [known];
  }
}

const keyOf = (name: string, text: string): string => `${name}\n${text}`;
