import { NO_CUSTOM, type CustomDeclarations } from "../custom";
import type { CredentialMode, Estate } from "../model";
import type { ParsedEstate } from "../schema";
import { environmentsByAccount, masterOf, resolveAccount } from "./account";
import { resolveEnvironment } from "./environment";
import { externalStacksOf, resolveExternal } from "./external";
import { resolveIdentityCenter } from "./identity-center";
import { isIn, ownStackNames, withOwnRegions, withOwnStacks } from "./own-stacks";
import { pipelineServices } from "./pipelines";
import { createdMembers, membershipsIn, promotionOrder, resolveOrganization, trailBucketOf } from "./organization";

/**
 * Resolves the settings of a file that passed every check into the frozen estate that stacks are built from.
 * @param recorded the recorded members of the organization
 * @param custom the stacks that the team added
 */
export function resolveEstate(
  file: ParsedEstate,
  credentials: CredentialMode = {},
  recorded: readonly string[] = [],
  custom: CustomDeclarations = NO_CUSTOM,
): Estate {
  const settings = withOwnRegions(file, custom.stacks);
  const byAccount = environmentsByAccount(settings);
  const account = (name: string, id: string) =>
    withOwnStacks(
      {
        ...resolveAccount(settings, name, id, byAccount, credentials),
        externalStacks: externalStacksOf(settings, name),
        trailBucket: trailBucketOf(settings, name, id),
      },
      custom.stacks,
      settings,
    );
  const known = Object.entries(settings.accounts).flatMap(([name, { id, retired }]) =>
    id === undefined ? [] : [{ retired, account: account(name, id) }],
  );
  const accounts = new Map(
    known.flatMap(({ retired, account }) => (retired ? [] : [[account.name, account] as const])),
  );
  const master = masterOf({ accounts: [...accounts.values()] });
  const environments = promotionOrder(settings).map((name) =>
    resolveEnvironment(settings, name, accounts, master, custom.stacks),
  );
  const memberships = membershipsIn(settings);
  // No service control policy limits the master account.
  const delegated = [...accounts.values()].find(({ kind, identityRegion }) => kind !== "master" && identityRegion);
  const organization =
    master && resolveOrganization(settings, master, memberships, recorded, delegated?.identityRegion);
  const { solution, mainBranch, allowedSigners, planRoleReads } = settings;
  return deepFreeze({
    ...{ solution, mainBranch, allowedSigners, planRoleReads },
    custom: custom.file,
    pipelines: pipelineServices(settings),
    ...{ accounts: [...accounts.values()], environments, organization },
    external: resolveExternal(settings),
    identity: resolveIdentityCenter(settings, [...accounts.values()]),
    waiting: createdMembers(settings)
      .filter(({ id }) => id === undefined)
      .map(({ name }) => {
        const own = custom.stacks.filter((each) => each.scope === "account" && isIn(each, name)).flatMap(ownStackNames);
        const members = memberships.get(name) ?? [];
        const { trail, trailAccount } = settings.organization ?? {};
        return {
          ...{ account: name, members },
          ...(own.length > 0 && { ownStacks: own }),
          ...(trail && trailAccount === name && { trailBucket: true }),
        };
      }),
    retired: known.flatMap(({ retired, account }) => (retired ? [account] : [])),
  });
}

export function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const each of Object.values(value)) if (typeof each === "object") deepFreeze(each);
  }
  return value;
}
