import { isSame } from "../support/json";
import { policyDifferences } from "../review/policy-differences";
import { UNKNOWN, Value } from "../review/value";
import { formatPair, formatDriftValue, isRules, type ListElement, listElements, withoutMatches } from "./values";
import { oneLine } from "../support/text";

/** One attribute, or a part of it, with its three values. */
export interface Comparison {
  /** The type of the resource. */
  readonly type: string;
  /** `versioning.enabled`, `policy.Statement[ReadLogs].Action`. */
  readonly path: string;
  /** The value after the last apply. */
  readonly state: Value;
  readonly aws: Value;
  readonly code: Value;
  /** The name of what AWS is compared with. @default "the code" */
  readonly other?: string;
}

/** A difference of one attribute between AWS and the code. */
export interface AttributeDifference {
  readonly message: string;
  /**
   * Which side changed since the last apply. `follows`: the value of the code is known only after an apply, so it
   * follows from another difference.
   */
  readonly by: "aws" | "code" | "follows";
}

const CODE = "the code";

/** The differences between AWS and the code in an attribute, and which side changed. */
export function compareAttribute(place: Comparison): readonly AttributeDifference[] {
  const { path, aws, code, other = CODE } = place;
  if (!code.hasUnknown && isSame(aws.raw, code.raw)) return [];
  if (code.isUnknown)
    return [{ by: "follows", message: `${path}: AWS has ${formatDriftValue(aws)}, ${other} says ${UNKNOWN}` }];
  if (aws.isSensitive || code.isSensitive)
    return [{ by: changedSide(place), message: `${path}: AWS has another value than ${other} (sensitive)` }];
  return (
    inJson(place) ??
    (isBlock(place)
      ? byKey(inBlock(place))
      : isMap(place)
        ? byKey(place)
        : isList(place)
          ? inList(place)
          : [simpleDifference(place)])
  );
}

const changedSide = ({ state, aws }: Comparison): AttributeDifference["by"] =>
  isSame(state.raw, aws.raw) ? "code" : "aws";

function simpleDifference(place: Comparison): AttributeDifference {
  const [aws, code] = formatPair(place.aws, place.code);
  return { by: changedSide(place), message: `${place.path}: AWS has ${aws}, ${place.other ?? CODE} says ${code}` };
}

/** Differences in a text that contains JSON, of policies by statement. Undefined without JSON. */
function inJson(place: Comparison): readonly AttributeDifference[] | undefined {
  const { path, state, aws, code } = place;
  const [inAws, inCode] = [aws.json, code.json];
  if ((inAws === undefined && !aws.isEmpty) || (inCode === undefined && !code.isEmpty)) return undefined;
  const changes = policyDifferences(inAws, inCode, path);
  if (changes === undefined)
    return inAws && inCode
      ? compareAttribute({ ...place, state: state.json ?? state, aws: inAws, code: inCode })
      : undefined;
  const left = new Map(
    (policyDifferences(state.json, inCode, path) ?? []).map((change) => [change.path, change.before]),
  );
  // Without a change between state and code, the state has the value of the code.
  return changes.flatMap((change) =>
    compareAttribute({
      ...place,
      path: change.path,
      state: left.get(change.path) ?? change.after,
      aws: change.before,
      code: change.after,
    }),
  );
}

const isMap = ({ aws, code }: Comparison): boolean =>
  (aws.isObject || code.isObject) && [aws, code].every((each) => each.isObject || each.isEmpty);

function byKey(place: Comparison): readonly AttributeDifference[] {
  const { path, state, aws, code } = place;
  const keys = [...new Set([...aws.parts(), ...code.parts()].map(([key]) => key))].sort();
  return keys.flatMap((key) =>
    compareAttribute({ ...place, path: within(path, key), state: state.at(key), aws: aws.at(key), code: code.at(key) }),
  );
}

/** A path inside another. Tags are shown by name. */
function within(path: string, key: string): string {
  const name = /^[\w.:/=+@-]+$/.test(key) ? key : JSON.stringify(oneLine(key));
  return path === "tags" || path === "tags_all" ? `tag ${name}` : `${path}.${name}`;
}

/** A block that is allowed once is a list of one element. */
const isBlock = ({ type, path, aws, code }: Comparison): boolean =>
  !isRules(type, path) &&
  [aws, code].every((each) => each.isList && each.elements().length === 1 && each.at(0).isObject);

function inBlock({ state, aws, code, ...place }: Comparison): Comparison {
  const left = state.elements().length === 1 ? state.at(0) : new Value(undefined, undefined);
  return { ...place, state: left, aws: aws.at(0), code: code.at(0) };
}

const isList = ({ aws, code }: Comparison): boolean => aws.isList || code.isList;

function inList(place: Comparison): readonly AttributeDifference[] {
  const { type, path, other = CODE } = place;
  const of = (value: Value) => listElements(value, type, path);
  const [left, inAws, inCode] = [of(place.state), of(place.aws), of(place.code)];
  const [extra, missing] = [withoutMatches(inAws, inCode), withoutMatches(inCode, inAws)];
  if (extra.length === 0 && missing.length === 0)
    return [{ by: changedSide(place), message: `${path}: AWS has another order than ${other}` }];
  const isLeft = (key: string): boolean => left.some((each) => each.key === key);
  // One of these may turn out to be a value that is still unknown.
  const mayMatch = missing.some(({ hasUnknown }) => hasUnknown);
  const byOf = ({ key, hasUnknown }: ListElement, isExtra: boolean): AttributeDifference["by"] => {
    if (hasUnknown || (isExtra && mayMatch && isLeft(key))) return "follows";
    return isLeft(key) === isExtra ? "code" : "aws";
  };
  return (["aws", "code", "follows"] as const).flatMap((by) => {
    const listed = (elements: readonly ListElement[], isExtra: boolean) =>
      firstOf(elements.filter((each) => byOf(each, isExtra) === by));
    const [more, less] = [listed(extra, true), listed(missing, false)];
    return [
      ...(more === "" ? [] : [{ by, message: `${path}: AWS has ${more}, ${other} doesn't` }]),
      ...(less === "" ? [] : [{ by, message: `${path}: ${other} has ${less}, AWS doesn't` }]),
    ];
  });
}

/** Elements shown of a list. */
const MOST = 20;

function firstOf(elements: readonly ListElement[]): string {
  const more = elements.length - MOST;
  return [...elements.slice(0, MOST).map(({ label }) => label), ...(more > 0 ? [`${more} more`] : [])].join(", ");
}
