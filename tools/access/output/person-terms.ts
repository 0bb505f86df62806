import type { Principal } from "../read/model";
import type { Statement } from "../policy/policy";
import { compareTexts, distinct, groupedBy } from "../../support/order";

/** What a role's trust policy asks of a user that it names. */
export interface PersonTerms {
  /** The account of the users. */
  readonly accountId: string;
  /** Names of users, in order. */
  readonly users: readonly string[];
  readonly mfa: boolean;
  readonly externalId?: string;
  /** Whose STS must be asked; empty where any does. */
  readonly regions: readonly string[];
  /** Addresses that it must be asked from; empty where any does. */
  readonly sourceIps: readonly string[];
}

const USER = /^arn:aws[\w-]*:iam::(\d{12}):user\/(?:.*\/)?([^/]+)$/;

/** The terms on which users that are named may assume a role, users on the same terms together. Without users, none. */
export function personTerms({ trust }: Principal): PersonTerms[] {
  const statements = trust?.statements ?? [];
  const refusesWithoutMfa = statements.some(
    (statement) =>
      statement.effect === "Deny" && valuesOf(statement, "Bool", "aws:multifactorauthpresent").includes("false"),
  );
  const each = statements
    .filter(({ effect }) => effect === "Allow")
    .flatMap((statement) => statementTerms(statement, refusesWithoutMfa));
  const groups = groupedBy(each, ({ users: _users, ...terms }) => JSON.stringify(terms));
  return [...groups]
    .sort(([a], [b]) => compareTexts(a, b))
    .flatMap(([, [first, ...others]]) =>
      first ? [{ ...first, users: distinct([first, ...others].flatMap(({ users }) => users)) }] : [],
    );
}

function statementTerms(statement: Statement, refusesWithoutMfa: boolean): PersonTerms[] {
  const users = (statement.principals?.["AWS"] ?? []).flatMap((arn) => {
    const [, accountId, name] = USER.exec(arn) ?? [];
    return accountId !== undefined && name !== undefined ? [{ accountId, name }] : [];
  });
  const mfa =
    refusesWithoutMfa ||
    valuesOf(statement, "Bool", "aws:multifactorauthpresent").includes("true") ||
    valuesOf(statement, "NumericLessThan", "aws:multifactorauthage").length > 0;
  return users.map(({ accountId, name }) => ({
    ...{ accountId, users: [name], mfa },
    externalId: valuesOf(statement, "StringEquals", "sts:externalid")[0],
    regions: valuesOf(statement, "StringEquals", "aws:requestedregion"),
    sourceIps: valuesOf(statement, "IpAddress", "aws:sourceip"),
  }));
}

/** The values of a condition, also where it is asked for only if it is there. */
function valuesOf({ conditions }: Statement, operator: string, key: string): readonly string[] {
  return Object.entries(conditions)
    .filter(([name]) => name.replace(/IfExists$/, "") === operator)
    .flatMap(([, keys]) => Object.entries(keys))
    .filter(([name]) => name.toLowerCase() === key)
    .flatMap(([, values]) => values);
}
