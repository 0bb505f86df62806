import type { Account, Estate } from "../../config/model";
import { UserError } from "../../config/user-error";
import { awsClients, expectCallerAccount } from "../terraform/aws/aws-clients";
import { awsProblem } from "../terraform/aws/aws-problem";
import { type AwsRun, connectionsToAws, credentialsOf } from "../terraform/aws/aws-run";
import { readingClients, type ReadingClients } from "../terraform/aws/reading-clients";
import { signedCalls } from "../terraform/aws/signed-call";
import type { S3 } from "../terraform/state/state-lock";
import { organizationCalls, type OrganizationCalls } from "./organization-calls";

/** Clients that act in an account with the credentials with which Terraform reaches it. */
export interface AccountClients {
  readonly organizations: OrganizationCalls;
  /** In the region of the account's states. */
  readonly s3: S3;
  /** What reads the account in a region. */
  readonly reading: (region: string) => ReadingClients;
}

/**
 * Calls `work` with clients of an account, after a check that the credentials are of that account.
 * @throws UserError for an error of AWS too
 */
export type InAccount = <T>(account: Account, work: (clients: AccountClients) => Promise<T>) => Promise<T>;

/** @param profile the AWS profile; `{account}` in it is replaced with the account's name. Default: the current credentials */
export function accountsOf(estate: Estate, profile?: string): InAccount {
  connectionsToAws(process.env); // refuses endpoints that no variable shows
  const envOf = credentialsOf({ estate, profile });
  return (account, work) => within(account, envOf, work);
}

async function within<T>(
  account: Account,
  envOf: AwsRun["env"],
  work: (clients: AccountClients) => Promise<T>,
): Promise<T> {
  const { id, name, region, stateBucket, assumedRoleArn: accessRoleArn } = account;
  const access = { accountId: id, accessRoleArn, state: { bucket: stateBucket, key: "", region } };
  const env = envOf(access);
  try {
    const { sts, s3 } = awsClients(access, env);
    await expectCallerAccount(sts, id, name, env);
    const reading = (place: string) => readingClients(access, env, place);
    return await work({ organizations: organizationCalls(signedCalls(access, env, region)), s3, reading });
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw awsProblem(error, name, { profile: env["AWS_PROFILE"], account: name }) ?? error;
  }
}
