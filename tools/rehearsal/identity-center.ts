import { listOf, objectOf, parsedJson, type JsonObject } from "../support/json";

/** The services of IAM Identity Center, by their names in a signature, with the prefix of their operations. */
const SERVICES = { sso: "SWBExternalService", identitystore: "AWSIdentityStore" } as const;

type Service = keyof typeof SERVICES;

/** Calls of IAM Identity Center on the emulator. The project has no client of the SDK for it. */
export class IdentityCenter {
  private constructor(
    private readonly send: (service: Service, operation: string, input: JsonObject) => Promise<JsonObject>,
    private readonly instance: JsonObject,
  ) {}

  /** The instance that an account sees in a region. Throws if it sees none. */
  static async of(emulatorUrl: string, accountId: string, region: string): Promise<IdentityCenter> {
    const send = async (service: Service, operation: string, input: JsonObject): Promise<JsonObject> => {
      const scope = `${accountId}/20260101/${region}/${service}/aws4_request`;
      const response = await fetch(emulatorUrl, {
        method: "POST",
        body: JSON.stringify(input),
        headers: {
          "Content-Type": "application/x-amz-json-1.1",
          "X-Amz-Target": `${SERVICES[service]}.${operation}`,
          Authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`, // no emulator checks it
        },
      });
      const answer = objectOf(parsedJson(await response.text()));
      if (response.ok) return answer;
      const { __type: name = `status ${response.status}`, message, Message: text = message } = answer;
      throw Object.assign(new Error(`${operation}: ${String(text)}`), { name: String(name).replace(/^.*#/, "") });
    };
    const [instance] = listOf((await send("sso", "ListInstances", {}))["Instances"]);
    if (instance === undefined)
      throw new Error(`${accountId} must see an instance of IAM Identity Center in ${region}, got none`);
    return new IdentityCenter(send, objectOf(instance));
  }

  /** Sends a call about the instance, or about its identity store. */
  call(service: Service, operation: string, input: JsonObject = {}): Promise<JsonObject> {
    const { InstanceArn, IdentityStoreId } = this.instance;
    return this.send(service, operation, { ...(service === "sso" ? { InstanceArn } : { IdentityStoreId }), ...input });
  }

  /** The elements of a list on all its pages. */
  async list(service: Service, operation: string, elements: string, input: JsonObject = {}): Promise<unknown[]> {
    const all: unknown[] = [];
    let next: unknown;
    do {
      const page = await this.call(service, operation, {
        ...input,
        ...(next === undefined ? {} : { NextToken: next }),
      });
      all.push(...listOf(page[elements]));
      next = page["NextToken"] ?? undefined;
    } while (next !== undefined);
    return all;
  }
}
