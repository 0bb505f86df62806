import { isUtf8 } from "node:buffer";
import { hideFormats } from "./secret-formats";

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

/** A JSON Web Token, signed or encrypted: its first part is JSON in Base64 (RFC 7519). */
const WEB_TOKEN = /(?<![A-Za-z0-9])e[yw][\w-]{8,4000}(?:\.[\w-]*){2,4}/g;
/** Part of every token. Searched first: WEB_TOKEN looks for a dot after each `ey` of a long word. */
const WEB_TOKEN_DOTS = /\.(?<=e[yw][\w-]{8,4000}\.)[\w-]*\./;

const isWebToken = (text: string): boolean => /^\s*\{.*\}\s*$/s.test(decoded(text.split(".")[0] ?? "") ?? "");

/** Base64 may hold a text with a secret, as user data does. */
const BASE64 = /(?<![\w+/])[\w+/-]{24,}={0,2}/g;
const SHORTEST_BASE64 = 24;
const IS_BASE64 = Array.from({ length: 128 }, (_, code) => /[\w+/-]/.test(String.fromCharCode(code)));

/** Whether a text may hold Base64. From the end of each possible place, few characters show that it is none. */
function mayHoldBase64(text: string): boolean {
  let last = SHORTEST_BASE64 - 1;
  while (last < text.length) {
    let at = last;
    while (at > last - SHORTEST_BASE64 && IS_BASE64[text.charCodeAt(at)]) at--;
    if (at === last - SHORTEST_BASE64) return true;
    last = at + SHORTEST_BASE64;
  }
  return false;
}

/** The text in a Base64 text; undefined if that holds other data. */
function decoded(base64: string): string | undefined {
  const bytes = Buffer.from(base64, "base64");
  if (!isUtf8(bytes)) return undefined;
  const text = bytes.toString();
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

/** The name and the value of a secret as two values. */
const PAIRS: readonly RegExp[] = [
  // { name = "DB_PASSWORD", value = "…" }, first the new value of a change ("…" -> "…")
  new RegExp(String.raw`${NAMED}${QUOTED} -> (?<value>${QUOTED})`, "gi"),
  new RegExp(String.raw`${NAMED}(?<value>${QUOTED})`, "gi"),
];

/** A secret name and its value in a text: in HCL, JSON, YAML, an environment or a connection string. */
const ASSIGNMENTS: readonly RegExp[] = [
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
  // password: … on a line of its own
  new RegExp(
    String.raw`(?=[a-z])(?<=(?:^|\\n)[ \t+~|│-]{0,60}(?:export[ \t]{1,9})?)${NAME}[ \t]*[:=][ \t]+(?<value>${UNQUOTED})[ \t]*(?:$|\\[nrt]|["'])`,
    "gim",
  ),
];

/** What each assignment begins with. Most texts have none with a secret's name, which this shows in a ninth of the time. */
const ASSIGNED_NAME = new RegExp(String.raw`${NAME}(?:\\*"|')?[ \t]*[:=]`, "gi");

const assignsSecret = (text: string): boolean => {
  for (const { groups } of text.matchAll(ASSIGNED_NAME)) if (isSecretName(groups?.["name"] ?? "")) return true;
  return false;
};

/** --password … */
const OPTION = /(?<![\w-])--?(?<name>[a-z][\w-]*)[ =](?<value>"[^"\n]+"|'[^'\n]+'|[^\s"'-][^\s"']*)/gi;

/** Every secret's name holds one of these words: a text without any has no assignment. It saves most of the time. */
const NAME_WORD = /pass|pwd|secret|token|key|credential|string/i;

/** A value that is no secret: empty, a reference, a resource's name, or a note of Terraform or of this file. */
const NO_SECRET = /^"?(?:"?$|\$\{|[([](?:sensitive|known|absent)|arn:)/i;
/** The same without quotes: also a number, a truth value, a variable, a placeholder, or Terraform's progress. */
const NO_TEXT = /^(?:(?:true|false|null|none|\d{1,3})$|\$[({A-Z_]|<[^>]*>$|\*+$|\{\{)|\.\.\.$/i;

/** The length of the shortest secret that a text without these characters may hold: a web token. */
const [SHORTEST_FORMAT, SEPARATOR] = [12, /[:= ]/];

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
  if (text.length < SHORTEST_FORMAT && !SEPARATOR.test(text)) return text;
  let left = hideFormats(text, hide);
  if (WEB_TOKEN_DOTS.test(left)) left = left.replace(WEB_TOKEN, (token) => (isWebToken(token) ? hide(token) : token));
  if (mayHoldBase64(left)) {
    left = left.replace(BASE64, (base64) => {
      const inside = decoded(base64);
      return inside === undefined || hideSecrets(inside) === inside ? base64 : hide(base64);
    });
  }
  if (besideKeyId) left = left.replace(ACCESS_KEY_SECRET, (secret) => (isRandom(secret) ? hide(secret) : secret));
  if (!NAME_WORD.test(left)) return left;
  for (const pair of PAIRS) left = hideAssigned(left, pair, hide);
  if (assignsSecret(left)) for (const assignment of ASSIGNMENTS) left = hideAssigned(left, assignment, hide);
  return hideAssigned(left, OPTION, hide);
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
