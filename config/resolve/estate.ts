import type { CredentialMode, Estate } from "../model";
import type { ParsedEstate } from "../schema";
import { environmentsByAccount, masterOf, resolveAccount } from "./account";
import { resolveEnvironment } from "./environment";
import { createdMembers, membershipsIn, promotionOrder, resolveOrganization } from "./organization";

/** Resolves the settings of a file that passed every check into the frozen estate that stacks are built from. */
export function resolveEstate(settings: ParsedEstate, credentials: CredentialMode = {}): Estate {
  const known = Object.entries(settings.accounts).flatMap(([name, { id, retired }]) =>
    id === undefined || retired ? [] : [{ name, id }],
  );
  const byAccount = environmentsByAccount(settings);
  const accounts = new Map(
    known.map(({ name, id }) => [name, resolveAccount(settings, name, id, byAccount, credentials)]),
  );
  const master = masterOf({ accounts: [...accounts.values()] });
  const environments = promotionOrder(settings).map((name) => resolveEnvironment(settings, name, accounts, master));
  const memberships = membershipsIn(settings);
  const organization = master && resolveOrganization(settings, master, memberships);
  const { solution, repository, mainBranch, allowedSigners, planRoleReads } = settings;
  return deepFreeze({
    ...{ solution, repository, mainBranch, allowedSigners, planRoleReads },
    tokenSubjects: tokenSubjects(settings),
    ...{ accounts: [...accounts.values()], environments, organization },
    waiting: createdMembers(settings)
      .filter(({ id }) => id === undefined)
      .map(({ name }) => ({ account: name, members: memberships.get(name) ?? [] })),
  });
}

/** GitHub writes ids after both names in the tokens of newer repositories, so that nobody can take over a freed name. */
function tokenSubjects({ repository, repositoryIds: ids }: ParsedEstate): string[] {
  if (repository === undefined) return [];
  const [owner = "", name = ""] = repository.split("/");
  const byName = `repo:${repository}`;
  if (!ids) return [byName];
  return [`repo:${owner}@${ids.owner}/${name}@${ids.repository}`, ...(ids.alsoByName ? [byName] : [])];
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
