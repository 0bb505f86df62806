import { followProgress } from "../../../tools/terraform/run-options";

test("reports the start of the changes once, and counts finished changes", () => {
  const notes: string[] = [];
  const follow = followProgress({
    resourceCount: 3,
    onFirstChange: () => notes.push("begins"),
    onNote: (note) => notes.push(note),
  });
  follow("Plan: 3 to add, 0 to change, 0 to destroy.\n");
  follow("");
  expect(notes).toEqual([]);
  follow("aws_vpc.v: Creating...\naws_iam_role.r: Modifying... [id=r]\n");
  follow(
    "aws_vpc.v: Still creating... [10s elapsed]\naws_vpc.v: Creation complete after 11s [id=v]\naws_iam_role.r: Modifications complete after 1s\n",
  );
  follow("aws_subnet.s: Destroying... [id=s]\naws_subnet.s: Destruction complete after 0s\n");
  expect(notes).toEqual(["begins", "2 of 3", "3 of 3"]);
});
