import {
  connect,
  constants,
  createServer,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import { connect as connectSocket } from "node:net";
import { once } from "node:events";
import { withSchemasOf } from "./provider-schema";

/** A running provider, which answers gRPC at a Unix socket. */
export interface RunningProvider {
  readonly socket: string;
  /** False once it has ended by itself. */
  readonly runs: () => Promise<boolean>;
  readonly stop: () => Promise<void>;
}

/** Bytes that may be under way before the receiver has read some, and megabytes that a connection may hold. */
const LIMITS = { settings: { initialWindowSize: 16 * 1024 ** 2 }, maxSessionMemory: 256 };

/** The calls that configure a provider and that ask for its schema, in the protocols 5 and 6. */
const CONFIGURE = /\/Configure(Provider)?$/;
const SCHEMA = /\/Get(Provider)?Schema$/;

const ignore = (): void => undefined;

/** A running provider that can be asked before Terraform asks. */
export interface PreparedProvider extends RunningProvider {
  /** Asks for all schemas, unless that was done before, so that Terraform need not wait for them. */
  readonly askForSchemas: () => Promise<void>;
}

interface ServedProvider {
  /** Where Terraform connects. */
  readonly socket: string;
  /** A process that holds one configuration, or with `startOwn` none. */
  readonly first: RunningProvider;
  /** Starts a process for a configuration. It is stopped when its connection closes. @default `first` holds it */
  readonly startOwn?: () => Promise<RunningProvider>;
  /** What these processes run. Its schema is asked for once. */
  readonly executable: string;
  /** The version of Terraform's plugin protocol. */
  readonly protocol: number;
  /** The types whose schemas Terraform gets: those that its configuration and its state have. */
  readonly types: () => ReadonlySet<string>;
}

/**
 * Serves a provider at one socket. Terraform opens a connection for each configuration, and more for the schema and the
 * validation, which need none. A process holds one configuration. So where a stack has several, a connection gets a
 * process of its own when it configures the provider, and the first process, never configured, answers what needs none.
 * A provider takes half a second to answer with its schemas, which every command asks for, and Terraform a second to read
 * them: the answer is kept, and Terraform gets the schemas of the types that it needs.
 */
export async function serveProvider({ socket, startOwn, ...provider }: ServedProvider): Promise<PreparedProvider> {
  const { first, executable, protocol } = provider;
  const connections = new Set<Connection>();
  const own: Promise<RunningProvider>[] = [];
  const start =
    startOwn &&
    ((): Promise<RunningProvider> => {
      const started = startOwn();
      own.push(started);
      return started;
    });
  const server = createServer(LIMITS).on("session", (session) => {
    const connection = new Connection(session, { ...provider, startOwn: start });
    connections.add(connection);
    session.on("close", () => connections.delete(connection));
  });
  server.listen(socket);
  await once(server, "listening");
  return {
    socket,
    askForSchemas: async () => {
      if (answers.has(executable)) return;
      const client = connectTo(first);
      const asked = answerTo(schemaRequest(client, protocol));
      answers.set(executable, asked);
      await asked.catch(ignore); // Terraform asks, too
      client.destroy();
    },
    runs: async () => {
      const answers = [first.runs(), ...own.map(async (each) => (await each).runs())];
      return (await Promise.allSettled(answers)).every((answer) => answer.status === "fulfilled" && answer.value);
    },
    stop: async () => {
      server.close();
      for (const connection of connections) connection.close();
      await Promise.allSettled([first.stop(), ...own.map(async (each) => (await each).stop())]);
    },
  };
}

/** A connection of Terraform, and the process that answers it. */
class Connection {
  private readonly clients: ClientHttp2Session[] = [];
  private own: Promise<RunningProvider> | undefined;
  private client: Promise<ClientHttp2Session> | undefined;

  constructor(
    private readonly session: ServerHttp2Session,
    private readonly provider: Omit<ServedProvider, "socket">,
  ) {
    session.on("error", ignore); // it closes, too
    session.on("close", () => {
      for (const client of this.clients) client.destroy();
      this.own?.then((each) => each.stop()).catch(ignore); // `runs` says so
    });
    session.on("stream", (call, headers) => {
      call.on("error", ignore); // as above
      this.answer(call, headers);
    });
  }

  public close(): void {
    this.session.destroy();
  }

  private answer(call: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    const { first, startOwn } = this.provider;
    const path = headers[":path"] ?? "";
    if (this.own === undefined && startOwn && CONFIGURE.test(path)) {
      this.own = startOwn();
      this.client = this.own.then((provider) => this.connectTo(provider));
    }
    this.client ??= Promise.resolve(this.connectTo(first));
    this.client
      .then(async (client) => {
        if (SCHEMA.test(path)) reply(call, await this.schemas(call, headers, client));
        else forward(call, client.request(headers, { endStream: false }));
      })
      .catch(() => {
        call.close(constants.NGHTTP2_INTERNAL_ERROR);
      });
  }

  /** The provider's schemas of the types that are needed, or its error. */
  private async schemas(
    call: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    client: ClientHttp2Session,
  ): Promise<Answer> {
    const { executable, types } = this.provider;
    const kept = await answers.get(executable)?.catch(ignore); // of another process, which may have ended
    if (kept && isOk(kept)) return { ...kept, body: withSchemasOf(types(), kept.body) };
    const request = client.request(headers, { endStream: false });
    call.pipe(request);
    const asked = answerTo(request);
    answers.set(executable, asked);
    const answer = await asked;
    return isOk(answer) ? { ...answer, body: withSchemasOf(types(), answer.body) } : answer;
  }

  private connectTo(provider: RunningProvider): ClientHttp2Session {
    const client = connectTo(provider);
    this.clients.push(client);
    return client;
  }
}

function connectTo({ socket }: RunningProvider): ClientHttp2Session {
  const client = connect("http://localhost", { ...LIMITS, createConnection: () => connectSocket(socket) });
  client.on("error", ignore); // its streams fail
  return client;
}

/** A provider's answer to a call. */
interface Answer {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly trailers: IncomingHttpHeaders;
}

/** Answers with all schemas by executable, which is hashed before it starts. */
const answers = new Map<string, Promise<Answer>>();

/** "Status codes and their use in gRPC": 0 is OK. */
const isOk = ({ trailers }: Answer): boolean => trailers["grpc-status"] === "0";

/** What Terraform sends. In gRPC, an empty message is five zeros. */
function schemaRequest(client: ClientHttp2Session, protocol: number): ClientHttp2Stream {
  const path = `/tfplugin${protocol}.Provider/${protocol === 5 ? "GetSchema" : "GetProviderSchema"}`;
  const headers = { "content-type": "application/grpc", te: "trailers" };
  const request = client.request({ ":method": "POST", ":path": path, ...headers });
  request.end(Buffer.alloc(5));
  return request;
}

/** Waits for a provider's whole answer. */
async function answerTo(request: ClientHttp2Stream): Promise<Answer> {
  const chunks: Buffer[] = [];
  const received = { headers: {}, trailers: {}, isWhole: false };
  request.on("response", (headers) => Object.assign(received, { headers }));
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("trailers", (trailers: IncomingHttpHeaders) => Object.assign(received, { trailers }));
  request.on("end", () => Object.assign(received, { isWhole: true }));
  await once(request, "close");
  if (!received.isWhole) throw new Error("a provider must answer with all of its schemas, got a part");
  return { ...received, body: Buffer.concat(chunks) };
}

function reply(call: ServerHttp2Stream, { headers, body, trailers }: Answer): void {
  call.resume();
  call.once("wantTrailers", () => {
    call.sendTrailers(trailers);
  });
  call.respond(headers, { waitForTrailers: true });
  call.end(body);
}

/** Passes a call on to a provider, and its answer back. */
function forward(call: ServerHttp2Stream, request: ClientHttp2Stream): void {
  const trailers = new Promise<IncomingHttpHeaders>((resolve) => request.once("trailers", resolve));
  call.pipe(request);
  call.on("close", () => {
    request.close(call.rstCode);
  });
  request.on("response", (headers, flags) => {
    if (call.destroyed) return;
    const endStream = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
    call.respond(headers, { endStream, waitForTrailers: !endStream });
    if (!endStream) request.pipe(call);
  });
  call.once("wantTrailers", () => {
    void trailers.then((received) => {
      if (!call.destroyed) call.sendTrailers(received);
    });
  });
  request.on("error", ignore); // it closes, too
  request.on("close", () => {
    if (request.rstCode !== constants.NGHTTP2_NO_ERROR) call.close(request.rstCode);
  });
}
