import { formatValue, type Problem } from "../estate-error";
import { SIGN_IN_REGION } from "../resolve/account";
import { groupIn } from "../schema/values";
import { mayHaveMaster } from "./accounts";
import {
  accountNamed,
  draftAccounts,
  draftEnvironments,
  entries,
  given,
  identityAccount,
  isDraftValues,
  joins,
  nameAmong,
  regionOf,
  textOf,
  textsOf,
  type Draft,
  type DraftValues,
} from "./draft";

/** The organization's settings agree with the accounts and environments. */
export function* organizationSettings(draft: Draft): Iterable<Problem> {
  const settings = given(draft, "organization", {});
  if (!isDraftValues(settings)) return;
  if ("organization" in draft && mayHaveMaster(draft) === false)
    yield {
      path: "organization",
      expected: "left out in an estate without a master account",
      got: formatValue(settings),
      remedy: "Add the account of kind master that hosts it",
    };
  for (const [name, account] of draftAccounts(draft)) {
    if (account["kind"] !== "master" || account["trail"] !== true || given(settings, "trail", true) !== true) continue;
    yield {
      path: `accounts.${name}.trail`,
      expected: "left out while organization.trail is true",
      got: "true (the organization's trail covers the account)",
    };
  }
  if (settings["existing"] === true && textsOf(settings["trustedServices"])?.length)
    yield {
      path: "organization.trustedServices",
      expected: "left out while organization.existing is true",
      got: `${formatValue(settings["trustedServices"])} (an existing organization is only read)`,
    };
  yield* trailAccount(draft, settings);
  yield* allowedRegions(draft, textsOf(settings["allowedRegions"]));
}

/** The organization's trail is stored in the security account, and no other trail has its bucket. */
function* trailAccount(draft: Draft, settings: DraftValues): Iterable<Problem> {
  const name = textOf(settings["trailAccount"]);
  if (name === undefined) return;
  const [path, got] = ["organization.trailAccount", formatValue(name)];
  const account = accountNamed(draft, name);
  const security = draftAccounts(draft).flatMap(([each, { kind }]) => (kind === "security" ? [each] : []));
  if (given(settings, "trail", true) === false)
    yield { path, expected: "left out while organization.trail is false", got };
  if (!account || (account["kind"] !== undefined && account["kind"] !== "security") || account["retired"] === true)
    yield { path, expected: nameAmong("an account of kind security that is not retired", security), got };
  else if (account["trail"] === true)
    yield {
      path: `accounts.${name}.trail`,
      expected: "left out, because organization.trailAccount names the account",
      got: "true (the organization's trail covers the account)",
    };
}

/** Members of the organization have stacks and settings only in allowed regions. */
function* allowedRegions(draft: Draft, allowed: readonly string[] | undefined): Iterable<Problem> {
  if (!allowed) return;
  const used = new Map<string, string>();
  for (const [path, region] of memberRegions(draft))
    if (region !== undefined && !used.has(region)) used.set(region, path);
  for (const [region, path] of used)
    if (!allowed.includes(region))
      yield {
        path: "organization.allowedRegions",
        expected: `a list with ${region}, ${/[rR]egions?$/.test(path) ? `which ${path} names` : `where ${path} has stacks`}`,
        got: formatValue(allowed),
      };
}

/** The regions in which members of the organization have stacks, each with the path that puts them there. */
function* memberRegions(draft: Draft): Iterable<readonly [path: string, region: string | undefined]> {
  const ofOrganization = draftAccounts(draft).filter(
    ([, account]) => (account["membership"] === "created" || joins(account)) && account["retired"] !== true,
  );
  for (const [name, account] of ofOrganization) {
    yield [`accounts.${name}`, regionOf(draft, account)];
    for (const region of textsOf(account["furtherRegions"]) ?? []) yield [`accounts.${name}.furtherRegions`, region];
  }
  const manager = identityAccount(draft);
  const names = new Set<unknown>(ofOrganization.map(([name]) => name));
  if (manager && names.has(manager.name)) yield ["identityCenter.region", homeIn(draft)];
  for (const [name, environment] of draftEnvironments(draft)) {
    for (const [member, { account }] of entries(environment, "members"))
      if (names.has(account)) yield [`environments.${name}.members.${member}`, regionOf(draft, environment)];
    if (!names.has(environment["account"])) continue;
    yield [`environments.${name}`, regionOf(draft, environment)];
    if (environment["production"] === true)
      for (const region of regionsOfAlarm(draft, environment)) yield [`environments.${name}`, region];
  }
}

/** The regions of the alarm on use of Admin in an environment's account, in addition to its own: by the role, and by groups. */
function* regionsOfAlarm(draft: Draft, { account }: DraftValues): Iterable<string | undefined> {
  yield SIGN_IN_REGION;
  const manager = identityAccount(draft);
  const admins = textsOf(accountNamed(draft, account)?.["admins"]) ?? [];
  if (manager && admins.some((admin) => groupIn(admin) !== undefined))
    yield homeIn(draft) ?? regionOf(draft, manager.account);
}

/** The home region of IAM Identity Center, if the estate names it. */
const homeIn = (draft: Draft): string | undefined => textOf((draft["identityCenter"] as DraftValues)["region"]);
