import type { Account } from "../../../config/model";
import { counted } from "../../support/text";
import type { Answers } from "./answers";
import { CREATE_ACTIONS } from "../../../config/create-actions";
import { neededActions } from "./create-actions";
import type { Declared } from "./creations";
import { checkIdentityCenter } from "./identity-center";
import { findDenials, type PoliciesOf } from "./policies";
import { readQuotas, type QuotaUse } from "./quotas";
import { findTaken, type TakenClients } from "./taken";

/** An account, and what the first applies of its stacks would create in it. */
interface CheckedAccount {
  readonly id: string;
  readonly kind: Account["kind"];
  readonly region: string;
  /** The user or role of the credentials. */
  readonly arn: string;
  readonly creations: readonly Declared[];
  /** The data sources of its stacks. */
  readonly data: readonly Declared[];
}

/** How an account is read. */
interface Readers extends Omit<TakenClients, "id"> {
  readonly policiesOf: PoliciesOf;
}

export interface Checked {
  /** The quotas of what the applies create. */
  readonly quotas: readonly QuotaUse[];
  /** What was looked at, in one line. */
  readonly looked: string;
}

/** Finds out what would make first applies in an account fail, all at once. */
export async function checkAccount(account: CheckedAccount, readers: Readers, answers: Answers): Promise<Checked> {
  const { id, region, arn, creations, data } = account;
  const { clientsOf, findBucket, policiesOf } = readers;
  const { call } = await clientsOf(region);
  const [names, quotas, policies, identities] = await Promise.all([
    findTaken(creations, { id, clientsOf, findBucket }, answers),
    readQuotas(creations, { id, clientsOf }, answers),
    findDenials(neededActions(creations), { accountId: id, arn, call }, policiesOf, answers),
    checkIdentityCenter(data, creations, account.kind === "master", clientsOf, answers),
  ]);
  for (const { quota, verdict, adds, inUse = 0, limit = 0 } of quotas)
    if (verdict === "passed")
      answers.problem("quota", `${quota}: ${inUse} in use and ${adds} to add must be at most ${limit}`);
  const types = new Set(creations.map(({ type }) => type).filter((type) => !Object.hasOwn(CREATE_ACTIONS, type)));
  if (policies > 0 && types.size > 0)
    answers.unknown(
      `whether the organization allows to create ${[...types].join(", ")}`,
      "this command does not know the actions",
    );
  const looked = [
    counted(names, "name"),
    counted(quotas.length, "quota"),
    policies === 1 ? "1 service control policy" : `${policies} service control policies`,
    ...(identities === undefined ? [] : [`${counted(identities, "name")} of IAM Identity Center`]),
  ];
  return { quotas, looked: looked.join(", ") };
}
