import { request } from "node:http";
import { join } from "node:path";
import { UserError } from "../../config/user-error";
import { type FindPythonProps, findPython, MOTO_VERSION, pythonEnvironment } from "./python";
import { ServerProcess } from "./server-process";
import { messageOf } from "../support/errors";
import { parseEmulatorUrl } from "./environment";

/** Where the emulator comes from: one that is running already, or a Python that can run the launcher. */
export type EmulatorSource = { readonly url: string } | { readonly python: string };

interface StartEmulatorProps {
  /**
   * The emulator appends its log here: every request with its account, and the traceback of every failure.
   */
  readonly logFile: string;
  /** The result of findEmulator(). @default calls findEmulator() */
  readonly source?: EmulatorSource;
  /** Names of patches to leave out (`launcher.py --list-patches`). @default none */
  readonly without?: readonly string[];
  /**
   * The id of each account that will be created in an organization, by its e-mail address. AWS would choose the id.
   * @default random ids
   */
  readonly accountIds?: Readonly<Record<string, string>>;
  /** A folder that belongs to this user alone, for snapshots. The emulator creates it. @default no snapshots */
  readonly snapshots?: string;
  /** @default process.env */
  readonly environment?: NodeJS.ProcessEnv;
}

export interface Emulator {
  /** http://127.0.0.1:<port> */
  readonly url: string;
  /** Names everything that decides what a snapshot means: moto, Python, the patches and the emulator's sources. */
  snapshotKey(): Promise<string>;
  /** Saves the state of every account and region as a file in the folder of the snapshots, whole or not at all. */
  save(snapshot: string): Promise<void>;
  /** Replaces the state by a saved one. Throws UserError if there is none, or if it is not of this emulator's version. */
  load(snapshot: string): Promise<void>;
  /**
   * Answers each n-th call of these services (signing names, such as `sso`) with HTTP 400 ThrottlingException, and counts
   * their calls from now on. No services: stops both.
   */
  throttle(services: readonly string[], each: number): Promise<void>;
  /** By service, the calls since throttle(), the throttled ones among them. */
  throttledCalls(): Promise<Readonly<Record<string, { readonly calls: number; readonly throttled: number }>>>;
  /** Resolves when the emulator has ended; may be called again. Leaves an emulator named by EMULATOR_URL running. */
  stop(): Promise<void>;
}

export const LAUNCHER = join(__dirname, "launcher.py");

/**
 * Call it before anything starts. `EMULATOR_URL` names an emulator that is running already; it must answer. Throws
 * MissingTool if Python or moto is missing.
 */
export async function findEmulator(props: FindPythonProps = {}): Promise<EmulatorSource> {
  const { environment = process.env } = props;
  if (!environment.EMULATOR_URL) return { python: await findPython(props) };
  const url = parseEmulatorUrl(environment.EMULATOR_URL, "EMULATOR_URL");
  await checkRunning(url);
  return { url };
}

/** Starts the emulator. It ends at the latest with this process, even if this process is killed. */
export async function startEmulator(props: StartEmulatorProps): Promise<Emulator> {
  const { accountIds = {} } = props;
  const emulator = await start(props);
  try {
    if (Object.keys(accountIds).length > 0) await expectAccounts(emulator.url, accountIds);
    return emulator;
  } catch (error) {
    await emulator.stop();
    throw error;
  }
}

async function start(props: StartEmulatorProps): Promise<Emulator> {
  const { logFile, without = [], snapshots, environment = process.env } = props;
  const source = props.source ?? (await findEmulator({ environment }));
  if ("url" in source) return emulatorAt(source.url, () => Promise.resolve());

  const server = await ServerProcess.start({
    name: "the emulator",
    command: source.python,
    args: [
      LAUNCHER,
      ...["--port", "0"],
      ...without.flatMap((patch) => ["--without", patch]),
      ...(snapshots === undefined ? [] : ["--snapshots", snapshots]),
    ],
    environment: pythonEnvironment(environment),
    logFile,
    startLimitSeconds: 30,
    stopGraceSeconds: 3,
  });
  const { port } = JSON.parse(server.announcement) as { port: number };
  return emulatorAt(`http://127.0.0.1:${port}`, () => server.stop());
}

function emulatorAt(url: string, stop: () => Promise<void>): Emulator {
  return {
    url,
    snapshotKey: async () => (JSON.parse(await succeed(url, "describe itself", "GET", "")) as { key: string }).key,
    save: async (snapshot) => {
      await succeed(url, "save a snapshot", "PUT", `/snapshots/${snapshot}`);
    },
    load: async (snapshot) => {
      await succeed(url, "load a snapshot", "POST", `/snapshots/${snapshot}`);
    },
    throttle: async (services, each) => {
      await succeed(url, "throttle calls", "PUT", "/throttling", JSON.stringify({ services, each }));
    },
    throttledCalls: async () =>
      JSON.parse(await succeed(url, "count calls", "GET", "/throttling")) as Awaited<
        ReturnType<Emulator["throttledCalls"]>
      >,
    stop,
  };
}

async function expectAccounts(url: string, accountIds: Readonly<Record<string, string>>): Promise<void> {
  await succeed(url, "accept account ids", "PUT", "/accounts", JSON.stringify(accountIds));
}

export interface IdentityCenterProps {
  /** The account that manages the organization, or will create one. */
  readonly account: string;
  readonly region: string;
  /** The member account that is the delegated administrator without being registered. @default none */
  readonly administrator?: string;
  /** Accounts that joined the organization by hand. @default none */
  readonly accounts?: readonly string[];
  /** Display names of groups of the identity source. @default none */
  readonly groups?: readonly string[];
  /** Names of users of the identity source. @default none */
  readonly users?: readonly string[];
}

/**
 * Turns IAM Identity Center on. People do it in the console: AWS has no call for it. May be repeated.
 * @throws UserError if the account is a member, or has an instance in another region
 */
export async function turnOnIdentityCenter(url: string, props: IdentityCenterProps): Promise<void> {
  await succeed(url, "turn on Identity Center", "PUT", "/identity-center", JSON.stringify(props));
}

/** Asks the launcher for something. @throws UserError if it does not do it */
async function succeed(url: string, what: string, method: string, path: string, content?: string): Promise<string> {
  const { status, body } = await call(method, `${url}/moto-api/launcher${path}`, content, 60);
  if (status !== 200) throw new UserError(`the emulator at ${url} does not ${what}: HTTP ${status}, ${body}`);
  return body;
}

/** Plain moto cannot run this project's stacks, so the server that answers must be this project's launcher. */
async function checkRunning(url: string): Promise<void> {
  const remedy = `Run python3 tools/emulator/launcher.py --keep-running --port ${new URL(url).port}, or unset EMULATOR_URL.`;
  const { body: answer } = await call("GET", `${url}/moto-api/launcher`).catch((error: unknown) => {
    throw new UserError(`EMULATOR_URL names ${url}, but no server answers there (${messageOf(error)}). ${remedy}`, {
      cause: error,
    });
  });
  const moto = motoVersion(answer);
  if (moto !== MOTO_VERSION) {
    const got = moto === undefined ? "is not this project's launcher" : `runs moto ${moto}, expected ${MOTO_VERSION}`;
    throw new UserError(`EMULATOR_URL names ${url}, but the server there ${got}. ${remedy}`);
  }
}

function motoVersion(answer: string): string | undefined {
  try {
    return (JSON.parse(answer) as { moto?: string }).moto;
  } catch {
    return undefined;
  }
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Uses node:http because newer Node versions send fetch requests through a proxy. */
function call(method: string, url: string, content = "", limitSeconds = 5): Promise<Answer> {
  const headers = { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(content) };
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent: false, timeout: limitSeconds * 1000 }, (response) => {
      response.setEncoding("utf8");
      let body = "";
      response.on("data", (chunk: string) => (body += chunk));
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, body });
      });
      response.on("error", reject);
    });
    sent.on("timeout", () => sent.destroy(new Error(`no answer within ${limitSeconds} s`)));
    sent.on("error", reject);
    sent.end(content);
  });
}
