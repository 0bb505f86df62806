import { NO_CUSTOM, type CustomDeclarations } from "../custom";
import type { CredentialMode, Estate, GitlabTokens } from "../model";
import type { ParsedEstate } from "../schema";
import { DEFAULT_GITLAB_SUBJECT } from "../schema/gitlab";
import { environmentsByAccount, masterOf, resolveAccount } from "./account";
import { resolveEnvironment } from "./environment";
import { resolveIdentityCenter } from "./identity-center";
import { isIn, ownStackNames, withOwnRegions, withOwnStacks } from "./own-stacks";
import { createdMembers, membershipsIn, promotionOrder, resolveOrganization } from "./organization";

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
    withOwnStacks(resolveAccount(settings, name, id, byAccount, credentials), custom.stacks, settings);
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
  const { solution, gitlab, mainBranch, allowedSigners, planRoleReads } = settings;
  return deepFreeze({
    ...{ solution, mainBranch, allowedSigners, planRoleReads },
    custom: custom.file,
    repository: settings.repository ?? gitlab?.project,
    tokenSubjects: tokenSubjects(settings),
    gitlab: gitlab && gitlabTokens(gitlab, mainBranch),
    ...{ accounts: [...accounts.values()], environments, organization },
    identity: resolveIdentityCenter(settings, [...accounts.values()]),
    waiting: createdMembers(settings)
      .filter(({ id }) => id === undefined)
      .map(({ name }) => {
        const own = custom.stacks.filter((each) => each.scope === "account" && isIn(each, name)).flatMap(ownStackNames);
        const members = memberships.get(name) ?? [];
        return { account: name, members, ...(own.length > 0 && { ownStacks: own }) };
      }),
    retired: known.flatMap(({ retired, account }) => (retired ? [account] : [])),
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

/**
 * A pipeline of a merge request has the subject of its source branch, so that pushes and merge requests look the same.
 * The name of an environment is in no subject.
 */
function gitlabTokens(gitlab: NonNullable<ParsedEstate["gitlab"]>, mainBranch: string): GitlabTokens {
  const { host, project, projectId, subject, alsoByPath } = gitlab;
  const required: Readonly<Record<(typeof subject)[number], string | number | undefined>> = {
    project_path: project,
    project_id: projectId,
    ref_type: "branch",
    ref: mainBranch,
    ref_protected: "true",
    environment_protected: "true",
  };
  const subjectOf = (claims: readonly (typeof subject)[number][]) =>
    claims.map((claim) => `${claim}:${required[claim]}`).join(":");
  const forms = [subject, ...(alsoByPath ? [DEFAULT_GITLAB_SUBJECT] : [])];
  return {
    host,
    planSubjects: forms.map(([by = "project_path"]) => `${by}:${required[by]}:ref_type:branch:ref:*`),
    applySubjects: forms.map(subjectOf),
  };
}

export function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
