import { differingSettings } from "../../../tools/report/differing-settings";
import { example, exampleWith } from "../../support/estates";

const { environments, settings, byName } = differingSettings(example());
const rowOf = (path: string) => settings.find((setting) => setting.path === path)?.values;

test("lists a setting that differs, with the value of every environment", () => {
  expect(environments).toEqual(["dev", "ci", "staging", "prod"]);
  expect(rowOf("profile")).toEqual(["documented", "documented", "hardened", "hardened"]);
  expect(rowOf("production")).toEqual(["false", "false", "false", "true"]);
});

test("leaves out what is the same, and what differs by the environment's own name and account alone", () => {
  expect(rowOf("region")).toBeUndefined();
  expect(rowOf("namespace")).toBeUndefined();
  expect(rowOf("account.stateBucket")).toBeUndefined();
  expect(byName).toBeGreaterThan(10);
});

test("lists no setting twice, and no list whose elements have rows", () => {
  const paths = settings.map(({ path }) => path);
  expect(paths).toContain("database.backupRetentionDays");
  expect(
    paths.filter((path) => /^databases\[0\]|^account\.hosts|^members$|^network\.publicSubnets$/.test(path)),
  ).toEqual([]);
});

test("an element that only some environments have is one row", () => {
  expect(settings.filter(({ path }) => path.startsWith("members[partner-lab]"))).toEqual([
    { path: "members[partner-lab]", values: ["yes", "–", "–", "–"] },
  ]);
});

test("notices a change of one environment", () => {
  const changed = exampleWith(({ environments: { ci } }) => {
    Object.assign(ci ?? {}, { chargeCode: "other-0001" });
  });
  const own = differingSettings(changed).settings.find(({ path }) => path === "chargeCode")?.values;
  expect(own).toEqual(["platform-0001", "other-0001", "platform-0001", "platform-0002"]);
});
