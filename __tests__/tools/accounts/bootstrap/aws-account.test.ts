import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { UserError } from "../../../../config/user-error";
import { awsAccount } from "../../../../tools/accounts/bootstrap/aws-account";

/* Answers of AWS that the emulator does not give, from a server with given answers. */

interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

let server: Server;
let answer: (request: IncomingMessage) => Answer;
let requests: IncomingMessage[];
beforeEach(async () => {
  requests = [];
  server = createServer((request, response) => {
    requests.push(request);
    const { status, headers = {}, body = "" } = answer(request);
    response.writeHead(status, { "content-type": "application/xml", ...headers }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

const state = { bucket: "states", key: "dev/bootstrap.tfstate", region: "eu-west-1" };
const stack = { id: "dev-bootstrap", accountId: "222222222222", state };
const keys = { AWS_ACCESS_KEY_ID: "k", AWS_SECRET_ACCESS_KEY: "s" };
const account = (more: object = {}) => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return awsAccount({ ...stack, ...more }, { AWS_ENDPOINT_URL: url, ...keys });
};

test("expects in every request that the account owns the bucket", async () => {
  answer = () => ({ status: 200, headers: { "x-amz-bucket-region": "eu-west-1" } });
  await expect(account().findBucket("states")).resolves.toEqual({ found: "this account's", region: "eu-west-1" });
  expect(requests.map(({ headers }) => headers["x-amz-expected-bucket-owner"])).toEqual(["222222222222"]);
});

test.each<[string, Answer, object]>([
  ["is missing", { status: 404 }, { found: "nothing" }],
  ["is another account's", { status: 403 }, { found: "another account's" }],
  [
    "is in another region",
    { status: 301, headers: { "x-amz-bucket-region": "us-east-1" } },
    { found: "this account's", region: "us-east-1" },
  ],
  [
    "is in another, newer region",
    { status: 400, headers: { "x-amz-bucket-region": "ap-south-1" } },
    { found: "this account's", region: "ap-south-1" },
  ],
])("sees a bucket that %s", async (_, given, expected) => {
  answer = () => given;
  await expect(account().findBucket("states")).resolves.toEqual(expected);
});

test("reports every other answer as an error", async () => {
  answer = () => ({ status: 400 });
  await expect(account().findBucket("states")).rejects.toThrow(/^dev-bootstrap: AWS answers /);
});

test("reads all pages of a bucket's versions, skips locks, and returns three keys", async () => {
  const page = (keys: readonly string[], next?: string) =>
    `<ListVersionsResult><IsTruncated>${next !== undefined}</IsTruncated>${next === undefined ? "" : `<NextKeyMarker>${next}</NextKeyMarker><NextVersionIdMarker>v</NextVersionIdMarker>`}` +
    `${keys.map((key) => `<DeleteMarker><Key>${key}</Key></DeleteMarker><Version><Key>${key}</Key></Version>`).join("")}</ListVersionsResult>`;
  answer = ({ url = "" }) => ({
    status: 200,
    body: url.includes("key-marker=b")
      ? page(["c.tfstate", "d", "e", "f"])
      : page(["a.tfstate.tflock", "b.tfstate.tflock"], "b"),
  });
  await expect(account().objectKeys("states")).resolves.toEqual(["c.tfstate", "d", "e"]);
  expect(requests).toHaveLength(2);
  answer = () => ({ status: 200, body: page(["a.tfstate.tflock"]) });
  await expect(account().objectKeys("states", "a")).resolves.toEqual([]);
});

test("reports the expected credentials in one line if AWS refuses the current ones", async () => {
  answer = () => ({
    status: 403,
    body: "<ErrorResponse><Error><Code>ExpiredToken</Code><Message>The security token included in the request is expired</Message></Error></ErrorResponse>",
  });
  const expired = account().expectCredentials();
  await expect(expired).rejects.toThrow(UserError);
  await expect(expired).rejects.toThrow(
    /^dev-bootstrap: AWS answers ExpiredToken: .*; expected credentials of the account 222222222222: --profile <name>, or AWS_PROFILE$/,
  );
  const role = "arn:aws:iam::222222222222:role/OrganizationAccountAccessRole";
  await expect(account({ accessRoleArn: role }).expectCredentials()).rejects.toThrow(
    `expected credentials that may assume ${role}: --profile`,
  );
});

test("reports both accounts for credentials of another account", async () => {
  answer = () => ({
    status: 200,
    body: "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>333333333333</Account><Arn>arn:aws:iam::333333333333:user/x</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>",
  });
  await expect(account().expectCredentials()).rejects.toThrow(
    /222222222222, got 333333333333 \(arn:aws:iam::333333333333:user\/x\)/,
  );
});

describe("regions that the account must enable", () => {
  const regionOf = ({ headers }: IncomingMessage) =>
    /Credential=\w+\/\d+\/([^/]+)\//.exec(headers.authorization ?? "")?.[1];
  /** The answers to GetCallerIdentity and AssumeRole. */
  const identity =
    "<Response><GetCallerIdentityResult><Account>222222222222</Account><Arn>arn:aws:iam::222222222222:user/x</Arn></GetCallerIdentityResult>" +
    "<AssumeRoleResult><Credentials><AccessKeyId>k</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken></Credentials></AssumeRoleResult></Response>";
  const unknown =
    "<ErrorResponse><Error><Code>InvalidClientTokenId</Code><Message>invalid</Message></Error></ErrorResponse>";
  const refusedIn =
    (...regions: readonly string[]) =>
    (request: IncomingMessage): Answer =>
      regions.includes(regionOf(request) ?? "") ? { status: 403, body: unknown } : { status: 200, body: identity };
  const check = (more: object = {}) => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return awsAccount({ ...stack, ...more }, { AWS_ENDPOINT_URL: url, ...keys }, [
      "af-south-1",
      "eu-south-1",
    ]).expectCredentials();
  };

  test("are asked with the credentials, in each region", async () => {
    answer = refusedIn();
    await expect(check()).resolves.toBeUndefined();
    expect(requests.map(regionOf).sort()).toEqual(["af-south-1", "eu-south-1", "eu-west-1"]);
  });

  test("are listed with the remedy if AWS knows the credentials elsewhere only", async () => {
    answer = refusedIn("af-south-1");
    await expect(check()).rejects.toThrow(
      "dev-bootstrap: af-south-1 must be enabled in the account 222222222222, but AWS knows the credentials in us-east-1 only. " +
        "Run aws account enable-region --region-name af-south-1 with credentials of the account, and wait until it is enabled.",
    );
    answer = refusedIn("af-south-1", "eu-south-1");
    await expect(check()).rejects.toThrow(/af-south-1 must be enabled[^]*\ndev-bootstrap: eu-south-1 must be enabled/);
  });

  test("must be enabled where the access role is assumed from, too", async () => {
    answer = refusedIn("af-south-1", "eu-south-1");
    await expect(check({ accessRoleArn: "arn:aws:iam::222222222222:role/access" })).rejects.toThrow(
      "must be enabled in the account 222222222222 and in that of the credentials, from which it is reached, but",
    );
  });

  test("are not named if AWS knows the credentials nowhere", async () => {
    answer = refusedIn("af-south-1", "eu-south-1", "us-east-1", "eu-west-1");
    await expect(check()).rejects.toThrow(
      /^dev-bootstrap: AWS answers InvalidClientTokenId: invalid; expected credentials of the account 222222222222/,
    );
  });
});

test("reports in one line that AWS does not answer", async () => {
  answer = () => ({ status: 200 });
  const nobody = awsAccount(stack, { AWS_ENDPOINT_URL: "http://127.0.0.1:1", ...keys });
  await expect(nobody.findBucket("states")).rejects.toThrow(/^dev-bootstrap: .*ECONNREFUSED.*$/);
});

describe("keys", () => {
  const POLICY = [
    { Effect: "Allow", Principal: { AWS: "arn:aws:iam::222222222222:root" }, Action: "kms:*" },
    {
      Effect: "Allow",
      Principal: {
        AWS: ["arn:aws:iam::222222222222:root", "arn:aws:iam::999999999999:role/x"],
        Service: "s3.amazonaws.com",
      },
    },
    { Effect: "Allow", NotPrincipal: { AWS: "arn:aws:iam::333333333333:root" } },
    { Effect: "Deny", Principal: { AWS: "arn:aws:iam::444444444444:root" } },
  ];
  const TAGS: Record<string, string> = { k1: "dev-bootstrap", k2: "dev-bootstrap", k3: "ci-bootstrap" };

  /** KMS with four keys: two of the stack, one of them scheduled for deletion, a foreign one, and one with unreadable tags. */
  const kms = (request: IncomingMessage, id: string): Answer => {
    const json = (body: object, status = 200) => ({
      status,
      body: JSON.stringify(body),
      headers: { "content-type": "application/x-amz-json-1.1" },
    });
    const metadata = {
      KeyId: id,
      Description: "d",
      KeyState: id === "k2" ? "PendingDeletion" : "Enabled",
      KeySpec: "SYMMETRIC_DEFAULT",
    };
    switch (String(request.headers["x-amz-target"]).split(".")[1]) {
      case "ListKeys":
        return json({ Keys: ["k1", "k2", "k3", "k4"].map((KeyId) => ({ KeyId })) });
      case "ListResourceTags":
        if (id === "k4") return json({ __type: "AccessDeniedException", message: "no" }, 400);
        return json({ Tags: [{ TagKey: "Stack", TagValue: TAGS[id] }] });
      case "DescribeKey":
        if (id.startsWith("alias/")) return json({ __type: "NotFoundException", message: "no" }, 400);
        return json({
          KeyMetadata: { ...metadata, KeyUsage: "ENCRYPT_DECRYPT", Origin: id === "k3" ? "EXTERNAL" : "AWS_KMS" },
        });
      default:
        return json({ Policy: JSON.stringify({ Statement: POLICY }) });
    }
  };
  beforeEach(() => {
    server.removeAllListeners("request");
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      let content = "";
      request.on("data", (chunk: Buffer) => (content += chunk.toString()));
      request.on("end", () => {
        const { status, headers, body } = kms(request, (JSON.parse(content) as { KeyId?: string }).KeyId ?? "");
        response.writeHead(status, headers).end(body);
      });
    });
  });

  test("are found by their tags, without keys with unreadable tags or scheduled for deletion", async () => {
    const found = await account().keysTagged({ Stack: "dev-bootstrap" });
    expect(found.map(({ id }) => id)).toEqual(["k1"]);
  });

  test("include all principals that their policy allows, and whether they can encrypt states", async () => {
    await expect(account().findKey("k1")).resolves.toEqual({
      id: "k1",
      description: "d",
      state: "Enabled",
      isSymmetric: true,
      allows: ["arn:aws:iam::222222222222:root", "arn:aws:iam::999999999999:role/x", "s3.amazonaws.com", "*"],
      tags: { Stack: "dev-bootstrap" },
    });
    await expect(account().findKey("k3")).resolves.toMatchObject({ isSymmetric: false });
    await expect(account().findKey("alias/none")).resolves.toBeUndefined();
  });
});
