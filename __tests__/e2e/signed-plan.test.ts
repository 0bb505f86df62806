import { cpSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { keygen, publicKeyIn } from "../support/ssh-keys";
import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import exampleFile from "../../config/example";
import { manifestText, parseManifest, planId } from "../../tools/plans/manifest";
import { startClone, type Clone, type Ended } from "./support/clone";

/* An estate that demands signatures: signed plans are applied, all others are refused by the real command. */

const DEV = "222222222222";

let clone: Clone;
/** The folder of the keys, next to the clone. */
let keys: string;
let folder: string;
let planned: Ended;

const key = (name: string) => join(keys, name);
const publicKey = (name: string) => publicKeyIn(keys, name);

/** A file of allowed signers outside the project. */
function listed(...lines: string[]): string {
  writeFileSync(key("allowed_signers"), lines.join("\n"));
  return key("allowed_signers");
}

beforeAll(async () => {
  clone = await startClone("signed-plan", { estate: { ...exampleFile, allowedSigners: "config/allowed_signers" } });
  await clone.makeStateBucket("dev");
  keys = join(clone.directory, "..");
  for (const name of ["alice", "mallory"]) keygen("-q", "-t", "ed25519", "-N", "", "-f", key(name));
  const line = `alice@example.com namespaces="aws-estate-plan",valid-before="20990101" ${publicKey("alice")}\n`;
  writeFileSync(join(clone.directory, "config/allowed_signers"), line);
  clone.git("add", "config");
  clone.git("commit", "--quiet", "--message", "signers");
  planned = await clone.run("plan", "dev-network", "--sign", key("alice"));
  folder = clone.lastPlan();
});

afterAll(() => clone.stop());

const signature = () => join(clone.directory, folder, "manifest.json.sig");

async function states(): Promise<number> {
  const Bucket = `${DEV}-galileo-terraform-state`;
  const { Contents = [] } = await clone.clients(DEV).s3.send(new ListObjectsV2Command({ Bucket }));
  return Contents.length;
}

/** Expects that a plan is refused, that nothing is written, and that no list or a list alone does it. */
async function refused(plan: string, reason: RegExp, ...args: string[]): Promise<void> {
  const ended = await clone.run("apply", plan, ...args);
  expect(ended).toExitWith(1);
  expect(ended.output).toMatch(reason);
  expect(ended.output).not.toMatch(/\n {4}at |signed by/);
  expect(await states()).toBe(0);
}

const NOT_APPLIED = "the plan was not applied, and nothing was written:\\n  manifest\\.json\\.sig must be ";
const because = (reason: string) => new RegExp(`^estate: .*\n${NOT_APPLIED}${reason}`);

test("a plan is signed before its folder exists, and the command prints the key", () => {
  expect(planned).toExitWith(2);
  const [fingerprint = ""] = /SHA256:\S+/.exec(keygen("-l", "-f", key("alice"))) ?? [];
  expect(planned.output).toContain(`\nsigned by ${fingerprint}\napply exactly this plan: npm run apply -- ${folder}\n`);
  expect(statSync(signature()).mode & 0o777).toBe(0o600);
});

test("a key that cannot sign is refused before anything is planned", async () => {
  const ended = await clone.run("plan", "dev-network", "--sign", key("nobody"));
  expect(ended).toExitWith(1);
  expect(ended.output).toMatch(
    /^estate: .*\n--sign must be the file of an SSH key, got ".*nobody" \(.*No such file or directory\)\./,
  );
  expect(clone.lastPlan()).toBe(folder);
});

describe("is refused, and nothing is written", () => {
  let whole: Buffer;
  beforeAll(() => {
    whole = readFileSync(signature());
  });
  afterEach(() => {
    writeFileSync(signature(), whole);
  });

  test("without a signature, because the estate demands one", async () => {
    rmSync(signature());
    await refused(
      folder,
      because(
        "a signature, got no file\\. Plan again with --sign <ssh key>\\.\nto plan again: npm run plan -- dev-network --sign <ssh key>\n$",
      ),
    );
  });

  test("by another signer, even if the working tree lists that one in the place of the commit", async () => {
    rmSync(signature());
    keygen(
      "-q",
      "-Y",
      "sign",
      "-n",
      "aws-estate-plan",
      "-f",
      key("mallory"),
      join(clone.directory, folder, "manifest.json"),
    );
    const signers = join(clone.directory, "config/allowed_signers");
    const before = readFileSync(signers);
    writeFileSync(signers, `alice@example.com ${publicKey("mallory")}\n`);
    clone.git("update-index", "--assume-unchanged", "config/allowed_signers");
    await refused(
      folder,
      because("by a signer of allowedSigners config/allowed_signers, got SHA256:\\S+ \\(not listed\\)"),
    );
    writeFileSync(signers, before);
    clone.git("update-index", "--no-assume-unchanged", "config/allowed_signers");
  });

  test("with the signature of another manifest, although its own hashes and name are right", async () => {
    const manifest = parseManifest(clone.read(join(folder, "manifest.json")));
    const forged = { ...manifest, madeAt: "2026-01-01T00:00:00.000Z" };
    const copy = join("plans", planId(forged));
    cpSync(join(clone.directory, folder), join(clone.directory, copy), { recursive: true });
    writeFileSync(join(clone.directory, copy, "manifest.json"), manifestText(forged));
    await refused(
      copy,
      because("a signature of manifest\\.json for aws-estate-plan, got another \\(.*incorrect signature\\)"),
    );
    rmSync(join(clone.directory, copy), { recursive: true });
  });

  test("with a changed file", async () => {
    const summary = join(clone.directory, folder, "summary.md");
    const before = readFileSync(summary);
    writeFileSync(summary, "nothing to see\n");
    await refused(folder, /summary\.md has changed since the plan was made/);
    writeFileSync(summary, before);
  });

  test("if the caller's list lacks the signer, or has the key until yesterday, although the estate's list has it", async () => {
    const option = "--require-signature";
    await refused(
      folder,
      because("by a signer of --require-signature .* \\(not listed\\)"),
      option,
      listed(`bob ${publicKey("mallory")}`),
    );
    const expired = listed(`alice valid-before="20200101" ${publicKey("alice")}`);
    await refused(
      folder,
      because("by a signer of --require-signature .* \\(line 1: key has expired: "),
      option,
      expired,
    );
    await refused(
      folder,
      /^estate: .*\n--require-signature none must be a file of allowed signers, got ENOENT/,
      option,
      "none",
    );
  });
});

test("the plan is applied if both lists have its signer, who is shown", async () => {
  const ended = await clone.run("apply", folder, "--require-signature", listed(`alice ${publicKey("alice")}`));
  expect(ended.output).toMatch(
    /^estate: .*\nsigned by alice, SHA256:\S+ \(--require-signature .*\)\nsigned by alice@example\.com, SHA256:\S+ \(allowedSigners config\/allowed_signers\)\n/,
  );
  expect(ended).toExitWith(0);
  expect(await states()).toBeGreaterThan(0);
});
