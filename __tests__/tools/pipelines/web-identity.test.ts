import { spawn } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

const PROGRAM = join(__dirname, "../../../tools/pipelines/web-identity.mjs");
const ROLE = "arn:aws:iam::222222222222:role/galileo-pipeline-plan";

async function run(
  env: NodeJS.ProcessEnv,
  ...args: string[]
): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [PROGRAM, ...args], { env: { PATH: process.env["PATH"], ...env } });
  let [out, err] = ["", ""];
  child.stdout.on("data", (text: Buffer) => (out += text.toString()));
  child.stderr.on("data", (text: Buffer) => (err += text.toString()));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, out, err };
}

/** Responds as GitHub's token endpoint and STS, and records requests. */
async function serving<T>(work: (url: string, asked: string[]) => Promise<T>, tokenStatus = 200): Promise<T> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (text: Buffer) => (body += text.toString()));
    request.on("end", () => {
      asked.push(`${request.url ?? ""} ${request.headers.authorization ?? ""} ${body}`);
      if (request.url?.startsWith("/token") === true) {
        response
          .writeHead(tokenStatus)
          .end(JSON.stringify(request.method === "POST" ? { oidcToken: "of-connection" } : { value: "the-token" }));
        return;
      }
      const credentials =
        "<Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2026-01-02T03:04:05Z</Expiration></Credentials>";
      const result = `<AssumeRoleWithWebIdentityResult>${credentials}</AssumeRoleWithWebIdentityResult>`;
      response.writeHead(200, { "content-type": "text/xml" });
      response.end(
        `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">${result}</AssumeRoleWithWebIdentityResponse>`,
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked);
  } finally {
    server.close();
  }
}

test("a job of GitHub Actions gets credentials for its token, in a session named after the run", async () => {
  await serving(async (url, asked) => {
    const env = {
      ...{
        ACTIONS_ID_TOKEN_REQUEST_URL: `${url}/token?api-version=2.0`,
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: "mine",
        AWS_ENDPOINT_URL: url,
      },
      ...{ GITHUB_RUN_ID: "42", GITHUB_JOB: "apply / x", AWS_PROFILE: "dev" },
    };
    const { code, out, err } = await run(env, ROLE, "eu-west-1");
    expect(err).toBe("");
    expect(code).toBe(0);
    const expected = {
      Version: 1,
      AccessKeyId: "ASIA",
      SecretAccessKey: "s",
      SessionToken: "t",
      Expiration: "2026-01-02T03:04:05.000Z",
    };
    expect(JSON.parse(out)).toEqual(expected);
    expect(asked[0]).toBe("/token?api-version=2.0&audience=sts.amazonaws.com Bearer mine ");
    const body = new URLSearchParams(asked[1]?.split(" ").at(-1));
    expect(body.get("RoleArn")).toBe(ROLE);
    expect(body.get("WebIdentityToken")).toBe("the-token");
    expect(body.get("RoleSessionName")).toBe("pipeline-apply---x-42");
  });
});

const AZURE = { SYSTEM_ACCESSTOKEN: "mine", ESTATE_CONNECTION_ID: "6a5b", BUILD_BUILDID: "77" };

test("a job of Azure DevOps gets credentials for the token of its service connection", async () => {
  await serving(async (url, asked) => {
    const env = { ...AZURE, SYSTEM_OIDCREQUESTURI: `${url}/token/oidctoken`, AWS_ENDPOINT_URL: url };
    const { code, err } = await run(env, ROLE, "eu-west-1");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(asked[0]).toBe("/token/oidctoken?api-version=7.1-preview.1&serviceConnectionId=6a5b Bearer mine ");
    const body = new URLSearchParams(asked[1]?.split(" ").at(-1));
    expect([body.get("WebIdentityToken"), body.get("RoleSessionName")]).toEqual(["of-connection", "pipeline-77"]);
  });
});

test("reports the refusal of Azure DevOps without the secret", async () => {
  await serving(async (url) => {
    const env = { ...AZURE, SYSTEM_OIDCREQUESTURI: `${url}/token`, AWS_ENDPOINT_URL: url };
    const { code, err } = await run(env, ROLE, "eu-west-1");
    expect(code).toBe(1);
    expect(err).toMatch(/Azure DevOps issued no token: HTTP 403/);
    expect(err).not.toContain("mine");
  }, 403);
});

test("another pipeline passes its token", async () => {
  await serving(async (url, asked) => {
    const { code } = await run({ ESTATE_ID_TOKEN: "given", AWS_ENDPOINT_URL: url }, ROLE, "eu-west-1");
    expect(code).toBe(0);
    expect(new URLSearchParams(asked[0]?.split(" ").at(-1)).get("WebIdentityToken")).toBe("given");
  });
});

test.each([
  ["no identity", {}, [ROLE, "eu-west-1"], /this job has no identity token\. Set `permissions: id-token: write`/],
  [
    "no access token",
    { ESTATE_CONNECTION_ID: "6a5b" },
    [ROLE, "eu-west-1"],
    /Set SYSTEM_ACCESSTOKEN to \$\(System\.AccessToken\)/,
  ],
  ["no role", { ESTATE_ID_TOKEN: "x" }, [], /the role must be the ARN of a role, got ""/],
  ["no ARN", { ESTATE_ID_TOKEN: "x" }, ["admin", "eu-west-1"], /the role must be the ARN of a role, got "admin"/],
  ["no region", { ESTATE_ID_TOKEN: "x" }, [ROLE], /the region must be the region of the account's states, got none/],
])("reports in one line what is missing: %s", async (_, env, args, says) => {
  const { code, out, err } = await run(env, ...args);
  expect(code).toBe(1);
  expect(out).toBe("");
  expect(err).toMatch(says);
  expect(err.trim().split("\n")).toHaveLength(1);
});

test("reports GitHub's refusal without the secret", async () => {
  await serving(async (url) => {
    const env = {
      ACTIONS_ID_TOKEN_REQUEST_URL: `${url}/token`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: "mine",
      AWS_ENDPOINT_URL: url,
    };
    const { code, err } = await run(env, ROLE, "eu-west-1");
    expect(code).toBe(1);
    expect(err).toMatch(/GitHub issued no token: HTTP 403/);
    expect(err).not.toContain("mine");
  }, 403);
});
