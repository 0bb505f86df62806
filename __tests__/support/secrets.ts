import fc from "fast-check";

/** A text that holds secrets, and the parts of it that nobody may see. */
export interface PlantedSecret {
  readonly text: string;
  readonly secrets: readonly string[];
}

/** Parts are joined at run time: scanners would find a literal in this file. */
const ASCII = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code)).join("");
const word = (characters: string, length: number, most = length): fc.Arbitrary<string> => {
  const allowed = ASCII.match(new RegExp(`[${characters}]`, "g")) ?? [];
  // Not as a string of fast-check, which compares each with a list of dangerous ones.
  return fc.array(fc.constantFrom(...allowed), { minLength: length, maxLength: most }).map((each) => each.join(""));
};

const WORD = "A-Za-z0-9";
const HEX = "a-f0-9";
const URL_SAFE = "A-Za-z0-9_-";

const token = (start: readonly string[], rest: fc.Arbitrary<string>): fc.Arbitrary<PlantedSecret> =>
  rest.map((end) => ({ text: `${start.join("")}${end}`, secrets: [`${start.join("")}${end}`] }));

/** A text around a secret. */
const within = (secret: fc.Arbitrary<string>, text: (secret: string) => string): fc.Arbitrary<PlantedSecret> =>
  secret.map((each) => ({ text: text(each), secrets: [each] }));

const password = word(WORD, 14, 30);

const BASE64 = Array.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
const accessKeySecret = fc.shuffledSubarray(BASE64, { minLength: 40, maxLength: 40 }).map((each) => each.join(""));

const json = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const jwt = fc
  .tuple(fc.constantFrom("HS256", "RS256", "none"), word(WORD, 5, 40), word(URL_SAFE, 43))
  .map(([alg, sub, signature]) => [json({ alg, typ: "JWT" }), json({ sub, admin: true }), signature].join("."));
const encryptedToken = fc
  .tuple(...[40, 16, 30, 22].map((length) => word(URL_SAFE, length)))
  .map((parts) => [json({ alg: "dir", enc: "A256GCM" }), ...parts].join("."));

const keyBlock = (kind: string): fc.Arbitrary<PlantedSecret> =>
  fc.array(word(`${WORD}+/`, 64), { minLength: 2, maxLength: 5 }).map((lines) => ({
    text: [`-----BEGIN ${kind}-----`, ...lines, `-----END ${kind}-----`, ""].join("\n"),
    secrets: lines,
  }));

const keyPair = (id: string): fc.Arbitrary<PlantedSecret> =>
  fc
    .tuple(word("A-Z2-7", 16), accessKeySecret)
    .map(([end, secret]) => ({ text: `key ${id}${end}, ${secret}`, secrets: [secret] }));

/** One of each format that the project hides, whatever the name of the value. */
export const SECRETS: Readonly<Record<string, fc.Arbitrary<PlantedSecret>>> = {
  ...Object.fromEntries(
    ["p", "o", "u", "s", "r"].map((kind) => [`GitHub gh${kind}`, token(["gh", kind, "_"], word(WORD, 36))]),
  ),
  "GitHub fine-grained": token(["github", "_pat_"], word("A-Za-z0-9_", 82)),
  GitLab: token(["gl", "pat-"], word(URL_SAFE, 20)),
  "GitLab runner": token(["gl", "rt-"], word(URL_SAFE, 20)),
  "Slack bot": token(["xo", "xb-"], word("0-9", 11).map((id) => `${id}-${id}-abcdefABCDEF`)), // prettier-ignore
  "Slack webhook": within(word(WORD, 24), (end) => `https://hooks.slack.com/services/T0000/B0000/${end}`),
  "Discord webhook": within(word(URL_SAFE, 68), (end) => `https://discord.com/api/webhooks/123456789012/${end}`),
  "Stripe live": token(["sk", "_live_"], word(WORD, 24)),
  "Stripe restricted": token(["rk", "_test_"], word(WORD, 24)),
  npm: token(["np", "m_"], word(WORD, 36)),
  PyPI: token(["pypi", "-AgEIcHlwaS5vcmc"], word(URL_SAFE, 60)),
  RubyGems: token(["rubygems", "_"], word(HEX, 48)),
  Docker: token(["dckr", "_pat_"], word(URL_SAFE, 27)),
  "Google API": token(["AI", "za"], word(URL_SAFE, 35)),
  "Google client": token(["GOC", "SPX-"], word(URL_SAFE, 28)),
  Anthropic: token(["sk", "-ant-", "api03-"], word(URL_SAFE, 93)),
  OpenAI: token(["sk", "-proj-"], word(URL_SAFE, 74)),
  "Hugging Face": token(["h", "f_"], word("A-Za-z", 34)),
  Databricks: token(["da", "pi"], word(HEX, 32)),
  SendGrid: token(["S", "G."], fc.tuple(word(URL_SAFE, 22), word(URL_SAFE, 43)).map((parts) => parts.join("."))), // prettier-ignore
  DigitalOcean: token(["dop", "_v1_"], word(HEX, 64)),
  Shopify: token(["shp", "at_"], word(HEX, 32)),
  Atlassian: token(["ATA", "TT3"], word("A-Za-z0-9_=-", 186)),
  Grafana: token(["glsa", "_"], fc.tuple(word(WORD, 32), word(HEX, 8)).map((parts) => parts.join("_"))), // prettier-ignore
  "HCP Terraform": word(WORD, 14).chain((id) => token([id, ".atlas", "v1."], word(URL_SAFE, 64))),
  Vault: token(["hv", "s."], word(URL_SAFE, 90)),
  Dynatrace: token(["dt0", "c01."], fc.tuple(word("A-Z2-7", 24), word("A-Z2-7", 64)).map((parts) => parts.join("."))), // prettier-ignore
  "New Relic": token(["NR", "AK-"], word("A-Z0-9", 27)),
  Postman: token(["PM", "AK-"], fc.tuple(word(HEX, 24), word(HEX, 34)).map((parts) => parts.join("-"))), // prettier-ignore
  Pulumi: token(["pu", "l-"], word(HEX, 40)),
  Sentry: token(["sntry", "u_"], word(HEX, 64)),
  "age key": token(["AGE-SECRET", "-KEY-1"], word("A-Z0-9", 58)),
  Bedrock: token(["AB", "SK"], word(WORD, 110)),
  "AWS session": token(["IQoJ", "b3JpZ2lu"], word(`${WORD}+/`, 300)),
  "AWS access key": keyPair("AKIA"),
  "AWS temporary key": keyPair("ASIA"),
  "signed URL": within(word(HEX, 64), (end) => `https://b.s3.amazonaws.com/k?X-Amz-Signature=${end}`),
  JWT: jwt.map((text) => ({ text, secrets: [text] })),
  JWE: encryptedToken.map((text) => ({ text, secrets: [text] })),
  ...Object.fromEntries(
    ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "PGP PRIVATE KEY BLOCK"].map((kind) => [kind, keyBlock(kind)]), // prettier-ignore
  ),
  "a key that is cut off": keyBlock("RSA PRIVATE KEY").map(({ text, secrets }) => ({
    text: text.slice(0, text.indexOf("-----END")),
    secrets,
  })),
  "PuTTY key": word(`${WORD}+/`, 64).map((line) => ({
    text: `PuTTY-User-Key-File-3: ssh-rsa\nPrivate-Lines: 1\n${line}\nPrivate-MAC: ${"0a".repeat(20)}\n`,
    secrets: [line],
  })),
  "URL with a password": within(password, (secret) => `postgres://app:${secret}@db.internal:5432/app?sslmode=require`),
  "URL with a password of signs": within(password.map((each) => `${each}/p@$&=`), (secret) => `amqps://app:${secret}@queue.internal`), // prettier-ignore
  "URL with a password alone": within(password, (secret) => `redis://:${secret}@cache.internal:6379/0`),
  "URL with a token as user": within(word(HEX, 40), (secret) => `https://${secret}@github.com/owner/name.git`),
  "JDBC URL": within(password, (secret) => `jdbc:mysql://db:3306/app?user=app&password=${secret}`),
  "ADO.NET string": within(password.map((each) => `${each} and ${each}`), (secret) => `Server=tcp:db,1433;User Id=app;Password=${secret};Encrypt=True`), // prettier-ignore
  "ADO.NET string, first": within(password, (secret) => `Pwd=${secret};Server=db;Uid=app`),
  "ODBC string": within(password, (secret) => `Driver={PostgreSQL};UID=app;PWD={${secret};x}`),
  "libpq string": within(password, (secret) => `host=db user=app password=${secret} dbname=app`),
  "Azure storage string": within(word(`${WORD}+/`, 86), (secret) => `AccountName=x;AccountKey=${secret}==;EndpointSuffix=core.windows.net`), // prettier-ignore
  "environment file": within(password, (secret) => `MODE=x\nDB_PASSWORD=${secret}\nPORT=1`),
  "INI file": within(password, (secret) => `[client]\nuser = app\npassword = ${secret}\n`),
  "YAML file": within(password, (secret) => `user: app\npassword: ${secret}\n`),
  "JSON in words": within(password, (secret) => `body was {"user":"app","api_key":"${secret}"}`),
  command: within(password, (secret) => `mysql --user app --password ${secret} --execute x`),
  "Authorization header": within(password, (secret) => `curl -H "Authorization: Bearer ${secret}" https://x.example`),
  "user of curl": within(password, (secret) => `curl -s -u app:${secret} https://x.example`),
  "Base64 of a script": password.map((secret) => {
    const text = Buffer.from(`#!/bin/sh\nexport DB_PASSWORD=${secret}\n./start\n`).toString("base64");
    return { text, secrets: [text] };
  }),
};

/** An id without its secret, which anyone may see. */
export const ACCESS_KEY_ID = ["AK", "IA", "ABCDEFGHIJ234567"].join("");

/** Texts that resemble secrets and are none: hiding one would blind a reviewer. */
export const NO_SECRETS: readonly string[] = [
  "arn:aws:iam::222222222222:role/galileo-pipeline-plan",
  "arn:aws:secretsmanager:eu-west-1:222222222222:secret:dev-irl-galileo/database-AbCdEf",
  "arn:aws:kms:eu-west-1:222222222222:key/0a1b2c3d-4e5f-6a7b-8c9d-0e1f2a3b4c5d",
  "secretsmanager:GetSecretValue",
  ACCESS_KEY_ID,
  "AROAABCDEFGHIJ234567X:session",
  "0a1b2c3d-4e5f-6a7b-8c9d-0e1f2a3b4c5d",
  "vpc-0123456789abcdef0",
  "6938fd4d98bab03faadb97b34396831e3780aea1", // the thumbprint of an OIDC provider
  "9bb58f26192e4ba00f01e2e7b136bbd8",
  "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", // a hash in Base64
  `"d41d8cd98f00b204e9800998ecf8427e-12"`,
  "Z2lkOi8vc2hvcGlmeS9Qcm9kdWN0LzEyMzQ1Njc4OTAxMjM=",
  'module.network.aws_security_group.database["secret"]',
  "aws_secretsmanager_secret.password: Creating...",
  "data.aws_iam_policy_document.token: Reading...",
  "    + password = (sensitive value)",
  "    + db_password = (known after apply)",
  "    + minimum_password_length = 14",
  "    + get_password_data = false",
  'password = "${random_password.database.result}"',
  'secret = "arn:aws:secretsmanager:eu-west-1:222222222222:secret:x"',
  "https://host.example:8080/path@v1",
  "https://token.actions.githubusercontent.com",
  "token.actions.githubusercontent.com:sub",
  "git::ssh://git@github.com/owner/name.git?ref=v1@x",
  "docker://registry:5000/image@sha256:abc",
  "postgres://app@db.internal:5432/app",
  "http://[::1]:8080/x@y",
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBJmVvlc0Rz8Zr9VbDq5Xw1y7d0VfYx5cV1w0wq5w9aZ me@host",
  "-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIUQ\n-----END CERTIFICATE-----",
  "-----BEGIN PUBLIC KEY-----\nMIIBszCCAVmgAwIBAgIUQ\n-----END PUBLIC KEY-----",
  "$ terraform plan -no-color -input=false -detailed-exitcode -lock-timeout=0s -out=plan.tfplan",
  "api error InvalidClientTokenId: The security token included in the request is invalid.",
  "Plan: 3 to add, 0 to change, 1 to destroy.",
  JSON.stringify({ Sid: "ReadSecrets", Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: "*" }),
];
