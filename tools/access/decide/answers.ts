import { hash } from "node:crypto";
import { ImpossibleRequest } from "../policy/decision";
import type { Policy } from "../policy/policy";
import { replaceAccountIds } from "./account-placeholders";
import {
  type LabelledDecision,
  type LabelledPolicy,
  type Question,
  questionOf,
  type QuestionParts,
  runQuestion,
} from "./iam-simulate";
import { replaceNames } from "./question-names";

/** Answers by question, and verdicts by question without names and account ids, each under a digest. */
const answers = new Map<string, Promise<LabelledDecision>>();
const verdicts = new Map<string, Promise<string>>();

/** An estate of a thousand accounts asks more questions than should stay in memory. */
const MOST_ANSWERS = 20_000;

/** Asks each question once, whatever names and account ids it contains: accounts ask mostly the same questions. */
export function cachedAnswer(parts: QuestionParts): Promise<LabelledDecision> {
  const key = digestOfParts(parts);
  const answer = answers.get(key) ?? answerTo(questionOf(parts));
  if (answers.size >= MOST_ANSWERS) answers.clear();
  answers.set(key, answer);
  return answer;
}

/** Equal for equal questions. Labels are left out: they follow from the number of policies of each kind. */
function digestOfParts(parts: QuestionParts): string {
  const { request, identity, boundary, session, organization, resource, discover, absentKeys } = parts;
  const { principal, action, resource: on, resourceAccountId, context } = request;
  const of = ({ policy }: LabelledPolicy) => contentOf(policy);
  return digestOf(
    JSON.stringify([
      [principal, action, on, resourceAccountId, context, discover, absentKeys],
      [identity.map(of), boundary && of(boundary), session && contentOf(session), resource && contentOf(resource)],
      organization.map(({ name, policies }) => [name, policies.map(of)]),
    ]),
  );
}

const contents = new WeakMap<Policy, string>();

/** A digest of what the library gets of a policy. */
function contentOf(policy: Policy): string {
  const content = contents.get(policy) ?? digestOf(JSON.stringify([policy.version, policy.statements]));
  contents.set(policy, content);
  return content;
}

async function answerTo(question: Question): Promise<LabelledDecision> {
  const nameless = await replaceNames(question);
  const { text, restore: restoreIds } = replaceAccountIds(nameless.text);
  const restore = (verdict: string) => nameless.restore(restoreIds(verdict));
  const key = digestOf(text);
  const verdict =
    verdicts.get(key) ?? runQuestion(JSON.parse(text) as Question).then((decision) => JSON.stringify(decision));
  verdicts.set(key, verdict);
  try {
    return JSON.parse(restore(await verdict)) as LabelledDecision;
  } catch (error) {
    throw error instanceof ImpossibleRequest ? new ImpossibleRequest(restore(error.message)) : error;
  }
}

function digestOf(text: string): string {
  return hash("sha256", text, "base64");
}
