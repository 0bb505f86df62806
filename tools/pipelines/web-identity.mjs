/*
 * Supplies credentials for an AWS profile (`credential_process`) from the OpenID Connect token of a pipeline's job. No
 * key is stored anywhere.
 *
 *   node tools/pipelines/web-identity.mjs <role ARN> <region>
 *
 * GitHub Actions: the job has `permissions: id-token: write`. Each call requests a new token, which is valid for minutes
 * only. Elsewhere: ESTATE_ID_TOKEN is the token, for example from GitLab's `id_tokens`. This is plain JavaScript with
 * one client because Terraform starts it for every command.
 */
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

const AUDIENCE = "sts.amazonaws.com";

async function token() {
  const {
    ACTIONS_ID_TOKEN_REQUEST_URL: url,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: secret,
    ESTATE_ID_TOKEN: given,
  } = process.env;
  if (given) return given;
  if (!url || !secret) {
    throw new Error(
      "this job has no identity token. Set `permissions: id-token: write` (GitHub Actions), or ESTATE_ID_TOKEN.",
    );
  }
  const asked = new URL(url);
  asked.searchParams.set("audience", AUDIENCE);
  const answer = await fetch(asked, {
    headers: { Authorization: `Bearer ${secret}` },
    signal: AbortSignal.timeout(30_000),
  });
  if (!answer.ok) throw new Error(`GitHub issued no token: HTTP ${answer.status}`);
  const { value } = await answer.json();
  if (typeof value !== "string" || value === "") throw new Error("GitHub issued no token: its response has no value");
  return value;
}

/** A session name with the characters that AWS allows. CloudTrail shows it with each call. */
function sessionName() {
  const { GITHUB_RUN_ID, GITHUB_JOB, CI_JOB_ID } = process.env;
  const name = ["pipeline", GITHUB_JOB, GITHUB_RUN_ID ?? CI_JOB_ID].filter(Boolean).join("-");
  return name.replaceAll(/[^\w+=,.@-]/g, "-").slice(0, 64);
}

const [, , roleArn, region] = process.argv;
try {
  if (!/^arn:aws[\w-]*:iam::\d{12}:role\/\S+$/.test(roleArn ?? ""))
    throw new Error(`the role must be the ARN of a role, got "${roleArn ?? ""}"`);
  if (!region) throw new Error("the region must be the region of the account's states, got none");
  const { AssumeRoleWithWebIdentityCommand, STSClient } = await import("@aws-sdk/client-sts");
  // This call needs no signature. Without these dummy credentials the client would look in the profile that runs this
  // program.
  const sts = new STSClient({ region, credentials: { accessKeyId: "none", secretAccessKey: "none" } });
  const { Credentials: given } = await sts.send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: roleArn,
      RoleSessionName: sessionName(),
      WebIdentityToken: await token(),
    }),
  );
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = given;
  console.log(
    JSON.stringify({ Version: 1, AccessKeyId, SecretAccessKey, SessionToken, Expiration: Expiration.toISOString() }),
  );
} catch (error) {
  console.error(`${roleArn ?? "no role"}: ${error.message}`);
  process.exitCode = 1;
}
