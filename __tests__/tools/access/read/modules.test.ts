import { accessModelOf } from "../../../../tools/access/read/model-of";
import type { SynthesizedStack } from "../../../../tools/synth/synthesized";
import { exampleWithUsers } from "../../../support/estates";
import { stacksOf } from "../../../support/access";

/** What is not read of a stack with a module with this code. */
function problemsOf(code?: string): string {
  const stacks = stacksOf(exampleWithUsers()).map((stack): SynthesizedStack => {
    if (stack.id !== "dev-network") return stack;
    const json = { ...stack.json, module: { events: { source: "./assets/x" } } };
    return { ...stack, json, ...(code !== undefined && { modules: { events: code } }) };
  });
  try {
    accessModelOf(stacks);
  } catch (error) {
    return (error as Error).message.split("\n").slice(1).join("\n");
  }
  return "";
}

const QUEUE = 'resource "aws_sqs_queue" "events" {\n  name = var.name\n}\n';

test("a module of resources that grant no access is no gap", () => {
  expect(problemsOf(QUEUE)).toBe("");
  expect(problemsOf(`# no policy\n${QUEUE}`)).toBe("");
});

test.each([
  ["a role", `${QUEUE} resource "aws_iam_role" "x" {}`, "has aws_iam_role, whose access is not read in modules"],
  ["a key, which has a default policy", 'resource "aws_kms_key" "x" {}', "has aws_kms_key"],
  ["a permission", 'resource "aws_lambda_permission" "x" {}', "has aws_lambda_permission"],
  ["another provider", 'resource "awscc_iam_role" "x" {}', "has awscc_iam_role"],
  ["a resource that runs anything", 'resource "aws_cloudformation_stack" "x" {}', "has aws_cloudformation_stack"],
  ["a role without quotes", `${QUEUE} resource aws_iam_role x {}`, "has aws_iam_role"],
  ["an escaped type", `${QUEUE} resource "aws\\u005fiam_role" "x" {}`, "has aws, whose access"],
  ["a resource as JSON", `${QUEUE} {"resource": {"aws_iam_role": {}}}`, "has resource:, which is not read"],
  ["a comment that hides the type", `${QUEUE} resource /* */ "aws_iam_role" "x" {}`, "has /*, which is not read"],
  ["a policy", 'resource "aws_sqs_queue" "x" { policy = "…" }', "has policy, which is not read"],
  ["another module", `${QUEUE} module "inner" { source = "./inner" }`, "has module, which is not read"],
  ["a program", 'resource "aws_sqs_queue" "x" { provisioner "local-exec" {} }', "has provisioner"],
  ["nothing", 'output "x" { value = 1 }', "has no resource in a form that is read"],
])("a module with %s is a gap", (_, code, problem) => {
  expect(problemsOf(code)).toContain(`dev-network module.events ${problem}`);
});

test("a module whose code is not in the stack is a gap", () => {
  expect(problemsOf()).toBe("  dev-network module.events is a module whose code is not in custom/, which is not supported: copy it there"); // prettier-ignore
});
