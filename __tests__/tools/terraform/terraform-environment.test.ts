import { terraformEnvironment } from "../../../tools/terraform/preflight";

test("runs unattended, with a relaxed garbage collector that the caller's own settings override", () => {
  expect(terraformEnvironment({ PATH: "/bin", TF_INPUT: "1" })).toEqual({
    PATH: "/bin",
    TF_INPUT: "0",
    TF_IN_AUTOMATION: "1",
    CHECKPOINT_DISABLE: "1",
    GOGC: "800",
    GOMEMLIMIT: "1GiB",
  });
  expect(terraformEnvironment({ GOGC: "100", GOMEMLIMIT: "4GiB" })).toMatchObject({ GOGC: "100", GOMEMLIMIT: "4GiB" });
});

test("drops what would move the state or narrow the plan, and keeps variables", () => {
  const given = {
    TF_WORKSPACE: "x",
    TF_DATA_DIR: "/x",
    TF_CLI_ARGS: "-x",
    TF_CLI_ARGS_plan: "-target=a",
    TF_VAR_a: "1",
    TF_CLI_CONFIG_FILE: "/c",
  };
  const env = terraformEnvironment(given);
  expect(Object.keys(env)).toEqual(expect.arrayContaining(["TF_VAR_a", "TF_CLI_CONFIG_FILE"]));
  for (const name of ["TF_WORKSPACE", "TF_DATA_DIR", "TF_CLI_ARGS", "TF_CLI_ARGS_plan"])
    expect(env).not.toHaveProperty(name);
});
