import { isOfTeam } from "../../../tools/bench/affected";

test("a copy of the project has no file of a team: its stacks would be in every estate that is tried in the copy", () => {
  const files = [
    ...["config/estate.ts", "config/estate.members.json", "config/estate.access/baseline.json", "custom/index.ts"],
    ...[
      "config/estate.schema.json",
      "config/estate-input.ts",
      "config/example.ts",
      "examples/custom-queue/custom/index.ts",
    ],
  ];
  expect(files.filter((file) => !isOfTeam(file))).toEqual(files.slice(4));
});
