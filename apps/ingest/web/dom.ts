type Child = Node | string | undefined;
type Attributes = Readonly<Record<string, string | boolean | undefined | ((event: Event) => void)>>;

/** Makes an element. Texts are texts: nothing that a stream or peer is called becomes markup. */
export function h<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(key, value);
    else if (value !== undefined && value !== false) element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

/** The element of the page with an id. */
export function byId<Type extends HTMLElement>(id: string, type: new () => Type): Type {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new Error(`no ${id}`);
  return element;
}

/** One column of a table. */
export interface Column<Row> {
  readonly title: string;
  /** Whether its text may wrap. */
  readonly wide?: boolean;
  cell(row: Row): Child;
}

/** Shows rows as a table, or a line if there are none. */
export function showTable<Row>(
  place: HTMLElement,
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  none: string,
) {
  if (rows.length === 0) {
    place.replaceChildren(h("p", { class: "empty" }, none));
    return;
  }
  const head = h("tr", {}, ...columns.map(({ title }) => h("th", {}, title)));
  const body = rows.map((row) =>
    h("tr", {}, ...columns.map(({ wide, cell }) => h("td", { class: wide === true ? "wide" : undefined }, cell(row)))),
  );
  place.replaceChildren(h("table", {}, h("thead", {}, head), h("tbody", {}, ...body)));
}
