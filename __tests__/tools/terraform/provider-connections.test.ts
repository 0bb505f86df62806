import { connect, createServer, type ClientHttp2Session, type IncomingHttpHeaders } from "node:http2";
import { connect as connectSocket } from "node:net";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { serveConfigurations, type RunningProvider } from "../../../tools/terraform/provider-connections";
import { temporaryFolder } from "./support/temporary-folder";

const folder = temporaryFolder();

/** Answers each call with its name and what it received, as gRPC does: the status is in the trailers. */
class Provider implements RunningProvider {
  public static readonly all: Provider[] = [];
  public readonly calls: string[] = [];
  public isStopped = false;
  public isBroken = false;
  public readonly socket: string;
  private readonly server = createServer();

  private constructor(public readonly name: string) {
    this.socket = join(folder(), name);
    this.server.on("session", (session) => session.on("error", () => undefined));
    this.server.on("stream", (stream, headers) => {
      const path = headers[":path"] ?? "";
      this.calls.push(path.split("/").at(-1) ?? "");
      stream.on("error", () => undefined);
      if (path.endsWith("/Fail")) {
        stream.respond({ ":status": 200, "grpc-status": "12" }, { endStream: true });
        return;
      }
      if (path.endsWith("/Break")) {
        stream.close(2);
        return;
      }
      stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
      stream.on("wantTrailers", () => {
        stream.sendTrailers({ "grpc-status": "0", "grpc-message": `of ${this.name}` });
      });
      stream.write(`${this.name}:`);
      stream.pipe(stream);
    });
  }

  public static async start(name: string): Promise<Provider> {
    const provider = new Provider(name);
    provider.server.listen(provider.socket);
    await once(provider.server, "listening");
    Provider.all.push(provider);
    return provider;
  }

  public readonly runs = () => Promise.resolve(!this.isBroken);
  public readonly stop = () => {
    this.isStopped = true;
    this.server.close();
    return Promise.resolve();
  };
}

const clients: ClientHttp2Session[] = [];
let served: RunningProvider;
let fails = false;

beforeEach(async () => {
  Provider.all.length = 0;
  fails = false;
  let count = 0;
  served = await serveConfigurations(join(folder(), "all"), await Provider.start("shared"), async () => {
    if (fails) throw new Error("no process");
    return Provider.start(`own ${++count}`);
  });
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await served.stop();
});

/** A connection of Terraform. */
function connection(): ClientHttp2Session {
  const client = connect("http://localhost", { createConnection: () => connectSocket(served.socket) });
  client.on("error", () => undefined);
  clients.push(client);
  return client;
}

interface Answer {
  readonly text: string;
  readonly headers: IncomingHttpHeaders;
  readonly trailers: IncomingHttpHeaders;
}

async function call(client: ClientHttp2Session, name: string, body: string | Buffer = ""): Promise<Answer> {
  const stream = client.request({ ":method": "POST", ":path": `/tfplugin5.Provider/${name}`, te: "trailers" });
  const answer = { text: "", headers: {}, trailers: {} };
  stream.on("response", (headers) => (answer.headers = headers));
  stream.on("trailers", (trailers: IncomingHttpHeaders) => (answer.trailers = trailers));
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  stream.end(body);
  await once(stream, "close");
  return { ...answer, text: Buffer.concat(chunks).toString("latin1") };
}

const callsOf = (name: string): readonly string[] | undefined => Provider.all.find((each) => each.name === name)?.calls;

test("a connection has a process of its own from the call that configures the provider", async () => {
  const [schema, here, there] = [connection(), connection(), connection()];
  await Promise.all([call(schema, "GetSchema"), call(here, "PrepareProviderConfig"), call(there, "ValidateResource")]);
  await Promise.all([call(here, "Configure"), call(there, "ConfigureProvider")]);
  await Promise.all([call(here, "ReadResource"), call(there, "PlanResourceChange"), call(schema, "GetSchema")]);
  await call(here, "Configure");
  expect(Provider.all.map(({ name }) => name)).toEqual(["shared", "own 1", "own 2"]);
  expect(callsOf("shared")).toHaveLength(4);
  expect(callsOf("shared")).not.toContain("Configure");
  expect([callsOf("own 1"), callsOf("own 2")]).toEqual(
    expect.arrayContaining([
      ["Configure", "ReadResource", "Configure"],
      ["ConfigureProvider", "PlanResourceChange"],
    ]),
  );
});

test("calls that are made while the process starts are answered by it", async () => {
  const client = connection();
  const [, read] = await Promise.all([call(client, "Configure"), call(client, "ReadResource")]);
  expect(read.text).toBe("own 1:");
});

test("passes on what both sides send, and how a call ended", async () => {
  const body = randomBytes(3 * 1024 ** 2);
  const { text, headers, trailers } = await call(connection(), "GetSchema", body);
  expect(text).toBe(`shared:${body.toString("latin1")}`);
  expect(headers).toMatchObject({ ":status": 200, "content-type": "application/grpc" });
  expect(trailers).toMatchObject({ "grpc-status": "0", "grpc-message": "of shared" });
  expect((await call(connection(), "Fail")).headers).toMatchObject({ "grpc-status": "12" });
  await expect(call(connection(), "Break")).rejects.toThrow("NGHTTP2_INTERNAL_ERROR");
});

test("a process is stopped when its connection closes, the shared one at the end", async () => {
  const client = connection();
  await call(client, "Configure");
  const [shared, own] = Provider.all;
  client.destroy();
  while (!own?.isStopped) await new Promise(setImmediate);
  expect(shared?.isStopped).toBe(false);
  expect(await served.runs()).toBe(true);
  await served.stop();
  expect(shared?.isStopped).toBe(true);
});

test("stopping it stops the processes of open connections", async () => {
  await call(connection(), "Configure");
  await served.stop();
  expect(Provider.all.map(({ isStopped }) => isStopped)).toEqual([true, true]);
});

test.each(["shared", "own 1"])("does not run if the process %s has ended by itself", async (name) => {
  await call(connection(), "Configure");
  expect(await served.runs()).toBe(true);
  const provider = Provider.all.find((each) => each.name === name);
  if (provider) provider.isBroken = true;
  expect(await served.runs()).toBe(false);
});

test("a configuration whose process does not start fails, and so it does not run", async () => {
  fails = true;
  await expect(call(connection(), "Configure")).rejects.toThrow("NGHTTP2_INTERNAL_ERROR");
  expect(await served.runs()).toBe(false);
});
