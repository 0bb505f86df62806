import type { ComponentChildren } from "preact";

/** Where an address is on the page: in the plan if it is there, else in the map. */
export const addressId = (stack: string, address: string): string => `${stack}:${address}`;

/** A link to an element of the page. */
export const linkTo = (id: string): string => `#${encodeURIComponent(id)}`;

interface PanelProps {
  readonly id: string;
  readonly title: string;
  readonly intro: string;
  readonly children: ComponentChildren;
}

/** A tab's content. Without script all panels are shown, one below the other. */
export function Panel({ id, title, intro, children }: PanelProps) {
  return (
    <section id={id} class="panel" aria-labelledby={`tab-${id}`}>
      <h2>{title}</h2>
      <p class="intro">{intro}</p>
      {children}
    </section>
  );
}

/** A wide thing that scrolls on its own, by keyboard too. */
function Scroll({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div class="scroll" role="region" aria-label={name} tabIndex={0}>
      {children}
    </div>
  );
}

/** A picture from `graphSvg` or of our own, which is escaped already. */
export function Picture({ name, svg }: { readonly name: string; readonly svg: string }) {
  return (
    <div
      class="scroll picture"
      role="region"
      aria-label={name}
      tabIndex={0}
      dangerouslySetInnerHTML={{ __html: svg }}
    />
  );
}

export function Badge({ kind, children }: { readonly kind: string; readonly children: ComponentChildren }) {
  return <span class={`badge ${kind}`}>{children}</span>;
}

interface TableProps {
  /** What people hear who reach it by keyboard. @default it never scrolls, so that nobody must */
  readonly name?: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly ComponentChildren[])[];
  /** What a filter finds of a row. @default its texts */
  readonly isFiltered?: boolean;
}

export function Table({ name, head, rows, isFiltered = false }: TableProps) {
  const table = (
    <table>
      <thead>
        <tr>
          {head.map((text) => (
            <th scope="col">{text}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((cells) => (
          <tr data-item={isFiltered ? "" : undefined}>
            {cells.map((cell) => (
              <td>{cell}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
  return name === undefined ? table : <Scroll name={name}>{table}</Scroll>;
}

interface FiltersProps {
  /** The id of the panel whose items it filters. */
  readonly panel: string;
  /** A choice for each property, such as `environment`. */
  readonly choices?: Readonly<Record<string, readonly string[]>>;
  readonly placeholder: string;
}

/** Hidden without script. */
export function Filters({ panel, choices = {}, placeholder }: FiltersProps) {
  return (
    <div class="filters" role="search" aria-label={`Filter ${panel}`} data-filters={panel} hidden>
      <label>
        Text <input type="search" data-filter="text" placeholder={placeholder} />
      </label>
      {Object.entries(choices).map(([name, values]) => (
        <label>
          {name[0]?.toUpperCase()}
          {name.slice(1)}{" "}
          <select data-filter={name}>
            <option value="">all</option>
            {values.map((value) => (
              <option value={value}>{value}</option>
            ))}
          </select>
        </label>
      ))}
      <span class="count" role="status" />
    </div>
  );
}
