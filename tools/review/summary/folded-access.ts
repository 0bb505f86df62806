import { counted } from "../../support/text";

/** More lines than this are folded: the first plan of an account lists the access of every role. */
const MOST_LINES = 40;

const NEW = "  + is new";
const PATH = /^ {2}\+ can now become administrator of ([^:]+):/;
const TRUST = /^ {2}\+ may now be assumed by (.+?)(?:, if (.*))?$/;
const EVERYTHING = "  + may now * on *";

/** Subjects with the same changes, as an access change lists them. */
interface Group {
  readonly subjects: string[];
  readonly lines: string[];
}

/**
 * The lines of an access change for the terminal. A long one is folded: of a new principal, its permissions are counted;
 * of a path to administrator, its steps are left out; denials are counted. Who gains access, to which account, and who
 * may assume a new role is always named.
 */
export function foldedAccess(lines: readonly string[]): readonly string[] {
  if (lines.length <= MOST_LINES) return lines;
  return [...groupsOf(lines).flatMap(folded), "summary.md has every permission, step and condition"];
}

function groupsOf(lines: readonly string[]): readonly Group[] {
  const groups: Group[] = [];
  for (const line of lines) {
    const last = groups.at(-1);
    if (line.startsWith("  ")) last?.lines.push(line);
    else if (last?.lines.length === 0) last.subjects.push(line);
    else groups.push({ subjects: [line], lines: [] });
  }
  return groups;
}

function folded({ subjects, lines }: Group): readonly string[] {
  const who = subjects.join(", ");
  const accounts = accountsIn(lines);
  if (lines.includes(NEW))
    return [`+ ${who} ${subjects.length > 1 ? "are" : "is"} new: ${newPrincipal(lines, accounts)}`];
  const rest = lines.filter((line) => !PATH.test(line));
  const gains = rest.filter((line) => !line.startsWith("  - "));
  const losses = rest.length - gains.length;
  return [
    ...(accounts.length > 0 ? [`+ ${who} can now become administrator of ${accounts.join(", ")}`] : []),
    ...(rest.length > 0 ? [who, ...gains] : []),
    ...(losses > 0 ? [`  - ${counted(losses, "line")} of denials and removed permissions`] : []),
  ];
}

function newPrincipal(lines: readonly string[], accounts: readonly string[]): string {
  const trusted = lines.flatMap((line) => trustIn(line) ?? []);
  const permissions = lines.filter((line) => line.startsWith("  + may now ") && !TRUST.test(line)).length;
  return [
    lines.includes(EVERYTHING) ? "may do everything" : counted(permissions, "permission"),
    ...(accounts.length > 0 ? [`administrator of ${accounts.join(", ")}`] : []),
    ...(trusted.length > 0 ? [`assumed by ${[...new Set(trusted)].join(", ")}`] : []),
  ].join("; ");
}

/** Who may assume a role. Of conditions, only MFA is short enough to name. */
function trustIn(line: string): string | undefined {
  const [, principal, condition] = TRUST.exec(line) ?? [];
  if (principal === undefined || condition === undefined) return principal;
  return `${principal} ${condition === "MFA" ? "if MFA" : "under conditions"}`;
}

const accountsIn = (lines: readonly string[]): readonly string[] => [
  ...new Set(lines.flatMap((line) => PATH.exec(line)?.[1] ?? [])),
];
