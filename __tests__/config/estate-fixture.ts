import { EstateError, problemText } from "../../config/estate-error";
import { parseEstate } from "../../config/load";
import type { MembersRecord } from "../../config/members-record";
import type { Estate } from "../../config/model";
import type { EstateFile } from "../../config/schema";

/** Values by path: `environments.dev.region`, `accounts.dev.operators.0`. `undefined` removes the key. */
export type Changes = Readonly<Record<string, unknown>>;

const people = {
  operators: ["arn:aws:iam::111111111111:user/operator"],
  admins: ["arn:aws:iam::111111111111:user/admin"],
  monthlyBudgetUsd: 50,
};

/** An estate with only what is required, except for the master account and a member account that is not used. */
const minimal: EstateFile = {
  solution: "demo",
  defaultRegion: "eu-west-1",
  chargeCode: "demo-0001",
  accounts: {
    master: { kind: "master", id: "111111111111", email: "master@example.com", ...people },
    dev: { kind: "main", id: "222222222222", email: "dev@example.com", ...people },
    lab: { kind: "member", membership: "created", id: "333333333333", email: "lab@example.com", ...people },
  },
  environments: { dev: { account: "dev", profile: "documented" } },
};

/** The subnets of the minimal estate's environment. */
export const PUBLIC_SUBNETS = [
  { zone: "eu-west-1a", cidrBlock: "10.0.0.0/24" },
  { zone: "eu-west-1b", cidrBlock: "10.0.1.0/24" },
];
export const PRIVATE_SUBNETS = [
  { zone: "eu-west-1a", cidrBlock: "10.0.8.0/24" },
  { zone: "eu-west-1b", cidrBlock: "10.0.9.0/24" },
];

/** The minimal estate with some of its values changed. Missing objects on a path are created. */
export function estateWith(changes: Changes = {}): EstateFile {
  // Not structuredClone: it would keep the lists that accounts share.
  const estate = JSON.parse(JSON.stringify(minimal)) as EstateFile;
  for (const [path, value] of Object.entries(changes)) set(estate, path.split("."), structuredClone(value));
  return estate;
}

export function set(holder: object, [key = "", ...rest]: readonly string[], value: unknown): void {
  const values = holder as Record<string, unknown>;
  if (rest.length > 0) {
    set((values[key] ??= {}), rest, value);
  } else if (value === undefined) Reflect.deleteProperty(values, key);
  else values[key] = value;
}

/** The minimal estate with these changes, resolved. */
export const estateOf = (changes: Changes = {}): Estate => parseEstate(estateWith(changes), "test");

/** The item with this name. */
export function named<T extends { name: string }>(items: readonly T[], name: string): T {
  const item = items.find((candidate) => candidate.name === name);
  if (!item) throw new Error(`${name} must be one of ${items.map((each) => each.name).join(", ")}`);
  return item;
}

/** Every problem of an estate as its error lists it; none if it is valid. */
export function problemsOf(value: unknown, record?: MembersRecord): string[] {
  try {
    parseEstate(value, "test.json", record);
    return [];
  } catch (error) {
    if (!(error instanceof EstateError)) throw error;
    return error.problems.map((problem) => `${problem.path} ${problemText(problem)}`);
  }
}

/** Every problem of the minimal estate with these changes. */
export const problemsWith = (changes: Changes, record?: MembersRecord) => problemsOf(estateWith(changes), record);

/** No master account, as changes. The member account is then invited, since there is no organization to create it. */
export const NO_MASTER: Changes = { "accounts.master": undefined, "accounts.lab.membership": "invited" };

/** A main account and an environment in it, both called `prod`, as changes. */
export const PROD: Changes = {
  "accounts.prod": { kind: "main", id: "444444444444", email: "prod@example.com", ...people },
  "environments.prod": { account: "prod", production: true, profile: "hardened", externalId: "demo-prod-1" },
};

/** Another account of the team, for tests that need one more. */
export const account = (kind: "master" | "main", id: string, email: string) => ({ kind, id, email, ...people });

/** A created member account; without an id, AWS has not created it yet. */
export const createdMember = (email: string, rest: Readonly<Record<string, unknown>> = {}) => ({
  ...{ kind: "member", membership: "created", email },
  ...people,
  ...rest,
});
