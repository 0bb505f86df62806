import { ImageRepository } from "../../modules/image-repository";
import { synthModule } from "../support/module";

interface Rules {
  rules: { selection: object; action: object }[];
}

const repository = (untaggedDays?: number) =>
  synthModule((scope) => {
    new ImageRepository(scope, "images", { name: "dev/dagster", untaggedDays });
  });
const rules = (untaggedDays?: number) =>
  (JSON.parse(String(repository(untaggedDays).one("aws_ecr_lifecycle_policy")["policy"])) as Rules).rules;

test("has immutable tags and scans pushed images", () => {
  expect(repository().one("aws_ecr_repository")).toMatchObject({
    name: "dev/dagster",
    image_tag_mutability: "IMMUTABLE",
    image_scanning_configuration: { scan_on_push: true },
    encryption_configuration: [{ encryption_type: "AES256" }],
  });
});

test("cannot be destroyed while it contains images", () => {
  expect(repository().one("aws_ecr_repository")).not.toHaveProperty("force_delete");
});

test("expires only untagged images, after two weeks", () => {
  expect(rules()).toMatchObject([
    {
      selection: { tagStatus: "untagged", countType: "sinceImagePushed", countUnit: "days", countNumber: 14 },
      action: { type: "expire" },
    },
  ]);
});

test("expires them after the given number of days", () => {
  expect(rules(3)).toMatchObject([{ selection: { tagStatus: "untagged", countNumber: 3 } }]);
});
