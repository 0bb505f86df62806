import { isSame } from "../support/json";
import { policyChanges } from "../review/policy-changes";
import { UNKNOWN, Value } from "../review/value";
import { type Element, elementsOf, isRules, without } from "./elements";
import { saying, sayingBoth } from "./saying";
import { oneLine } from "../support/text";

/** A place in a resource, as three know it. */
export interface Place {
  /** The type of the resource. */
  readonly type: string;
  /** `versioning.enabled`, `policy.Statement[ReadLogs].Action`. */
  readonly path: string;
  /** What the last apply left. */
  readonly state: Value;
  readonly aws: Value;
  readonly code: Value;
  /** What stands for the code: another telling that AWS is compared with. @default "the code" */
  readonly who?: string;
}

/** A difference between AWS and the code. */
export interface Told {
  readonly words: string;
  /**
   * Who moved away from what the last apply left. `follows`: it is known only after an apply what the code says, so
   * that it follows from another difference.
   */
  readonly by: "aws" | "code" | "follows";
}

const CODE = "the code";

/** Where AWS and the code differ in a place, by what is in the one and not in the other, and who made it so. */
export function toldOf(place: Place): readonly Told[] {
  const { path, aws, code, who = CODE } = place;
  if (!code.hasUnknown && isSame(aws.raw, code.raw)) return [];
  if (code.isUnknown) return [{ by: "follows", words: `${path}: AWS has ${saying(aws)}, ${who} says ${UNKNOWN}` }];
  if (aws.isSensitive || code.isSensitive)
    return [{ by: maker(place), words: `${path}: AWS has another value than ${who} (sensitive)` }];
  return (
    inJson(place) ??
    (isBlock(place)
      ? byKey(inBlock(place))
      : isMap(place)
        ? byKey(place)
        : isList(place)
          ? inList(place)
          : [plain(place)])
  );
}

const maker = ({ state, aws }: Place): Told["by"] => (isSame(state.raw, aws.raw) ? "code" : "aws");

function plain(place: Place): Told {
  const [aws, code] = sayingBoth(place.aws, place.code);
  return { by: maker(place), words: `${place.path}: AWS has ${aws}, ${place.who ?? CODE} says ${code}` };
}

/** JSON that stands in a text: policies by statement. Undefined where none does. */
function inJson(place: Place): readonly Told[] | undefined {
  const { path, state, aws, code } = place;
  const [has, says] = [aws.json, code.json];
  if ((has === undefined && !aws.isEmpty) || (says === undefined && !code.isEmpty)) return undefined;
  const changes = policyChanges(has, says, path);
  if (changes === undefined)
    return has && says ? toldOf({ ...place, state: state.json ?? state, aws: has, code: says }) : undefined;
  const left = new Map((policyChanges(state.json, says, path) ?? []).map((change) => [change.path, change.before]));
  // Where the state and the code agree, no change of it is told.
  return changes.flatMap((change) =>
    toldOf({
      ...place,
      path: change.path,
      state: left.get(change.path) ?? change.after,
      aws: change.before,
      code: change.after,
    }),
  );
}

const isMap = ({ aws, code }: Place): boolean =>
  (aws.isObject || code.isObject) && [aws, code].every((each) => each.isObject || each.isEmpty);

function byKey(place: Place): readonly Told[] {
  const { path, state, aws, code } = place;
  const keys = [...new Set([...aws.parts(), ...code.parts()].map(([key]) => key))].sort();
  return keys.flatMap((key) =>
    toldOf({ ...place, path: within(path, key), state: state.at(key), aws: aws.at(key), code: code.at(key) }),
  );
}

/** Whoever reads of tags thinks of their names. */
function within(path: string, key: string): string {
  const name = /^[\w.:/=+@-]+$/.test(key) ? key : JSON.stringify(oneLine(key));
  return path === "tags" || path === "tags_all" ? `tag ${name}` : `${path}.${name}`;
}

/** A block that stands at most once is a list of one. */
const isBlock = ({ type, path, aws, code }: Place): boolean =>
  !isRules(type, path) &&
  [aws, code].every((each) => each.isList && each.elements().length === 1 && each.at(0).isObject);

function inBlock({ state, aws, code, ...place }: Place): Place {
  const left = state.elements().length === 1 ? state.at(0) : new Value(undefined, undefined);
  return { ...place, state: left, aws: aws.at(0), code: code.at(0) };
}

const isList = ({ aws, code }: Place): boolean => aws.isList || code.isList;

function inList(place: Place): readonly Told[] {
  const { type, path, who = CODE } = place;
  const of = (value: Value) => elementsOf(value, type, path);
  const [left, has, says] = [of(place.state), of(place.aws), of(place.code)];
  const [extra, missing] = [without(has, says), without(says, has)];
  if (extra.length === 0 && missing.length === 0)
    return [{ by: maker(place), words: `${path}: AWS has another order than ${who}` }];
  const isLeft = (key: string): boolean => left.some((each) => each.key === key);
  // One of these may be what is not known yet.
  const isOpen = missing.some(({ hasUnknown }) => hasUnknown);
  const byOf = ({ key, hasUnknown }: Element, isExtra: boolean): Told["by"] => {
    if (hasUnknown || (isExtra && isOpen && isLeft(key))) return "follows";
    return isLeft(key) === isExtra ? "code" : "aws";
  };
  return (["aws", "code", "follows"] as const).flatMap((by) => {
    const words = (elements: readonly Element[], isExtra: boolean) =>
      some(elements.filter((each) => byOf(each, isExtra) === by));
    const [more, less] = [words(extra, true), words(missing, false)];
    return [
      ...(more === "" ? [] : [{ by, words: `${path}: AWS has ${more}, ${who} doesn't` }]),
      ...(less === "" ? [] : [{ by, words: `${path}: ${who} has ${less}, AWS doesn't` }]),
    ];
  });
}

/** Elements that are told of a list. */
const MOST = 20;

function some(elements: readonly Element[]): string {
  const more = elements.length - MOST;
  return [...elements.slice(0, MOST).map(({ words }) => words), ...(more > 0 ? [`${more} more`] : [])].join(", ");
}
