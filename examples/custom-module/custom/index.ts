import { TerraformHclModule } from "cdktf";
import type { Custom } from "../../../stacks/custom";

const custom: Custom = {
  stacks: [
    {
      name: "events",
      scope: "environment",
      environments: ["dev"],
      build: (stack, { name }) => {
        const events = stack.localModule("events", { folder: "modules/events", variables: { name: name("events") } });
        stack.output("queue-arn", events.getString("queue_arn"), "Where events are sent to");
      },
    },
    {
      name: "notifications",
      scope: "environment",
      environments: ["ci"],
      build: (stack, { name }) => {
        const topic = new TerraformHclModule(stack, "topic", {
          source: "terraform-aws-modules/sns/aws",
          version: "6.1.2",
          variables: { name: name("notifications") },
        });
        stack.output("topic-arn", topic.getString("topic_arn"), "Where notifications are published to");
      },
    },
  ],
};

export default custom;
