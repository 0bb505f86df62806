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
import type { Ended } from "../../support/in-process";
import { callCommand } from "./support/call-command";

const WRITTEN = ["access.json", "access.md"];
const NEWCOMER = "arn:aws:iam::111111111111:user/newcomer";
const ADMIN = "arn:aws:iam::111111111111:user/admin";

/** A folder with an estate file and its accepted access. Its PATH holds Node only: no Terraform, no AWS. */
let accepted: string;
let folder: string;
beforeAll(async () => {
  folder = accepted = mkdtempSync(join(tmpdir(), "access-cli-"));
  symlinkSync(process.execPath, join(accepted, "node"));
  writeFileSync(join(accepted, "estate.members.json"), '["lab"]\n');
  estate();
  expect(await access("--accept")).toMatchObject({ status: 0, stderr: "" });
});
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
  const pipelines = { repository: "example-org/estate", "environments.dev.externalId": "demo-7c1f" };
  writeFileSync(join(folder, "estate.json"), JSON.stringify(estateWith({ ...pipelines, ...changes })));
}

const path = (name: string) => join(folder, "estate.access", name);
const read = (name: string) => readFileSync(path(name), "utf8");

const env = () => ({ PATH: folder, HOME: folder, TMPDIR: folder, ESTATE: join(folder, "estate.json") });

const withoutFolder = ({ status, stdout, stderr }: Ended): Ended => ({
  status,
  stdout: stdout.replaceAll(`${folder}/`, ""),
  stderr: stderr.replaceAll(`${folder}/`, ""),
});

const access = async (...args: readonly string[]) => withoutFolder(await callCommand("access", args, env()));

describe("the report of an estate's access", () => {
  test("is printed, and written next to an estate file other than the project's own", async () => {
    rmSync(path("."), { recursive: true });
    const { status, stdout, stderr } = await access();
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout.match(/^[1-5]\. .*$/gm)).toEqual([
      "1. Who can become administrator",
      "2. What each role may do",
      "3. Who may assume each role",
      "4. What the pipelines may do",
      "5. What has changed",
    ]);
    expect(stdout).toContain("dev-irl-demo-ApiHandler");
    expect(stdout).toContain("estate.access/baseline.json is missing");
    expect(stdout).toContain("wrote estate.access/access.json, estate.access/access.md\n");
    expect(readdirSync(join(folder, "estate.access")).sort()).toEqual(WRITTEN);
    expect(read("access.md")).toMatch(/^# Access: who may do what\n/);
    expect(read("access.md")).toContain("| dev | `222222222222` |");
    expect(readdirSync(folder).filter((name) => name.startsWith("access-"))).toEqual([]);
  });

  test("prints what has changed against the baseline", async () => {
    const { stdout: unchanged } = await access();
    expect(unchanged).toMatch(/5\. What has changed\n[^]*?\n\nnothing\n/);
    expect(unchanged.replaceAll(/\s/g, "")).toContain("estate.access/baseline.json"); // a long path is wrapped
    estate({ "accounts.dev.admins": [ADMIN, NEWCOMER] });
    const { status, stdout } = await access();
    expect(status).toBe(0);
    const [, changes = ""] = stdout.split("5. What has changed");
    expect(changes).toMatch(/gained/);
    expect(changes.replaceAll(/\s/g, "")).toContain("user/newcomer");
  });

  test("is JSON with --json, which writes nothing", async () => {
    rmSync(path("."), { recursive: true });
    const { status, stdout } = await access("--json");
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ format: 2 });
    expect(existsSync(join(folder, "estate.access"))).toBe(false);
  });

  test("prints the profiles of an environment or of all accounts, and lists the environments if a name is unknown", async () => {
    const { status, stdout } = await access("--profiles", "dev");
    expect(status).toBe(0);
    expect(stdout).toContain("role_arn = arn:aws:iam::222222222222:role/Operator");
    const ofAll = await access("--profiles");
    expect(ofAll.stdout).toMatch(/^# Roles of all accounts, /);
    expect(ofAll.stdout).toContain("role_arn = arn:aws:iam::333333333333:role/Operator");
    const unknown = await access("--profiles", "production");
    expect(unknown).toMatchObject({ status: 1, stdout: "" });
    expect(unknown.stderr).toMatch(/dev, got "production"/);
    expect(unknown.stderr).not.toMatch(/\n\s+at /);
  });

  test("is not printed for an invalid estate, nor with options that exclude each other", async () => {
    estate({ "accounts.dev.id": "2222" });
    expect(await access("--check")).toMatchObject({ status: 1, stdout: "" });
    const both = await access("--accept", "--check");
    expect(both.status).toBe(1);
    expect(both.stderr).toContain("cannot be used with");
  });
});

describe("the guard", () => {
  test("passes access that was accepted", async () => {
    expect(await access("--check", "--current")).toEqual({
      status: 0,
      stdout: "access is the same as accepted in estate.access/baseline.json\n",
      stderr: "",
    });
  });

  test("fails if a trust policy names one more user, names the user and the role, and passes once that is accepted", async () => {
    const before = read("baseline.json");
    estate({ "accounts.dev.admins": [ADMIN, NEWCOMER] });
    const { status, stdout, stderr } = await access("--check");
    expect(status).toBe(1);
    expect(stdout).toContain(NEWCOMER);
    expect(stdout).toContain("arn:aws:iam::222222222222:role/Admin");
    expect(stderr).toContain("access is wider than accepted");
    expect(read("baseline.json")).toBe(before);
    expect((await access("--accept")).status).toBe(0);
    expect((await access("--check")).status).toBe(0);
  });

  test("prints what is narrower, and passes", async () => {
    estate({ "environments.dev.profile": "hardened" });
    const { status, stdout, stderr } = await access("--check");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toContain("may no longer secretsmanager:*");
    expect(stdout).toContain("access is narrower than accepted");
  });

  test("asks for a missing baseline, and reports what is wrong with a damaged one without changing it", async () => {
    writeFileSync(path("baseline.json"), '{ "format": 99 }');
    const { status, stderr } = await access("--check");
    expect(status).toBe(1);
    expect(stderr).toContain("estate.access/baseline.json");
    expect(stderr).toContain("format");
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(read("baseline.json")).toBe('{ "format": 99 }');
    rmSync(path("baseline.json"));
    const missing = await access("--check");
    expect(missing).toMatchObject({ status: 1, stdout: "" });
    expect(missing.stderr).toContain("npm run access -- --accept");
  });

  test("fails if the page is out of date, and does not look at the JSON, which is not committed", async () => {
    for (const name of WRITTEN) writeFileSync(path(name), `${read(name)} `);
    const { status, stderr } = await access("--current");
    expect(status).toBe(1);
    expect(stderr).toBe("estate.access/access.md is out of date. Run npm run access to write it again.\n");
    expect((await access()).status).toBe(0);
    writeFileSync(path("access.json"), "");
    expect(await access("--current")).toMatchObject({ status: 0, stderr: "" });
  });
});
