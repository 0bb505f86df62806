import { listIn } from "../maps";
import type { Account } from "../model";
import { ORGANIZATION_ACCESS_ROLE, SECURITY_UNIT } from "../naming";
import type { OrganizationConfig, OrganizationTrailConfig, TrailBucketConfig } from "../organization-model";
import type { ParsedAccount, ParsedEstate } from "../schema";
import { allowedRegionsIn, entryOf, trailOf } from "./account";

/** The created members that are not retired, in the order of the file. */
export function createdMembers({ accounts }: ParsedEstate): (ParsedAccount & { readonly name: string })[] {
  return Object.entries(accounts)
    .filter(([, { membership, retired }]) => membership === "created" && !retired)
    .map(([name, account]) => ({ ...account, name }));
}

/** The accounts that have joined the organization by invitation, and are recorded. */
const hasJoined = ({ joins }: ParsedAccount, name: string, recorded: readonly string[]): boolean =>
  joins && recorded.includes(name);

/** Whether Terraform forgets an account of the organization: a retired one, or a main account that no longer joins. */
const isForgotten = (account: ParsedAccount, name: string, recorded: readonly string[]): boolean =>
  account.kind === "main"
    ? !account.joins && recorded.includes(name)
    : account.retired && (account.membership === "created" || hasJoined(account, name, recorded));

/** For each account, the environments in which it is a member, in promotion order, with the member's name in each. */
type Memberships = ReadonlyMap<string, readonly { readonly environment: string; readonly member: string }[]>;

export function membershipsIn(settings: ParsedEstate): Memberships {
  const memberships = new Map<string, { environment: string; member: string }[]>();
  for (const environment of promotionOrder(settings))
    for (const [member, { account }] of Object.entries(entryOf(settings.environments, environment).members))
      listIn(memberships, account).push({ environment, member });
  return memberships;
}

export function resolveOrganization(
  settings: ParsedEstate,
  master: Account,
  memberships: Memberships,
  recorded: readonly string[],
  identityRegion: string | undefined,
): OrganizationConfig {
  const { organization = {} }: { organization?: Partial<NonNullable<ParsedEstate["organization"]>> } = settings;
  const { existing = false, trustedServices = [] } = organization;
  const { accounts } = settings;
  return {
    existing,
    centralRootAccess: organization.centralRootAccess ?? !existing,
    identityCenter: settings.identityCenter !== undefined,
    delegations: delegationsOf(settings, master),
    trustedServices,
    units: promotionOrder(settings),
    allowedRegions: allowedRegionsIn(settings),
    identityRegion,
    members: Object.entries(accounts).flatMap(([name, account]) => {
      const { email, id, membership, retired, accessRole = ORGANIZATION_ACCESS_ROLE } = account;
      if (retired || (membership !== "created" && !hasJoined(account, name, recorded))) return [];
      const roleName = membership === "created" ? accessRole : undefined;
      const unit = account.kind === "security" ? SECURITY_UNIT : lastEnvironment(settings, name, memberships);
      return [{ name, email, id, roleName, unit }];
    }),
    retired: Object.entries(accounts).flatMap(([name, account]) =>
      isForgotten(account, name, recorded) ? [name] : [],
    ),
    trail: organizationTrail(settings, master),
  };
}

function organizationTrail(settings: ParsedEstate, master: Account): OrganizationTrailConfig | undefined {
  const { solution, accounts, defaultRegion, organization } = settings;
  if (organization?.trail === false) return undefined;
  const name = organization?.trailAccount ?? master.name;
  const account = entryOf(accounts, name);
  const { id: accountId, region = defaultRegion } = account;
  // The name of the bucket begins with the id, which AWS has not given to the account yet.
  if (accountId === undefined) return undefined;
  const bucketIn = name === master.name ? undefined : { accountId, region };
  return { ...trailOf(solution, "organization", accountId, account), bucketIn };
}

/** The bucket of the organization's trail, if the account of this name has it. */
export function trailBucketOf(settings: ParsedEstate, name: string, id: string): TrailBucketConfig | undefined {
  const { accounts, defaultRegion, organization, solution } = settings;
  if (!organization?.trail || organization.trailAccount !== name) return undefined;
  const master = Object.values(accounts).find(({ kind }) => kind === "master");
  if (master?.id === undefined) return undefined;
  const config = trailOf(solution, "organization", id, entryOf(accounts, name));
  const { region = defaultRegion, id: masterId } = master;
  return { ...config, trailArn: `arn:aws:cloudtrail:${region}:${masterId}:trail/${config.name}` };
}

/** The last environment, in promotion order, that runs in an account or has it as a member. */
function lastEnvironment(settings: ParsedEstate, account: string, memberships: Memberships): string | undefined {
  const used = new Set(memberships.get(account)?.map(({ environment }) => environment));
  return promotionOrder(settings).findLast(
    (name) => used.has(name) || settings.environments[name]?.account === account,
  );
}

/** The accounts of IAM Access Analyzer and IAM Identity Center, unless they are the master account. */
function delegationsOf({ accounts, identityCenter }: ParsedEstate, master: Account): OrganizationConfig["delegations"] {
  const security = Object.keys(accounts).find((name) => accounts[name]?.kind === "security" && !accounts[name].retired);
  const administrators = [
    { service: "access-analyzer.amazonaws.com", account: security },
    { service: "sso.amazonaws.com", account: identityCenter?.account },
  ];
  return administrators.flatMap(({ service, account }) =>
    account === undefined || account === master.name ? [] : [{ service, account, accountId: accounts[account]?.id }],
  );
}

/** Environment names from first to last. */
export const promotionOrder = (settings: Pick<ParsedEstate, "promotionOrder" | "environments">): string[] =>
  settings.promotionOrder ?? Object.keys(settings.environments);
