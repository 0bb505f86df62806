import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { findEmulator, startEmulator } from "../../../tools/emulator/emulator";

let server: Server;
let answer: string;
let status: number;
let requests: string[];
let url: string;
beforeEach(async () => {
  requests = [];
  status = 200;
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      requests.push(`${request.method} ${request.url} ${body}`.trimEnd());
      response.statusCode = request.method === "PUT" ? status : 200;
      response.end(answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

test("uses the emulator that EMULATOR_URL names, and leaves it running when stopped", async () => {
  answer = JSON.stringify({ moto: "5.2.1", patches: [] });
  const emulator = await startEmulator({ logFile: "unused.log", environment: { EMULATOR_URL: `${url}/` } });
  expect(emulator.url).toBe(url);
  await emulator.stop();
  await emulator.stop();
  expect(requests).toEqual(["GET /moto-api/launcher"]);
  expect(server.listening).toBe(true);
});

test("sends a named emulator the ids of accounts to create", async () => {
  answer = JSON.stringify({ moto: "5.2.1", patches: [] });
  const accountIds = { "ö@example.com": "333333333333" };
  await startEmulator({ logFile: "unused.log", environment: { EMULATOR_URL: url }, accountIds });
  expect(requests).toEqual(["GET /moto-api/launcher", `PUT /moto-api/launcher/accounts ${JSON.stringify(accountIds)}`]);
});

test("fails when the emulator does not accept account ids, as an older one", async () => {
  answer = JSON.stringify({ moto: "5.2.1", patches: [] });
  status = 404;
  const start = startEmulator({
    logFile: "unused.log",
    environment: { EMULATOR_URL: url },
    accountIds: { "a@example.com": "333333333333" },
  });
  await expect(start).rejects.toThrow(`the emulator at ${url} does not accept account ids: HTTP 404, ${answer}`);
});

test("does not look for Python when EMULATOR_URL is set", async () => {
  answer = JSON.stringify({ moto: "5.2.1", patches: [] });
  expect(await findEmulator({ environment: { EMULATOR_URL: url, PATH: "" } })).toEqual({ url });
});

test("refuses an EMULATOR_URL that is not on this machine", async () => {
  await expect(findEmulator({ environment: { EMULATOR_URL: "http://emulator.example:5000" } })).rejects.toThrow(
    'EMULATOR_URL must be http://127.0.0.1:<port>, got "http://emulator.example:5000"',
  );
});

test("refuses an EMULATOR_URL without a server, and prints how to start one", async () => {
  await new Promise((resolve) => server.close(resolve));
  const port = new URL(url).port;
  await expect(findEmulator({ environment: { EMULATOR_URL: url } })).rejects.toThrow(
    `EMULATOR_URL names ${url}, but no server answers there (connect ECONNREFUSED 127.0.0.1:${port}). ` +
      `Run python3 tools/emulator/launcher.py --keep-running --port ${port}, or unset EMULATOR_URL.`,
  );
});

test.each([
  ["<html>moto</html>", "is not this project's launcher"],
  ["null", "is not this project's launcher"],
  [JSON.stringify({ moto: "5.3.0", patches: [] }), "runs moto 5.3.0, expected 5.2.1"],
])("refuses an EMULATOR_URL that answers %s", async (wrong, complaint) => {
  answer = wrong;
  await expect(findEmulator({ environment: { EMULATOR_URL: url } })).rejects.toThrow(
    `but the server there ${complaint}. Run python3 `,
  );
});
