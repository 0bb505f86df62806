import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { estateWith, type Changes } from "../../config/estate-fixture";

const ROOT = join(__dirname, "../../..");
const WRITTEN = ["access.json", "access.md", "graph.mmd", "graph.svg"];
const NEWCOMER = "arn:aws:iam::111111111111:user/newcomer";
const ADMIN = "arn:aws:iam::111111111111:user/admin";

/** A folder with an estate file whose access is accepted, and with a PATH of Node alone: no Terraform, no AWS. */
let accepted: string;
let folder: string;
beforeAll(() => {
  folder = accepted = mkdtempSync(join(tmpdir(), "access-cli-"));
  symlinkSync(process.execPath, join(accepted, "node"));
  writeFileSync(join(accepted, "estate.members.json"), '["lab"]\n');
  estate();
  expect(access("--accept")).toMatchObject({ status: 0, stderr: "" });
}, 60_000);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "access-cli-"));
  cpSync(accepted, folder, { recursive: true, verbatimSymlinks: true });
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});
afterAll(() => {
  rmSync(accepted, { recursive: true });
});

function estate(changes: Changes = {}): void {
  writeFileSync(
    join(folder, "estate.json"),
    JSON.stringify(
      estateWith({ repository: "example-org/estate", "environments.dev.externalId": "demo-7c1f", ...changes }),
    ),
  );
}

const path = (name: string) => join(folder, "estate.access", name);
const read = (name: string) => readFileSync(path(name), "utf8");

function access(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--import", "tsx", join(ROOT, "tools/cli/access.ts"), ...args],
    {
      cwd: ROOT,
      env: { PATH: folder, HOME: folder, TMPDIR: folder, ESTATE: join(folder, "estate.json") },
      encoding: "utf8",
    },
  );
  return { status, stdout: stdout.replaceAll(`${folder}/`, ""), stderr: stderr.replaceAll(`${folder}/`, "") };
}

describe("what an estate's access is", () => {
  test("is printed, and written beside an estate file that is not the project's own", () => {
    rmSync(path("."), { recursive: true });
    const { status, stdout, stderr } = access();
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toContain("Operator");
    expect(stdout).toContain("dev-irl-demo-ApiHandler");
    expect(stdout).toContain(
      "wrote estate.access/access.json, estate.access/graph.mmd, estate.access/graph.svg, estate.access/access.md",
    );
    expect(readdirSync(join(folder, "estate.access")).sort()).toEqual(WRITTEN);
    expect(read("access.md")).toContain("arn:aws:iam::222222222222:role/Admin");
    expect(read("access.md")).toContain("(graph.svg)");
    expect(readdirSync(folder).filter((name) => name.startsWith("access-"))).toEqual([]);
  });

  test("is JSON for machines, and nothing is written then", () => {
    rmSync(path("."), { recursive: true });
    const { status, stdout } = access("--json");
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ format: 1 });
    expect(existsSync(join(folder, "estate.access"))).toBe(false);
  });

  test("gives profiles for an environment, and names the environments where there is no such one", () => {
    const { status, stdout } = access("--profiles", "dev");
    expect(status).toBe(0);
    expect(stdout).toContain("role_arn = arn:aws:iam::222222222222:role/Operator");
    const unknown = access("--profiles", "production");
    expect(unknown).toMatchObject({ status: 1, stdout: "" });
    expect(unknown.stderr).toMatch(/production.*dev/);
    expect(unknown.stderr).not.toMatch(/\n\s+at /);
  });

  test("is not told of an estate that is not valid, nor by options that contradict each other", () => {
    estate({ "accounts.dev.id": "2222" });
    expect(access("--check")).toMatchObject({ status: 1, stdout: "" });
    const both = access("--accept", "--check");
    expect(both.status).toBe(1);
    expect(both.stderr).toContain("cannot be used with");
  });
});

describe("the guard", () => {
  test("passes what was accepted", () => {
    expect(access("--check", "--current")).toEqual({
      status: 0,
      stdout: "access is what was accepted in estate.access/baseline.json\n",
      stderr: "",
    });
  });

  test("fails where somebody is added to a trust, and says whom to what, and passes once that is accepted", () => {
    const before = read("baseline.json");
    estate({ "accounts.dev.admins": [ADMIN, NEWCOMER] });
    const { status, stdout, stderr } = access("--check");
    expect(status).toBe(1);
    expect(stdout).toContain(NEWCOMER);
    expect(stdout).toContain("arn:aws:iam::222222222222:role/Admin");
    expect(stderr).toContain("access is wider than what was accepted");
    expect(read("baseline.json")).toBe(before);
    expect(access("--accept").status).toBe(0);
    expect(access("--check").status).toBe(0);
  });

  test("shows what is narrower, and passes", () => {
    estate({ "environments.dev.profile": "hardened" });
    const { status, stdout, stderr } = access("--check");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toContain("may no longer secretsmanager:*");
    expect(stdout).toContain("access is narrower than what was accepted");
  });

  test("asks for a baseline where there is none, and says what is wrong with a damaged one, and leaves it as it is", () => {
    writeFileSync(path("baseline.json"), '{ "format": 99 }');
    const { status, stderr } = access("--check");
    expect(status).toBe(1);
    expect(stderr).toContain("estate.access/baseline.json");
    expect(stderr).toContain("format");
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(read("baseline.json")).toBe('{ "format": 99 }');
    rmSync(path("baseline.json"));
    const missing = access("--check");
    expect(missing).toMatchObject({ status: 1, stdout: "" });
    expect(missing.stderr).toContain("npm run access -- --accept");
  });

  test("tells which written files are not what the estate says, and they are written again", () => {
    for (const name of WRITTEN) writeFileSync(path(name), `${read(name)} `);
    const { status, stderr } = access("--current");
    expect(status).toBe(1);
    expect(stderr).toBe(
      "not what the estate says: estate.access/graph.mmd, estate.access/graph.svg, estate.access/access.md; npm run access writes them\n",
    );
    expect(access().status).toBe(0);
    writeFileSync(path("graph.svg"), "");
    expect(access("--current").stderr).toBe(
      "not what the estate says: estate.access/graph.svg; npm run access writes it\n",
    );
  });
});
