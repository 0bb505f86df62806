import { unknownActions, unknownConditionKeys } from "../policy/catalog";
import type { AccessModel } from "../read/model";
import type { Policy, PolicyStatement } from "../policy/policy";

/**
 * Names of actions and of condition keys in the estate's own policies that are none of AWS's, one line each: an Allow
 * that names such an action allows nothing, and a Deny that asks for such a key denies nothing. AWS's own policies are
 * left out: they keep actions of services that are gone.
 */
export async function unknownActionsAndKeys(model: AccessModel): Promise<string[]> {
  const statements = policiesOf(model).flatMap((policy) =>
    policy.statements.map((statement) => ({ policy, statement })),
  );
  const actions = new Map(
    (await unknownActions(statements.flatMap(({ statement }) => actionsOf(statement)))).map((each) => [
      each.pattern,
      each,
    ]),
  );
  const keys = new Set(await unknownConditionKeys(statements.flatMap(({ statement }) => keysOf(statement))));
  const lines = statements.flatMap(({ policy, statement }) => {
    const where = `${policy.source}, statement ${statement.sid ?? String(policy.statements.indexOf(statement) + 1)}`;
    const wrong = actionsOf(statement).flatMap((action) => {
      const { problem, didYouMean } = actions.get(action) ?? {};
      return problem === undefined
        ? []
        : [`${action}: ${problem}${didYouMean === undefined ? "" : `; did you mean ${didYouMean}?`}`];
    });
    const unheard = keysOf(statement)
      .filter((key) => keys.has(key))
      .map((key) => `${key}: AWS has no such condition key`);
    return [...wrong, ...unheard].map((problem) => `${where}: ${problem}`);
  });
  return [...new Set(lines)].sort();
}

function actionsOf({ actions = [], notActions = [] }: PolicyStatement): string[] {
  return [...actions, ...notActions];
}

function keysOf({ conditions }: PolicyStatement): string[] {
  return Object.values(conditions).flatMap((keys) => Object.keys(keys));
}

function policiesOf({ accounts, principals, guardedResources, managedPolicies }: AccessModel): Policy[] {
  const ofAll = [
    ...principals.flatMap(({ policies, boundary, trust }) => [...policies, boundary, trust]),
    ...guardedResources.map(({ policy }) => policy),
    ...managedPolicies,
    ...accounts.flatMap(({ organizationPath = [] }) => organizationPath.flatMap(({ policies }) => policies)),
  ];
  return [...new Set(ofAll)].filter(
    (policy) => policy !== undefined && !policy.source.startsWith("AWS managed policy"),
  ) as Policy[];
}
