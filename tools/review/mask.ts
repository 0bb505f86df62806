import { isTooDeep } from "../../config/input";
import { hasMark, isEmpty, isObject, type JsonObject, listOf, objectOf, parsedJson } from "../support/json";
import { hideInText, hideRepeated } from "./mask/repeated-secrets";
import {
  type SensitiveAttributes,
  sensitiveAttributes,
  sensitiveVariables,
  shortAddress,
} from "./mask/sensitive-attributes";
import { hasAccessKeyId, hideSecrets, isHidden, isOnlyName, isSecretName } from "../../config/secret-text";
import type { PlanJson } from "./plan-json";

/**
 * A copy of a plan that is safe to keep and read: "(sensitive value 1)" replaces every secret. Secrets are values that
 * Terraform marks, values with a secret's name or in a secret's format, outputs of other stacks' states, and every
 * repetition of these. Outputs are an exception, because cdktf marks each that crosses stacks, even network ids. Networks,
 * ARNs and policies stay readable as repetitions: a tag could otherwise hide whom a plan allows. Never throws, for any shape.
 *
 * The number is the secret's key: in one plan, the same number is the same secret, so a reviewer sees that a secret
 * changes, and which are equal. Numbers count secrets in the order of the plan. Unlike a hash, a number says nothing
 * about the secret, so nobody can try passwords on it, and it needs no key of its own that apply would have to know:
 * the same plan gives the same copy, byte for byte.
 */
export function maskPlan(plan: PlanJson): PlanJson {
  return maskedOf(plan).masked;
}

/** What Terraform printed while it made a plan, without the secrets of the plan. */
export function maskPlanLog(log: string, plan: PlanJson): string {
  return hideInText(hideSecrets(log), maskedOf(plan).secrets);
}

interface MaskedPlan {
  readonly masked: PlanJson;
  readonly secrets: ReadonlySet<string>;
}

/** A plan is kept, logged, and reviewed twice, and never changed: it is masked once. */
const maskedPlans = new WeakMap<PlanJson, MaskedPlan>();

function maskedOf(plan: PlanJson): MaskedPlan {
  const known = isObject(plan) ? maskedPlans.get(plan) : undefined;
  if (known) return known;
  const masker = new Masker(sensitiveAttributes(plan), hasAccessKeyId(JSON.stringify(plan)));
  const own = masker.mask(withoutVariables(plan, masker));
  const masked = hideRepeated(own, masker.secrets, (secret) => masker.label(secret)) as PlanJson;
  const result = { masked, secrets: masker.secrets };
  if (isObject(plan)) maskedPlans.set(plan, result);
  return result;
}

/** Hides sensitive variables: their values are at the top of a plan, their marks at the declarations. */
function withoutVariables(plan: unknown, masker: Masker): unknown {
  if (!isObject(plan) || !isObject(plan["variables"])) return plan;
  const secret = sensitiveVariables(objectOf(plan["configuration"])["root_module"]);
  const hidden = (name: string, variable: unknown): unknown =>
    secret.includes(name) && isObject(variable) && "value" in variable
      ? { ...variable, value: masker.hide(variable["value"]) }
      : variable;
  const variables: JsonObject = Object.fromEntries(
    Object.entries(plan["variables"]).map(([name, each]) => [name, hidden(name, each)]),
  );
  return { ...plan, variables };
}

/** Keys that contain the value of an output, a variable or an argument. */
const CARRIERS: readonly string[] = ["value", "before", "after", "default", "constant_value"];

const MARKED_BY = { before: "before_sensitive", after: "after_sensitive", values: "sensitive_values" } as const;

/** Attributes of the data source of a user that plans need, and that the code has. */
const NAMES_OF_USER: readonly string[] = ["id", "user_id", "user_name", "identity_store_id", "alternate_identifier"];

interface Place {
  /** The key of the value, or another name for it. */
  readonly name: string;
  /** cdktf marks every value that crosses stacks as sensitive, so an output's mark does not apply elsewhere. */
  readonly isOutput: boolean;
}

/** Copies JSON and hides all values in the copy that are marked or named as secret. */
class Masker {
  /** Hidden texts that are secret everywhere else, too. */
  public readonly secrets = new Set<string>();
  private readonly numbers = new Map<string, number>();
  /** Names repeat in every resource, and texts in the state, the plan and the configuration. */
  private readonly known = new Map<string, string>();

  constructor(
    private readonly sensitive: SensitiveAttributes,
    private readonly hasKeyId: boolean,
  ) {}

  public mask(value: unknown, place: Place = { name: "", isOutput: false }): unknown {
    if (typeof value === "string") return this.maskText(value, place);
    if (Array.isArray(value)) return value.map((each) => this.mask(each, place));
    if (!isObject(value)) return value;
    const own = [value["name"], value["key"]].find((each) => typeof each === "string" && isSecretName(each));
    const name = (key: string): string => {
      if (key === "value" && typeof own === "string") return own;
      return CARRIERS.includes(key) && isSecretName(place.name) ? place.name : key;
    };
    const isOutput = (key: string): boolean => place.isOutput || key === "outputs" || key === "output_changes";
    const entries = Object.entries(this.hideMarked(value, place)).map(
      ([key, each]) => [this.hideIn(key), this.mask(each, { name: name(key), isOutput: isOutput(key) })] as const,
    );
    return Object.fromEntries(entries);
  }

  /** Hides a value with all its parts. An absent value stays absent, since that is not a secret. */
  public hide(value: unknown, { isOutput = false }: { readonly isOutput?: boolean } = {}): unknown {
    if (value === null || value === undefined || isHidden(value)) return value;
    if (!isOutput) stringsIn(value).filter((text) => !isOnlyName(text)).forEach((text) => this.secrets.add(text)); // prettier-ignore
    return this.label(value);
  }

  /** The text that replaces a secret. */
  public label(secret: unknown): string {
    const text = typeof secret === "string" ? secret : JSON.stringify(secret);
    const number = this.numbers.get(text) ?? this.numbers.size + 1;
    this.numbers.set(text, number);
    return `(sensitive value ${number})`;
  }

  private hideIn(text: string): string {
    const hidden = this.known.get(text) ?? hideSecrets(text, (secret) => String(this.hide(secret)), this.hasKeyId);
    this.known.set(text, hidden);
    return hidden;
  }

  private maskText(text: string, { name, isOutput }: Place): unknown {
    if (text === "" || isHidden(text)) return text;
    if (isSecretName(name) && !text.startsWith("arn:")) return this.hide(text, { isOutput });
    const json = parsedJson(text);
    if (json === undefined) return isTooDeep(text) ? this.hide(text) : this.hideIn(text);
    const masked = JSON.stringify(this.mask(json, { name, isOutput }));
    return masked === JSON.stringify(json) ? text : masked;
  }

  private hideMarked(object: JsonObject, { isOutput }: Place): JsonObject {
    const result: Record<string, unknown> = { ...object };
    for (const [key, marks] of Object.entries(MARKED_BY)) {
      if (key in object && marks in object) result[key] = this.hideByMarks(object[key], object[marks], isOutput);
    }
    if (object["sensitive"] === true) {
      for (const key of CARRIERS) if (key in object) result[key] = this.hide(object[key], { isOutput });
      if ("expression" in object) result["expression"] = this.hideConstants(object["expression"]);
    }
    if (object["type"] === "terraform_remote_state")
      Object.assign(
        result,
        inValues(result, (values) => this.withoutOutputs(values)),
      );
    if (object["type"] === "aws_identitystore_user" && object["mode"] === "data")
      Object.assign(
        result,
        inValues(result, (values) => this.withoutPersonalData(values)),
      );
    if ("expressions" in object) result["expressions"] = this.hideArguments(object);
    return result;
  }

  private hideByMarks(value: unknown, marks: unknown, isOutput: boolean): unknown {
    if (!hasMark(marks)) return value;
    if (Array.isArray(value) && Array.isArray(marks))
      return value.map((each, index) => this.hideByMarks(each, marks[index], isOutput));
    if (isObject(value) && isObject(marks))
      return mapped(value, (each, key) => this.hideByMarks(each, marks[key], isOutput));
    return this.hide(value, { isOutput }); // marked as a whole, or of another shape than its marks
  }

  /** Hides outputs read from another stack's state, which carry no marks. Their names stay. */
  private withoutOutputs(values: JsonObject): JsonObject {
    if (!("outputs" in values)) return values;
    const { outputs } = values;
    const hide = (value: unknown) => this.hide(value, { isOutput: true });
    return { ...values, outputs: isObject(outputs) ? mapped(outputs, hide) : hide(outputs) };
  }

  /** Hides what IAM Identity Center knows of a person: addresses, telephone numbers. The user name stays. */
  private withoutPersonalData(values: JsonObject): JsonObject {
    return mapped(values, (value, key) =>
      NAMES_OF_USER.includes(key) || isEmpty(value) ? value : this.hide(value, { isOutput: true }),
    );
  }

  /** Hides secret arguments of a resource or a module call. */
  private hideArguments(object: JsonObject): unknown {
    const { expressions, module } = object;
    const secret = new Set([...(this.sensitive.get(shortAddress(object)) ?? []), ...sensitiveVariables(module)]);
    if (!isObject(expressions)) return expressions;
    return mapped(expressions, (expression, name) => (secret.has(name) ? this.hideConstants(expression) : expression));
  }

  private hideConstants(expression: unknown): unknown {
    if (Array.isArray(expression)) return expression.map((each) => this.hideConstants(each));
    if (!isObject(expression)) return expression;
    return mapped(expression, (each, key) => {
      if (key !== "constant_value") return this.hideConstants(each);
      // cdktf's constants may be expressions: "${aws_vpc.x.id}" is not a secret.
      return this.hide(each, { isOutput: typeof each === "string" && each.includes("${") });
    });
  }
}

/** Changes the values of a resource in a state, or those before and after its change. */
function inValues({ values, change }: JsonObject, changed: (values: JsonObject) => JsonObject): JsonObject {
  const of = (each: unknown): unknown => (isObject(each) ? changed(each) : each);
  return {
    ...(values !== undefined && { values: of(values) }),
    ...(isObject(change) && {
      change: mapped(change, (each, key) => (key === "before" || key === "after" ? of(each) : each)),
    }),
  };
}

function mapped(object: JsonObject, change: (value: unknown, key: string) => unknown): JsonObject {
  return Object.fromEntries(Object.entries(objectOf(object)).map(([key, value]) => [key, change(value, key)]));
}

/** The strings in a value, whatever its shape. */
function stringsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return (isObject(value) ? Object.values(value) : listOf(value)).flatMap(stringsIn);
}
