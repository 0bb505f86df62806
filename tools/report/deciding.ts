import type { Access } from "../access/decide/access";
import { CAPABILITIES, type Matrix } from "../access/decide/matrix";
import { documentOf, type Policy } from "../access/policy/policy";
import type { Report } from "../access/output/report";
import { groupedBy } from "../support/order";

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
  readonly name: string;
  readonly accounts: readonly string[];
  readonly summary: string;
  readonly allowed: readonly AllowedCapability[];
}

/** What every principal may do, each with the statements that decide it. Accounts with equal answers share an entry. */
export async function allowedByStatements(access: Access, matrix: Matrix, report: Report): Promise<AllowedPrincipal[]> {
  const statements = new Statements(access);
  const found: (AllowedPrincipal & { readonly key: string })[] = [];
  for (const { arn, cells } of matrix.rows) {
    const { principal } = access.subject(arn);
    const account = access.account(principal.accountId);
    // Equal in every account and environment but for their names: "<env>" and "<account>" stand for these.
    const { words } = report.names;
    const neutral = (text: string): string =>
      [principal.environment ?? account.name, account.name].reduce(
        (known, name) => words.replaced(known, name, name === principal.environment ? "<env>" : "<account>"),
        text.replaceAll(principal.accountId, "<account id>"),
      );
    const allowed: AllowedCapability[] = [];
    for (const { id, label, action, on } of CAPABILITIES) {
      const cell = cells[id];
      if (!cell) continue;
      const because = [];
      for (const target of on(account, access.index))
        because.push(...(await access.decide(principal, action, target, { brief: true })).because);
      const allowing = because.filter(({ effect }) => effect === "Allow");
      allowed.push({
        ...{ label, action, condition: cell.condition ?? "" },
        on: cell.on?.join(", ") ?? (cell.except ? `all but ${cell.except.join(", ")}` : "all"),
        statements: [...new Set(allowing.flatMap((reason) => statements.of(reason, neutral)))],
      });
    }
    const summary = report.permissions.summary(arn);
    const key = neutral(
      JSON.stringify([
        ...[principal.name, summary],
        allowed.map(({ action, on, condition, statements: each }) => [action, on, condition, each.map(({ id }) => id)]),
      ]),
    );
    found.push({ name: report.names.label(arn, principal.accountId), accounts: [account.name], summary, allowed, key });
  }
  return [...groupedBy(found, ({ key }) => key).values()].flatMap((alike) =>
    alike.slice(0, 1).map(({ name, summary, allowed }) => ({
      name,
      summary,
      allowed,
      accounts: alike.flatMap((each) => each.accounts),
    })),
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

  of(
    reason: { policy: string; source: string; statement: string },
    neutral: (text: string) => string,
  ): DecidingStatement[] {
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
