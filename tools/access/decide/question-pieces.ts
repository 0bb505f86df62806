import { oncePer } from "../../../config/maps";
import { resourceTypesOf } from "../policy/catalog";
import type { Policy } from "../policy/policy";
import type { ParsedStatement } from "../policy/statement";
import { rendered } from "./iam-simulate";
import { type Piece, Words } from "./question-words";

/* The pieces of questions: texts and statements. Each is read once, although many questions contain it. */

/** An estate of a thousand accounts has more texts than should stay in memory. */
const MOST_TEXTS = 20_000;

/** A function that reads each text once. */
function onceEach(read: (words: Words, text: string) => string): (text: string) => Piece {
  const pieces = new Map<string, Piece>();
  return (text) => {
    const done = pieces.get(text);
    if (done) return done;
    const words = new Words();
    const piece = words.toPiece(read(words, text));
    if (pieces.size >= MOST_TEXTS) pieces.clear();
    pieces.set(text, piece);
    return piece;
  };
}

/** JSON in which all words are known to the library. */
export const knownPiece = onceEach((words, json) => {
  words.known(json);
  return json;
});

export const comparedPiece = onceEach((words, text) => {
  words.compared(text);
  return JSON.stringify(text);
});

/** A value of the request. */
export const valuePiece = onceEach((words, text) => {
  words.compared(text);
  if (text.includes("*")) words.isUnclear = true;
  return JSON.stringify(text);
});

const piecesOfActions = new Map<string, Promise<Piece>>();

/** The words of AWS for the types of resources of an action. */
export function actionPiece(action: string): Promise<Piece> {
  const done = piecesOfActions.get(action) ?? readAction(action);
  piecesOfActions.set(action, done);
  return done;
}

async function readAction(action: string): Promise<Piece> {
  const words = new Words();
  words.known(action);
  for (const { arn } of await resourceTypesOf(action)) words.known(arn.replace(/\$\{[^}]*\}/g, "*"));
  return words.toPiece(JSON.stringify(action));
}

/** The statements of a policy: what the library knows of all, and the rest of each. */
export const policyPieces = oncePer((policy: Policy): readonly Piece[] => {
  const known = policy.statements.map(({ sid, actions, notActions }) => [sid, actions, notActions]);
  return [
    knownPiece(JSON.stringify(known)),
    ...policy.statements.map((statement) => statementPiece(policy, statement)),
  ];
});

/** By their conditions: policies that are reduced to some actions share the rest of a statement. */
const piecesOfStatements = new WeakMap<object, readonly (readonly [string, ParsedStatement, Piece])[]>();

function statementPiece({ version, ...policy }: Policy, statement: ParsedStatement): Piece {
  const { effect, resources, notResources, principals, notPrincipals, conditions } = statement;
  const known = piecesOfStatements.get(conditions) ?? [];
  const [, , done] =
    known.find(
      ([of, other]) =>
        of === version &&
        other.effect === effect &&
        other.resources === resources &&
        other.notResources === notResources &&
        other.principals === principals &&
        other.notPrincipals === notPrincipals,
    ) ?? [];
  if (done) return done;
  const statements = [{ ...statement, sid: undefined, actions: undefined, notActions: undefined }];
  const document = rendered({ ...policy, version, statements }) as Document;
  const piece = wordsOfDocument(document).toPiece(JSON.stringify(document));
  piecesOfStatements.set(conditions, [...known, [version, statement, piece]]);
  return piece;
}

/** Operators whose values are compared as text, or are `true` and `false`. */
const TEXT_OPERATOR = /^(?:For(?:AllValues|AnyValue):)?(?:String|Arn|Bool|Null)/;

/** A policy document in the form of `questionOf`: every value is a list. */
interface Document {
  readonly Statement: readonly DocumentStatement[];
}

type Lists = Readonly<Record<string, readonly string[]>>;

interface DocumentStatement {
  readonly Resource?: readonly string[];
  readonly NotResource?: readonly string[];
  readonly Principal?: Lists;
  readonly NotPrincipal?: Lists;
  readonly Condition?: Readonly<Record<string, Lists>>;
}

function wordsOfDocument({ Statement }: Document): Words {
  const words = new Words();
  for (const { Resource = [], NotResource = [], Principal, NotPrincipal, Condition = {} } of Statement) {
    const principals = { ...Principal, ...NotPrincipal };
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
