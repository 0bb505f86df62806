import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A proxy in front of the emulator that withholds the answer to one write of Terraform: AWS has it, and no state. */
export interface WriteProxy {
  readonly url: string;
  /**
   * Withholds the answer to the n-th write from now on, and refuses everything after it.
   *
   * @returns resolves when AWS has carried out the write
   */
  withhold(nth: number): Promise<string>;
  /** Lets everything through again. */
  restore(): void;
  stop(): void;
}

const READS = /^(Describe|List|Get|Head|Assume|Search|Batch[GD]|Lookup|Generate)/;

/** The operation of a request, if it changes AWS. States and locks do not count. */
function writeOf({ method = "GET", url = "", headers }: IncomingMessage, body: string): string | undefined {
  const target =
    String(headers["x-amz-target"] ?? "")
      .split(".")
      .at(-1) ?? "";
  const operation = target || (/(?:^|&)Action=(\w+)/.exec(body)?.[1] ?? "");
  if (operation !== "") return READS.test(operation) ? undefined : operation;
  if (url.includes("-terraform-state/") || ["GET", "HEAD", "POST"].includes(method)) return undefined;
  return `${method} ${url}`;
}

export async function startWriteProxy(target: string): Promise<WriteProxy> {
  let left = Infinity;
  let carriedOut = (_: string): void => undefined;
  const serve = async (incoming: IncomingMessage, answer: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const write = writeOf(incoming, body.toString("latin1"));
    if (left === 0) return; // nobody answers: the writer is killed
    const isLast = write !== undefined && --left === 0;
    const { url: path = "", method, headers } = incoming;
    // S3 Control puts the account's id before the host name, so the client asks a proxy for a whole URL.
    const onward = request(`${target}${path.replace(/^http:\/\/[^/]+/, "")}`, { method, headers }, (answered) => {
      if (isLast) {
        answered.resume();
        answered.on("end", () => {
          carriedOut(write);
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
    withhold: (nth) => {
      left = nth;
      return new Promise((resolve) => (carriedOut = resolve));
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
