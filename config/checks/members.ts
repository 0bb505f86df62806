import { contains } from "../cidr";
import { formatValue, type Problem } from "../estate-error";
import { mayHaveMaster } from "./accounts";
import {
  accountNamed,
  draftAccounts,
  entries,
  draftEnvironments,
  given,
  isDraftValues,
  isMemberKind,
  isOutside,
  joins,
  leftOut,
  nameAmong,
  regionOf,
  required,
  textOf,
  type Draft,
  type DraftValues,
} from "./draft";
import { unknownZone } from "./networks";
import { MEMBER_CIDR_BLOCK } from "../resolve/environment";

/** Every member of an environment is a member account, once, with the network settings of its membership. */
export function* members(draft: Draft): Iterable<Problem> {
  const { accounts } = draft;
  if (!isDraftValues(accounts)) return;
  const memberAccounts = draftAccounts(draft)
    .filter(([, account]) => account["kind"] === "member")
    .map(([name]) => name);
  for (const [environmentName, environment] of draftEnvironments(draft)) {
    const seen = new Map<string, string>();
    for (const [name, member] of entries(environment, "members")) {
      const path = `environments.${environmentName}.members.${name}`;
      const accountName = textOf(member["account"]);
      if (accountName === undefined) continue;
      const account = accountNamed(draft, accountName);
      const kind = account?.["kind"];
      if (kind === undefined && Object.hasOwn(accounts, accountName)) continue;
      if (kind !== "member") {
        yield {
          path: `${path}.account`,
          expected: nameAmong("a member account", memberAccounts),
          got: formatValue(accountName) + (account ? ` of kind ${String(kind)}` : ""),
        };
        continue;
      }
      const other = seen.get(accountName);
      if (other)
        yield {
          path: `${path}.account`,
          expected: `different from that of member ${other}, because their roles would have the same name`,
          got: formatValue(accountName),
        };
      seen.set(accountName, name);
      if (account?.["retired"] === true)
        yield {
          path: `${path}.account`,
          expected: "an account that is not retired",
          got: formatValue(accountName),
          remedy: "Remove the member or name another account",
        };
      yield* memberNetwork(path, member, account?.["membership"], regionOf(draft, environment));
    }
  }
}

/**
 * All environments that use a member account have the same profile. Otherwise the analyses of a hardened environment
 * would share the account with whatever a documented execution role can create there.
 */
export function* sharedMembers(draft: Draft): Iterable<Problem> {
  const first = new Map<string, { readonly path: string; readonly profile: unknown }>();
  for (const [environmentName, environment] of draftEnvironments(draft)) {
    const profile = environment["profile"];
    if (profile === undefined) continue;
    for (const [name, member] of entries(environment, "members")) {
      const [path, account] = [`environments.${environmentName}.members.${name}`, textOf(member["account"])];
      if (account === undefined) continue;
      const other = first.get(account);
      if (!other) first.set(account, { path, profile });
      else if (other.profile !== profile)
        yield {
          path: `${path}.account`,
          expected: `an account of environments with the profile ${textOf(profile)} only`,
          got: `${formatValue(account)} (also the account of ${other.path}, whose environment is ${String(other.profile)})`,
          remedy: "Use another account, or one profile for both environments",
        };
    }
  }
}

function* memberNetwork(
  path: string,
  member: DraftValues,
  membership: unknown,
  region: string | undefined,
): Iterable<Problem> {
  if (membership === "invited") {
    yield* required(path, member, "vpcId", "the id of the VPC, vpc-…, that the invited member brings");
    yield* required(path, member, "subnetId", "the id of the subnet, subnet-…, that the invited member brings");
    const expected = "left out for an invited member, which brings its own network";
    const ofNetwork = [
      "cidrBlock",
      "subnetCidrBlock",
      "zone",
      "mapPublicAddresses",
      "endpoints",
      "flowLogs",
      "flowLogRetentionDays",
    ];
    yield* leftOut(path, member, expected, ...ofNetwork);
  } else if (membership === "created") {
    yield* leftOut(
      path,
      member,
      "left out for a created member, whose network the project creates",
      "vpcId",
      "subnetId",
    );
    const zone = textOf(member["zone"]);
    if (zone !== undefined && region !== undefined) yield* unknownZone(`${path}.zone`, region, zone);
    const cidrBlock = textOf(given(member, "cidrBlock", MEMBER_CIDR_BLOCK));
    const subnet = textOf(member["subnetCidrBlock"]);
    if (cidrBlock && subnet && !contains(cidrBlock, subnet))
      yield { path: `${path}.subnetCidrBlock`, expected: `part of the network ${cidrBlock}`, got: formatValue(subnet) };
  }
}

/** What Terraform accepts as the address of an account. */
const LONGEST_EMAIL = 64;

/** Only a main account or an invited member joins an organization, which the master account hosts. */
export function* joining(draft: Draft): Iterable<Problem> {
  for (const [name, account] of draftAccounts(draft)) {
    if (account["joins"] !== true) continue;
    const [path, got] = [`accounts.${name}.joins`, "true"];
    const { kind, membership } = account;
    const isUnknown = kind === undefined || (isMemberKind(kind) && membership === undefined);
    if (!isUnknown && !joins(account))
      yield { path, expected: "left out for an account that is neither of kind main nor an invited member", got };
    else if (mayHaveMaster(draft) === false)
      yield {
        path,
        expected: "left out in an estate without a master account",
        got,
        remedy: "Add the account of kind master whose organization it joins",
      };
    const email = textOf(account["email"]) ?? "";
    if (joins(account) && email.length > LONGEST_EMAIL)
      yield {
        path: `accounts.${name}.email`,
        expected: `at most ${LONGEST_EMAIL} characters long, because Terraform manages no account with a longer address`,
        got: `${email.length} characters`,
      };
  }
}

/** At most one account is of kind security, in the organization. */
export function* securityAccount(draft: Draft): Iterable<Problem> {
  const [first, ...others] = draftAccounts(draft).filter(([, account]) => account["kind"] === "security");
  if (!first) return;
  const [name, account] = first;
  const got = `"security" (accounts.${name} is the security account)`;
  for (const [other] of others) yield { path: `accounts.${other}.kind`, expected: "member", got };
  if (mayHaveMaster(draft) === false)
    yield {
      path: `accounts.${name}.kind`,
      expected: "another kind in an estate without a master account",
      got: `"security"`,
      remedy: "Add the account of kind master whose organization it is in",
    };
  else if (isOutside(account))
    yield {
      path: `accounts.${name}.joins`,
      expected: "true for an invited account of kind security, which is in the organization",
      got: formatValue(account["joins"] ?? false),
    };
}
