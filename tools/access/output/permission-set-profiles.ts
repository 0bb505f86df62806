import { IDENTITY_GROUP, type AccessModel, type AccountAccess, type Principal } from "../read/model";
import { compareTexts, distinct } from "../../support/order";

/** A section of `~/.aws/config`. */
interface Section {
  readonly name: string;
  readonly lines: readonly string[];
}

/** Terraform does not know the URL: a person finds it in the settings of Identity Center. */
export const SESSION_PLACEHOLDER =
  "#   <start URL>       the URL of your access portal, such as https://d-1234567890.awsapps.com/start";

/** The session of IAM Identity Center, and a profile for each permission set in these accounts; none without one. */
export function permissionSetProfiles(model: AccessModel, accounts: readonly AccountAccess[]): readonly Section[] {
  const { identityCenter, principals } = model;
  const solution = principals.map(({ tags }) => tags["Solution"]).find((tag) => tag !== undefined);
  const session = profileName(solution ?? "estate");
  const profiles = accounts.flatMap((account) =>
    principals
      .filter(({ accountId }) => accountId === account.id)
      .sort((a, b) => compareTexts(a.name, b.name))
      .flatMap((role) => profileOf(role, account, session)),
  );
  if (!identityCenter || profiles.length === 0) return [];
  const lines = [
    `[sso-session ${session}]`,
    "sso_start_url = <start URL>",
    `sso_region = ${identityCenter.region}`,
    "sso_registration_scopes = sso:account:access",
  ];
  return [{ name: "", lines }, ...profiles];
}

function profileOf({ permissionSet, trust }: Principal, account: AccountAccess, session: string): Section[] {
  if (permissionSet === undefined) return [];
  const groups = distinct((trust?.statements ?? []).flatMap(({ principals = {} }) => principals[IDENTITY_GROUP] ?? []));
  // An account's own permission set has the name of the account at its end.
  const own = `-${account.name}`;
  const short = permissionSet.endsWith(own) ? permissionSet.slice(0, -own.length) : permissionSet;
  const name = profileName(session, account.name, short);
  return [
    {
      name,
      lines: [
        `# for the ${groups.length > 1 ? "groups" : "group"} ${groups.join(", ")}`,
        `[profile ${name}]`,
        `sso_session = ${session}`,
        `sso_account_id = ${account.id}`,
        `sso_role_name = ${permissionSet}`,
        `region = ${account.region}`,
      ],
    },
  ];
}

/** The parts as a name that `~/.aws/config` may have. */
export function profileName(...parts: readonly (string | undefined)[]): string {
  return parts
    .filter((part) => part !== undefined)
    .join("-")
    .toLowerCase()
    .replace(/[^\w@+.%:/-]/g, "-");
}
