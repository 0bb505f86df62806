import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs"; // prettier-ignore
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keygen, publicKeyIn } from "../../support/ssh-keys";
import { manifestText, type Manifest } from "../../../tools/plans/manifest";
import { MANIFEST, SIGNATURE } from "../../../tools/plans/plan-folder";
import { checkSignature, checkSigningKey, signerLists, signManifest } from "../../../tools/plans/signature";
import { temporaryFolder } from "../terraform/support/temporary-folder";
import { manifestWith, stackWith } from "./support/manifests";
import { TestRepository } from "./support/test-repository";

/* With the real ssh-keygen and keys of the test. */

const folder = temporaryFolder();
const manifest = manifestWith([stackWith("dev-network", { reasons: ["é"] })]);
let keys = "";
const key = (name: string) => join(keys, name);
const publicKey = (name: string) => publicKeyIn(keys, name);

beforeAll(() => {
  keys = mkdtempSync(join(tmpdir(), "keys-"));
  for (const name of ["alice", "mallory", "authority"]) keygen("-q", "-t", "ed25519", "-N", "", "-f", key(name));
  keygen("-q", "-t", "ed25519", "-N", "a passphrase", "-f", key("locked"));
});

afterAll(() => {
  rmSync(keys, { recursive: true });
});

/** Writes the manifest of a plan, and signs it. */
function signed(by = key("alice"), of: Manifest = manifest): string {
  writeFileSync(join(folder(), MANIFEST), manifestText(of));
  return signManifest(folder(), of, by);
}

const signatures = new Map<string, Buffer>();

/** Writes the manifest of a plan with its signature. Signs only once: the same key gives the same signature. */
function withSignature(by = "alice", of: Manifest = manifest): void {
  const known = `${by} ${manifestText(of)}`;
  const signature = signatures.get(known);
  if (signature) {
    writeFileSync(join(folder(), MANIFEST), manifestText(of));
    writeFileSync(join(folder(), SIGNATURE), signature, { mode: 0o600 });
  } else {
    signed(key(by), of);
    signatures.set(known, readFileSync(join(folder(), SIGNATURE)));
  }
}

const list = (...lines: readonly string[]) => [{ name: "the list", text: lines.join("\n") }];
const check = (...lines: readonly string[]) => checkSignature(folder(), manifest, list(...lines));
const fingerprints = new Map<string, string>();
function fingerprint(name: string): string {
  const known = fingerprints.get(name) ?? /SHA256:\S+/.exec(keygen("-l", "-f", key(name)))?.[0] ?? "";
  fingerprints.set(name, known);
  return known;
}

/** Expects the only reason to refuse a signature, and that nobody is named as the signer. */
function expectRefused(checked: ReturnType<typeof checkSignature>, reason: RegExp): void {
  expect(checked).toEqual({ signedBy: [], refusals: [expect.stringMatching(reason)] });
}

/** Runs something with other environment variables. */
function withVariables<T>(variables: Readonly<Record<string, string>>, run: () => T): T {
  const before = { ...process.env };
  Object.assign(process.env, variables);
  try {
    return run();
  } finally {
    for (const name of Object.keys(variables))
      if (before[name] === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = before[name];
  }
}

/** A time as allowed signers files have it, in UTC. */
const inHours = (hours: number) =>
  new Date(Date.now() + hours * 3_600_000)
    .toISOString()
    .replaceAll(/[-:T]|\.\d+Z/g, "")
    .slice(0, 12);

describe("a signature counts", () => {
  test("by a listed key: the signer and the fingerprint are named", () => {
    expect(signed()).toBe(fingerprint("alice"));
    expect(statSync(join(folder(), SIGNATURE)).mode & 0o777).toBe(0o600);
    expect(check("# the team", "", `alice@example.com ${publicKey("alice")}`)).toEqual({
      signedBy: [`alice@example.com, ${fingerprint("alice")} (the list)`],
      refusals: [],
    });
  });

  test("only if every list has the signer", () => {
    withSignature();
    const lists = [
      { name: "mine", text: `alice ${publicKey("alice")}` },
      { name: "the team's", text: `mallory ${publicKey("mallory")}` },
    ];
    expect(checkSignature(folder(), manifest, lists)).toEqual({
      signedBy: [expect.stringMatching(/^alice, SHA256:\S+ \(mine\)$/)],
      refusals: [expect.stringMatching(/must be by a signer of the team's, got SHA256:\S+ \(not listed\)/)],
    });
    expect(checkSignature(folder(), manifest, lists.slice(0, 1)).refusals).toEqual([]);
  });

  test.each([
    { of: "several principals", line: () => `alice,bob ${publicKey("alice")}`, signer: "alice" },
    { of: "a name with a space", line: () => `"alice b" ${publicKey("alice")}`, signer: "alice b" },
    { of: "a name like an option", line: () => `-I ${publicKey("alice")}`, signer: "-I" },
    { of: "a pattern", line: () => `*@example.com ${publicKey("alice")}`, signer: "*@example.com" },
    { of: "an excluded principal", line: () => `!bob,alice ${publicKey("alice")}`, signer: "alice" },
    { of: "Windows line ends", line: () => `alice ${publicKey("alice")}\r\n`, signer: "alice" },
    {
      of: "our namespace",
      line: () => `alice namespaces="aws-estate-plan,git" ${publicKey("alice")}`,
      signer: "alice",
    },
    { of: "an old period", line: () => `a valid-before="20200101" ${publicKey("alice")}\na ${publicKey("alice")}`, signer: "a" }, // prettier-ignore
  ])("by a line with $of", ({ line, signer }) => {
    withSignature();
    expect(check(line())).toEqual({ signedBy: [`${signer}, ${fingerprint("alice")} (the list)`], refusals: [] });
  });

  test("by a certificate of a listed authority, if it is for the principal and valid now", () => {
    keygen("-q", "-s", key("authority"), "-I", "alice", "-n", "alice", "-V", "+1d", key("alice.pub"));
    signed(key("alice-cert.pub"));
    expect(check(`alice cert-authority ${publicKey("authority")}`)).toMatchObject({ refusals: [] });
    expectRefused(check(`bob cert-authority ${publicKey("authority")}`), /line 1: no valid principals found/);
    rmSync(join(folder(), SIGNATURE));
    keygen("-q", "-s", key("authority"), "-I", "alice", "-n", "alice", "-V", "20200101:20200102", key("alice.pub"));
    signed(key("alice-cert.pub"));
    expectRefused(check(`alice cert-authority ${publicKey("authority")}`), /must be by a signer of the list/);
    rmSync(key("alice-cert.pub"));
  });

  test("made by ssh-keygen itself, after a review", () => {
    writeFileSync(join(folder(), MANIFEST), manifestText(manifest));
    keygen("-q", "-Y", "sign", "-n", "aws-estate-plan", "-f", key("alice"), join(folder(), MANIFEST));
    expect(check(`alice ${publicKey("alice")}`).refusals).toEqual([]);
  });

  test.each(["EAST-14", "WEST+12"])("until its day ends in UTC, whatever the time zone: %s", (zone) => {
    withSignature();
    const period = `valid-after="${inHours(-1)}",valid-before="${inHours(1)}"`;
    const checked = withVariables({ TZ: zone }, () => check(`alice ${period} ${publicKey("alice")}`));
    expect(checked.refusals).toEqual([]);
  });
});

describe("is refused", () => {
  test("without a signature", () => {
    expectRefused(
      check(`alice ${publicKey("alice")}`),
      /^manifest\.json\.sig must be a signature, got no file\. Plan again with --sign <ssh key>\.$/,
    );
  });

  test.each([
    {
      what: "a folder",
      make: (file: string) => {
        mkdirSync(file);
      },
    },
    {
      what: "a link to a signature",
      make: (file: string) => {
        symlinkSync(key("elsewhere"), file);
      },
    },
    {
      what: "a large file",
      make: (file: string) => {
        writeFileSync(file, "-".repeat(100_000));
      },
    },
  ])("with $what instead", ({ make }) => {
    withSignature();
    copyFileSync(join(folder(), SIGNATURE), key("elsewhere"));
    rmSync(join(folder(), SIGNATURE));
    make(join(folder(), SIGNATURE));
    expectRefused(check(`alice ${publicKey("alice")}`), /must be a signature, got something else\./);
  });

  test("by another signer, with the fingerprint", () => {
    withSignature("mallory");
    expectRefused(
      check(`alice ${publicKey("alice")}`),
      /^manifest\.json\.sig must be by a signer of the list, got SHA256:\S+ \(not listed\)\. Sign with an allowed key\.$/,
    );
  });

  test.each([
    { what: "after a change", signedManifest: () => manifest, applied: { ...manifest, dirty: true } },
    { what: "of another plan", signedManifest: () => manifestWith([]), applied: manifest },
  ])("$what: a valid signature of other content", ({ signedManifest, applied }) => {
    withSignature("alice", signedManifest());
    expectRefused(
      checkSignature(folder(), applied, list(`alice ${publicKey("alice")}`)),
      /must be a signature of manifest\.json for aws-estate-plan, got another \(Signature verification failed: incorrect signature\)/,
    );
  });

  test("for another purpose, such as a git commit", () => {
    writeFileSync(join(folder(), MANIFEST), manifestText(manifest));
    keygen("-q", "-Y", "sign", "-n", "git", "-f", key("alice"), join(folder(), MANIFEST));
    expectRefused(
      check(`alice ${publicKey("alice")}`),
      /got another \(Couldn't verify signature: namespace does not match\)/,
    );
  });

  test("if it is no signature, however long the manifest is", () => {
    writeFileSync(join(folder(), SIGNATURE), "signed: alice");
    const long = manifestWith([stackWith("dev-network", { reasons: ["-".repeat(1 << 20)] })]);
    for (const each of [manifest, long])
      expectRefused(checkSignature(folder(), each, list(`alice ${publicKey("alice")}`)), /got another \(.+\)/);
  });

  test.each([
    { what: "an expired key", option: 'valid-before="20200101"', reason: /line 1: key has expired: .*2020-01-01/ },
    { what: "a key that is not valid yet", option: 'valid-after="20400101"', reason: /line 1: key is not yet valid: / },
    {
      what: "a key for other namespaces",
      option: 'namespaces="git"',
      reason: /line 1: key is not permitted for use in/,
    },
    { what: "an unknown option", option: 'vaild-before="20400101"', reason: /line 1: bad options: unknown key option/ },
    {
      what: "an invalid date",
      option: 'valid-before="soon"',
      reason: /line 1: bad options: invalid "valid-before" time/,
    },
    { what: "an authority that is the key itself", option: "cert-authority", reason: /not listed/ },
  ])("by $what", ({ option, reason }) => {
    withSignature();
    expectRefused(check(`alice ${option} ${publicKey("alice")}`), reason);
  });

  test("if the list is no list", () => {
    withSignature();
    expectRefused(check("alice, please"), /got SHA256:\S+ \(line 1: /);
  });

  test("by a principal whose name would change the terminal", () => {
    withSignature();
    expectRefused(check(`bob\u001b[2K,\u202Ealice ${publicKey("alice")}`), /must be by a signer of the list/);
  });

  test("without ssh-keygen, with the remedy", () => {
    withSignature();
    const remedy = /ssh-keygen can't be started: found ENOENT; install OpenSSH 8\.9 or later/;
    withVariables({ PATH: folder() }, () => {
      expect(() => check(`alice ${publicKey("alice")}`)).toThrow(remedy);
      expect(() => signManifest(folder(), manifest, key("alice"))).toThrow(remedy);
      expect(() => {
        checkSigningKey(key("alice"));
      }).toThrow(remedy);
    });
  });
});

describe("a signing key", () => {
  test.each(["alice", "alice.pub", "locked"])("%s can be read without a passphrase", (name) => {
    expect(() => {
      checkSigningKey(key(name));
    }).not.toThrow();
  });

  test.each([
    {
      what: "a missing file",
      file: () => key("none"),
      reason: /got ".*none" \(.*No such file or directory\)\. Name a private key/,
    },
    { what: "a device", file: () => "/dev/zero", reason: /got "\/dev\/zero" \(a device\)\. Name a private key/ },
    {
      what: "another file",
      file: () => __filename,
      reason: /got ".*" \(.* is not a public key file\.\)\. Name a private key/,
    },
    { what: "a folder", file: () => keys, reason: /^--sign must be the file of an SSH key, got "/ },
  ])("must not be $what", ({ file, reason }) => {
    expect(() => {
      checkSigningKey(file());
    }).toThrow(reason);
  });

  test("with a passphrase signs if ssh-keygen gets it, and leaves no signature otherwise", () => {
    // In the place of a terminal, on which nobody types during a test.
    const answer = join(folder(), "answer");
    const answers = { SSH_ASKPASS: answer, SSH_ASKPASS_REQUIRE: "force" };
    writeFileSync(answer, "#!/bin/sh\necho another passphrase\n", { mode: 0o700 });
    expect(() => withVariables(answers, () => signed(key("locked")))).toThrow(
      /--sign must be an SSH key that can sign, got ".*locked" \(ssh-keygen: exit code 255\)\. Add it to ssh-agent, or run/,
    );
    expect(existsSync(join(folder(), SIGNATURE))).toBe(false);
    writeFileSync(answer, "#!/bin/sh\necho a passphrase\n");
    expect(withVariables(answers, () => signed(key("locked")))).toBe(fingerprint("locked"));
  });

  test("signs by its public key if ssh-agent holds it", () => {
    const agent = execFileSync("ssh-agent", ["-s"], { encoding: "utf8" });
    const [, socket = ""] = /SSH_AUTH_SOCK=([^;]+)/.exec(agent) ?? [];
    const [, pid = ""] = /SSH_AGENT_PID=(\d+)/.exec(agent) ?? [];
    const variables = { SSH_AUTH_SOCK: socket };
    try {
      execFileSync("ssh-add", ["-q", key("alice")], { env: { ...process.env, ...variables } });
      const alone = join(folder(), "alone.pub");
      copyFileSync(key("alice.pub"), alone);
      expect(withVariables(variables, () => signed(alone))).toBe(fingerprint("alice"));
    } finally {
      process.kill(Number(pid));
    }
  });
});

describe("the lists of signers", () => {
  const committed = (text: string): string => new TestRepository(folder()).commit({ "config/allowed_signers": text });
  const estate = { allowedSigners: "config/allowed_signers" };

  test("are none unless the caller or the estate wants signatures", () => {
    expect(signerLists(undefined, {}, { root: folder() })).toEqual([]);
    expect(checkSignature(folder(), manifest, [])).toEqual({ signedBy: [], refusals: [] });
  });

  test("are the caller's file and the estate's, which is read from the commit and not from the working tree", () => {
    const commit = committed("alice key\n");
    writeFileSync(join(folder(), "config/allowed_signers"), "mallory key\n");
    writeFileSync(join(folder(), "mine"), "bob key\n");
    expect(signerLists(join(folder(), "mine"), estate, { root: folder(), commit })).toEqual([
      { name: `--require-signature ${join(folder(), "mine")}`, text: "bob key\n" },
      { name: "allowedSigners config/allowed_signers", text: "alice key\n" },
    ]);
  });

  test("must exist, be files and list somebody; every problem is listed", () => {
    const commit = committed("# nobody\n\n  # still nobody\n");
    expect(() => signerLists(join(folder(), "none"), estate, { root: folder(), commit })).toThrow(
      /^--require-signature .*none must be a file of allowed signers, got ENOENT.*\nallowedSigners config\/allowed_signers must list a signer, got an empty file\./,
    );
    expect(() => signerLists(folder(), {}, { root: folder() })).toThrow(
      /must be a file of allowed signers, got a directory\./,
    );
  });

  test.each([
    { what: "of no commit", commit: () => undefined },
    { what: "that its commit does not have", commit: () => committed("alice key\n") },
  ])("cannot be a file $what", ({ commit }) => {
    const at = { root: folder(), commit: commit() };
    expect(() => signerLists(undefined, { allowedSigners: "config/others" }, at)).toThrow(
      /^allowedSigners config\/others must be a file of allowed signers, got (no commit|none in commit [0-9a-f]{40})\. Write one: docs/,
    );
  });
});
