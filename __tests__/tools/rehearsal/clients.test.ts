import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { IdentityCenter } from "../../../tools/rehearsal/clients";

describe("a call of IAM Identity Center", () => {
  let server: Server;
  let url: string;
  const asked: { readonly target: unknown; readonly authorization: unknown; readonly input: unknown }[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk) => (body += String(chunk)));
      request.on("end", () => {
        const { "x-amz-target": target = "", authorization } = request.headers;
        const input = JSON.parse(body) as { NextToken?: string };
        asked.push({ target, authorization, input });
        const { status = 200, ...answer } = answerTo(String(target).replace(/^.*\./, ""), input.NextToken);
        response.writeHead(status).end(JSON.stringify(answer));
      });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(() => {
    server.close();
  });

  function answerTo(operation: string, next?: string): { readonly status?: number } & Record<string, unknown> {
    if (operation === "ListInstances") return { Instances: [{ InstanceArn: "arn:instance", IdentityStoreId: "d-1" }] };
    if (operation === "ListGroups")
      return next === undefined ? { Groups: [1, 2], NextToken: "second" } : { Groups: [3], NextToken: null };
    return { status: 400, __type: "com.example#ConflictException", Message: "Duplicate" };
  }

  test("names the instance or its store, the account and the region, and reads every page", async () => {
    const center = await IdentityCenter.of(url, "111111111111", "eu-west-1");
    expect(await center.list("identitystore", "ListGroups", "Groups", { MaxResults: 2 })).toEqual([1, 2, 3]);
    expect(asked.slice(-2).map(({ target, input }) => [target, input])).toEqual([
      ["AWSIdentityStore.ListGroups", { IdentityStoreId: "d-1", MaxResults: 2 }],
      ["AWSIdentityStore.ListGroups", { IdentityStoreId: "d-1", MaxResults: 2, NextToken: "second" }],
    ]);
    expect(asked.at(-1)?.authorization).toContain("Credential=111111111111/20260101/eu-west-1/identitystore/");
  });

  test("that is refused has the name and text of AWS's error", async () => {
    const center = await IdentityCenter.of(url, "111111111111", "eu-west-1");
    await expect(center.call("sso", "CreatePermissionSet", { Name: "Admin" })).rejects.toMatchObject({
      name: "ConflictException",
      message: "CreatePermissionSet: Duplicate",
    });
    expect(asked.at(-1)).toMatchObject({
      target: "SWBExternalService.CreatePermissionSet",
      input: { InstanceArn: "arn:instance", Name: "Admin" },
    });
  });
});
