import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findPython, pythonEnvironment } from "../../../tools/emulator/python";
import { MissingTool } from "../../../tools/support/errors";

let folder: string;
let cacheFolder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "python-"));
  cacheFolder = join(folder, "cache");
  mkdirSync(join(folder, "bin"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** A PATH with a fake `python3`: a shell script that answers the moto check, venv and pip. */
function python3(answers: { check: string; venv?: string; pip?: string; checkInVenv?: string }): NodeJS.ProcessEnv {
  const { check, venv = "exit 1", pip = "exit 1", checkInVenv = check } = answers;
  const inVenv = join(folder, "in-venv");
  program(inVenv, `echo "venv $2 $3" >> ${folder}/calls\n[ "$1" = -c ] && { ${checkInVenv}; exit; }\n${pip}`);
  const copy = `mkdir -p $3/bin && cp ${inVenv} $3/bin/python3`;
  program(
    join(folder, "bin", "python3"),
    `echo "$2 $3" >> ${folder}/calls\n[ "$1" = -c ] && { ${check}; exit; }\n${venv} || exit\n${copy}`,
  );
  return { PATH: `${join(folder, "bin")}:/usr/bin:/bin` };
}

function program(path: string, script: string): void {
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

const goodMoto = "printf 5.2.1";
const noMoto = `echo "moto is not installed" >&2; exit 1`;

async function failure(environment: NodeJS.ProcessEnv): Promise<Error> {
  return findPython({ cacheFolder, environment }).then(
    () => new Error("found"),
    (error: unknown) => error as Error,
  );
}

test("uses python3 if it has moto, and installs nothing", async () => {
  expect(await findPython({ cacheFolder, environment: python3({ check: goodMoto }) })).toBe("python3");
  expect(existsSync(cacheFolder)).toBe(false);
});

test("reports a missing Python and the remedy in one line", async () => {
  const error = await failure({ PATH: join(folder, "bin") });
  expect(error).toBeInstanceOf(MissingTool);
  expect(error.message).toBe(
    'python3 is missing (not on PATH), the local AWS emulator needs it: install Python 3.10 or newer, then run: python3 -m pip install "moto[server]==5.2.1", ' +
      "or name a running emulator with EMULATOR_URL=http://127.0.0.1:<port>",
  );
});

test("refuses a Python that is too old, as that of macOS, before an installation", async () => {
  const check = `case "$2" in *"(3, 10) or sys.exit"*) echo "Python 3.9.6 is too old" >&2; exit 1; esac`;
  expect((await failure(python3({ check }))).message).toBe(
    'the local AWS emulator needs Python 3.10 or newer: found 3.9.6 (python3); install Python 3.10 or newer, then run: python3 -m pip install "moto[server]==5.2.1", ' +
      "or name a running emulator with EMULATOR_URL=http://127.0.0.1:<port>",
  );
  expect(existsSync(cacheFolder)).toBe(false);
});

test("reports in one line what python3 lacks, why the installation failed, and the remedy", async () => {
  const error = await failure(
    python3({
      check: noMoto,
      venv: "true",
      pip: 'echo "WARNING: retrying\nERROR: No matching distribution found" >&2; exit 1',
    }),
  );
  expect(error).toBeInstanceOf(MissingTool);
  expect(error.message).toBe(
    "moto 5.2.1 is missing (python3 cannot run moto.server: moto is not installed; " +
      `installing it into ${join(cacheFolder, "moto-5.2.1")} failed: ERROR: No matching distribution found): ` +
      'run: python3 -m pip install "moto[server]==5.2.1", or name a running emulator with EMULATOR_URL=http://127.0.0.1:<port>',
  );
});

test("refuses another version of moto", async () => {
  const error = await failure(python3({ check: "printf 5.1.0" }));
  expect(error.message).toMatch(/^moto 5\.2\.1 is missing \(python3 has moto 5\.1\.0; /);
});

test("creates a virtual environment once, reports it, and uses it from then on", async () => {
  const environment = python3({ check: noMoto, venv: "true", pip: "true", checkInVenv: goodMoto });
  const messages: string[] = [];
  const props = { cacheFolder, environment, notify: (message: string) => messages.push(message) };
  const python = await findPython(props);
  expect(python).toBe(join(cacheFolder, "moto-5.2.1", "bin", "python3"));
  expect(await findPython(props)).toBe(python);
  expect(messages).toEqual([`installing moto 5.2.1 into ${join(cacheFolder, "moto-5.2.1")}`]);
  expect(readFileSync(join(folder, "calls"), "utf8").match(/pip install/g)).toHaveLength(1);
});

test("leaves nothing of a failed installation", async () => {
  await failure(python3({ check: noMoto, venv: "true", pip: "exit 1" }));
  expect(readdirSync(cacheFolder)).toEqual([]);
});

test("replaces an interrupted installation", async () => {
  const broken = join(cacheFolder, "moto-5.2.1", "bin");
  mkdirSync(broken, { recursive: true });
  program(join(broken, "python3"), noMoto);
  const python = await findPython({
    cacheFolder,
    environment: python3({ check: noMoto, venv: "true", pip: "true", checkInVenv: goodMoto }),
  });
  expect(readFileSync(python, "utf8")).toContain(goodMoto);
});

test("two installations at the same time both succeed", async () => {
  const environment = python3({ check: noMoto, venv: "true", pip: "sleep 0.1", checkInVenv: goodMoto });
  const [one, other] = await Promise.all([
    findPython({ cacheFolder, environment }),
    findPython({ cacheFolder, environment }),
  ]);
  expect(one).toBe(other);
  expect(readdirSync(cacheFolder)).toEqual(["moto-5.2.1"]);
});

test("gives Python no credentials, settings or proxies of the user", () => {
  const user = {
    PATH: "/usr/bin",
    AWS_PROFILE: "production",
    AWS_SESSION_TOKEN: "real",
    MOTO_ACCOUNT_ID: "999999999999",
    https_proxy: "http://proxy",
  };
  expect(pythonEnvironment(user)).toEqual({
    PATH: "/usr/bin",
    AWS_ACCESS_KEY_ID: "emulator",
    AWS_SECRET_ACCESS_KEY: "emulator",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    MOTO_IAM_LOAD_MANAGED_POLICIES: "true",
  });
});
