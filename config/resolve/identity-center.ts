import type { IdentityConfig, PermissionSetConfig } from "../organization-model";
import type { Account } from "../model";
import { accountNames } from "../naming";
import type { ParsedEstate } from "../schema";
import { DEFAULT_OPERATOR_SESSION_SECONDS } from "../schema/account";

/** The longest session of Admin, as role and as permission set. */
const ADMIN_SESSION_SECONDS = 3600;

/**
 * The permission sets that groups use, each with its accounts. A set has one session length and one policy for all its
 * accounts, so an account with its own `operatorSessionSeconds` or `sourceIps` gets its own.
 */
export function resolveIdentityCenter(
  settings: ParsedEstate,
  accounts: readonly Account[],
): IdentityConfig | undefined {
  const manager = accounts.find(({ identityRegion }) => identityRegion !== undefined);
  if (!settings.identityCenter || manager?.identityRegion === undefined) return undefined;
  const sets = new Map<string, PermissionSetConfig>();
  for (const account of accounts)
    for (const set of setsOf(account)) sets.set(set.name, merged(sets.get(set.name), set));
  return {
    account: manager.name,
    region: manager.identityRegion,
    groups: Object.entries(settings.identityCenter.groups).map(([name, group]) => ({ name, ...group })),
    permissionSets: [...sets.values()],
  };
}

const merged = (known: PermissionSetConfig | undefined, set: PermissionSetConfig): PermissionSetConfig => ({
  ...set,
  assignments: [...(known?.assignments ?? []), ...set.assignments],
});

function setsOf(account: Account): PermissionSetConfig[] {
  const { name, id, sourceIps, operatorSessionSeconds, operatorGroups, adminGroups } = account;
  const ownOperator = sourceIps !== undefined || operatorSessionSeconds !== DEFAULT_OPERATOR_SESSION_SECONDS;
  const set = (as: PermissionSetConfig["as"], groups: readonly string[], sessionSeconds: number, own: boolean) =>
    groups.length === 0
      ? []
      : [
          {
            as,
            sessionSeconds,
            sourceIps,
            name: accountNames.permissionSet(accountNames[as], own ? name : undefined),
            assignments: [{ account: name, accountId: id, groups }],
          },
        ];
  return [
    ...set("operator", operatorGroups, operatorSessionSeconds, ownOperator),
    ...set("admin", adminGroups, ADMIN_SESSION_SECONDS, sourceIps !== undefined),
  ];
}
