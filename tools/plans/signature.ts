import { spawnSync, type SpawnSyncOptions, type SpawnSyncReturns } from "node:child_process";
import { chmodSync, existsSync, lstatSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Estate } from "../../config/model";
import { otherThanFile, readText } from "../../config/input";
import { UserError } from "../../config/user-error";
import { errnoCode, messageOf, MissingTool } from "../support/errors";
import { fileIn } from "../synth/git/repository";
import { manifestText, type Manifest } from "./manifest";
import { MANIFEST, SIGNATURE } from "./plan-folder";

/** What signatures are for. Signatures of the same key for another purpose, such as git commits, do not count. */
const NAMESPACE = "aws-estate-plan";

/** What ssh-keygen needs to find itself, the agent and the user, who may have to type a passphrase or touch a key. */
const SIGNING_VARIABLES = [
  ...["PATH", "HOME", "TERM", "SSH_AUTH_SOCK", "SSH_SK_PROVIDER"],
  ...["SSH_ASKPASS", "SSH_ASKPASS_REQUIRE", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY"],
];

/** More than any signature has. */
const LONGEST_SIGNATURE = 1 << 16;

/** Who may sign plans: the text of an "allowed signers" file (ssh-keygen(1)). */
interface SignerList {
  /** Its name in messages. */
  readonly name: string;
  readonly text: string;
}

interface CheckedSignature {
  /** Who signed, one for each list: "platform-engineer@example.com, SHA256:…". */
  readonly signedBy: readonly string[];
  /** Why the signature does not count; empty if it does. */
  readonly refusals: readonly string[];
}

/**
 * Checks that a key can be read, before a plan takes minutes. Asks for no passphrase.
 * @param key the file of a private key, or of a public key whose private key ssh-agent holds; undefined to sign nothing
 * @throws UserError, or MissingTool if there is no ssh-keygen
 */
export function checkSigningKey(key: string | undefined): void {
  if (key === undefined) return;
  const fail = (got: string): UserError =>
    new UserError(
      `--sign must be the file of an SSH key, got "${key}" (${got}). Name a private key, or a public key that ssh-agent holds.`,
    );
  // ssh-keygen would read a device without end.
  const other = existsSync(key) ? otherThanFile(key) : undefined;
  if (other !== undefined) throw fail(other);
  const { status, stderr } = sshKeygen(["-l", "-f", key], {
    env: inherited("PATH"),
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (status !== 0) throw fail(lastLine(stderr));
}

/**
 * Signs the manifest of an unfinished plan, whose file is written. ssh-keygen asks on the terminal if it needs a
 * passphrase or a touch.
 * @returns the fingerprint of the key
 * @throws UserError if there is no valid signature after that
 */
export function signManifest(folder: string, manifest: Manifest, key: string): string {
  const file = join(folder, MANIFEST);
  const { status } = sshKeygen(["-q", "-Y", "sign", "-f", key, "-n", NAMESPACE, file], {
    env: inherited(...SIGNING_VARIABLES),
    // Without a terminal nobody can answer: a pipe that never ends would block the command.
    stdio: [process.stdin.isTTY ? "inherit" : "ignore", "ignore", "inherit"],
  });
  const signature = join(folder, SIGNATURE);
  const { fingerprint } = status === 0 ? keyThatSigned(manifestText(manifest), signature) : {};
  if (fingerprint === undefined)
    throw new UserError(
      `--sign must be an SSH key that can sign, got "${key}" (ssh-keygen: exit code ${status ?? "none"}). ` +
        "Add it to ssh-agent, or run this in a terminal, where ssh-keygen can ask for its passphrase.",
    );
  chmodSync(signature, 0o600);
  return fingerprint;
}

/** The command that signs a plan after a review, instead of `--sign`. */
export const signCommand = (folder: string): string =>
  `ssh-keygen -Y sign -n ${NAMESPACE} -f <ssh key> ${join(folder, MANIFEST)}`;

/**
 * The lists that must hold the signer of a plan: the caller's file, and the file that the estate names, as the commit
 * has it. The working tree does not count. None if neither is given: then plans need no signature.
 * @param file of `--require-signature`
 * @throws UserError that lists every missing or empty file
 */
export function signerLists(
  file: string | undefined,
  { allowedSigners }: Pick<Estate, "allowedSigners">,
  { root, commit }: { readonly root: string; readonly commit?: string },
): SignerList[] {
  const problems: string[] = [];
  const lists: SignerList[] = [];
  const add = (name: string, read: () => string): void => {
    try {
      const text = read();
      if (/^[ \t]*[^#\s]/m.test(text)) lists.push({ name, text });
      else problems.push(`${name} must list a signer, got an empty file. Write a line: <principal> <public key>.`);
    } catch (error) {
      problems.push(
        `${name} must be a file of allowed signers, got ${messageOf(error)}. Write one: docs/plan-integrity.md, "Signed plans".`,
      );
    }
  };
  if (file !== undefined)
    add(`--require-signature ${file}`, () => {
      const other = otherThanFile(file);
      if (other !== undefined) throw new Error(other);
      return readText(file);
    });
  if (allowedSigners !== undefined)
    add(`allowedSigners ${allowedSigners}`, () => {
      const text = commit === undefined ? undefined : fileIn(root, commit, allowedSigners);
      if (text === undefined) throw new Error(commit === undefined ? "no commit" : `none in commit ${commit}`);
      return text;
    });
  if (problems.length > 0) throw new UserError(problems.join("\n"));
  return lists;
}

/**
 * Checks that a signer of every list has signed a plan, with a key that is valid now.
 * @param manifest the manifest that is applied. Its file is not read again
 */
export function checkSignature(folder: string, manifest: Manifest, lists: readonly SignerList[]): CheckedSignature {
  if (lists.length === 0) return { signedBy: [], refusals: [] };
  const file = join(folder, SIGNATURE);
  const stats = lstatSync(file, { throwIfNoEntry: false });
  if (!stats?.isFile() || stats.size > LONGEST_SIGNATURE)
    return refused(`${SIGNATURE} must be a signature, got ${stats ? "something else" : "no file"}`);
  // A private copy: nobody changes a file between two steps of the check.
  const directory = mkdtempSync(join(tmpdir(), "signature-"));
  try {
    const [text, signature] = [manifestText(manifest), join(directory, SIGNATURE)];
    writeFileSync(signature, readFileSync(file));
    const { fingerprint, complaint } = keyThatSigned(text, signature);
    if (fingerprint === undefined)
      return refused(`${SIGNATURE} must be a signature of ${MANIFEST} for ${NAMESPACE}, got another (${complaint})`);
    const [signedBy, refusals]: [string[], string[]] = [[], []];
    for (const { name, text: list } of lists) {
      const { signer, reasons } = signerIn(list, signature, text);
      if (signer !== undefined) signedBy.push(`${signer}, ${fingerprint} (${name})`);
      else refusals.push(`${SIGNATURE} must be by a signer of ${name}, got ${fingerprint} (${reasons}). Sign with an allowed key.`); // prettier-ignore
    }
    return { signedBy, refusals };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const refused = (problem: string): CheckedSignature => ({
  signedBy: [],
  refusals: [`${problem}. Plan again with --sign <ssh key>.`],
});

/** The fingerprint of the key that signed a text, anybody's. Undefined if the signature belongs to another text. */
function keyThatSigned(text: string, signature: string): { readonly fingerprint?: string; readonly complaint: string } {
  const { status, stdout, stderr } = verify(["-Y", "check-novalidate", "-n", NAMESPACE, "-s", signature], text);
  const [, fingerprint] = /(SHA256:[\w+/]+)\s*$/.exec(stdout) ?? [];
  return { fingerprint: status === 0 ? fingerprint : undefined, complaint: lastLine(stderr) };
}

/** The principal in the text of a list that signed a text, or the reasons why none did. */
function signerIn(
  list: string,
  signature: string,
  text: string,
): { readonly signer?: string; readonly reasons: string } {
  const file = join(signature, "..", "allowed_signers");
  writeFileSync(file, list);
  const found = verify(["-Y", "find-principals", "-s", signature, "-f", file], "");
  // A name with control characters could show another one in a terminal.
  const principals = found.stdout.split("\n").filter((name) => name !== "" && !/\p{C}/u.test(name));
  let complaints = found.stderr;
  for (const signer of found.status === 0 ? principals : []) {
    const args = ["-Y", "verify", "-f", file, "-I", signer, "-n", NAMESPACE, "-s", signature];
    const { status, stderr } = verify(args, text);
    if (status === 0) return { signer, reasons: "" };
    complaints = stderr;
  }
  // "/tmp/…/allowed_signers:3: key has expired: …"
  const [, ...reasons] = complaints.trim().split(`${file}:`);
  return { reasons: reasons.map((reason) => `line ${firstLine(reason)}`).join("; ") || "not listed" };
}

/** Verifies in UTC: a key expires at the same time on every machine. */
const verify = (args: readonly string[], input: string): SpawnSyncReturns<string> =>
  sshKeygen(args, { input, env: { ...inherited("PATH"), TZ: "UTC" } });

function sshKeygen(args: readonly string[], options: SpawnSyncOptions): SpawnSyncReturns<string> {
  const result = spawnSync("ssh-keygen", args, { ...options, encoding: "utf8" });
  // EPIPE: it ended before it read all of its input. Its exit code counts.
  if (result.error && errnoCode(result.error) !== "EPIPE")
    throw new MissingTool(
      "ssh-keygen can't be started",
      "install OpenSSH 8.9 or later, and put ssh-keygen on PATH",
      errnoCode(result.error),
    );
  return result;
}

/** These variables of this process, and no other. */
const inherited = (...names: readonly string[]): NodeJS.ProcessEnv =>
  Object.fromEntries(names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));

const firstLine = (text: string): string => text.split("\n")[0]?.trim() ?? "";
const lastLine = (text: string): string => text.trim().split("\n").at(-1)?.trim() ?? "";
