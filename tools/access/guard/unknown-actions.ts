import { unknownActions, unknownConditionKeys } from "../policy/catalog";
import { distinct } from "../../support/order";
import type { AccessModel } from "../read/model";
import type { Policy } from "../policy/policy";
import type { ParsedStatement } from "../policy/statement";

/**
 * Actions and condition keys in the estate's own policies that AWS does not have, one line each. An Allow with an
 * unknown action allows nothing, and a Deny with an unknown key denies nothing. AWS managed policies are left out: they
 * keep actions of discontinued services.
 */
export async function unknownActionsAndKeys(model: AccessModel): Promise<string[]> {
  const statements = policiesOf(model).flatMap((policy) =>
    policy.statements.map((statement) => ({ policy, statement })),
  );
  const unknown = await unknownActions(statements.flatMap(({ statement }) => actionsOf(statement)));
  const actions = new Map(unknown.map((each) => [each.pattern, each]));
  const keys = new Set(await unknownConditionKeys(statements.flatMap(({ statement }) => keysOf(statement))));
  const lines = statements.flatMap(({ policy, statement }) => {
    const where = `${policy.source}, statement ${statement.sid ?? String(policy.statements.indexOf(statement) + 1)}`;
    const ofActions = actionsOf(statement).flatMap((action) => {
      const found = actions.get(action);
      const hint = found?.didYouMean === undefined ? "" : `; did you mean ${found.didYouMean}?`;
      return found ? [`${action}: ${found.problem}${hint}`] : [];
    });
    const ofKeys = keysOf(statement)
      .filter((key) => keys.has(key))
      .map((key) => `${key}: AWS has no such condition key`);
    return [...ofActions, ...ofKeys].map((problem) => `${where}: ${problem}`);
  });
  return distinct(lines);
}

function actionsOf({ actions = [], notActions = [] }: ParsedStatement): string[] {
  return [...actions, ...notActions];
}

function keysOf({ conditions }: ParsedStatement): string[] {
  return Object.values(conditions).flatMap((keys) => Object.keys(keys));
}

function policiesOf({ accounts, principals, guardedResources, managedPolicies }: AccessModel): Policy[] {
  const ofAll = [
    ...principals.flatMap(({ policies, boundary, trust }) => [...policies, boundary, trust]),
    ...guardedResources.map(({ policy }) => policy),
    ...managedPolicies,
    ...accounts.flatMap(({ organizationPath = [] }) => organizationPath.flatMap(({ policies }) => policies)),
  ];
  const policies = ofAll.filter((policy) => policy !== undefined);
  return [...new Set(policies)].filter(({ source }) => !source.startsWith("AWS managed policy"));
}
