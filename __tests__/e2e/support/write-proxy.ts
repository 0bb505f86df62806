import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A proxy in front of the emulator that withholds the answer to one write of Terraform: AWS has it, and no state. */
export interface WriteProxy {
  readonly url: string;
  /**
   * Withholds the answer to the n-th write from now on, and refuses everything after it.
   *
   * @param except writes that do not count, and are answered
   * @returns resolves when AWS has carried out the write
   */
  withhold(nth: number, except?: ReadonlySet<string>): Promise<string>;
  /** Every write that AWS has carried out, in their order: the operation, and what it was asked for. */
  readonly carriedOut: readonly string[];
  /** Lets everything through again. */
  restore(): void;
  stop(): void;
}

const READS = /^(Describe|List|Get|Head|Assume|Search|Batch[GD]|Lookup|Generate)/;

/** A token that makes each request another one. */
const TOKEN = /(?<=\w*Token\w*(?:=|":"))[^&"]+/g;

/** What a request asks for, in an order of its own: the provider sends tags in any order. */
function sorted(body: string): string {
  const parts = body.replaceAll(TOKEN, "").split(/[&,{}<]+/);
  const unnumbered = parts.map((part) => part.replace(/\.\d+(?=[^=]*=)/g, ""));
  return unnumbered.sort().join(" ");
}

/** The operation of a request and what it is asked for, if it changes AWS. States and locks do not count. */
function writeOf({ method = "GET", url = "", headers }: IncomingMessage, body: string): string | undefined {
  const target =
    String(headers["x-amz-target"] ?? "")
      .split(".")
      .at(-1) ?? "";
  const operation = target || (/(?:^|&)Action=(\w+)/.exec(body)?.[1] ?? "");
  const asked = sorted(body);
  if (operation !== "") return READS.test(operation) ? undefined : `${operation} ${asked}`;
  const isRead = ["GET", "HEAD"].includes(method) || (method === "POST" && /\/get\w*$/.test(url));
  return isRead || url.includes("-terraform-state/") ? undefined : `${method} ${url} ${asked}`;
}

export async function startWriteProxy(target: string): Promise<WriteProxy> {
  let left = Infinity;
  let others: ReadonlySet<string> = new Set();
  let last = (_: string): void => undefined;
  const carriedOut: string[] = [];
  const serve = async (incoming: IncomingMessage, answer: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const write = writeOf(incoming, body.toString("latin1"));
    if (left === 0) return; // nobody answers: the writer is killed
    const isLast = write !== undefined && !others.has(write) && --left === 0;
    const { url: path = "", method, headers } = incoming;
    // S3 Control puts the account's id before the host name, so the client asks a proxy for a whole URL.
    const onward = request(`${target}${path.replace(/^http:\/\/[^/]+/, "")}`, { method, headers }, (answered) => {
      if (write !== undefined && (answered.statusCode ?? 500) < 300) carriedOut.push(write);
      if (isLast) {
        answered.resume();
        answered.on("end", () => {
          last(write);
        });
        return;
      }
      answer.writeHead(answered.statusCode ?? 500, answered.headers);
      answered.pipe(answer);
    });
    onward.on("error", () => answer.destroy());
    onward.end(body);
  };
  const server = createServer((incoming, answer) => void serve(incoming, answer));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    carriedOut,
    withhold: (nth, except = new Set()) => {
      left = nth;
      others = except;
      return new Promise((resolve) => (last = resolve));
    },
    restore: () => {
      left = Infinity;
      server.closeAllConnections();
    },
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
