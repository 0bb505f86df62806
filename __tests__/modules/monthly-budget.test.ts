import { MonthlyBudget } from "../../modules/monthly-budget";
import { synthModule } from "../support/module";

const budget = (limitUsd = 50) =>
  synthModule((scope) => {
    new MonthlyBudget(scope, "budget", { name: "monthly", limitUsd, emails: ["aws@example.com"] });
  }).one("aws_budgets_budget");

test("covers all costs of a month", () => {
  expect(budget()).toMatchObject({ budget_type: "COST", time_unit: "MONTHLY", limit_amount: "50", limit_unit: "USD" });
  expect(budget()).not.toHaveProperty("cost_filter");
});

test("accepts a limit of less than one dollar", () => {
  expect(budget(0.5)).toMatchObject({ limit_amount: "0.5" });
});

test("alerts only at 80 % of actual and 100 % of forecast costs", () => {
  const alert = {
    threshold_type: "PERCENTAGE",
    comparison_operator: "GREATER_THAN",
    subscriber_email_addresses: ["aws@example.com"],
  };
  expect(budget()["notification"]).toEqual([
    { ...alert, notification_type: "ACTUAL", threshold: 80 },
    { ...alert, notification_type: "FORECASTED", threshold: 100 },
  ]);
});
