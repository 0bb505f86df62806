import { ImpossibleRequest } from "../policy/decision";
import { type LabelledDecision, type Question, type QuestionParts, runQuestion } from "./iam-simulate";
import { contentKeyOf, inPieces, type QuestionInPieces, withoutNames } from "./question-names";

/** Answers by question, and verdicts by question without names and account ids. */
const answers = new Map<string, Promise<LabelledDecision>>();
const verdicts = new Map<string, Promise<string>>();

/** An estate of a thousand accounts asks more questions than should stay in memory. */
const MOST_ANSWERS = 20_000;

/** Asks each question once, whatever names and account ids it contains: accounts ask mostly the same questions. */
export function cachedAnswer(parts: QuestionParts): Promise<LabelledDecision> {
  const question = inPieces(parts);
  const key = contentKeyOf(question);
  const answer = answers.get(key) ?? answerTo(question);
  if (answers.size >= MOST_ANSWERS) answers.clear();
  answers.set(key, answer);
  return answer;
}

async function answerTo(question: QuestionInPieces): Promise<LabelledDecision> {
  const { key, text, restore } = await withoutNames(question);
  const verdict =
    verdicts.get(key) ?? runQuestion(JSON.parse(text()) as Question).then((decision) => JSON.stringify(decision));
  verdicts.set(key, verdict);
  try {
    return JSON.parse(restore(await verdict)) as LabelledDecision;
  } catch (error) {
    throw error instanceof ImpossibleRequest ? new ImpossibleRequest(restore(error.message)) : error;
  }
}
