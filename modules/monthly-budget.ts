import { BudgetsBudget } from "@cdktf/provider-aws/lib/budgets-budget";
import { Construct } from "constructs";

export interface MonthlyBudgetProps {
  readonly name: string;
  /** US dollars per month. */
  readonly limitUsd: number;
  /** The recipients of alerts. */
  readonly emails: readonly string[];
}

/** A budget for the whole account, with an alert at 80 % of the limit and one when the forecast reaches 100 %. */
export class MonthlyBudget extends Construct {
  constructor(scope: Construct, id: string, props: MonthlyBudgetProps) {
    super(scope, id);
    const { name, limitUsd, emails } = props;
    const alert = (notificationType: "ACTUAL" | "FORECASTED", threshold: number) => ({
      notificationType,
      threshold,
      thresholdType: "PERCENTAGE",
      comparisonOperator: "GREATER_THAN",
      subscriberEmailAddresses: [...emails],
    });
    new BudgetsBudget(this, "budget", {
      name,
      budgetType: "COST",
      timeUnit: "MONTHLY",
      limitAmount: String(limitUsd),
      limitUnit: "USD",
      notification: [alert("ACTUAL", 80), alert("FORECASTED", 100)],
    });
  }
}
