import { ListRulesCommand, ListTargetsByRuleCommand } from "@aws-sdk/client-eventbridge";
import { GetTopicAttributesCommand, ListSubscriptionsByTopicCommand } from "@aws-sdk/client-sns";
import { type Account } from "../../config/model";
import type { ClientsOf } from "./clients";
import { expectEqual, type Proof } from "./proof";
import { alarmRegions } from "../../config/resolve/account";

/**
 * What must hold where the use of Admin and of root is told: in the account's region, and in that of root's sign-in.
 */
export function alarmProofs(watched: Account, clientsOf: ClientsOf): Proof[] {
  const { name: account, id, alarm } = watched;
  if (!alarm) return [];
  return alarmRegions(watched).map((listening) => ({
    account,
    claim: `use of Admin and of root in ${listening} is told to ${alarm.emails.join(", ")}, by an encrypted topic`,
    check: async () => {
      const { events, sns } = clientsOf(id, listening);
      const { Rules = [] } = await events.send(new ListRulesCommand({}));
      const rules = Rules.filter(({ Name }) => Name?.startsWith(alarm.name));
      expectEqual(
        "rules",
        rules.map(({ Name }) => Name).sort(),
        ["assumed", "console", "root"].map((rule) => `${alarm.name}-${rule}`),
      );
      for (const { Name: Rule, State, EventPattern } of rules) {
        expectEqual(`state of ${Rule}`, State, "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS");
        expectEqual(
          `what ${Rule} hears of`,
          [`iam::${id}:role/Admin"`, `sts::${id}:assumed-role/Admin/`, '"Root"'].some((use) =>
            EventPattern?.includes(use),
          ),
          true,
        );
        const { Targets = [] } = await events.send(new ListTargetsByRuleCommand({ Rule }));
        expectEqual(`targets of ${Rule}`, Targets.length, 1);
        const TopicArn = Targets[0]?.Arn;
        const { Attributes } = await sns.send(new GetTopicAttributesCommand({ TopicArn }));
        expectEqual("a key of ours", Boolean(Attributes?.["KmsMasterKeyId"]), true);
        const { Subscriptions = [] } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
        expectEqual("subscriptions", Subscriptions.map(({ Endpoint }) => Endpoint).sort(), [...alarm.emails].sort());
      }
    },
  }));
}
