import { UserError } from "../../../config/user-error";
import { messageOf } from "../../support/errors";

/** What the AWS clients throw, as far as we read it. */
interface AwsError extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly code?: string;
}

const NO_CONNECTION = [
  "ECONNREFUSED",
  "ECONNRESET",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
];

/**
 * The HTTP status with which AWS refused a request. Undefined where it gave no answer, or where the error is none of
 * AWS's.
 */
export function statusOf(error: unknown): number | undefined {
  return (error as Partial<AwsError> | undefined)?.$metadata?.httpStatusCode;
}

/** Whether AWS refused a write because the object is not, or no longer, what the write demands. */
export function isConflict(error: unknown): boolean {
  return [409, 412].includes(statusOf(error) ?? 0);
}

/** Whether the object that a request is about is not there. A bucket that is not there is something else. */
export function isMissingObject(error: unknown): boolean {
  return statusOf(error) === 404 && !isMissingBucket(error);
}

export function isMissingBucket(error: unknown): boolean {
  return statusOf(error) === 404 && (error as Error).name === "NoSuchBucket";
}

/**
 * What an AWS client threw, in words: one message, what AWS said, and the remedy where there is one. Undefined where
 * the error is not of an AWS client, which then is a fault of ours.
 *
 * @param where what was asked about: a stack's id
 * @param profile the AWS profile that was used. Default: the credentials at hand
 */
export function awsProblem(error: unknown, where: string, profile?: string): UserError | undefined {
  if (!(error instanceof Error)) return undefined;
  const { name, message, code, $metadata } = error as AwsError;
  const said = (text: string) => new UserError(`${where}: ${text}`, { cause: error });
  if (/CredentialsProviderError|TokenProviderError/.test(name)) {
    return said(
      `${profile === undefined ? "there are no AWS credentials" : `the AWS profile ${profile} has no credentials`}: ${message}`,
    );
  }
  if (name === "NoSuchBucket") return said("there is no state bucket: bootstrap the account first (npm run bootstrap)");
  if ($metadata?.httpStatusCode !== undefined) return said(`AWS answers ${name}: ${message}`);
  if (name === "TimeoutError" || NO_CONNECTION.includes(code ?? ""))
    return said(`AWS can't be reached: ${code ?? name} ${message}`);
  return $metadata === undefined ? undefined : said(`${name}: ${message}`);
}

/** What was thrown, in words: those of `awsProblem` where an AWS client threw it, else its own. */
export function awsErrorMessage(error: unknown, where: string): string {
  const problem = awsProblem(error, where);
  if (problem) return problem.message;
  return messageOf(error);
}
