import { errorBlocks, TerraformError } from "../../../tools/terraform/terraform-error";

const FRAMED = `aws_iam_role.r: Creating...
╷
│ Warning: Argument is deprecated
│
│   with aws_iam_role.r,
╵
╷
│ Error: creating IAM Role (X1): EntityAlreadyExists: Role with name X1 already exists.
│
│   with aws_iam_role.r,
│   on cdk.tf.json line 37, in resource.aws_iam_role.r:
│   37:    }
╵
Releasing state lock.
`;
const PLAIN = `
Error: execution halted


Error: execution halted


Error: waiting for RDS DB Instance (d2) create: context canceled

  with aws_db_instance.d,

Warning: Something else

not part of an error
`;
const failure = {
  stackId: "dev-iam",
  command: "apply",
  exitCode: 1,
  output: PLAIN,
  logFile: "/logs/dev-iam.log",
  timeLimitSeconds: 30,
};

test("extracts framed errors, without warnings and the text after them", () => {
  expect(errorBlocks(FRAMED)).toEqual([
    "Error: creating IAM Role (X1): EntityAlreadyExists: Role with name X1 already exists.\n\n" +
      "  with aws_iam_role.r,\n  on cdk.tf.json line 37, in resource.aws_iam_role.r:\n  37:    }",
  ]);
});

test("extracts plain errors, each once", () => {
  expect(errorBlocks(PLAIN)).toEqual([
    "Error: execution halted",
    "Error: waiting for RDS DB Instance (d2) create: context canceled\n\n  with aws_db_instance.d,",
  ]);
});

test("the message contains stack, command, exit code, reason and log file", () => {
  expect(new TerraformError(failure).message).toBe(
    "dev-iam: terraform apply failed (exit code 1)\n  Error: execution halted\n" +
      "  Error: waiting for RDS DB Instance (d2) create: context canceled\n\n    with aws_db_instance.d,\n  log: /logs/dev-iam.log",
  );
  expect(new TerraformError({ ...failure, interruptedBy: "time limit" }).message).toContain(
    "was interrupted: it took longer than 30 s",
  );
  expect(new TerraformError({ ...failure, interruptedBy: "abort" }).message).toContain(
    "terraform apply was interrupted\n",
  );
  expect(new TerraformError({ ...failure, exitCode: null }).message).toContain("terraform apply was killed\n");
});

test("prints the last lines if Terraform printed no error", () => {
  const output = Array.from({ length: 20 }, (_, line) => `line ${line}`).join("\n");
  const { message, errors } = new TerraformError({ ...failure, output });
  expect(errors).toEqual([]);
  expect(message).toContain("  line 10\n");
  expect(message).not.toContain("line 9\n");
  expect(new TerraformError({ ...failure, output: " \n" }).message).toContain("it printed nothing");
});
