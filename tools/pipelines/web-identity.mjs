/*
 * Supplies credentials for an AWS profile (`credential_process`) from the OpenID Connect token of a pipeline's job. No
 * key is stored anywhere.
 *
 *   node tools/pipelines/web-identity.mjs <role ARN> <region>
 *
 * GitHub Actions: the job has `permissions: id-token: write`. Each call requests a new token, which is valid for minutes
 * only. Azure DevOps: SYSTEM_ACCESSTOKEN is `$(System.AccessToken)`, and ESTATE_CONNECTION_ID the id of a service
 * connection that a task of the job uses; each call requests a new token too. Elsewhere: ESTATE_ID_TOKEN is the token, for
 * example from GitLab's `id_tokens`. This is plain JavaScript with one client because Terraform starts it for every command.
 */
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

const AUDIENCE = "sts.amazonaws.com";

async function token() {
  const { env } = process;
  if (env.ESTATE_ID_TOKEN) return env.ESTATE_ID_TOKEN;
  if (env.ESTATE_CONNECTION_ID) return connectionToken(env);
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: secret } = env;
  if (!url || !secret) {
    throw new Error(
      "this job has no identity token. Set `permissions: id-token: write` (GitHub Actions), ESTATE_CONNECTION_ID (Azure DevOps), or ESTATE_ID_TOKEN.",
    );
  }
  const asked = new URL(url);
  asked.searchParams.set("audience", AUDIENCE);
  return issued("GitHub", "value", asked, { headers: { Authorization: `Bearer ${secret}` } });
}

/** The token of a service connection ("Oidctoken - Create", Azure DevOps REST API). Its audience cannot be chosen. */
function connectionToken({ SYSTEM_OIDCREQUESTURI: url, SYSTEM_ACCESSTOKEN: secret, ESTATE_CONNECTION_ID: id }) {
  if (!url || !secret)
    throw new Error(
      "this job has no identity token. Set SYSTEM_ACCESSTOKEN to $(System.AccessToken) in env of the task.",
    );
  const asked = new URL(url);
  asked.searchParams.set("api-version", "7.1-preview.1");
  asked.searchParams.set("serviceConnectionId", id);
  const headers = { Authorization: `Bearer ${secret}`, "Content-Type": "application/json" };
  return issued("Azure DevOps", "oidcToken", asked, { method: "POST", headers });
}

async function issued(service, key, url, request) {
  const answer = await fetch(url, { ...request, signal: AbortSignal.timeout(30_000) });
  if (!answer.ok) throw new Error(`${service} issued no token: HTTP ${answer.status}`);
  const { [key]: value } = await answer.json();
  if (typeof value !== "string" || value === "")
    throw new Error(`${service} issued no token: its response has no ${key}`);
  return value;
}

/** A session name with the characters that AWS allows. CloudTrail shows it with each call. */
function sessionName() {
  const { GITHUB_RUN_ID, GITHUB_JOB, CI_JOB_ID, BUILD_BUILDID } = process.env;
  const name = ["pipeline", GITHUB_JOB, GITHUB_RUN_ID ?? CI_JOB_ID ?? BUILD_BUILDID].filter(Boolean).join("-");
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
