import { execFileSync } from "node:child_process";
import fs, { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { basename, dirname, join, relative, resolve } from "node:path";
import { EstateError } from "../../config/estate-error";
import { EXAMPLE_ESTATE, estateFile, estateLine, loadEstate } from "../../config/load";
import { membersFile } from "../../config/members-record";
import { estateWith } from "./estate-fixture";
import { estateFiles } from "./estate-files";

const { file, folder, refusal } = estateFiles();

describe("the estate file", () => {
  const { ESTATE } = process.env;
  afterEach(() => {
    if (ESTATE === undefined) delete process.env["ESTATE"];
    else process.env["ESTATE"] = ESTATE;
  });

  describe("if ESTATE is unset or empty", () => {
    /** The file, or the error, and the first line of a command, in a clone with these files of its own. */
    const inClone = (...own: readonly string[]) => {
      const exists = jest.spyOn(fs, "existsSync").mockImplementation((path) => own.includes(basename(String(path))));
      try {
        return { file: relative(dirname(EXAMPLE_ESTATE), estateFile()), line: estateLine() };
      } finally {
        exists.mockRestore();
      }
    };

    test.each([undefined, ""])("(%j) is the clone's own, as TypeScript or as JSON", (value) => {
      if (value === undefined) delete process.env["ESTATE"];
      else process.env["ESTATE"] = value;
      expect(inClone("estate.ts")).toEqual({ file: "estate.ts", line: "estate: config/estate.ts" });
      expect(inClone("estate.json")).toEqual({ file: "estate.json", line: "estate: config/estate.json" });
    });

    test("is the example in a clone without its own, and the first line of a command says so", () => {
      delete process.env["ESTATE"];
      expect(inClone()).toEqual({
        file: "example.ts",
        line: "estate: config/example.ts, the example: this clone has no estate of its own yet. Run npm run init to write one.",
      });
    });

    test("must be one file", () => {
      delete process.env["ESTATE"];
      expect(() => inClone("estate.ts", "estate.json")).toThrow(
        "config/estate.json):\n  the file  must be the clone's only estate, got config/estate.ts too. Remove one of them, or set ESTATE to the one to use.",
      );
    });

    test("a command that ESTATE leads to the example says that the clone has its own", () => {
      process.env["ESTATE"] = EXAMPLE_ESTATE;
      expect(inClone("estate.ts", "example.ts").line).toBe(
        "estate: config/example.ts, the example, which ESTATE names: not config/estate.ts.",
      );
    });
  });

  test("is also looked up in the folder where npm was called, since npm runs scripts in the project's folder", () => {
    const path = file("elsewhere.json", JSON.stringify(estateWith()));
    const { INIT_CWD } = process.env;
    process.env["ESTATE"] = "elsewhere.json";
    process.env["INIT_CWD"] = dirname(path);
    try {
      expect(estateFile()).toBe(path);
      process.env["ESTATE"] = "package.json";
      expect(estateFile()).toBe(resolve("package.json"));
    } finally {
      if (INIT_CWD === undefined) delete process.env["INIT_CWD"];
      else process.env["INIT_CWD"] = INIT_CWD;
    }
  });

  test("is named by the real path of its folder, so that the project's own is known through a link, as /tmp is on macOS", () => {
    const link = join(dirname(file("estate.json", "{}")), "linked");
    symlinkSync(dirname(EXAMPLE_ESTATE), link);
    process.env["ESTATE"] = join(link, "example.ts");
    expect(estateFile()).toBe(EXAMPLE_ESTATE);
    process.env["ESTATE"] = join(link, "none/estate.ts");
    expect(estateFile()).toBe(join(link, "none/estate.ts"));
  });

  test("is the one that ESTATE names, with the same result as TypeScript and as JSON", () => {
    const json = JSON.stringify(estateWith());
    process.env["ESTATE"] = file("same.ts", `const estate = ${json};\nexport default estate;\n`);
    const fromTypeScript = loadEstate();
    process.env["ESTATE"] = file("same.json", json);
    expect(loadEstate()).toEqual(fromTypeScript);
    expect(fromTypeScript.solution).toBe("demo");
  });

  test("may export its estate by name", () => {
    const path = file("named.ts", `export const estate: unknown = ${JSON.stringify(estateWith())};\n`);
    expect(loadEstate(path).solution).toBe("demo");
  });
});

describe("the credentials that reach accounts", () => {
  const { ESTATE_ACCESS } = process.env;
  afterEach(() => {
    if (ESTATE_ACCESS === undefined) delete process.env["ESTATE_ACCESS"];
    else process.env["ESTATE_ACCESS"] = ESTATE_ACCESS;
  });
  const lab = () =>
    loadEstate(file("access.json", JSON.stringify(estateWith({})))).accounts.find(({ name }) => name === "lab");

  test("are those of a created member's access role by default", () => {
    const account = lab();
    expect(account?.accessRoleArn).toMatch(/:role\/OrganizationAccountAccessRole$/);
    expect(account?.assumedRoleArn).toBe(account?.accessRoleArn);
  });

  test("are the account's own with ESTATE_ACCESS=direct, and its access role is unchanged", () => {
    process.env["ESTATE_ACCESS"] = "direct";
    expect(lab()).toMatchObject({ accessRoleArn: expect.any(String) as string, assumedRoleArn: undefined });
  });

  test("are not chosen by another value of ESTATE_ACCESS, which is refused", () => {
    process.env["ESTATE_ACCESS"] = "Direct";
    expect(lab).toThrow('ESTATE_ACCESS  must be direct or unset, got "Direct"');
  });
});

test("reports a missing file", () => {
  expect(refusal(join(folder, "none.json"))).toBe(
    "  the file  must be an existing file, got no file. Set ESTATE to the path of a .ts or .json file.",
  );
});

test("reports a file of another kind", () => {
  expect(refusal(file("estate.yaml", "solution: demo"))).toBe('  the file  must be a .ts or .json file, got ".yaml"');
});

describe("anything but a file is refused at once, also behind a link:", () => {
  const REFUSED: [what: string, create: (path: string) => unknown][] = [
    ["a directory", (path) => mkdirSync(path, { recursive: true })],
    ["a named pipe", (path) => execFileSync("mkfifo", [path])],
    ["a device", (path) => execFileSync("ln", ["-s", "/dev/zero", path])],
    ["a socket", (path) => createServer().listen(path).unref()],
  ];

  test.each(REFUSED)("%s", (what, create) => {
    for (const ending of ["json", "ts"]) {
      const name = `${what.replaceAll(" ", "-")}.${ending}`;
      const [path, link] = [join(folder, name), join(folder, `link-to-${name}`)];
      create(path);
      symlinkSync(path, link);
      for (const each of [path, link])
        expect(refusal(each)).toBe(
          `  the file  must be a file, got ${what}. Set ESTATE to the path of a .ts or .json file.`,
        );
    }
  });

  test.each(REFUSED.slice(0, 3))("%s in place of the record of members", (what, create) => {
    const path = file(`no-record-${what.replaceAll(" ", "-")}.json`, JSON.stringify(estateWith()));
    rmSync(membersFile(path));
    create(membersFile(path));
    expect(() => loadEstate(path)).toThrow(
      new EstateError(membersFile(path), [{ path: "", expected: "a file", got: what }]).message,
    );
  });
});

test.each([
  ["UTF-16", Buffer.from(`\uFEFF${JSON.stringify(estateWith())}`, "utf16le")],
  ["a byte that UTF-8 has not", Buffer.concat([Buffer.from('{"solution":"'), Buffer.from([0xff]), Buffer.from('"}')])],
])("refuses JSON in %s", (what, bytes) => {
  const path = file(`${what.replaceAll(" ", "-")}.json`, "");
  writeFileSync(path, bytes);
  expect(refusal(path)).toBe("  the file  must be UTF-8, got other bytes. Save it as UTF-8.");
});

test.each([
  ["exports nothing", "const estate = {};\nvoid estate;\n"],
  ["exports something else", "export const accounts = {};\n"],
  ["exports undefined", "export default undefined;\n"],
  ["sets its exports to null", "module.exports = null;\n"],
])("reports a file that %s", (what, source) => {
  const path = file(`${what.replaceAll(" ", "-")}.ts`, source);
  expect(refusal(path)).toBe(
    "  the file  must be a module that exports an estate, got none. Write `export default { solution, accounts, … }`.",
  );
});

test("reports the error that a file throws, without its stack", () => {
  const text = refusal(file("throws.ts", `throw new Error("no budget yet");\n`));
  expect(text).toBe("  the file  must be a module that loads, got the error: no budget yet");
});

test("reports a thrown value that is not an Error", () => {
  expect(refusal(file("throws-text.ts", `throw "no budget yet";\n`))).toBe(
    "  the file  must be a module that loads, got the error: no budget yet",
  );
});

test.each([
  ["an error with line breaks", `throw new Error("first\\n    at second");`, "first at second"],
  ["an object without a text", "throw Object.create(null);", "a value without a text"],
  ["a text that hides others", `throw "\\u001b[2K\\u202eok";`, "\\u001b[2K\\u202eok"],
])("reports %s that a file throws in one line", (what, source, shown) => {
  expect(refusal(file(`${what.replaceAll(" ", "-")}.ts`, source))).toBe(
    `  the file  must be a module that loads, got the error: ${shown}`,
  );
});

test("reports a syntax error in TypeScript, without a stack", () => {
  const text = refusal(file("syntax.ts", `export default {\n  solution: "demo",\n  accounts: {{\n};\n`));
  expect(text).toContain("must be a module that loads, got the error:");
  expect(text).not.toMatch(/^\s+at /m);
});

test("reports every problem of a file in one message", () => {
  const estate = estateWith({
    solution: "Demo",
    chargecode: "x",
    "accounts.dev.id": "2222",
    "accounts.lab.email": "MASTER@example.com",
    "accounts.dev.operators": ["arn:aws:iam::222222222222:root"],
    "environments.dev.account": "production",
    "environments.dev.network": { cidrBlock: "10.0.0.5/20", zones: ["eu-central-1a", "eu-west-1b"] },
    "environments.dev.externalId": "x",
    promotionOrder: ["dev", "prod", "dev"],
  });
  expect(refusal(file("bad.json", JSON.stringify(estate)))).toBe(
    [
      '  solution                            must be 1 to 63 lower-case letters, digits and single hyphens, beginning with a letter, got "Demo"',
      '  accounts.dev.id                     must be 12 digits in quotes, got "2222"',
      '  accounts.dev.operators[0]           must be the ARN of an IAM user, for example arn:aws:iam::111111111111:user/name, or "group:" with the display name of a group of IAM Identity Center, got "arn:aws:iam::222222222222:root"',
      '  environments.dev.externalId         must be an ExternalId of 2 to 1224 letters, digits and characters of +=,.@:/-_, got "x"',
      '  environments.dev.network.cidrBlock  must be an IPv4 network such as 10.0.0.0/20, got "10.0.0.5/20" (host bits are set: the network is 10.0.0.0/20)',
      '  chargecode                          must be a known key, got "chargecode" (did you mean chargeCode?)',
      '  accounts.lab.email                  must be different from accounts.master.email, got "MASTER@example.com". Give each account its own address, as AWS requires.',
      '  environments.dev.account            must be the name of an account (master, dev, lab), got "production"',
      '  promotionOrder[1]                   must be the name of an environment (dev), got "prod"',
      '  promotionOrder[2]                   must be an environment that is not listed before, got "dev"',
      '  environments.dev.network.zones[0]   must be a zone of eu-west-1 (eu-west-1a, eu-west-1b, eu-west-1c), got "eu-central-1a"',
    ].join("\n"),
  );
});
