import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A held request. */
export interface Held {
  /** Resolves when the request arrives. */
  readonly arrived: Promise<void>;
  /** Releases the request and every later one like it. */
  release(): void;
}

/** A proxy in front of the emulator that holds requests, so that a test can look around meanwhile. */
export interface HoldingProxy {
  readonly url: string;
  /** Holds the next requests whose method and URL, `PUT /bucket/key`, match. */
  hold(pattern: RegExp): Held;
  stop(): void;
}

export async function startHoldingProxy(target: string): Promise<HoldingProxy> {
  const holds: { pattern: RegExp; come: () => void; through: Promise<void> }[] = [];
  const serve = async (incoming: IncomingMessage, answer: ServerResponse): Promise<void> => {
    const held = holds.find(({ pattern }) => pattern.test(`${incoming.method ?? ""} ${incoming.url ?? ""}`));
    held?.come();
    await held?.through;
    const onward = request(
      `${target}${incoming.url ?? ""}`,
      { method: incoming.method, headers: incoming.headers },
      (answered) => {
        answer.writeHead(answered.statusCode ?? 500, answered.headers);
        answered.pipe(answer);
      },
    );
    onward.on("error", () => answer.destroy());
    incoming.pipe(onward);
  };
  const server = createServer((incoming, answer) => void serve(incoming, answer));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hold: (pattern) => {
      let come = (): void => undefined;
      let release = (): void => undefined;
      const arrived = new Promise<void>((resolve) => (come = resolve));
      const through = new Promise<void>((resolve) => (release = resolve));
      holds.unshift({ pattern, come, through });
      return { arrived, release };
    },
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
