import { ago, utc } from "../../support/time";
import { GRACE_SECONDS, LOCK_TURN_SECONDS, TIME_LIMITS } from "../time-limits";

/** The content that Terraform writes into a lock object. */
export interface LockInfo {
  readonly ID: string;
  /** `OperationTypeApply`, or another program's name for its operation. */
  readonly Operation: string;
  readonly Info: string;
  readonly Who: string;
  /** Terraform's version. */
  readonly Version: string;
  /** RFC 3339. */
  readonly Created: string;
  readonly Path: string;
}

/** A lock as it was read. @default info: the object is damaged, so its holder is unknown */
export interface ShownLock {
  readonly content: string;
  readonly info?: LockInfo;
}

/**
 * The operation in the locks of two states between which resources move. A run that was killed leaves them: they keep
 * others away until it is finished, and `Info` is its command.
 */
export const MOVE = "move";

/** The holder of a lock, and since when: one line per known fact. */
export function lockLines({ info, content }: ShownLock, now: Date = new Date()): string[] {
  if (!info) return [`the lock object is damaged, it holds ${JSON.stringify(content.slice(0, 200))}`];
  const since = new Date(info.Created);
  const lines = [
    `held by ${info.Who}`,
    `for ${operationOf(info)}${info.Info ? ` (${info.Info})` : ""}`,
    `since ${utc(since)} (${ago(since, now)})`,
    `Terraform ${info.Version}`,
    `lock id ${info.ID}`,
  ];
  // Control characters in the object could control the terminal.
  return lines.map((line) => line.replaceAll(/\p{Cc}/gu, "?"));
}

const operationOf = ({ Operation }: LockInfo): string =>
  Operation.replace(/^OperationType(.)/, (_, first: string) => first.toLowerCase());

/** The time at which the holder of a lock is stopped at the latest: it has a time limit, and then a grace period. */
function latestEnd(info: LockInfo): Date {
  const kinds: Readonly<Record<string, number>> = { plan: TIME_LIMITS.plan, [MOVE]: TIME_LIMITS.read };
  const limit = kinds[operationOf(info)] ?? TIME_LIMITS.apply;
  return new Date(Date.parse(info.Created) + (limit + GRACE_SECONDS + LOCK_TURN_SECONDS) * 1000);
}

/** Whether a lock is older than the time limit of its holder, who was killed then. A damaged lock counts as old. */
export function isOverdue({ info }: Pick<ShownLock, "info">, now: Date = new Date()): boolean {
  return !(info && now <= latestEnd(info));
}

/** What to do about a lock. Removing the lock of a run that may still write is never the first advice. */
export function lockRemedy(stackId: string, lock: Pick<ShownLock, "info">, now: Date = new Date()): string {
  if (lock.info?.Operation === MOVE)
    return `A move must be finished: if that run has certainly ended, run ${lock.info.Info} --continue ${lock.info.ID}`;
  if (lock.info && !isOverdue(lock, now))
    return `Wait for that run: it ends by ${utc(latestEnd(lock.info))} at the latest.`;
  return `The lock is older than its holder's time limit. If that run has certainly ended, run npm run unlock -- ${stackId}.`;
}

/** Parses a lock object. Undefined if it is damaged. */
export function parseLock(content: string): LockInfo | undefined {
  try {
    return lockInfoOf(JSON.parse(content) as Readonly<Record<string, unknown>>);
  } catch {
    return undefined; // not JSON, or not an object
  }
}

/** The lock that Terraform's error names: `Lock Info:` with a field in each line. Undefined without such an error. */
export function lockInError(errors: readonly string[]): ShownLock | undefined {
  const error = errors.find((text) => text.includes("Error acquiring the state lock"));
  if (error === undefined) return undefined;
  const fields = [...error.matchAll(/^\s*(ID|Operation|Info|Who|Version|Created|Path):[^\S\n]*(.*)$/gm)].map(
    ([, name = "", value = ""]): [string, string] => [name, value.trim()],
  );
  const info = lockInfoOf(Object.fromEntries(fields));
  // Go's text of a time: 2026-03-01 09:30:00.123456789 +0000 UTC
  const Created = info?.Created.replace(/^(\S+) ([\d:]+)(\.\d+)? \+0000 UTC$/, "$1T$2Z") ?? "";
  return { content: error, info: info && { ...info, Created } };
}

/**
 * Whether Terraform's error is about a lock that its holder released meanwhile: S3 refused a second lock object, and when
 * Terraform read who holds the first, it was gone. Terraform does not try again then, however long it may wait.
 */
export function isReleased({ content }: ShownLock): boolean {
  return /\bPreconditionFailed\b[^]*\bNoSuchKey\b/.test(content);
}

function lockInfoOf(fields: Readonly<Record<string, unknown>>): LockInfo | undefined {
  const text = (name: string): string => (typeof fields[name] === "string" ? fields[name] : "");
  const ID = text("ID");
  if (ID === "") return undefined;
  return {
    ID,
    Operation: text("Operation"),
    Info: text("Info"),
    Who: text("Who"),
    Version: text("Version"),
    Created: text("Created"),
    Path: text("Path"),
  };
}
