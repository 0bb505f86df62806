import { UserError } from "../../../config/user-error";
import { messageOf } from "../../support/errors";

/** The parts of an AWS client's error that the project reads. */
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

/** The HTTP status of a refused request. Undefined if AWS did not answer, or the error is not from AWS. */
export function statusOf(error: unknown): number | undefined {
  return (error as Partial<AwsError> | undefined)?.$metadata?.httpStatusCode;
}

/** Whether AWS denied a call. JSON services answer 400, EC2 has a name of its own. */
export function isDenied(error: unknown): boolean {
  return (
    statusOf(error) === 403 || (error instanceof Error && /^(AccessDenied|UnauthorizedOperation)/.test(error.name))
  );
}

/** Whether AWS refused a write because its condition on the object is not met. */
export function isConflict(error: unknown): boolean {
  return [409, 412].includes(statusOf(error) ?? 0);
}

/** Whether the requested object is missing. A missing bucket is another error. */
export function isMissingObject(error: unknown): boolean {
  return statusOf(error) === 404 && !isMissingBucket(error);
}

export function isMissingBucket(error: unknown): boolean {
  return statusOf(error) === 404 && (error as Error).name === "NoSuchBucket";
}

interface RequestContext {
  /** The AWS profile in use. @default the current credentials */
  readonly profile?: string;
  /** The name of the account in the estate. @default the message does not name it */
  readonly account?: string;
}

/**
 * Turns an AWS client's error into one message with AWS's text, and the remedy if there is one. Undefined if the error is
 * not from an AWS client, and so a bug of this project.
 *
 * @param where the subject of the request: a stack's id
 */
export function awsProblem(
  error: unknown,
  where: string,
  { profile, account = "<account>" }: RequestContext = {},
): UserError | undefined {
  if (!(error instanceof Error)) return undefined;
  const { name, message, code, $metadata } = error as AwsError;
  const problem = (text: string) => new UserError(`${where}: ${text}`, { cause: error });
  if (/CredentialsProviderError|TokenProviderError/.test(name)) {
    if (profile !== undefined) return problem(`the AWS profile ${profile} has no credentials: ${message}`);
    return problem(
      `there are no AWS credentials: ${message.replace(/\.$/, "")}. Name an AWS profile in ESTATE_PROFILE, or log in.`,
    );
  }
  if (name === "NoSuchBucket")
    return problem(`there is no state bucket. Bootstrap its account first: npm run bootstrap -- ${account}`);
  if ($metadata?.httpStatusCode !== undefined) return problem(`AWS answers ${name}: ${message}`);
  if (name === "TimeoutError" || NO_CONNECTION.includes(code ?? ""))
    return problem(`AWS can't be reached: ${code ?? name} ${message}`);
  return $metadata === undefined ? undefined : problem(`${name}: ${message}`);
}

/** The message of an error: that of `awsProblem` for an AWS client's error, otherwise the error's own. */
export function awsErrorMessage(error: unknown, where: string, context?: RequestContext): string {
  const problem = awsProblem(error, where, context);
  if (problem) return problem.message;
  return messageOf(error);
}
