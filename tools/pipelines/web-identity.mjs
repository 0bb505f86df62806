/*
 * Credentials for an AWS profile (`credential_process`), from the token by which a pipeline's job proves who it is: no
 * key is stored anywhere.
 *
 *   node tools/pipelines/web-identity.mjs <role ARN> <region>
 *
 * GitHub Actions: the job has `permissions: id-token: write`; each call asks for a fresh token, since one lives for
 * minutes only. Elsewhere: ESTATE_ID_TOKEN is the token, as GitLab's `id_tokens` gives one. Plain JavaScript that loads
 * one client: Terraform starts it for every command.
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
      "this job can't prove who it is: it needs `permissions: id-token: write` (GitHub Actions), or ESTATE_ID_TOKEN",
    );
  }
  const asked = new URL(url);
  asked.searchParams.set("audience", AUDIENCE);
  const answer = await fetch(asked, {
    headers: { Authorization: `Bearer ${secret}` },
    signal: AbortSignal.timeout(30_000),
  });
  if (!answer.ok) throw new Error(`GitHub gives no token: it answers ${answer.status}`);
  const { value } = await answer.json();
  if (typeof value !== "string" || value === "") throw new Error("GitHub gives no token: its answer holds none");
  return value;
}

/** Of what AWS allows in the name of a session; CloudTrail shows it with whatever was done. */
function sessionName() {
  const { GITHUB_RUN_ID, GITHUB_JOB, CI_JOB_ID } = process.env;
  const name = ["pipeline", GITHUB_JOB, GITHUB_RUN_ID ?? CI_JOB_ID].filter(Boolean).join("-");
  return name.replaceAll(/[^\w+=,.@-]/g, "-").slice(0, 64);
}

const [, , roleArn, region] = process.argv;
try {
  if (!/^arn:aws[\w-]*:iam::\d{12}:role\/\S+$/.test(roleArn ?? ""))
    throw new Error(`got the role "${roleArn ?? ""}", expected the ARN of a role`);
  if (!region) throw new Error("got no region, expected that of the account's states");
  const { AssumeRoleWithWebIdentityCommand, STSClient } = await import("@aws-sdk/client-sts");
  // The credentials are what is asked for: there are none to sign with, and none may be looked for in the very profile
  // that asks.
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
