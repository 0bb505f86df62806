import { execFileSync, spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { stacksOf } from "../config/layout";
import { parseEstate } from "../config/load";
import { exitOnUserError } from "../config/user-error";
import { main } from "../main";
import { estateWith, PROD, type Changes } from "./config/estate-fixture";
import { type Ended, inProcess } from "./support/in-process";
import { TYPESCRIPT } from "../tools/support/project";

const root = join(__dirname, "..");

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "synth-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** As the CDKTF command does: in the folder of the estate, with the output in `out` there. */
function variables(cwd: string, estate: string): NodeJS.ProcessEnv {
  // npm sets INIT_CWD, and that folder may contain an estate file of this name.
  return { ...process.env, INIT_CWD: cwd, ESTATE: estate, CDKTF_OUTDIR: "out" };
}

/** Calls main.ts in this process. */
const call = (cwd: string, estate: string, args: readonly string[] = []): Promise<Ended> =>
  inProcess(() => exitOnUserError(() => main(args)), variables(cwd, estate), cwd);

/**
 * Runs main.ts in a process of its own.
 * @param within a command that runs another
 */
function run(cwd: string, estate: string, within: readonly string[] = []): Promise<Ended> {
  const [command, ...args] = [...within, process.execPath, "--require", TYPESCRIPT, join(root, "main.ts")];
  const child = spawn(command, args, { cwd, env: variables(cwd, estate), stdio: ["ignore", "pipe", "pipe"] });
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (data: Buffer) => (output.stdout += data.toString()));
  child.stderr.on("data", (data: Buffer) => (output.stderr += data.toString()));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => {
      resolve({ status, ...output });
    });
  });
}

/** A folder with an estate file. */
function folderWith(name: string, file: string, content: string): string {
  const cwd = join(folder, name);
  mkdirSync(cwd);
  writeFileSync(join(cwd, file), content);
  writeFileSync(join(cwd, RECORD), '["lab"]');
  return cwd;
}

/** The record of the fixture's created member, next to the estate file. */
const RECORD = "estate.members.json";

const json = (changes: Changes) => JSON.stringify(estateWith(changes));

/** Every file below a folder with its content. */
function contents(path: string): Record<string, string> {
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files
      .map(({ parentPath, name }) => join(parentPath, name))
      .sort()
      .map((file) => [relative(path, file), readFileSync(file, "utf8")]),
  );
}

/** The folders below a folder. */
const foldersIn = (path: string) =>
  readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isDirectory());

const longArns = Array.from(
  { length: 40 },
  (_, index) => `arn:aws:iam::111111111111:user/${"operator".repeat(6)}-${index}`,
);

test("--without-addresses synthesizes an estate whose file of moves does not fit the code yet", async () => {
  const cwd = folderWith("addresses", "estate.json", json({}));
  const moves = { "dev-network": [{ from: "aws_vpc.old", to: "aws_vpc.unknown" }] };
  writeFileSync(join(cwd, "estate.moves.json"), JSON.stringify(moves));
  const refused = await call(cwd, "estate.json");
  expect([refused.status, refused.stderr]).toEqual([
    1,
    expect.stringContaining("aws_vpc.unknown of <estate>.moves.json"),
  ]);
  expect((await call(cwd, "estate.json", ["--without-addresses"])).status).toBe(0);
  expect(contents(join(cwd, "out"))["stacks/dev-network/cdk.tf.json"]).not.toContain("aws_vpc.unknown");
});

/** Refused estate files, and the message that each must print. */
const REFUSED: [what: string, file: string, content: string, says: RegExp][] = [
  [
    "invalid values",
    "estate.json",
    json({ "accounts.dev.id": "2222" }),
    /^the estate is not valid \(estate\.json\):\n {2}accounts\.dev\.id +must be 12 digits in quotes, got "2222"\n$/,
  ],
  [
    "a JSON syntax error",
    "estate.json",
    '{\n  "solution" "demo"\n}',
    /^the estate is not valid \(estate\.json\):\n {2}line 2, column 14 +must be JSON, got a syntax error: colon expected\n/,
  ],
  [
    "no export",
    "estate.ts",
    "void 0;\n",
    /^the estate is not valid \(estate\.ts\):\n {2}the file +must be a module that exports an estate, got none\. Write `export default/,
  ],
  [
    "a TypeScript syntax error",
    "estate.ts",
    "export default {\n  accounts: {{\n};\n",
    /^the estate is not valid \(estate\.ts\):\n {2}the file +must be a module that loads, got the error: .*estate\.ts:2: [^\n]+\n$/,
  ],
  [
    "a file that throws",
    "estate.ts",
    'throw new Error("no budget yet");\n',
    /^the estate is not valid \(estate\.ts\):\n {2}the file +must be a module that loads, got the error: no budget yet\n$/,
  ],
  [
    "JSON of 20,000 levels",
    "estate.json",
    '{"accounts":'.repeat(20_000) + "1" + "}".repeat(20_000),
    /^the estate is not valid \(estate\.json\):\n {2}the file +must be JSON of an estate, got more than 100 levels of objects and lists\n$/,
  ],
  [
    "a getter that throws",
    "estate.ts",
    `export default { get accounts() { throw new Error("no\\n  at budget") } };\n`,
    /^the estate is not valid \(estate\.ts\):\n( {2}.*\n)* {2}accounts +must be an object with accounts by name, got no JSON: the error no at budget\n/,
  ],
  [
    "a trust policy that is too long",
    "estate.json",
    json({ "accounts.dev.operators": longArns }),
    /^AWS or Terraform would refuse what this estate asks for:\n {2}dev-iam\/operator\S*: trust policy must have at most 2048 characters, got \d{4}\n$/,
  ],
];

/** It shows how a process ends, and how Node, not Jest, loads a file. */
const NEEDS_A_PROCESS = "a TypeScript syntax error";

describe("a refused estate", () => {
  test.each(REFUSED)(
    "with %s exits with code 1, prints only its message, and writes no file",
    async (what, file, content, says) => {
      const cwd = folderWith(what, file, content);
      const { status, stdout, stderr } = await (what === NEEDS_A_PROCESS ? run : call)(cwd, file);
      expect(stderr).toMatch(says);
      expect(stderr).not.toMatch(/^\s+at /m);
      expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
      expect(readdirSync(cwd).sort()).toEqual([file, RECORD].sort());
    },
    30_000,
  );

  test("without a file exits with code 1 and names the missing file", async () => {
    const cwd = folderWith("missing", "other.json", "{}");
    const { status, stderr } = await call(cwd, "estate.json");
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr:
        "the estate is not valid (estate.json):\n  the file  must be an existing file, got no file. Set ESTATE to the path of a .ts or .json file.\n",
    });
    expect(existsSync(join(cwd, "out"))).toBe(false);
  }, 30_000);

  test("behind a link to a named pipe is refused at once", async () => {
    const cwd = folderWith("pipe", "other.json", "{}");
    execFileSync("mkfifo", [join(cwd, "pipe")]);
    symlinkSync("pipe", join(cwd, "estate.json"));
    const { status, stderr } = await call(cwd, "estate.json");
    const problem = "the file  must be a file, got a named pipe. Set ESTATE to the path of a .ts or .json file.";
    expect({ status, stderr }).toEqual({ status: 1, stderr: `the estate is not valid (estate.json):\n  ${problem}\n` });
    expect(existsSync(join(cwd, "out"))).toBe(false);
  }, 30_000);

  const [first, last] = [REFUSED.slice(0, 1), REFUSED.slice(-1)];
  test.each([...first, ...last])(
    "with %s leaves an older output unchanged, byte for byte",
    async (what, file, content) => {
      const cwd = folderWith(`older, ${what}`, file, content);
      mkdirSync(join(cwd, "out/stacks/dev-iam"), { recursive: true });
      mkdirSync(join(cwd, "out/stacks/dev-network"));
      writeFileSync(join(cwd, "out/manifest.json"), '{"older":true}');
      writeFileSync(join(cwd, "out/stacks/dev-iam/cdk.tf.json"), '{"older":true}');
      const [files, folders] = [contents(cwd), foldersIn(cwd).length];
      expect(await call(cwd, file)).toMatchObject({ status: 1 });
      expect(contents(cwd)).toEqual(files);
      expect(foldersIn(cwd)).toHaveLength(folders);
    },
    30_000,
  );
});

describe("output that cannot be written completely", () => {
  /** Runs main.ts where no file may be larger than 2 KiB, as on a full disk. */
  const onFullDisk = (cwd: string) => run(cwd, "estate.json", ["bash", "-c", 'ulimit -f 2; exec "$@"', "bash"]);

  test("leaves no file, and prints the reason without a stack trace", async () => {
    const cwd = folderWith("full", "estate.json", json({}));
    expect(await onFullDisk(cwd)).toEqual({
      status: 1,
      stdout: "",
      stderr:
        "out must be a folder to write to, got EFBIG: file too large, write. Make it writable, then run the command again.\n",
    });
    expect(readdirSync(cwd).sort()).toEqual(["estate.json", RECORD].sort());
  }, 30_000);

  test("leaves an older output unchanged, byte for byte", async () => {
    const cwd = folderWith("full, older", "estate.json", json({}));
    mkdirSync(join(cwd, "out/stacks/dev-iam"), { recursive: true });
    writeFileSync(join(cwd, "out/manifest.json"), '{"older":true}');
    writeFileSync(join(cwd, "out/stacks/dev-iam/cdk.tf.json"), '{"older":true}');
    const before = [contents(cwd), foldersIn(cwd).length];
    expect(await onFullDisk(cwd)).toMatchObject({ status: 1 });
    expect([contents(cwd), foldersIn(cwd).length]).toEqual(before);
  }, 30_000);
});

describe("an accepted estate", () => {
  const database = { "environments.dev.database": {}, "environments.dev.members.lab": { account: "lab" } };
  const two: Changes = { ...database, ...PROD, repository: "example-org/estate", "environments.prod.database": {} };
  const three: Changes = {
    ...two,
    "accounts.ci": { ...estateWith().accounts["dev"], id: "555555555555", email: "ci@example.com" },
    "environments.ci": { account: "ci", profile: "documented", database: {} },
  };
  const changed: Changes = {
    ...two,
    "environments.prod.network": { cidrBlock: "10.9.0.0/20" },
    "environments.prod.chargeCode": "demo-0009",
  };

  /** The synthesized JSON of an estate by stack. */
  async function synthesized(by: typeof call, name: string, changes: Changes): Promise<Record<string, string>> {
    const cwd = folderWith(name, "estate.json", json(changes));
    expect(await by(cwd, "estate.json")).toEqual({ status: 0, stdout: "", stderr: "" });
    const files = contents(join(cwd, "out"));
    expect(
      Object.keys(files).filter((file) => !/^(manifest\.json|stacks[\\/][^\\/]+[\\/]cdk\.tf\.json)$/.test(file)),
    ).toEqual([]);
    return files;
  }

  let [once, again, added, otherwise]: Record<string, string>[] = [];
  beforeAll(async () => {
    once = await synthesized(run, "once", two);
    again = await synthesized(call, "again", two);
    added = await synthesized(call, "added", three);
    otherwise = await synthesized(call, "changed", changed);
  }, 120_000);

  /** The files whose content differs from one output to the other, or that only the first has. */
  const differing = (one: Record<string, string> = {}, other: Record<string, string> = {}) =>
    Object.keys(one).filter((file) => one[file] !== other[file]);
  const fileOf = (stack: string) => `stacks/${stack}/cdk.tf.json`;

  test("writes a file for each stack of the layout, and a manifest", () => {
    const stacks = stacksOf(parseEstate(estateWith(two), "test")).map(({ id }) => fileOf(id));
    expect(Object.keys(once ?? {}).sort()).toEqual([...stacks, "manifest.json"].sort());
  });

  test("writes the same bytes each time, in any process", () => {
    expect(Object.keys(again ?? {}).length).toBeGreaterThan(10);
    expect(again).toEqual(once);
  });

  test("with one more environment writes the same bytes for every other environment, in every account", () => {
    // The pipelines of the new environment deploy into the master account too: its bootstrap stack has a role for them.
    // Its organization has a unit for the environment. And prod, which precedes it, allows it to read prod's records.
    const others = ["master-bootstrap", "master-organization", "prod-bootstrap"].map(fileOf);
    expect(differing(once, added).sort()).toEqual(["manifest.json", ...others]);
    expect(differing(added, once).filter((file) => !(file in (once ?? {})))).toEqual(
      ["ci-application", "ci-bootstrap", "ci-database", "ci-iam", "ci-master-role", "ci-network"].map(fileOf),
    );
  });

  test("with one environment changed writes the same bytes for all others, and different bytes for it", () => {
    const files = differing(once, otherwise);
    expect(files.filter((file) => !file.startsWith("stacks/prod-"))).toEqual([]);
    expect(files).toContain(fileOf("prod-network"));
  });
});
