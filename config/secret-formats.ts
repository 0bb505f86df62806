/** At most this many characters between the first and the last line of a key. */
const KEY_BODY = String.raw`[\s\S]{0,20000}?`;
const KEY_LINE = (word: string) => String.raw`-{4,5} ?${word} [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)? ?-{4,5}`;

/** A key in PEM, OpenSSH, PGP or SSH2. */
const WHOLE_KEY = `${KEY_LINE("BEGIN")}${KEY_BODY}${KEY_LINE("END")}`;

/**
 * Formats that mark a value as a secret by themselves. They follow the rules of gitleaks, named behind each
 * (https://github.com/gitleaks/gitleaks/blob/master/config/gitleaks.toml), with minimum lengths in place of exact ones,
 * because issuers lengthen their tokens.
 *
 * One that begins with no literal, or a slow one, names parts that it needs: a text is searched for these in a tenth of
 * the time.
 */
const FORMATS: readonly (string | { readonly needs: readonly string[]; readonly format: string })[] = [
  WHOLE_KEY, // private-key
  // The same, cut off: lines of a key's head, and words of Base64. Every text with a whole key has this format too.
  {
    needs: ["PRIVATE KEY"],
    format: String.raw`${KEY_LINE("BEGIN")}(?:(?:[\s│|]|\\+[nrt]|[+~>-]\s)+(?:(?:Proc-Type|DEK-Info|Version|Comment|Charset): [^\n\\"]*|[\w+/=]+(?![\w+/=:.,;-])))*`,
  },
  String.raw`PuTTY-User-Key-File-\d:${KEY_BODY}Private-MAC: ?[0-9a-f]+`,
  String.raw`AGE-SECRET-KEY-1[A-Z0-9]{58}`, // age-secret-key
  // github-pat, github-oauth, github-app-token, github-refresh-token, github-fine-grained-pat
  String.raw`gh[pousr]_[A-Za-z0-9][\w.-]{35,}|github_pat_\w{22,}`,
  // gitlab-pat and the other gitlab rules
  String.raw`gl(?:pat|dt|rt|rtr|cbt|ptt|ft|soat|ffct|imt|agent|oas)-[\w.-]{20,}|GR1348941[\w-]{20,}`,
  // slack-bot-token, slack-app-token, slack-config-access-token, slack-webhook-url
  String.raw`xox[a-z](?:\.xox[a-z])?-[\w-]{10,}|xapp-\d-[\w-]{10,}`,
  {
    needs: ["hooks.slack.com/"],
    format: String.raw`(?<=hooks\.slack\.com/(?:services|workflows|triggers)/)[\w+/]{20,}`,
  },
  { needs: [".com/api/webhooks/"], format: String.raw`(?<=discord(?:app)?\.com/api/webhooks/\d{1,30}/)[\w-]{20,}` }, // discord
  { needs: [".webhook.office.com/"], format: String.raw`(?<=\.webhook\.office\.com/)webhookb2/[\w@/-]{36,}` }, // microsoft-teams-webhook
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
  { needs: [".atlasv1."], format: String.raw`[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{60,}` }, // hashicorp-tf-api-token
  String.raw`(?<![A-Za-z0-9])hv[sbr]\.[\w-]{24,}`, // vault
  String.raw`dt0c01\.[A-Z0-9]{24}\.[A-Z0-9]{64}|NRAK-[A-Z0-9]{27}|HRKU-AA[\w-]{50,}`, // dynatrace, new-relic, heroku
  String.raw`PMAK-[a-f0-9]{24}-[a-f0-9]{34}|pul-[a-f0-9]{40}|pscale_\w+_[\w=.-]{32,}`, // postman, pulumi, planetscale
  String.raw`sntry[su]_[\w+/=]{40,}|sbp_[a-f0-9]{40}|ops_eyJ[\w+/=]{100,}`, // sentry, supabase, 1password
  String.raw`(?<![A-Za-z0-9])ABSK[A-Za-z0-9+/]{100,}={0,2}|(?<![A-Za-z0-9])da2-[a-z0-9]{26}(?![a-z0-9])`, // aws-amazon-bedrock, AppSync
  String.raw`(?<![A-Za-z0-9])(?:IQoJb3JpZ2lu|FwoGZXIvYXdz)[A-Za-z0-9+/=%]{100,}`, // an AWS session token
  // https://learn.microsoft.com/azure/storage/common/storage-sas-overview, and a URL that AWS signed
  { needs: ["sig="], format: String.raw`(?<=[?&]sig=)[\w%+/-]{30,}` },
  { needs: ["X-Amz-Signature="], format: String.raw`(?<=[?&]X-Amz-Signature=)[\w%+/-]{30,}` },
  {
    needs: ["uthorization"],
    format: String.raw`(?<=\b[Aa]uthorization\\?["']?\s?[:=]\s?\\?["']?(?:[Bb]asic|[Bb]earer|[Tt]oken) )[\w.~+/=-]{8,}`,
  }, // curl-auth-header
  {
    needs: ["curl"],
    format: String.raw`(?<=\bcurl\b[^\n]{0,200}\s(?:-u|--user)[ =]\\?["']?[^\s:"']{1,99}:)(?!\(sens)[^\s"'\\]+`,
  }, // curl-auth-user
  // The password of a URL. What follows the colon of a host is a port, and not a password.
  {
    needs: ["@", "://"],
    format: String.raw`(?<=(?<![\w+.-])[A-Za-z][A-Za-z0-9+.-]{1,30}:\/\/[^\s/:@"'<>[]{0,200}:)(?!\d{1,5}[/?#]|\$\{|\(sens)[^\s@"'<>]{1,300}(?:@[^\s@/"'<>?#,]{1,100}){0,9}(?=@)`,
  },
  { needs: ["@", "://"], format: String.raw`(?<=https?:\/\/)[^\s/:@"'<>]{20,}(?=@)` }, // a token as the name of a user
  {
    needs: ["@", "jdbc:oracle:"],
    format: String.raw`(?<=\bjdbc:oracle:\w{1,9}:[^\s/@"']{1,99}\/)[^\s@"']{1,300}(?=@)`,
  },
];

const sourceOf = (each: (typeof FORMATS)[number]): string => (typeof each === "string" ? each : each.format);

const FORMAT = new RegExp(FORMATS.map(sourceOf).join("|"), "g");
/** The same for a text without the end of a key, which FORMAT would look for after each begin. */
const FORMAT_EXCEPT_WHOLE_KEY = new RegExp(
  FORMATS.filter((each) => each !== WHOLE_KEY)
    .map(sourceOf)
    .join("|"),
  "g",
);
const KEY_END = new RegExp(KEY_LINE("END"));

/** Most texts have none, which one format after the other shows in a third of the time that all at once take. */
const PLAIN = FORMATS.flatMap((each) => (typeof each === "string" && each !== WHOLE_KEY ? [new RegExp(each)] : []));
const NEEDING = FORMATS.flatMap((each) =>
  typeof each === "string" ? [] : [{ needs: each.needs, format: new RegExp(each.format) }],
);
const hasFormat = (text: string): boolean =>
  PLAIN.some((format) => format.test(text)) ||
  NEEDING.some(({ needs, format }) => needs.every((part) => text.includes(part)) && format.test(text));

/** A text with each value in such a format replaced by what `hide` makes of it. */
export function hideFormats(text: string, hide: (secret: string) => string): string {
  if (!hasFormat(text)) return text;
  return text.replace(KEY_END.test(text) ? FORMAT : FORMAT_EXCEPT_WHOLE_KEY, (secret) => hide(secret));
}
