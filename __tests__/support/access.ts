import "./kept-verdicts";
import { Access, type Subject } from "../../tools/access/decide/access";
import { accessModelOf } from "../../tools/access/read/model-of";
import type { SynthesizedStack } from "../../tools/synth/synthesized";
import {
  type Assumption,
  type Circumstances,
  conditionText,
  explanation,
  isUnconditional,
} from "../../tools/access/policy/decision";
import type { Estate } from "../../config/model";
import { synthesize } from "./synthesize";

/*
 * Matchers that decide what an estate's principals may do, from the synthesized JSON:
 *
 *   await expect(access.role("dev", "Operator")).toBeAllowed("ec2:DescribeInstances");
 *   await expect(access.role("dev", "Operator")).not.toBeAllowed("rds:DeleteDBInstance", { on: "arn:aws:rds:…" });
 *   await expect(access).toAllowAssume({ from: "arn:aws:iam::…", to: "arn:aws:iam::…", externalId: "…", mfa: true });
 *
 * Both `toBeAllowed` and its negation must hold for every value of the other condition keys. An action that is allowed
 * under a condition is neither, until the test gives the keys of the condition. The matchers are asynchronous; the lint
 * rule on floating promises ensures that they are awaited.
 */

/** The resource and the circumstances of a request. */
export interface On extends Circumstances {
  /** The resource's ARN. @default any resource */
  readonly on?: string;
}

interface AccessMatchers {
  /** The subject may do it, for every value of the other condition keys; with `not`, it may do it for none. */
  toBeAllowed(action: string, on?: On): Promise<void>;
  /** The subject may do it only under conditions on keys that are not given. `text` must be part of them. */
  toBeAllowedOnlyIf(text: string | RegExp, action: string, on?: On): Promise<void>;
  /** STS grants the role to a request that contains only the given keys. */
  toAllowAssume(assumption: Assumption): Promise<void>;
}

declare global {
  // Jest's types require a namespace to declare a matcher.
  // eslint-disable-next-line @typescript-eslint/no-namespace
  namespace jest {
    // eslint-disable-next-line @typescript-eslint/no-unused-vars, @typescript-eslint/no-empty-object-type
    interface Matchers<R, T> extends AccessMatchers {}
  }
}

expect.extend({
  async toBeAllowed({ access, principal }: Subject, action: string, { on, ...circumstances }: On = {}) {
    const decision = await access.decide(principal, action, on, circumstances);
    // A request that is allowed under a condition fails both with and without `not`.
    const pass = this.isNot ? decision.allowed : isUnconditional(decision);
    return {
      pass,
      message: () =>
        failureMessage(
          `${principal.arn} ${this.isNot ? "not " : ""}to be allowed ${action}`,
          on,
          explanation(decision),
        ),
    };
  },

  async toBeAllowedOnlyIf(
    { access, principal }: Subject,
    text: string | RegExp,
    action: string,
    { on, ...circumstances }: On = {},
  ) {
    const decision = await access.decide(principal, action, on, circumstances);
    const condition = isUnconditional(decision) ? "" : conditionText(decision);
    const fits = typeof text === "string" ? condition.includes(text) : text.test(condition);
    const pass = decision.allowed && condition !== "" && fits;
    return {
      pass,
      message: () =>
        failureMessage(`${principal.arn} to be allowed ${action} only if ${String(text)}`, on, explanation(decision)),
    };
  },

  async toAllowAssume(access: Access, assumption: Assumption) {
    const decision = await access.decideAssumption(assumption);
    const asked = `${assumption.from} ${this.isNot ? "not " : ""}to be granted ${assumption.to}`;
    return { pass: decision.allowed, message: () => failureMessage(asked, undefined, explanation(decision)) };
  },
});

function failureMessage(expected: string, on: string | undefined, lines: readonly string[]): string {
  return [`expected ${expected}${on === undefined ? "" : ` on ${on}`}; it is`, ...lines].join("\n  ");
}

const done = new WeakMap<Estate, Access>();

/** The access of an estate, from its synthesized JSON. */
export function accessOf(estate: Estate): Access {
  const known = done.get(estate) ?? new Access(accessModelOf(stacksOf(estate)));
  done.set(estate, known);
  return known;
}

/** The stacks of an estate as the access model reads them. */
export function stacksOf(estate: Estate): SynthesizedStack[] {
  return synthesize(estate).forAccess;
}
