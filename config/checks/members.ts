import { contains } from "../cidr";
import { formatValue, type Problem } from "../estate-error";
import {
  accountNamed,
  draftAccounts,
  entries,
  draftEnvironments,
  given,
  known,
  namesIn,
  textOf,
  type Draft,
  type DraftValues,
} from "./draft";
import { MEMBER_CIDR_BLOCK } from "../resolve/environment";

export function* members(draft: Draft): Iterable<Problem> {
  const names = namesIn(draft, "accounts");
  if (names === undefined) return;
  const memberAccounts = draftAccounts(draft).filter(([, account]) => account["kind"] === "member");
  for (const [environmentName, environment] of draftEnvironments(draft)) {
    const seen = new Map<string, string>();
    for (const [name, member] of entries(environment, "members")) {
      const path = `environments.${environmentName}.members.${name}`;
      const accountName = textOf(member["account"]);
      if (accountName === undefined) continue;
      const account = accountNamed(draft, accountName);
      const kind = account?.["kind"];
      if (kind === undefined && names.includes(accountName)) continue;
      if (kind !== "member") {
        const got = account
          ? `got ${formatValue(accountName)}, an account of kind ${formatValue(kind)}`
          : `no account ${formatValue(accountName)}`;
        yield {
          path: `${path}.account`,
          text: `${got}, expected a member account; ${known(memberAccounts.map(([known]) => known))}`,
        };
        continue;
      }
      const other = seen.get(accountName);
      if (other) {
        const problem = `${formatValue(accountName)} is also that of member ${other}, expected another: the role's name is taken`;
        yield { path: `${path}.account`, text: problem };
      }
      seen.set(accountName, name);
      if (account?.["retired"] === true) {
        yield {
          path: `${path}.account`,
          text: `got ${formatValue(accountName)}, which is retired, expected another, or no such member`,
        };
      }
      yield* memberNetwork(path, member, account?.["membership"]);
    }
  }
}

/**
 * What a documented execution role can make in an account, a hardened one's analyses would stand beside: one profile
 * for all of it.
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
      else if (other.profile !== profile) {
        const got = `${formatValue(account)} is also that of ${other.path}, whose environment is ${String(other.profile)}`;
        yield { path: `${path}.account`, text: `${got}, expected another account, or one profile for both` };
      }
    }
  }
}

function* memberNetwork(path: string, member: DraftValues, membership: unknown): Iterable<Problem> {
  if (membership === "invited") {
    for (const key of ["vpcId", "subnetId"])
      if (!(key in member))
        yield {
          path: `${path}.${key}`,
          text: `is missing, expected ${key === "vpcId" ? "the id of its VPC, vpc-…" : "the id of its subnet, subnet-…"}: an invited member brings its own`,
        };
    for (const key of ["cidrBlock", "subnetCidrBlock", "mapPublicAddresses"]) {
      if (member[key] !== undefined)
        yield {
          path: `${path}.${key}`,
          text: `got ${formatValue(member[key])}, expected none: an invited member brings its network`,
        };
    }
  } else if (membership === "created") {
    for (const key of ["vpcId", "subnetId"]) {
      if (member[key] !== undefined)
        yield {
          path: `${path}.${key}`,
          text: `got ${formatValue(member[key])}, expected none: a created member gets its network`,
        };
    }
    const cidrBlock = textOf(given(member, "cidrBlock", MEMBER_CIDR_BLOCK));
    const subnet = textOf(member["subnetCidrBlock"]);
    if (cidrBlock && subnet && !contains(cidrBlock, subnet)) {
      yield {
        path: `${path}.subnetCidrBlock`,
        text: `got ${formatValue(subnet)}, expected a part of the network ${cidrBlock}`,
      };
    }
  }
}
