import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** A client's connection and the one to the emulator. */
interface Line {
  readonly client: Socket;
  readonly upstream: Socket;
  isAnswered: boolean;
}

/** Milliseconds without data after which an answer counts as complete. */
const WHOLE = 300;
/** Milliseconds after which an incomplete request is given up. */
const NO_ANSWER = 5_000;

/** An error code that no client repeats, in the format of most services. */
const REFUSED = `HTTP/1.1 403 Forbidden\r\nContent-Type: text/xml\r\nConnection: close\r\n\r\n<ErrorResponse><Error><Type>Sender</Type><Code>Refused</Code><Message>refused</Message></Error></ErrorResponse>`;

/** A proxy to the emulator that can be cut: connections break, and new ones are refused. */
export class Wire {
  private readonly lines = new Set<Line>();
  private server: Server | undefined;
  private port = 0;
  private lastAnswerAt = 0;

  private constructor(private readonly target: number) {}

  public static async to(url: string): Promise<Wire> {
    const wire = new Wire(Number(new URL(url).port));
    await wire.restore();
    return wire;
  }

  public get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Cuts at once: callers do not learn whether pending calls succeeded. */
  public cut(): void {
    this.refuseNewOnes();
    for (const { client, upstream } of this.lines) for (const socket of [client, upstream]) socket.destroy();
    this.lines.clear();
  }

  /**
   * After pending calls are answered, so that callers know their result: breaks every connection for `path`, and refuses
   * all other calls. A client repeats a broken call, for minutes if it is the provider's. It does not repeat a refused one.
   */
  public async breakAndRefuse(path: string): Promise<void> {
    this.refuseNewOnes();
    for (const { client } of this.lines) client.pause();
    const from = Date.now();
    const silence = () => Date.now() - Math.max(from, this.lastAnswerAt);
    while (silence() < ([...this.lines].every(({ isAnswered }) => isAnswered) ? WHOLE : NO_ANSWER)) await sleep(20);
    this.cut();
    await this.listen((client) => {
      client.on("error", () => client.destroy());
      client.once("data", (data) => {
        if (data.toString("latin1").split(" ", 2)[1]?.startsWith(path)) client.destroy();
        else client.end(REFUSED);
      });
    });
  }

  public async restore(): Promise<void> {
    this.refuseNewOnes();
    await this.listen((client) => {
      this.connect(client);
    });
  }

  private async listen(onClient: (client: Socket) => void): Promise<void> {
    this.server = createServer(onClient).listen(this.port, "127.0.0.1");
    await once(this.server, "listening");
    this.port = (this.server.address() as AddressInfo).port;
  }

  private refuseNewOnes(): void {
    this.server?.close();
    this.server = undefined;
  }

  private connect(client: Socket): void {
    const line: Line = { client, upstream: connect(this.target, "127.0.0.1"), isAnswered: true };
    const { upstream } = line;
    this.lines.add(line);
    for (const socket of [client, upstream]) {
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        this.lines.delete(line);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on("data", (data) => {
      line.isAnswered = false;
      upstream.write(data);
    });
    upstream.on("data", (data) => {
      line.isAnswered = true;
      this.lastAnswerAt = Date.now();
      client.write(data);
    });
    client.on("end", () => upstream.end());
    upstream.on("end", () => client.end());
  }
}
