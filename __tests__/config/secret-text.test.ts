import fc from "fast-check";
import { hideSecrets, withoutSecrets } from "../../config/secret-text";
import { example } from "../support/estates";
import { ACCESS_KEY_ID, NO_SECRETS, SECRETS } from "../support/secrets";
import { synthesize } from "../support/synthesize";
import { cpuSeconds } from "../support/cpu-seconds";

describe("hides a secret in any text", () => {
  test.each(Object.keys(SECRETS))("%s", (kind) => {
    const around = fc.constantFrom(["", ""], ["see ", " for it"], ['"', '"'], ["<b>", "</b>"], ["x=", ""]);
    fc.assert(
      fc.property(SECRETS[kind] ?? fc.constant(undefined as never), around, ({ text, secrets }, [before, after]) => {
        const hidden = hideSecrets(`${before}${text}${after}`);
        for (const secret of secrets) expect(hidden).not.toContain(secret);
        expect(hideSecrets(hidden)).toBe(hidden);
      }),
      { numRuns: 30 },
    );
  });

  test.each(Object.keys(SECRETS))("%s, with an escaped text around it", (kind) => {
    fc.assert(
      fc.property(SECRETS[kind] ?? fc.constant(undefined as never), ({ text, secrets }) => {
        const hidden = hideSecrets(JSON.stringify({ note: text }));
        for (const secret of secrets) expect(hidden).not.toContain(secret);
      }),
      { numRuns: 20 },
    );
  });
});

test.each([
  [
    "a webhook of Teams",
    "https://team.webhook.office.com/",
    `webhookb2/${"0a1b-".repeat(8)}@${"2c3d-".repeat(8)}/x`,
    "",
  ],
  ["the password of an Oracle database", "jdbc:oracle:thin:app/", "hunter2", "@db:1521/app"],
  [
    "a whole key, whatever is in it",
    "see ",
    "-----BEGIN PRIVATE KEY-----\nno: Base64!\n-----END PRIVATE KEY-----",
    " for it",
  ],
  ["the password of a short text", "pwd=", "hunter2", ""],
  ["the password of a short URL", "db://:", "pw", "@h"],
  ["the password of a short option", "--pwd ", "x1", ""],
  ["the shortest Base64 with a secret", "data: ", Buffer.from("password=hunter2hx").toString("base64"), " and more"],
  [
    "Base64 after words and before the end",
    "three short words ü ",
    Buffer.from("password=hunter2hx").toString("base64"),
    "",
  ],
])("hides %s, and nothing around it", (_, before, secret, after) => {
  expect(hideSecrets(`${before}${secret}${after}`)).toBe(`${before}(sensitive value)${after}`);
});

describe("leaves readable what is no secret", () => {
  test.each(NO_SECRETS)("%s", (text) => {
    expect(hideSecrets(text)).toBe(text);
  });

  test("a commit, a path and a hash next to the id of an access key", () => {
    const text = `${ACCESS_KEY_ID} d8e8fca2dc0f896fd7cb4cb0031ba249d8e8fca2 /service-role/application/reader/read ${"0a".repeat(32)}`;
    expect(hideSecrets(text)).toBe(text);
  });

  test("hashes, ids and numbers", () => {
    const hex = fc.stringMatching(/^[0-9a-f]{32,64}$/);
    const base64 = fc
      .uint8Array({ minLength: 16, maxLength: 64 })
      .map((bytes) => Buffer.from(bytes).toString("base64"));
    fc.assert(fc.property(fc.oneof(hex, fc.uuid(), fc.ipV4(), fc.nat().map(String)), (text) => { expect(hideSecrets(text)).toBe(text); })); // prettier-ignore
    fc.assert(fc.property(base64, (text) => { expect(hideSecrets(text)).toBe(text); }), { numRuns: 300 }); // prettier-ignore
  });

  test("everything in the JSON of the shipped estate", () => {
    for (const [id, text] of synthesize(example()).texts) expect([id, hideSecrets(text)]).toEqual([id, text]);
  });
});

test("hides the old and the new value of a change, and values in name-value pairs", () => {
  const log = [
    '  ~ db_password = "first-one" -> "second-one"',
    '  ~ token = (sensitive value) -> "third-one"',
    '  + { name  = "DB_PASSWORD"',
    '      + value = "fourth-one" },',
    "  + pass_phrase = 4",
    "  + private_key = <<-EOT",
    "        fifth-one",
    "    EOT",
  ].join("\n");
  const hidden = hideSecrets(log);
  expect(hidden).not.toMatch(/-one/);
  expect(hidden.split("\n")[0]).toBe('  ~ db_password = "(sensitive value)" -> "(sensitive value)"');
  expect(hidden).toContain("+ pass_phrase = 4");
});

test("hides secrets in keys and values at any depth, and keeps everything else", () => {
  const secret = ["gh", "p_", "a1B2".repeat(9)].join("");
  expect(withoutSecrets({ a: [{ [secret]: 1, b: `x ${secret}` }], c: null, d: true })).toEqual({
    a: [{ "(sensitive value)": 1, b: "x (sensitive value)" }],
    ...{ c: null, d: true },
  });
});

test("takes time in proportion to the text, whatever repeats in it", async () => {
  const pieces = [
    "A",
    " ",
    "=",
    '\\"',
    "http://a:",
    "-----BEGIN PRIVATE KEY-----",
    "ey",
    ...["ey-".repeat(1e5), "sk-".repeat(1e5)],
    "password=",
    "x: ",
    "\n",
    "a.b-c_",
  ];
  for (const piece of pieces) {
    const text = piece.repeat(Math.ceil(1e5 / piece.length));
    const seconds = await cpuSeconds(() => hideSecrets(text));
    expect([piece.slice(0, 30), seconds < 10]).toEqual([piece.slice(0, 30), true]);
  }
}, 120_000);
