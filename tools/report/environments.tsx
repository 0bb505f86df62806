import { counted } from "../support/text";
import { Filters, Panel, Table } from "./components";
import type { EnvironmentComparison } from "./differing-settings";

/** The settings in which environments differ. */
export function EnvironmentsView({ environments, settings, byName }: EnvironmentComparison) {
  return (
    <Panel
      id="environments"
      title="Environments"
      intro={`${counted(settings.length, "setting")} in which ${environments.join(", ")} differ, with every default filled in. ${counted(byName, "setting")} that differ only in the environment's own names and account ids are left out. A dash: not set.`}
    >
      <Filters panel="environments" placeholder="setting, value" />
      <Table
        name="Settings that differ"
        head={["setting", ...environments]}
        rows={settings.map(({ path, values }) => [<code>{path}</code>, ...values])}
        isFiltered
      />
    </Panel>
  );
}
