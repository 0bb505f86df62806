import type { EstateFile } from "../../config/schema";

/** This many letters. */
const letters = (count: number): string => "n".repeat(count);

/** The longest with a master account: `n-irl-<solution>-prep-raas-master-MasterRole` is a role's name of 64 characters. */
const SOLUTION = letters(30);
/** The longest name of an account with it: that of the budget, `<solution>-<account>-monthly`, has 100 characters. */
const ACCOUNT = letters(61);
/** AWS Organizations allows 50 characters. */
const MEMBER = letters(50);
const NAME = letters(63);

const admin = `arn:aws:iam::111111111111:user/${letters(64)}`;
const team = { operators: [admin], admins: [admin], monthlyBudgetUsd: 1 };
const alias = (first: string) => `${first}${letters(62)}`;
const email = (account: string) => `${account}@${letters(20)}.example.com`;

/** Every name in the file is as long as the checks allow, with each kind of resource that is named after one. */
export const longestEstate: EstateFile = {
  solution: SOLUTION,
  defaultRegion: "eu-west-1",
  chargeCode: letters(63),
  repository: "example-org/aws-estate",
  organization: {},
  accounts: {
    hub: { kind: "master", id: "111111111111", email: email("hub"), alias: alias("a"), stateKey: true, ...team },
    [ACCOUNT]: {
      kind: "main",
      id: "222222222222",
      email: email("main"),
      alias: alias("b"),
      stateKey: true,
      trail: true,
      ...team,
    },
    [MEMBER]: {
      kind: "member",
      membership: "created",
      id: "333333333333",
      email: email("member"),
      alias: alias("c"),
      ...team,
    },
  },
  environments: {
    n: {
      account: ACCOUNT,
      production: true,
      profile: "hardened",
      externalId: letters(1224),
      database: { databaseName: NAME, masterUsername: letters(16), customerManagedKey: true },
      application: { buckets: [letters(13)], repositories: [letters(219)] },
      members: { [NAME]: { account: MEMBER } },
      securityGroups: { [NAME]: { work: "computation" } },
    },
  },
};
