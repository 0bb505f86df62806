import { resourceTypesOf } from "../policy/catalog";
import { groupedBy } from "../../support/order";
import type { Question } from "./iam-simulate";

/*
 * Accounts and environments ask mostly the same questions, except for names: of buckets, roles, states. The library only
 * compares names, so a question keeps its answer if names are replaced one by one by others. That holds for a name that
 * is a whole word wherever it occurs: no wildcard and no variable is next to it, and no pattern matches a part of it.
 * Words that the library knows, such as `role`, are no names.
 */

/** The characters of a word, and wildcards. Between words are colons, slashes and spaces. */
const RUN = /[\w.@+=*-]+/g;
const OF_RUN = /[\w.@+=*-]/;

/** Only such words are replaced: not numbers, addresses of networks, hosts, dates. */
const NAME = /^[A-Za-z0-9-]*[A-Za-z][A-Za-z0-9-]*$/;

/** In lower case: the words of every question in the form of the library, and names with a meaning in IAM. */
const RESERVED = new Set(
  (
    "request principal action resource accountid contextvariables identitypolicies permissionboundarypolicies " +
    "sessionpolicy servicecontrolpolicies orgidentifier resourcecontrolpolicies resourcepolicy policies policy name " +
    "version statement sid effect allow deny notaction notresource notprincipal condition simulationmode discovery " +
    "strict discoverycontextkeyconstraints keyname presenceisknown valueisknown null true false root " +
    "aws-reserved aws-service-role service-role assumed-role federated-user"
  ).split(" "),
);

/** Operators whose values are compared as text, or are `true` and `false`. */
const TEXT_OPERATOR = /^(?:For(?:AllValues|AnyValue):)?(?:String|Arn|Bool|Null)/;

/** What a question, or a part of it, says of its words. */
class Words {
  /** Whole words that may be names. */
  readonly names = new Set<string>();
  /** Whole words that are no names, in lower case. */
  readonly others = new Set<string>();
  /** Parts of words, next to a wildcard: before it, after it, or between two. */
  readonly beginnings = new Set<string>();
  readonly ends = new Set<string>();
  readonly middles = new Set<string>();
  /** Whether names cannot be recognized: nothing is replaced then. */
  isUnclear = false;

  /** A text in which all words are known to the library. */
  known(text: string): void {
    for (const run of text.match(RUN) ?? []) {
      if (run.includes("*")) this.addParts(run);
      else this.others.add(run.toLowerCase());
    }
  }

  /** A text that is compared with others, or a pattern of such texts. */
  compared(text: string): void {
    // A `?` is one character, whereas names have different lengths. Of a variable next to a word, the value is a part.
    if (/[?\\]|[^ -~]|[\w.@+=*-]\$\{|\}[\w.@+=*-]/.test(text)) this.isUnclear = true;
    const plain = text.replace(/\$\{([^}]*)\}/g, (_, variable: string) => {
      this.known(variable);
      return "$";
    });
    if (/[{}]/.test(plain)) this.isUnclear = true;
    const [, head = "", rest = plain] =
      /^(arn:[^:]*:s3:[^:]*:[^:]*:|arn:(?:[^:]*:){4}[^:/]*[:/]?)(.*)$/.exec(plain) ?? [];
    this.known(head === "" && rest.startsWith("arn:") ? rest : head);
    for (const run of rest.match(RUN) ?? []) {
      if (run.includes("*")) this.addParts(run);
      else if (NAME.test(run)) this.names.add(run);
      else this.others.add(run.toLowerCase());
    }
  }

  add({ names, others, beginnings, ends, middles, isUnclear }: Words): void {
    for (const each of names) this.names.add(each);
    for (const each of others) this.others.add(each);
    for (const each of beginnings) this.beginnings.add(each);
    for (const each of ends) this.ends.add(each);
    for (const each of middles) this.middles.add(each);
    this.isUnclear ||= isUnclear;
  }

  /**
   * The names that can be replaced, each with the beginning that is kept. A pattern such as `apply-*` then matches the
   * replacement of `apply-dev` too.
   */
  replaceable(): ReadonlyMap<string, string> {
    const [beginnings, ends, middles] = [this.beginnings, this.ends, this.middles].map((parts) =>
      [...parts].map((part) => part.toLowerCase()),
    ) as [string[], string[], string[]];
    const isLikePlaceholder = (part: string) => /zq|qz|^[zq0-9]*$/.test(part);
    if (this.isUnclear || [...beginnings, ...ends, ...middles].some(isLikePlaceholder)) return new Map();
    const spellings = groupedBy([...this.names], (name) => name.toLowerCase());
    const kept = [...spellings].flatMap(([lower, [name = "", ...others]]) => {
      // AWS ignores case in some places.
      if (others.length > 0 || this.others.has(lower) || RESERVED.has(lower)) return [];
      const beginning = longest([...this.beginnings].filter((part) => name.startsWith(part)));
      const replacement = `${beginning}${placeholder(0)}`.toLowerCase();
      const isAlike =
        beginnings.every((part) => lower.startsWith(part) === replacement.startsWith(part)) &&
        ends.every((part) => lower.endsWith(part) === replacement.endsWith(part)) &&
        // Even a beginning that is kept must not hold one: `dev-*-*` matches `dev-eu-1`, and not `dev-zq0qz`.
        middles.every((part) => !lower.includes(part) && !replacement.includes(part));
      return isAlike ? [[name, beginning] as const] : [];
    });
    return new Map(kept);
  }

  private addParts(run: string): void {
    const parts = run.split("*");
    parts.forEach((part, index) => {
      const kind = index === 0 ? this.beginnings : index === parts.length - 1 ? this.ends : this.middles;
      if (part !== "") kind.add(part);
    });
  }
}

function longest(texts: readonly string[]): string {
  return texts.reduce((most, text) => (text.length > most.length ? text : most), "");
}

/** A text without its names. */
interface Nameless {
  readonly text: string;
  /** Puts the names back into a text. */
  readonly restore: (text: string) => string;
}

const PLACEHOLDER = /zq(\d+)qz/g;
const placeholder = (number: number) => `zq${String(number)}qz`;

/** The question as JSON, with its names numbered in order of appearance. */
export async function replaceNames(question: Question, json = JSON.stringify(question)): Promise<Nameless> {
  const replaceable = (await wordsOf(question)).replaceable();
  if (replaceable.size === 0 || json.search(PLACEHOLDER) >= 0) return { text: json, restore: (same) => same };
  const numbers = new Map<string, number>();
  const parts: string[] = [];
  let done = 0;
  for (const { word, at } of placesOf([...replaceable.keys()], json)) {
    const number = numbers.get(word) ?? numbers.size;
    numbers.set(word, number);
    parts.push(json.slice(done, at), replaceable.get(word) ?? "", placeholder(number));
    done = at + word.length;
  }
  const replaced = [...numbers.keys()].map((word) => word.slice(replaceable.get(word)?.length));
  return {
    text: parts.join("") + json.slice(done),
    restore: (other) => other.replace(PLACEHOLDER, (same, number: string) => replaced[Number(number)] ?? same),
  };
}

/** Where the words are whole in a text, in its order. A few words are found much faster than all are compared. */
function placesOf(words: readonly string[], text: string): { readonly word: string; readonly at: number }[] {
  const places: { readonly word: string; readonly at: number }[] = [];
  for (const word of words) {
    for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
      if (!OF_RUN.test(text.charAt(at - 1)) && !OF_RUN.test(text.charAt(at + word.length))) places.push({ word, at });
    }
  }
  return places.sort((a, b) => a.at - b.at);
}

async function wordsOf([{ request, ...simulation }]: Question): Promise<Words> {
  const words = new Words();
  words.add(await wordsOfAction(request.action));
  for (const text of [request.principal, request.resource.resource]) words.compared(text as string);
  for (const [key, value] of Object.entries(request.contextVariables)) {
    words.known(key);
    for (const text of [value].flat()) {
      words.compared(text);
      if (text.includes("*")) words.isUnclear = true;
    }
  }
  const levels = simulation.serviceControlPolicies;
  for (const { orgIdentifier } of levels) words.compared(orgIdentifier);
  const named = [
    ...simulation.identityPolicies,
    ...(simulation.permissionBoundaryPolicies ?? []),
    ...levels.flatMap(({ policies }) => policies),
  ];
  for (const { name } of named) words.known(name);
  const documents = [
    ...named.map(({ policy }) => policy as Document),
    simulation.sessionPolicy,
    simulation.resourcePolicy,
  ];
  for (const document of documents) if (document) words.add(wordsOfDocument(document as Document));
  return words;
}

const wordsByAction = new Map<string, Promise<Words>>();

/** The words of AWS for the types of resources of an action. */
function wordsOfAction(action: string): Promise<Words> {
  const done = wordsByAction.get(action) ?? readWordsOfAction(action);
  wordsByAction.set(action, done);
  return done;
}

async function readWordsOfAction(action: string): Promise<Words> {
  const words = new Words();
  words.known(action);
  for (const { arn } of await resourceTypesOf(action)) words.known(arn.replace(/\$\{[^}]*\}/g, "*"));
  return words;
}

/** A policy document in the form of `questionOf`: every value is a list. */
interface Document {
  readonly Statement: readonly DocumentStatement[];
}

type Lists = Readonly<Record<string, readonly string[]>>;

interface DocumentStatement {
  readonly Sid?: string;
  readonly Action?: readonly string[];
  readonly NotAction?: readonly string[];
  readonly Resource?: readonly string[];
  readonly NotResource?: readonly string[];
  readonly Principal?: Lists;
  readonly NotPrincipal?: Lists;
  readonly Condition?: Readonly<Record<string, Lists>>;
}

const wordsByDocument = new WeakMap<Document, Words>();

function wordsOfDocument(document: Document): Words {
  const done = wordsByDocument.get(document) ?? readWordsOfDocument(document);
  wordsByDocument.set(document, done);
  return done;
}

function readWordsOfDocument({ Statement }: Document): Words {
  const words = new Words();
  for (const statement of Statement) {
    const { Sid = "", Action = [], NotAction = [], Resource = [], NotResource = [], Condition = {} } = statement;
    for (const text of [Sid, ...Action, ...NotAction]) words.known(text);
    const principals = { ...statement.Principal, ...statement.NotPrincipal };
    words.known(Object.keys(principals).join(" "));
    for (const text of [...Resource, ...NotResource, ...Object.values(principals).flat()]) words.compared(text);
    for (const [operator, keys] of Object.entries(Condition)) {
      words.known(operator);
      if (!TEXT_OPERATOR.test(operator)) words.isUnclear = true;
      for (const [key, values] of Object.entries(keys)) {
        words.known(key);
        for (const value of values) words.compared(value);
      }
    }
  }
  return words;
}
