import { everythingIn, type Declared } from "../plans/preflight/creations";
import { UserError } from "../../config/user-error";
import { listIn } from "../../config/maps";
import { listOf, objectOf } from "../support/json";
import { stackJson, type Stack } from "../synth/stacks";
import { addressOf } from "../terraform/state/state-difference";
import { awsProblem } from "../terraform/aws/aws-problem";
import type { StateDocument } from "../terraform/terraform";
import type { ReadingClients } from "../terraform/aws/reading-clients";
import { NOT_IMPORTED } from "./finders";
import type { Candidate, FindContext, Finder, InAws } from "./finder";
import { References } from "./references";

/** What AWS has of a resource of the code. */
export type Outcome =
  | { readonly status: "managed" }
  /** @param isChosen whether the code names the id already */
  | { readonly status: "found"; readonly candidate: Candidate; readonly isChosen: boolean }
  | { readonly status: "ambiguous"; readonly candidates: readonly Candidate[] }
  | { readonly status: "missing" }
  /** The id that the code names is not in AWS. */
  | { readonly status: "gone"; readonly id: string }
  /** There is no finder for the type. */
  | { readonly status: "not looked for" };

export interface SearchOptions {
  /** Every stack whose values the wanted resources use, directly or through others. */
  readonly stacks: readonly Stack[];
  /** The states of these stacks, and of others in the same accounts: what they hold belongs to nobody else. */
  readonly states: ReadonlyMap<Stack, StateDocument | undefined>;
  readonly finders: ReadonlyMap<string, Finder>;
  readonly clientsOf: (stack: Stack, region: string) => ReadingClients;
  /** Ids that a person chose from candidates. @default none */
  readonly choose?: readonly string[];
}

/** A resource of a stack, and what AWS has of it. */
export interface Searched {
  readonly resource: Declared;
  readonly outcome: Outcome;
  /** The rest of the same kind in the same place. */
  readonly others: readonly Candidate[];
}

type Attributes = Readonly<Record<string, unknown>>;

/** Attributes by which Terraform imports resources. */
const IDS = ["identifier", "id", "arn", "name", "bucket"];

/** Looks for every resource of some stacks, one after the other: the finder of a part asks for the whole. */
export class Search {
  private readonly declared = new Map<string, Declared>();
  private readonly held = new Map<string, Attributes>();
  private readonly chosen = new Map<string, string>();
  /** What a state holds or the code names: it belongs to one address. */
  private readonly owners = new Map<string, string>();
  /** Addresses of which several fit only the same thing. */
  private readonly disputed = new Set<string>();
  private readonly lists = new Map<string, Promise<unknown>>();
  private found = new Map<string, Promise<Searched>>();

  constructor(private readonly options: SearchOptions) {
    for (const stack of options.stacks) {
      for (const resource of everythingIn(stack)) this.declared.set(keyOf(resource), resource);
      for (const { to, id } of listOf(objectOf(stackJson(stack))["import"]).map(objectOf)) {
        const resource = this.declared.get(`${stack.id} ${String(to)}`);
        if (!resource || typeof id !== "string") continue;
        this.chosen.set(keyOf(resource), id);
        this.owners.set(thingOf(resource, id), keyOf(resource));
      }
    }
    for (const [stack, state] of options.states) this.hold(stack, state);
  }

  /** What AWS has of each resource, in the order of the stacks and their JSON. */
  public async run(): Promise<readonly Searched[]> {
    for (;;) {
      const all: Searched[] = [];
      for (const resource of this.declared.values()) all.push(await this.searched(resource, []));
      const disputed = disputedIn(all);
      if (disputed.length === 0) {
        this.expectChosen(all);
        return all;
      }
      for (const { resource } of disputed) this.disputed.add(keyOf(resource));
      this.found = new Map(); // parts of what is disputed were found by its id
    }
  }

  /** @throws UserError that lists ids that no resource has as a candidate */
  private expectChosen(all: readonly Searched[]): void {
    const known = new Set(all.flatMap(({ outcome }) => (outcome.status === "found" ? [outcome.candidate.id] : [])));
    const unknown = (this.options.choose ?? []).filter((id) => !known.has(id));
    if (unknown.length === 0) return;
    throw new UserError(
      `--choose must name candidates that one resource has, got ${unknown.join(", ")}. Leave it out to list the candidates.`,
    );
  }

  private hold(stack: Stack, state: StateDocument | undefined): void {
    for (const resource of (state?.resources ?? []).filter(({ mode }) => mode === "managed"))
      for (const instance of resource.instances) {
        const key = `${stack.id} ${addressOf(resource, instance)}`;
        const { attributes = {} } = instance;
        if (instance.deposed === undefined) this.held.set(key, attributes);
        const region = this.declared.get(key)?.region ?? stack.region;
        for (const id of IDS.map((name) => attributes[name]))
          if (typeof id === "string") this.owners.set(thingOf({ stack, type: resource.type, region }, id), key);
      }
  }

  private searched(resource: Declared, path: readonly string[]): Promise<Searched> {
    const key = keyOf(resource);
    const known = this.found.get(key) ?? this.look(resource, [...path, key]);
    this.found.set(key, known);
    return known;
  }

  private async look(resource: Declared, path: readonly string[]): Promise<Searched> {
    const key = keyOf(resource);
    const result = (outcome: Outcome, others: readonly Candidate[] = []) => ({ resource, outcome, others });
    if (this.held.has(key)) return result({ status: "managed" });
    const finder = this.options.finders.get(resource.type);
    const chosen = this.chosen.get(key);
    if (!finder) {
      if (chosen !== undefined)
        return result({ status: "found", candidate: { id: chosen, description: "" }, isChosen: true });
      return result({ status: resource.type in NOT_IMPORTED ? "missing" : "not looked for" });
    }
    const { candidates, others = [] } = await this.ask(finder, resource, path);
    const isFree = ({ id }: Candidate) => (this.owners.get(thingOf(resource, id)) ?? key) === key;
    if (chosen !== undefined) {
      const candidate = [...candidates, ...others].find(({ id }) => id === chosen);
      const rest = others.filter((each) => isFree(each) && each !== candidate);
      if (!candidate) return result({ status: "gone", id: chosen }, rest);
      return result({ status: "found", candidate, isChosen: true }, rest);
    }
    const [free, rest] = [candidates.filter(isFree), others.filter(isFree)];
    const picked = free.filter(({ id }) => this.options.choose?.includes(id));
    const [candidate, ...more] = picked.length > 0 ? picked : free;
    if (!candidate) return result({ status: "missing" }, rest);
    if (more.length > 0 || this.disputed.has(key)) return result({ status: "ambiguous", candidates: free }, rest);
    return result({ status: "found", candidate, isChosen: false }, rest);
  }

  private async ask(finder: Finder, resource: Declared, path: readonly string[]): Promise<InAws> {
    try {
      return await finder(resource, this.contextOf(resource, path));
    } catch (error) {
      throw awsProblem(error, `${resource.stack.id} ${resource.address}`) ?? error;
    }
  }

  private contextOf(resource: Declared, path: readonly string[]): FindContext {
    const { stack, region } = resource;
    const references: References = new References(this.options.stacks, (at, address, attribute) =>
      this.attribute(`${at.id} ${address}`, attribute, path, (value) => references.resolve(at, value)),
    );
    const resolve = (at: Stack, value: unknown) => references.resolve(at, value);
    return {
      accountId: stack.accountId,
      clients: this.options.clientsOf(stack, region),
      resolve: (value) => resolve(stack, value),
      text: async (attribute) => {
        const value = await resolve(stack, resource.values[attribute]);
        return typeof value === "string" ? value : undefined;
      },
      idOf: async (address) => (await this.candidateOf(`${stack.id} ${address}`, path))?.id,
      siblings: (type) => [...this.declared.values()].filter((each) => each.stack === stack && each.type === type),
      once: (key, read) => this.once(`${stack.accountId} ${region} ${key}`, read),
    };
  }

  private once<List>(key: string, read: () => Promise<List>): Promise<List> {
    const known = this.lists.get(key) ?? read();
    this.lists.set(key, known);
    return known as Promise<List>;
  }

  /** What was found for another resource. Undefined also if that one is being looked for: two ask for each other. */
  private async candidateOf(key: string, path: readonly string[]): Promise<Candidate | undefined> {
    const resource = this.declared.get(key);
    if (!resource || path.includes(key)) return undefined;
    const id = IDS.map((name) => this.held.get(key)?.[name]).find((each) => typeof each === "string");
    if (id !== undefined) return { id, description: "" };
    const { outcome } = await this.searched(resource, path);
    return outcome.status === "found" ? outcome.candidate : undefined;
  }

  private async attribute(
    key: string,
    attribute: string,
    path: readonly string[],
    resolve: (value: unknown) => Promise<unknown>,
  ): Promise<unknown> {
    const held = this.held.get(key);
    if (held) return held[attribute] ?? undefined;
    const candidate = await this.candidateOf(key, path);
    const known = candidate?.attributes?.[attribute] ?? (attribute === "id" ? candidate?.id : undefined);
    return known ?? resolve(this.declared.get(key)?.values[attribute]);
  }
}

const keyOf = ({ stack, address }: Pick<Declared, "stack" | "address">): string => `${stack.id} ${address}`;

/** One thing in AWS. IAM has no regions. */
function thingOf({ stack, type, region }: Pick<Declared, "stack" | "type" | "region">, id: string): string {
  return [stack.accountId, type.startsWith("aws_iam_") ? "" : region, type, id].join(" ");
}

/** Resources for which only the same thing was found. Whose it is, a person decides. */
function disputedIn(all: readonly Searched[]): Searched[] {
  const claims = new Map<string, Searched[]>();
  for (const each of all)
    if (each.outcome.status === "found" && !each.outcome.isChosen)
      listIn(claims, thingOf(each.resource, each.outcome.candidate.id)).push(each);
  return [...claims.values()].filter((owners) => owners.length > 1).flat();
}
