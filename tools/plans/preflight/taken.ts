import type { FirstApplyAccount } from "../../accounts/bootstrap/account";
import type { ResourceChange } from "../../review/plan-json";
import { groupedBy } from "../../support/order";
import { CREATION_LOOKS } from "../existing-settings";
import type { Answers } from "./answers";
import type { PreflightClientsOf } from "./lists";
import { uniqueNameOf, type Declared } from "./creations";
import { LISTS } from "./lists";

/** How the names in an account are read. */
export interface TakenClients {
  readonly id: string;
  readonly clientsOf: PreflightClientsOf;
  readonly findBucket: FirstApplyAccount["findBucket"];
}

/** Types that the bootstrap of an account adopts or refuses itself. */
const BOOTSTRAPPED = ["aws_iam_openid_connect_provider", "aws_iam_role", "aws_kms_alias", "aws_s3_bucket"];

/** Types whose names `checkIdentityCenter` looks for. */
const OF_IDENTITY_CENTER = /^aws_(identitystore|ssoadmin)_/;

/** Types whose names AWS does not distinguish by case (CreateRole, CreateUser), and those of e-mail addresses. */
const CASELESS = /^aws_(iam|organizations)_/;

const REMEDY = 'Delete it if nothing uses it, or adopt it (docs/applying.md, "What exists already").';

/**
 * Finds names that first applies need and that are taken: AWS refuses a second resource of the name.
 *
 * @returns how many resources it looked for
 */
export async function findTaken(
  creations: readonly Declared[],
  account: TakenClients,
  answers: Answers,
): Promise<number> {
  const asked = creations.filter(({ stack, type }) => !(stack.createsOwnStateBucket && BOOTSTRAPPED.includes(type)));
  const ofAccount = asked.filter(({ type }) => !OF_IDENTITY_CENTER.test(type));
  const settings = ofAccount.filter(({ type }) => Object.hasOwn(CREATION_LOOKS, type));
  const named = ofAccount.filter((each) => !settings.includes(each) && uniqueNameOf(each) !== undefined);
  const [buckets, others] = [true, false].map((is) => named.filter(({ type }) => (type === "aws_s3_bucket") === is));
  await Promise.all([
    ...(buckets ?? []).map((bucket) => findBucket(bucket, account, answers)),
    ...[...groupedBy(others ?? [], ({ type, region }) => `${type} ${region}`).values()].map((wanted) =>
      findInList(wanted, account, answers),
    ),
    ...settings.map((setting) => findSetting(setting, asked, account, answers)),
  ]);
  return named.length + settings.length;
}

async function findBucket(bucket: Declared, account: TakenClients, answers: Answers): Promise<void> {
  const name = uniqueNameOf(bucket) ?? "";
  const bucketText = `${bucket.stack.id}: the bucket ${name}`;
  const { found } = (await answers.ask(bucketText, () => account.findBucket(name))) ?? { found: "nothing" };
  if (found === "this account's") answers.problem("taken", `${bucketText} exists. ${REMEDY}`);
  if (found === "another account's")
    answers.problem(
      "taken",
      `${bucketText} belongs to another account, or denies access to these credentials. Bucket names are global: choose another name.`,
    );
}

/** @param wanted resources of one type in one region */
async function findInList(
  wanted: readonly Declared[],
  { id, clientsOf }: TakenClients,
  answers: Answers,
): Promise<void> {
  const [{ type, region } = { type: "", region: "" }] = wanted;
  const list = LISTS[type];
  if (!list) {
    const names = wanted.map((each) => uniqueNameOf(each) ?? "").join(", ");
    answers.unknown(`whether ${type} ${names} exists in ${region}`, "this command does not ask");
    return;
  }
  const read = async () => list.read(await clientsOf(region), wanted.map((each) => uniqueNameOf(each) ?? ""), id); // prettier-ignore
  const taken = (await answers.ask(`names of ${type} in ${region}`, read)) ?? [];
  const compared = (name: string): string => (CASELESS.test(type) ? name.toLowerCase() : name);
  for (const resource of wanted) {
    const name = compared(uniqueNameOf(resource) ?? "");
    const found = taken.find((each) => compared(each) === name);
    if (found !== undefined) answers.problem("taken", `${resource.stack.id}: ${list.what} ${found} exists. ${REMEDY}`);
  }
}

/** A setting that a plan would be refused for. What a plan would only list is left to its reviewers. */
async function findSetting(
  { type, region, address, values, stack }: Declared,
  creations: readonly Declared[],
  { id, clientsOf }: TakenClients,
  answers: Answers,
): Promise<void> {
  const changes = creations.filter((each) => each.stack === stack).map(createdBy);
  const found = await answers.ask(`${stack.id}: what exists of ${address}`, async () =>
    CREATION_LOOKS[type]?.({
      ...(await clientsOf(region)),
      accountId: id,
      region,
      before: {},
      planned: values,
      changes,
      // The stacks of other accounts are applied first.
      createdBuckets: new Set([String(values["s3_bucket_name"])]),
    }),
  );
  if (found?.refused) answers.problem("taken", `${stack.id}: ${found.message}`);
}

const createdBy = ({ address, type, values }: Declared): ResourceChange => ({
  address,
  type,
  name: address.slice(type.length + 1),
  mode: "managed",
  change: { actions: ["create"], before: null, after: values },
});
