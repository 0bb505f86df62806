/** The text that replaces a secret. */
export const SENSITIVE = "(sensitive value)";

/** Whether a text is only the replacement of a secret, with or without a number. */
export function isHidden(value: unknown): boolean {
  return typeof value === "string" && /^\(sensitive value(?: \d+)?\)$/.test(value);
}

/**
 * Names of secret values: `password`, `DB_PASSWORD`, `ses_smtp_password_v4`,
 * `private_key_pem`. The end of a name decides: `secret_arn` and `password_length` name something else.
 */
const SECRET_NAME =
  /(?:passw(?:or)?d|passphrase|[^a-z0-9]pass|(?:^|[^a-z0-9])(?:pwd|secret|secret[_-]?(?:string|binary|value|key|data)|secret[_-]?access[_-]?key|(?:private|api|encryption|signing|preshared|shared|shared[_-]?access|storage[_-]?account|account|master|license)[_-]?key|(?:pre)?shared[_-]?secret|client[_-]?secret|token|credentials?|connection[_-]?string))s?(?:[_-]?(?:pem|openssh|base64|wo|plaintext|hash|v\d+))*$/;

/** Names that end like a secret's and are settings: `http_tokens = "optional"` opens an instance's credentials to others. */
const SETTINGS: readonly string[] = ["http_tokens"];

/** What only names something: a network, an ARN, an id in a network. A plan that could hide them could hide whom it allows. */
const ONLY_NAMES =
  /^(?:[\da-f.:]{2,43}\/\d{1,3}|arn:aws[a-z-]*:\S*|(?:acl|cgw|eigw|igw|nat|pcx|pl|rtb|sg|subnet|tgw|vgw|vpc|vpce)-(?:[\da-f]{8}|[\da-f]{17}))$/;

export function isOnlyName(text: unknown): text is string {
  return typeof text === "string" && ONLY_NAMES.test(text);
}

export function isSecretName(name: string): boolean {
  if (SETTINGS.includes(name)) return false;
  // dbPassword and DBPassword are db_password.
  const separated = name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").replace(/([A-Z])([A-Z][a-z])/g, "$1_$2");
  return SECRET_NAME.test(separated.toLowerCase());
}

/** At most this many characters between the first and the last line of a key. */
const KEY_BODY = String.raw`[\s\S]{0,20000}?`;
const KEY_LINE = (word: string) => String.raw`-{4,5} ?${word} [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)? ?-{4,5}`;

/**
 * Formats that mark a value as a secret by themselves. They follow the rules of gitleaks, named behind each
 * (https://github.com/gitleaks/gitleaks/blob/master/config/gitleaks.toml), with minimum lengths in place of exact ones,
 * because issuers lengthen their tokens.
 *
 * One that begins with no literal names a part that it needs: a text is searched for that in a tenth of the time.
 */
const FORMATS: readonly (string | { readonly needs: string; readonly format: string })[] = [
  `${KEY_LINE("BEGIN")}${KEY_BODY}${KEY_LINE("END")}`, // private-key: PEM, OpenSSH, PGP, SSH2
  // The same, cut off: lines of a key's head, and words of Base64.
  String.raw`${KEY_LINE("BEGIN")}(?:(?:[\s│|]|\\+[nrt]|[+~>-]\s)+(?:(?:Proc-Type|DEK-Info|Version|Comment|Charset): [^\n\\"]*|[\w+/=]+(?![\w+/=:.,;-])))*`,
  String.raw`PuTTY-User-Key-File-\d:${KEY_BODY}Private-MAC: ?[0-9a-f]+`,
  String.raw`AGE-SECRET-KEY-1[A-Z0-9]{58}`, // age-secret-key
  // github-pat, github-oauth, github-app-token, github-refresh-token, github-fine-grained-pat
  String.raw`gh[pousr]_[A-Za-z0-9][\w.-]{35,}|github_pat_\w{22,}`,
  // gitlab-pat and the other gitlab rules
  String.raw`gl(?:pat|dt|rt|rtr|cbt|ptt|ft|soat|ffct|imt|agent|oas)-[\w.-]{20,}|GR1348941[\w-]{20,}`,
  // slack-bot-token, slack-app-token, slack-config-access-token, slack-webhook-url
  String.raw`xox[a-z](?:\.xox[a-z])?-[\w-]{10,}|xapp-\d-[\w-]{10,}`,
  { needs: "hooks.slack.com/", format: String.raw`(?<=hooks\.slack\.com/(?:services|workflows|triggers)/)[\w+/]{20,}` },
  { needs: ".com/api/webhooks/", format: String.raw`(?<=discord(?:app)?\.com/api/webhooks/\d{1,30}/)[\w-]{20,}` }, // discord
  { needs: ".webhook.office.com/", format: String.raw`(?<=\.webhook\.office\.com/)webhookb2/[\w@/-]{36,}` }, // microsoft-teams-webhook
  String.raw`(?:sk|rk)_(?:test|live|prod)_[A-Za-z0-9]{10,}|whsec_[\w+/=]{24,}`, // stripe-access-token
  String.raw`(?<![A-Za-z0-9])npm_[A-Za-z0-9]{36,}|pypi-AgEI[\w-]{50,}`, // npm-access-token, pypi-upload-token
  String.raw`rubygems_[a-f0-9]{48}|dckr_[op]at_[\w-]{20,}`, // rubygems-api-token, docker
  String.raw`(?<![A-Za-z0-9])AIza[\w-]{35,}|GOCSPX-[\w-]{20,}|(?<![A-Za-z0-9])ya29\.[\w-]{20,}`, // gcp-api-key
  String.raw`(?<![A-Za-z0-9])sk-(?:ant|proj|svcacct|admin|or)-[\w-]{20,}|(?<![A-Za-z0-9])sk-[\w-]{20,200}T3BlbkFJ[\w-]{20,}`, // openai-api-key
  String.raw`(?<![A-Za-z0-9])hf_[A-Za-z]{34,}|(?<![A-Za-z0-9])dapi[a-f0-9]{32}(?:-\d)?`, // huggingface, databricks
  String.raw`(?<![A-Za-z0-9])SG\.[\w-]{20,}\.[\w-]{40,}`, // sendgrid-api-token
  String.raw`do[opr]_v1_[a-f0-9]{64}|shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{32}`, // digitalocean, shopify
  String.raw`ATATT3[\w=-]{80,}|(?<![A-Za-z0-9])lin_api_[A-Za-z0-9]{40}`, // atlassian-api-token, linear-api-key
  String.raw`glc_[A-Za-z0-9+/]{32,}={0,2}|glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}`, // grafana
  { needs: ".atlasv1.", format: String.raw`[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{60,}` }, // hashicorp-tf-api-token
  String.raw`(?<![A-Za-z0-9])hv[sbr]\.[\w-]{24,}`, // vault
  String.raw`dt0c01\.[A-Z0-9]{24}\.[A-Z0-9]{64}|NRAK-[A-Z0-9]{27}|HRKU-AA[\w-]{50,}`, // dynatrace, new-relic, heroku
  String.raw`PMAK-[a-f0-9]{24}-[a-f0-9]{34}|pul-[a-f0-9]{40}|pscale_\w+_[\w=.-]{32,}`, // postman, pulumi, planetscale
  String.raw`sntry[su]_[\w+/=]{40,}|sbp_[a-f0-9]{40}|ops_eyJ[\w+/=]{100,}`, // sentry, supabase, 1password
  String.raw`(?<![A-Za-z0-9])ABSK[A-Za-z0-9+/]{100,}={0,2}|(?<![A-Za-z0-9])da2-[a-z0-9]{26}(?![a-z0-9])`, // aws-amazon-bedrock, AppSync
  String.raw`(?<![A-Za-z0-9])(?:IQoJb3JpZ2lu|FwoGZXIvYXdz)[A-Za-z0-9+/=%]{100,}`, // an AWS session token
  // https://learn.microsoft.com/azure/storage/common/storage-sas-overview, and a URL that AWS signed
  { needs: "ig", format: String.raw`(?<=[?&](?:sig|X-Amz-Signature)=)[\w%+/-]{30,}` },
  {
    needs: "uthorization",
    format: String.raw`(?<=\b[Aa]uthorization\\?["']?\s?[:=]\s?\\?["']?(?:[Bb]asic|[Bb]earer|[Tt]oken) )[\w.~+/=-]{8,}`,
  }, // curl-auth-header
  {
    needs: "curl",
    format: String.raw`(?<=\bcurl\b[^\n]{0,200}\s(?:-u|--user)[ =]\\?["']?[^\s:"']{1,99}:)(?!\(sens)[^\s"'\\]+`,
  }, // curl-auth-user
  // The password of a URL. What follows the colon of a host is a port, and not a password.
  {
    needs: "://",
    format: String.raw`(?<=(?<![\w+.-])[A-Za-z][A-Za-z0-9+.-]{1,30}:\/\/[^\s/:@"'<>[]{0,200}:)(?!\d{1,5}[/?#]|\$\{|\(sens)[^\s@"'<>]{1,300}(?:@[^\s@/"'<>?#,]{1,100}){0,9}(?=@)`,
  },
  { needs: "://", format: String.raw`(?<=https?:\/\/)[^\s/:@"'<>]{20,}(?=@)` }, // a token as the name of a user
  { needs: "jdbc:oracle:", format: String.raw`(?<=\bjdbc:oracle:\w{1,9}:[^\s/@"']{1,99}\/)[^\s@"']{1,300}(?=@)` },
];

const sourceOf = (each: (typeof FORMATS)[number]): string => (typeof each === "string" ? each : each.format);

const FORMAT = new RegExp(FORMATS.map(sourceOf).join("|"), "g");

/**
 * Most texts have none, which one format after the other shows in a third of the time that all at once take. Backwards,
 * so that the begin of a key is found before its end is searched.
 */
const EACH_FORMAT = FORMATS.map((each) => ({
  needs: typeof each === "string" ? "" : each.needs,
  format: new RegExp(sourceOf(each)),
})).reverse();
const hasFormat = (text: string): boolean =>
  EACH_FORMAT.some(({ needs, format }) => text.includes(needs) && format.test(text));

/** A JSON Web Token, signed or encrypted: its first part is JSON in Base64 (RFC 7519). */
const WEB_TOKEN = /(?<![A-Za-z0-9])e[yw][\w-]{8,4000}(?:\.[\w-]*){2,4}/g;

const isWebToken = (text: string): boolean => /^\s*\{.*\}\s*$/s.test(decoded(text.split(".")[0] ?? "") ?? "");

/** Base64 may hold a text with a secret, as user data does. */
const BASE64 = /(?<![\w+/])[\w+/-]{24,}={0,2}/g;

/** The text in a Base64 text; undefined if that holds other data. */
function decoded(base64: string): string | undefined {
  const text = Buffer.from(base64, "base64").toString();
  // eslint-disable-next-line no-control-regex -- data has these characters, and text does not
  return /[\u0000-\u0008\u000e-\u001f\ufffd]/.test(text) ? undefined : text;
}

/** An access key's id is no secret by itself: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html */
const ACCESS_KEY_ID = /(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z2-7]{16}(?![A-Za-z0-9])/;
const ACCESS_KEY_SECRET = /(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/=])/g;

/** Whether a text holds the id of an access key: then 40 random characters near it are the key's secret. */
export function hasAccessKeyId(text: string): boolean {
  return ACCESS_KEY_ID.test(text);
}

/** 40 random characters, in contrast to a Git commit, a path, or words. */
const isRandom = (text: string): boolean => /[a-z]/.test(text) && /[A-Z]/.test(text) && new Set(text).size >= 18;

/** A name that may be a secret's: `isSecretName` decides. */
const NAME = String.raw`(?:(?<![\w.\\-])|(?<=\\[nrt]))(?=[\w.-]{0,99}(?:pass|pwd|secret|token|key|credential|string))(?<name>[a-z][\w.-]{0,99})`;
const UNQUOTED = String.raw`(?:[^\s;"'\\]|\\(?![nrt"])){1,20000}`;
const QUOTED = String.raw`"(?:[^"\\\n]|\\.)*"`;

const NAMED = String.raw`\bname"?\s*[:=]\s*"(?<name>[\w.-]+)"[\s,+~-]*"?value"?\s*[:=]\s*`;

/** A secret name and its value in a text: in HCL, JSON, YAML, an environment, a command or a connection string. */
const ASSIGNMENTS: readonly RegExp[] = [
  // { name = "DB_PASSWORD", value = "…" }, first the new value of a change ("…" -> "…")
  new RegExp(String.raw`${NAMED}${QUOTED} -> (?<value>${QUOTED})`, "gi"),
  new RegExp(String.raw`${NAMED}(?<value>${QUOTED})`, "gi"),
  // password = "…", "password": "…"
  new RegExp(String.raw`${NAME}"?[ \t]*=[ \t]*(?:${QUOTED}|\([^()\n]*\)) -> (?<value>${QUOTED})`, "gi"),
  new RegExp(String.raw`${NAME}"?[ \t]*(?:=>|[:=])[ \t]*(?<value>${QUOTED})`, "gi"),
  new RegExp(String.raw`${NAME}[ \t]*=[ \t]*<<-?(?<end>\w+)\n(?<value>[\s\S]*?)\n[ \t]*\k<end>`, "gi"),
  // The same inside a text with quotes of its own, and in other quotes
  new RegExp(String.raw`${NAME}(?:\\+")?[ \t]*(?:=>|[:=])[ \t]*(?<quote>\\+")(?<value>.*?)(?<!\\)\k<quote>`, "gi"),
  new RegExp(String.raw`${NAME}'?[ \t]*(?:=>|[:=])[ \t]*'(?<value>[^'\n]+)'`, "gi"),
  // Server=…;Password=…, where a value may have spaces; PASSWORD=…, also in a URL
  new RegExp(String.raw`(?<=;[ \t]?)${NAME}[ \t]?=[ \t]?(?<value>[^;"'\n]{1,200})`, "gi"),
  new RegExp(String.raw`${NAME}[ \t]?=[ \t]?(?<value>[^;"'\n]{1,200})(?=;[ \t]?[a-z][a-z ]{0,40}=)`, "gi"),
  new RegExp(String.raw`${NAME}=(?<value>\{[^}\n]+\}|${UNQUOTED})`, "gi"),
  // password: … on a line of its own, --password …
  new RegExp(
    String.raw`(?=[a-z])(?<=(?:^|\\n)[ \t+~|│-]{0,60}(?:export[ \t]{1,9})?)${NAME}[ \t]*[:=][ \t]+(?<value>${UNQUOTED})[ \t]*(?:$|\\[nrt]|["'])`,
    "gim",
  ),
  new RegExp(String.raw`(?<![\w-])--?(?<name>[a-z][\w-]*)[ =](?<value>"[^"\n]+"|'[^'\n]+'|[^\s"'-][^\s"']*)`, "gi"),
];

/** Every secret's name holds one of these words: a text without any has no assignment. It saves most of the time. */
const NAME_WORD = /pass|pwd|secret|token|key|credential|string/i;

/** A value that is no secret: empty, a reference, a resource's name, or a note of Terraform or of this file. */
const NO_SECRET = /^"?(?:"?$|\$\{|[([](?:sensitive|known|absent)|arn:)/i;
/** The same without quotes: also a number, a truth value, a variable, a placeholder, or Terraform's progress. */
const NO_TEXT = /^(?:(?:true|false|null|none|\d{1,3})$|\$[({A-Z_]|<[^>]*>$|\*+$|\{\{)|\.\.\.$/i;

/**
 * A text without the secrets in it: values in the formats that issuers use, under any name, and values with a secret's
 * name. The rest stays readable.
 *
 * @param hide what replaces a secret
 * @param besideKeyId whether the text comes with the id of an access key. @default it does if it holds one
 */
export function hideSecrets(
  text: string,
  hide: (secret: string) => string = () => SENSITIVE,
  besideKeyId = hasAccessKeyId(text),
): string {
  let left = (hasFormat(text) ? text.replace(FORMAT, (secret) => hide(secret)) : text)
    .replace(WEB_TOKEN, (token) => (isWebToken(token) ? hide(token) : token))
    .replace(BASE64, (base64) => {
      const inside = decoded(base64);
      return inside === undefined || hideSecrets(inside) === inside ? base64 : hide(base64);
    });
  if (besideKeyId) left = left.replace(ACCESS_KEY_SECRET, (secret) => (isRandom(secret) ? hide(secret) : secret));
  if (!NAME_WORD.test(left)) return left;
  return ASSIGNMENTS.reduce((rest, assignment) => hideAssigned(rest, assignment, hide), left);
}

/** Hides the values of secret names. Where a name is none, its value may hold the next assignment. */
function hideAssigned(text: string, assignment: RegExp, hide: (secret: string) => string): string {
  const parts: string[] = [];
  let done = 0;
  assignment.lastIndex = 0;
  for (let match = assignment.exec(text); match !== null; match = assignment.exec(text)) {
    const [whole] = match;
    const { name = "", value = "" } = match.groups ?? {};
    const start = match.index + whole.lastIndexOf(value);
    if (!isSecretName(name) || NO_SECRET.test(value) || (!whole.includes('"') && NO_TEXT.test(value))) {
      assignment.lastIndex = Math.min(start, match.index + whole.indexOf(name) + name.length);
      continue;
    }
    const secret = value.replace(/^(["'])(.*)\1$/s, "$2");
    const from = start + value.indexOf(secret);
    parts.push(text.slice(done, from), hide(secret));
    done = from + secret.length;
  }
  return `${parts.join("")}${text.slice(done)}`;
}

/**
 * A page of texts whose secrets are hidden already, without secrets. By line: the begin of a key in one text and the end
 * of a key in another would otherwise hide every line between them.
 */
export function hideSecretsByLine(page: string): string {
  return page.split("\n").map((line) => hideSecrets(line)).join("\n"); // prettier-ignore
}

/** A copy of a JSON value without the secrets in its texts and keys. */
export function withoutSecrets<T>(value: T): T {
  return visit(value) as T;
}

function visit(value: unknown): unknown {
  if (typeof value === "string") return hideSecrets(value);
  if (Array.isArray(value)) return value.map(visit);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [hideSecrets(key), visit(each)]));
}
