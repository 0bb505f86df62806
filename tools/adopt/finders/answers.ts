import { statusOf } from "../../terraform/aws/aws-problem";
import type { Candidate, InAws } from "../finder";

/** What is found by its name: one resource, or none. */
export const only = (id: string, description: string, attributes?: Candidate["attributes"]): InAws => ({
  candidates: [{ id, description, attributes }],
});

/** Names of errors that say that something is missing, or that its service is off, of services that do not answer 404. */
const MISSING = /NotFound|NoSuch|DoesNotExist|NotInUse|NotEnabled/;

/** The answer of AWS, or undefined if there is no such thing. */
export async function unlessNotFound<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (statusOf(error) === 404 || (error instanceof Error && MISSING.test(error.name))) return undefined;
    throw error;
  }
}

/** Names that AWS does not distinguish by case. */
export const isSameName = (one: string | undefined, other: string): boolean =>
  one?.toLowerCase() === other.toLowerCase();
