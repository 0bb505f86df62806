import { connect, createServer, type ClientHttp2Session, type IncomingHttpHeaders } from "node:http2";
import { connect as connectSocket } from "node:net";
import { hash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import {
  serveProvider,
  type PreparedProvider,
  type RunningProvider,
} from "../../../tools/terraform/provider-connections";
import { schemaAnswer } from "./support/schema-answer";
import { temporaryFolder } from "./support/temporary-folder";

const folder = temporaryFolder();

/** Answers each call with its name and what it received, as gRPC does: the status is in the trailers. */
class Provider implements RunningProvider {
  public static readonly all: Provider[] = [];
  public readonly calls: string[] = [];
  public isStopped = false;
  public isBroken = false;
  public status = "0";
  /** What it answers with its schemas. @default as to every call */
  public schemas: Buffer | "nothing" | undefined;
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
        stream.sendTrailers({ "grpc-status": this.status, "grpc-message": `of ${this.name}` });
      });
      const { schemas } = path.endsWith("Schema") ? this : {};
      if (schemas === "nothing") return;
      if (schemas) {
        stream.end(schemas);
        return;
      }
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
let served: PreparedProvider;
let fails = false;
let types: ReadonlySet<string>;

beforeEach(async () => {
  Provider.all.length = 0;
  fails = false;
  types = new Set(["aws_vpc", "aws_eip"]);
  let count = 0;
  served = await serve({
    first: await Provider.start("first"),
    startOwn: async () => {
      if (fails) throw new Error("no process");
      return Provider.start(`own ${++count}`);
    },
  });
});

/** Each with an executable of its own. */
const serve = (given: Pick<Parameters<typeof serveProvider>[0], "first" | "startOwn">): Promise<PreparedProvider> =>
  serveProvider({ socket: join(folder(), "all"), executable: folder(), protocol: 5, types: () => types, ...given });

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
  // Short, for the message of a failure.
  const text = Buffer.concat(chunks).toString("latin1");
  return { ...answer, text: text.length < 100 ? text : `${text.length} bytes, ${hash("sha256", text)}` };
}

const callsOf = (name: string): readonly string[] | undefined => Provider.all.find((each) => each.name === name)?.calls;

test("a connection has a process of its own from the call that configures the provider", async () => {
  const [schema, here, there] = [connection(), connection(), connection()];
  await Promise.all([call(schema, "GetSchema"), call(here, "PrepareProviderConfig"), call(there, "ValidateResource")]);
  await Promise.all([call(here, "Configure"), call(there, "ConfigureProvider")]);
  await Promise.all([call(here, "ReadResource"), call(there, "PlanResourceChange"), call(schema, "CallFunction")]);
  await call(here, "Configure");
  expect(Provider.all.map(({ name }) => name)).toEqual(["first", "own 1", "own 2"]);
  expect(callsOf("first")).toHaveLength(4);
  expect(callsOf("first")).not.toContain("Configure");
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
  const { text, headers, trailers } = await call(connection(), "CallFunction", body);
  const passed = `first:${body.toString("latin1")}`;
  expect(text).toBe(`${passed.length} bytes, ${hash("sha256", passed)}`);
  expect(headers).toMatchObject({ ":status": 200, "content-type": "application/grpc" });
  expect(trailers).toMatchObject({ "grpc-status": "0", "grpc-message": "of first" });
  expect((await call(connection(), "Fail")).headers).toMatchObject({ "grpc-status": "12" });
  await expect(call(connection(), "Break")).rejects.toThrow("NGHTTP2_INTERNAL_ERROR");
});

test("a process is stopped when its connection closes, the first one at the end", async () => {
  const client = connection();
  await call(client, "Configure");
  const [first, own] = Provider.all;
  client.destroy();
  while (!own?.isStopped) await new Promise(setImmediate);
  expect(first?.isStopped).toBe(false);
  expect(await served.runs()).toBe(true);
  await served.stop();
  expect(first?.isStopped).toBe(true);
});

test("stopping it stops the processes of open connections", async () => {
  await call(connection(), "Configure");
  await served.stop();
  expect(Provider.all.map(({ isStopped }) => isStopped)).toEqual([true, true]);
});

test.each(["first", "own 1"])("does not run if the process %s has ended by itself", async (name) => {
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

test("without own processes, the first one answers everything, and holds the configuration", async () => {
  await served.stop();
  served = await serve({ first: await Provider.start("only") });
  for (const name of ["PrepareProviderConfig", "Configure", "ReadResource"]) await call(connection(), name);
  expect(callsOf("only")).toEqual(["PrepareProviderConfig", "Configure", "ReadResource"]);
});

test.each(["GetSchema", "GetProviderSchema"])(
  "the schema is asked for once with %s, and answered the same",
  async (name) => {
    const body = randomBytes(3 * 1024 ** 2);
    const first = await call(connection(), name, body);
    expect(first).toMatchObject({ headers: { ":status": 200 }, trailers: { "grpc-status": "0" } });
    expect(await call(connection(), name)).toEqual(first);
    await served.stop();
    served = await serve({ first: await Provider.start("next stack's") });
    expect(await call(connection(), name)).toEqual(first);
    expect(callsOf("first")).toEqual([name]);
    expect(callsOf("next stack's")).toEqual([]);
  },
);

const schemaOf = (type: string) => ({ number: 2, type, schema: Buffer.from(`schema of ${type}`) });
const textOf = (...all: string[]) => schemaAnswer(all.map(schemaOf)).toString("latin1");

test("of the schemas, Terraform gets those of the types that it needs at the time of the call", async () => {
  const [provider] = Provider.all;
  if (provider) provider.schemas = schemaAnswer(["aws_vpc", "aws_iam_role"].map(schemaOf));
  const atOnce = await Promise.all([call(connection(), "GetSchema"), call(connection(), "GetSchema")]);
  expect(atOnce.map(({ text }) => text)).toEqual([textOf("aws_vpc"), textOf("aws_vpc")]);
  types = new Set(["aws_iam_role"]);
  expect((await call(connection(), "GetSchema")).text).toBe(textOf("aws_iam_role"));
  expect(callsOf("first")).toEqual(["GetSchema"]);
});

test("schemas that are asked for ahead are those that Terraform gets", async () => {
  await served.askForSchemas();
  await served.askForSchemas();
  expect(callsOf("first")).toEqual(["GetSchema"]);
  expect(await call(connection(), "GetSchema", Buffer.alloc(5))).toMatchObject({ text: "first:\0\0\0\0\0" });
  expect(callsOf("first")).toEqual(["GetSchema"]);
});

test("Terraform asks for the schemas itself if they were asked for ahead without success", async () => {
  const [provider] = Provider.all;
  if (provider) provider.status = "13";
  await served.askForSchemas();
  if (provider) provider.status = "0";
  expect((await call(connection(), "GetSchema")).trailers).toMatchObject({ "grpc-status": "0" });
  expect(callsOf("first")).toEqual(["GetSchema", "GetSchema"]);
});

test("a connection asks for the schemas itself if the one that it waits for closes", async () => {
  const [provider] = Provider.all;
  if (provider) provider.schemas = "nothing";
  const client = connection();
  const [, waiting] = [call(client, "GetSchema"), call(connection(), "GetSchema")];
  while (callsOf("first")?.length === 0) await new Promise(setImmediate);
  if (provider) provider.schemas = schemaAnswer([schemaOf("aws_vpc")]);
  client.destroy();
  expect((await waiting).text).toBe(textOf("aws_vpc"));
  expect(callsOf("first")).toEqual(["GetSchema", "GetSchema"]);
});

test("an answer that is an error is no schema", async () => {
  const [provider] = Provider.all;
  if (provider) provider.status = "13";
  expect((await call(connection(), "GetSchema")).trailers).toMatchObject({ "grpc-status": "13" });
  if (provider) provider.status = "0";
  expect((await call(connection(), "GetSchema")).trailers).toMatchObject({ "grpc-status": "0" });
  expect(callsOf("first")).toEqual(["GetSchema", "GetSchema"]);
});
