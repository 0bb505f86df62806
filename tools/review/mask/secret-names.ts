/** What stands in the place of a secret. */
export const SENSITIVE = "(sensitive value)";

/**
 * Names that say of themselves that what they hold is secret: `password`, `DB_PASSWORD`, `ses_smtp_password_v4`,
 * `private_key_pem`. The end of a name decides: `secret_arn` and `password_length` name something else.
 */
const SECRET_NAME =
  /(^|[^a-z0-9])(passw(or)?d|passphrase|pwd|secret|secret[_-]?(string|binary|value|key|data)|secret[_-]?access[_-]?key|(private|api|encryption|signing|preshared|shared|master|license)[_-]?key|(pre)?shared[_-]?secret|client[_-]?secret|token|credentials?|connection[_-]?string)s?([_-]?(pem|openssh|base64|wo|plaintext|hash|v\d+))*$/;

export function isSecretName(name: string): boolean {
  // dbPassword and DBPassword are db_password.
  const words = name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").replace(/([A-Z])([A-Z][a-z])/g, "$1_$2");
  return SECRET_NAME.test(words.toLowerCase());
}

/**
 * Texts that are secret wherever they stand: a private key, and an address that bears a password
 * (`postgres://user:password@host`).
 */
export function isSecretText(text: string): boolean {
  return /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text) || /[a-z][a-z0-9+.-]*:\/\/[^\s/:@$"]*:[^\s/@$"]+@/i.test(text);
}
