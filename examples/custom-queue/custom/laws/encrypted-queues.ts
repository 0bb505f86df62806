import type { Stacks } from "../../../../__tests__/support/laws/law";

/** A law of the team's own: npm test checks it on every stack of the estate. */
export default {
  name: "every queue is encrypted",
  violations: ({ stacks }: Stacks): string[] =>
    stacks.flatMap(({ id, resources }) =>
      resources
        .filter(({ type, values }) => type === "aws_sqs_queue" && values["sqs_managed_sse_enabled"] !== true)
        .map(({ address }) => `${id}: ${address} is not encrypted`),
    ),
};
