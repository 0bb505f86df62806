import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { devNull } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { MissingTool } from "../support/errors";

/** The patches fit this version only: another one may lack the patched code, or may have fixed the fault. */
export const MOTO_VERSION = "5.2.1";

export interface FindPythonProps {
  /**
   * Where the virtual environment is created if `python3` lacks moto. @default .cache/emulator in the working folder
   */
  readonly cacheFolder?: string;
  /** @default process.env */
  readonly environment?: NodeJS.ProcessEnv;
  /** Receives a message before a long step. @default no messages */
  readonly notify?: (message: string) => void;
}

/**
 * Prints the version of moto. It only looks for the packages of moto's server: their import takes a third of a second.
 * macOS has Python 3.9, for which pip finds no moto of this version.
 */
const CHECK = `
import sys
sys.version_info >= (3, 10) or sys.exit('Python ' + sys.version.split()[0] + ' is too old')
import importlib.metadata, importlib.util
for name in ('moto', 'flask', 'flask_cors'):
    importlib.util.find_spec(name) or sys.exit(name + ' is not installed')
sys.stdout.write(importlib.metadata.version('moto'))
`;
const REMEDY = `run: python3 -m pip install "moto[server]==${MOTO_VERSION}", or name a running emulator with EMULATOR_URL=http://127.0.0.1:<port>`;

const INSTALL_PYTHON = `install Python 3.10 or newer, then ${REMEDY}`;

/**
 * A Python 3 that can run the launcher: `python3` if it has moto, otherwise a virtual environment in the cache folder,
 * which is created once. Throws MissingTool.
 */
export async function findPython(props: FindPythonProps = {}): Promise<string> {
  const { cacheFolder = resolve(".cache", "emulator"), environment = process.env, notify = () => undefined } = props;
  const problem = await problemOf("python3", environment);
  if (problem === undefined) return "python3";
  if (problem === "python3") {
    throw new MissingTool("python3 is missing (not on PATH), the local AWS emulator needs it", INSTALL_PYTHON);
  }

  const folder = join(cacheFolder, `moto-${MOTO_VERSION}`);
  const python = pythonIn(folder);
  if (existsSync(python) && (await problemOf(python, environment)) === undefined) return python;
  const [, old] = /: Python (\S+) is too old$/.exec(problem) ?? [];
  if (old !== undefined)
    throw new MissingTool("the local AWS emulator needs Python 3.10 or newer", INSTALL_PYTHON, `${old} (python3)`);
  notify(`installing moto ${MOTO_VERSION} into ${folder}`);
  const failure = await install(folder, environment);
  if (failure === undefined) return python;
  throw new MissingTool(
    `moto ${MOTO_VERSION} is missing (${problem}; installing it into ${folder} failed: ${failure})`,
    REMEDY,
  );
}

/** The launcher's environment: no proxies, and no AWS credentials or settings of the user. */
export function pythonEnvironment(parent: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(parent).filter(([name]) => !/^(AWS|MOTO)_|_PROXY$/i.test(name));
  return {
    ...Object.fromEntries(kept),
    AWS_ACCESS_KEY_ID: "emulator",
    AWS_SECRET_ACCESS_KEY: "emulator",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    MOTO_IAM_LOAD_MANAGED_POLICIES: "true",
  };
}

/**
 * Undefined if this Python can run the launcher, "python3" if there is no such program, otherwise the problem in one
 * line.
 */
async function problemOf(python: string, environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  const { failure, stdout } = await run(python, ["-c", CHECK], pythonEnvironment(environment), 60);
  if (failure === undefined) return stdout === MOTO_VERSION ? undefined : `${python} has moto ${stdout}`;
  return failure === NOT_FOUND ? "python3" : `${python} cannot run moto.server: ${failure}`;
}

/**
 * Installs into a draft folder and renames it, so that an interrupted installation never counts as complete. Of two
 * installations at the same time one wins, and the other one uses it. Python finds its packages relative to itself, so
 * the folder can be renamed.
 */
async function install(folder: string, environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  mkdirSync(resolve(folder, ".."), { recursive: true });
  const draft = mkdtempSync(`${folder}-draft-`);
  try {
    const pip = [
      "-m",
      "pip",
      "install",
      "--quiet",
      "--disable-pip-version-check",
      "--no-input",
      "--retries",
      "1",
      "--timeout",
      "15",
    ];
    const failure =
      (await run("python3", ["-m", "venv", draft], environment, 120)).failure ??
      (await run(pythonIn(draft), [...pip, `moto[server]==${MOTO_VERSION}`], environment, 600)).failure ??
      (await problemOf(pythonIn(draft), environment));
    if (failure !== undefined) return failure;
    try {
      renameSync(draft, folder);
    } catch {
      // The folder exists: another process was faster, or the installation in it is broken.
      if ((await problemOf(pythonIn(folder), environment)) === undefined) return undefined;
      rmSync(folder, { recursive: true, force: true });
      renameSync(draft, folder);
    }
    return undefined;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

function pythonIn(virtualEnvironment: string): string {
  return process.platform === "win32"
    ? join(virtualEnvironment, "Scripts", "python.exe")
    : join(virtualEnvironment, "bin", "python3");
}

const NOT_FOUND = "not found";

/** Runs a program to its end. `failure` is the last line of its output. */
async function run(command: string, args: readonly string[], environment: NodeJS.ProcessEnv, limitSeconds: number) {
  try {
    const { stdout } = await promisify(execFile)(command, args, { env: environment, timeout: limitSeconds * 1000 });
    return { stdout, failure: undefined };
  } catch (error) {
    const {
      code,
      killed,
      stderr = "",
      stdout = "",
    } = error as NodeJS.ErrnoException & { killed?: boolean; stderr?: string; stdout?: string };
    if (code === "ENOENT") return { stdout, failure: NOT_FOUND };
    if (killed) return { stdout, failure: `took longer than ${limitSeconds} s` };
    const lines = `${stdout}\n${stderr}`.split("\n").filter((line) => line.trim() !== "");
    return { stdout, failure: lines.at(-1)?.trim() ?? String(code) };
  }
}
