import { loadEstate } from "../../../config/load";
import { stacksOf } from "../../../config/layout";
import { UserError } from "../../../config/user-error";
import { selectEnvironments, stacksOfEnvironments } from "../../../tools/synth/selection";

const estate = loadEstate();
const names = (environments: readonly { name: string }[]) => environments.map(({ name }) => name);
const idsOf = (...environments: string[]) =>
  stacksOfEnvironments(estate, selectEnvironments(estate, environments, false)).map(({ id }) => id);

test("without a name it is the first environment in promotion order", () => {
  expect(names(selectEnvironments(estate, [], false))).toEqual(["dev"]);
});

test("named environments come in promotion order, each once", () => {
  expect(names(selectEnvironments(estate, ["prod", "ci", "prod"], false))).toEqual(["ci", "prod"]);
});

test("--all is every environment, and every stack of the estate", () => {
  const all = selectEnvironments(estate, [], true);
  expect(names(all)).toEqual(["dev", "ci", "staging", "prod"]);
  expect(stacksOfEnvironments(estate, all)).toEqual(stacksOf(estate));
});

test("every unknown name is told, with the known ones", () => {
  expect(() => selectEnvironments(estate, ["qa", "dev", "live"], false)).toThrow(
    new UserError("no environment qa, live; known: dev, ci, staging, prod"),
  );
});

test("--all beside names is refused", () => {
  expect(() => selectEnvironments(estate, ["dev"], true)).toThrow(
    new UserError("got --all and dev, expected one or the other"),
  );
});

test("an environment brings the account-wide stacks of every account it touches, and of no other", () => {
  expect(idsOf("ci")).toEqual([
    "master-bootstrap",
    "master-iam",
    "master-organization",
    "ci-bootstrap",
    "ci-iam",
    "ci-network",
    "ci-database",
    "ci-application",
    "ci-master-role",
  ]);
  expect(idsOf("dev")).toEqual(
    expect.arrayContaining(["dev-analytics-iam", "partner-lab-bootstrap", "dev-member-partner-lab"]),
  );
  expect(idsOf("dev").filter((id) => /^(ci|staging|prod)/.test(id))).toEqual([]);
});
