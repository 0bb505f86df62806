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

/** A running provider, which answers gRPC at a Unix socket. */
export interface RunningProvider {
  readonly socket: string;
  /** False once it has ended by itself. */
  readonly runs: () => Promise<boolean>;
  readonly stop: () => Promise<void>;
}

/** Bytes that may be under way before the receiver has read some, and megabytes that a connection may hold. */
const LIMITS = { settings: { initialWindowSize: 16 * 1024 ** 2 }, maxSessionMemory: 256 };

/** The call that configures a provider, in the protocols 5 and 6. */
const CONFIGURE = /\/Configure(Provider)?$/;

const ignore = (): void => undefined;

/**
 * Serves a provider with several configurations at one socket. Terraform opens a connection for each configuration, and
 * more for the schema and the validation, which need none. A process holds one configuration. So a connection gets a
 * process of its own when it configures the provider; what needs no configuration is answered by `shared`, which is
 * never configured.
 *
 * @param start starts a process. It is stopped when its connection closes
 */
export async function serveConfigurations(
  socket: string,
  shared: RunningProvider,
  start: () => Promise<RunningProvider>,
): Promise<RunningProvider> {
  const connections = new Set<Connection>();
  const own: Promise<RunningProvider>[] = [];
  const startOwn = (): Promise<RunningProvider> => {
    const started = start();
    own.push(started);
    return started;
  };
  const server = createServer(LIMITS).on("session", (session) => {
    const connection = new Connection(session, shared, startOwn);
    connections.add(connection);
    session.on("close", () => connections.delete(connection));
  });
  server.listen(socket);
  await once(server, "listening");
  return {
    socket,
    runs: async () => {
      const answers = [shared.runs(), ...own.map(async (each) => (await each).runs())];
      return (await Promise.allSettled(answers)).every((answer) => answer.status === "fulfilled" && answer.value);
    },
    stop: async () => {
      server.close();
      for (const connection of connections) connection.close();
      await Promise.allSettled([shared.stop(), ...own.map(async (each) => (await each).stop())]);
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
    shared: RunningProvider,
    startOwn: () => Promise<RunningProvider>,
  ) {
    session.on("error", ignore); // it closes, too
    session.on("close", () => {
      for (const client of this.clients) client.destroy();
      this.own?.then((provider) => provider.stop()).catch(ignore); // `runs` says so
    });
    session.on("stream", (stream, headers) => {
      stream.on("error", ignore); // as above
      if (this.own === undefined && CONFIGURE.test(headers[":path"] ?? "")) {
        this.own = startOwn();
        this.client = this.own.then((provider) => this.connectTo(provider));
      }
      this.client ??= Promise.resolve(this.connectTo(shared));
      this.client
        .then((client) => {
          forward(stream, client.request(headers, { endStream: false }));
        })
        .catch(() => {
          stream.close(constants.NGHTTP2_INTERNAL_ERROR);
        });
    });
  }

  public close(): void {
    this.session.destroy();
  }

  private connectTo({ socket }: RunningProvider): ClientHttp2Session {
    const client = connect("http://localhost", { ...LIMITS, createConnection: () => connectSocket(socket) });
    client.on("error", ignore); // its streams fail
    this.clients.push(client);
    return client;
  }
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
