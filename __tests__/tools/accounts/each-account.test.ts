import { selectAccounts } from "../../../tools/accounts/each-account";
import { estateWith } from "../../config/estate-fixture";
import { estateFrom } from "../../support/estates";

const estate = estateFrom(estateWith());
const waiting = estateFrom(
  estateWith({ "accounts.lab.id": undefined, "environments.dev.members.lab": { account: "lab" } }),
);
const names = (...given: Parameters<typeof selectAccounts>) => {
  const selected = selectAccounts(...given);
  return [...selected.accounts.map(({ name }) => name), ...selected.waiting.map((name) => `${name} waits`)];
};

test("selects accounts by name, once each, in the order of the estate", () => {
  expect(names(estate, ["dev", "master", "dev"], false)).toEqual(["master", "dev"]);
});

test("selects every account", () => {
  expect(names(estate, [], true)).toEqual(["master", "dev", "lab"]);
});

test("returns waiting accounts separately", () => {
  expect(names(waiting, [], true)).toEqual(["master", "dev", "lab waits"]);
  expect(names(waiting, ["lab"], false)).toEqual(["lab waits"]);
  expect(names(waiting, ["dev"], false)).toEqual(["dev"]);
});

test.each([
  [
    ["devv", "dev", "nobody", "devv"],
    false,
    'no account "devv", "nobody", expected --all, or any of: master, dev, lab',
  ],
  [[], false, "no account is named, expected --all, or any of: master, dev, lab"],
  [["dev"], true, "got --all and dev, expected one or the other"],
])("refuses %j", (given, all, message) => {
  expect(() => selectAccounts(estate, given, all)).toThrow(message);
  expect(() => selectAccounts(waiting, given, all)).toThrow(message);
});
