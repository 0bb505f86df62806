import { Access, type Assumption, type Circumstances, type Subject } from "../../tools/access/decide/access";
import { accessModelOf } from "../../tools/access/read/model-of";
import type { SynthesizedStack } from "../../tools/synth/synthesized";
import { conditionText, explanation, isUnconditional } from "../../tools/access/policy/decision";
import type { Estate } from "../../config/model";
import { synthesize } from "./synthesize";

/*
 * Matchers that ask what an estate's principals may do, of what it synthesizes:
 *
 *   await expect(access.role("dev", "Operator")).toBeAllowed("ec2:DescribeInstances");
 *   await expect(access.role("dev", "Operator")).not.toBeAllowed("rds:DeleteDBInstance", { on: "arn:aws:rds:…" });
 *   await expect(access).toAllowAssume({ from: "arn:aws:iam::…", to: "arn:aws:iam::…", externalId: "…", mfa: true });
 *
 * Both `toBeAllowed` and its negation must hold whatever the request holds beside what is given: something that is
 * allowed under a condition is neither allowed nor refused until the test says what the condition asks for. They are
 * asynchronous, and the lint rule on floating promises sees to it that they are awaited.
 */

/** On what, and how, a subject does something. */
export interface On extends Circumstances {
  /** The resource's ARN. @default any resource */
  readonly on?: string;
}

interface AccessMatchers {
  /**
   * That the subject may do it, whatever else the request holds; with `not`, that it may not, whatever else the request
   * holds.
   */
  toBeAllowed(action: string, on?: On): Promise<void>;
  /** That it may, but only under conditions that the request leaves open; `words` must be among them. */
  toBeAllowedOnlyIf(words: string | RegExp, action: string, on?: On): Promise<void>;
  /** That STS gives the role, by a request that holds what is given and nothing else. */
  toAllowAssume(assumption: Assumption): Promise<void>;
}

declare global {
  // The only way to tell Jest's types of a matcher.
  // eslint-disable-next-line @typescript-eslint/no-namespace
  namespace jest {
    // eslint-disable-next-line @typescript-eslint/no-unused-vars, @typescript-eslint/no-empty-object-type
    interface Matchers<R, T> extends AccessMatchers {}
  }
}

expect.extend({
  async toBeAllowed({ access, principal }: Subject, action: string, { on, ...circumstances }: On = {}) {
    const decision = await access.decide(principal, action, on, circumstances);
    // A request that is allowed under a condition passes neither way.
    const pass = this.isNot ? decision.allowed : isUnconditional(decision);
    return {
      pass,
      message: () =>
        told(`${principal.arn} ${this.isNot ? "not " : ""}to be allowed ${action}`, on, explanation(decision)),
    };
  },

  async toBeAllowedOnlyIf(
    { access, principal }: Subject,
    words: string | RegExp,
    action: string,
    { on, ...circumstances }: On = {},
  ) {
    const decision = await access.decide(principal, action, on, circumstances);
    const condition = isUnconditional(decision) ? "" : conditionText(decision);
    const fits = typeof words === "string" ? condition.includes(words) : words.test(condition);
    const pass = decision.allowed && condition !== "" && fits;
    return {
      pass,
      message: () =>
        told(`${principal.arn} to be allowed ${action} only if ${String(words)}`, on, explanation(decision)),
    };
  },

  async toAllowAssume(access: Access, assumption: Assumption) {
    const decision = await access.decideAssumption(assumption);
    const asked = `${assumption.from} ${this.isNot ? "not " : ""}to be given ${assumption.to}`;
    return { pass: decision.allowed, message: () => told(asked, undefined, explanation(decision)) };
  },
});

function told(expected: string, on: string | undefined, lines: readonly string[]): string {
  return [`expected ${expected}${on === undefined ? "" : ` on ${on}`}; it is`, ...lines].join("\n  ");
}

const done = new WeakMap<Estate, Access>();

/** The access of an estate, from what it synthesizes. */
export function accessOf(estate: Estate): Access {
  const known = done.get(estate) ?? new Access(accessModelOf(stacksOf(estate)));
  done.set(estate, known);
  return known;
}

/** The stacks of an estate as the access model reads them. */
export function stacksOf(estate: Estate): SynthesizedStack[] {
  return synthesize(estate).stacks.map(({ id, json }) => ({ id, json: json }));
}
