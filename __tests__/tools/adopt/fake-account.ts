import type { FindContext, InAws } from "../../../tools/adopt/finder";
import { FINDERS } from "../../../tools/adopt/finders";
import type { Declared } from "../../../tools/plans/preflight/creations";
import type { ReadingClients } from "../../../tools/terraform/aws/reading-clients";

export const ACCOUNT = "111111111111";
export const REGION = "eu-west-1";

/** Answers by the name of the SDK's command, or by target or path of a signed call. What is not named is missing. */
export type Answers = Readonly<Record<string, object | ((input: never) => object)>>;

/** An error of AWS. */
export const awsError = (name: string, httpStatusCode = 400): Error =>
  Object.assign(new Error(name), { name, $metadata: { httpStatusCode } });

export const MISSING = (): never => {
  throw awsError("NoSuchEntityException", 404);
};

interface Asked {
  readonly type: string;
  readonly values: object;
  readonly answers: Answers;
  /** What references resolve to: `{ "${aws_iam_role.x.name}": "x" }`. @default none */
  readonly references?: Readonly<Record<string, string>>;
  /** Other resources of the stack. @default none */
  readonly siblings?: readonly Pick<Declared, "type" | "address" | "values">[];
  /** @default a stack without files */
  readonly directory?: string;
}

/** What the finder of a type finds in an account that answers like this. */
export async function find(asked: Asked): Promise<InAws> {
  const { type, values, answers, references = {}, siblings = [], directory = "" } = asked;
  const stack = { id: "dev-iam", directory, accountId: ACCOUNT } as Declared["stack"];
  const wanted: Declared = { type, address: `${type}.wanted`, values: { ...values }, stack, region: REGION };
  const resolve: FindContext["resolve"] = (value) =>
    Promise.resolve(typeof value === "string" && value.includes("${") ? references[value] : value);
  const known = new Map<string, Promise<unknown>>();
  const context: FindContext = {
    accountId: ACCOUNT,
    clients: clientsOf(answers),
    resolve,
    text: async (attribute) => {
      const value = await resolve(wanted.values[attribute]);
      return typeof value === "string" ? value : undefined;
    },
    idOf: (address) => Promise.resolve(references[address]),
    siblings: (of) => siblings.filter((each) => each.type === of).map((each) => ({ ...each, stack, region: REGION })),
    once: (key, read) => {
      known.set(key, known.get(key) ?? read());
      return known.get(key) as ReturnType<typeof read>;
    },
  };
  const finder = FINDERS.get(type);
  if (!finder) throw new Error(`there is no finder of ${type}`);
  return finder(wanted, context);
}

/** The ids of the candidates. */
export const idsOf = async (asked: Asked): Promise<string[]> => (await find(asked)).candidates.map(({ id }) => id);

/** Clients of an account that answers like this. */
export function clientsOf(answers: Answers): ReadingClients {
  const answer = async (name: string, input: unknown): Promise<never> => {
    await Promise.resolve();
    const found = answers[name] ?? MISSING;
    return (typeof found === "function" ? (found as (of: unknown) => object)(input) : found) as never;
  };
  const client = {
    send: (command: { readonly input: unknown }) =>
      answer(command.constructor.name.replace(/Command$/, ""), command.input),
  };
  return new Proxy({} as ReadingClients, {
    get: (_, name) => {
      if (name === "then") return undefined; // a promise may have these clients
      return name === "call"
        ? (_service: string, { target, path = "", input }: { target?: string; path?: string; input?: unknown }) =>
            answer(target?.replace(/^.*\./, "") ?? path, input)
        : () => Promise.resolve(client);
    },
  });
}
