// The script of the page: tabs, filters and links. Runs in a browser, without any library; the page is readable without it.
(() => {
  "use strict";
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const tablist = document.querySelector("[data-tabs]");
  const tabs = all("a", tablist);
  // The page gives no id to the thousands of resources of a large estate.
  for (const each of all(".service > details")) {
    const stack = each.closest("details.stack").id.replace("stack-", "");
    each.id = `resource:${stack}:${each.querySelector("summary").textContent}`;
    each.dataset.item = "";
  }
  const panelOf = (tab) => document.getElementById(tab.hash.slice(1));

  tablist.setAttribute("role", "tablist");
  tablist.setAttribute("aria-label", "Parts of the report");
  for (const tab of tabs) {
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", panelOf(tab).id);
    panelOf(tab).setAttribute("role", "tabpanel");
  }

  // The browser's own way to a panel would take the focus from the tab.
  tablist.addEventListener("click", (event) => {
    const tab = event.target.closest("a");
    if (!tab || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (location.hash !== tab.hash) history.pushState(null, "", tab.hash);
    select(tab);
    scrollTo(0, 0);
  });

  function select(chosen) {
    for (const tab of tabs) {
      const isChosen = tab === chosen;
      tab.setAttribute("aria-selected", String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
      panelOf(tab).hidden = !isChosen;
    }
  }

  tablist.addEventListener("keydown", (event) => {
    const at = tabs.indexOf(document.activeElement);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (event.key === " ") document.activeElement.click();
    if (next === undefined && event.key !== " ") return;
    event.preventDefault();
    if (next !== undefined) {
      const tab = tabs[(next + tabs.length) % tabs.length];
      tab.focus();
      tab.click();
    }
  });

  /** The element that a link names: by its id, or a resource by its address alone, first in the plan. */
  function target() {
    let name = location.hash.slice(1);
    try {
      name = decodeURIComponent(name);
    } catch {
      // A percent sign that begins no code.
    }
    if (name === "") return undefined;
    const found = ["", "resource:", "stack-"].map((prefix) => document.getElementById(prefix + name)).find(Boolean);
    return found ?? all("details[id]").find(({ id }) => id.endsWith(`:${name}`));
  }

  function follow() {
    const element = target();
    const tab = element && tabs.find((each) => panelOf(each).contains(element));
    if (!tab) return;
    select(tab);
    const isPanel = panelOf(tab) === element;
    if (isPanel) {
      scrollTo(0, 0);
      return;
    }
    if (element.hidden || element.closest("[hidden]")) resetFilters(panelOf(tab));
    for (let each = element; each; each = each.parentElement) if (each.tagName === "DETAILS") each.open = true;
    for (const each of all(".target")) each.classList.remove("target");
    element.classList.add("target");
    const focus = element.tagName === "DETAILS" ? element.querySelector("summary") : element;
    // On load, the browser itself moves the focus to the element after this.
    if (!element.hasAttribute("tabindex")) element.tabIndex = -1;
    focus.focus({ preventScroll: true });
    element.scrollIntoView({ block: "start" });
  }

  // --- Filters ---
  const filters = all("[data-filters]");
  const inputsOf = (bar) => all("[data-filter]", bar);

  function resetFilters(panel) {
    for (const bar of all("[data-filters]", panel)) {
      for (const input of inputsOf(bar)) input.value = "";
      apply(bar);
    }
  }

  const texts = new WeakMap();

  /** The text of an item, with the name of its stack. */
  function textOf(item) {
    if (!texts.has(item)) {
      const stack = item.closest("details.stack")?.querySelector("summary").textContent ?? "";
      texts.set(item, `${stack} ${item.textContent}`.toLowerCase());
    }
    return texts.get(item);
  }

  function apply(bar) {
    const panel = document.getElementById(bar.dataset.filters);
    const wanted = inputsOf(bar).map((input) => [input.dataset.filter, input.value.trim().toLowerCase()]);
    const isActive = wanted.some(([, value]) => value !== "");
    const items = all("[data-item]", panel);
    let shown = 0;
    for (const item of items) {
      item.hidden = !wanted.every(([name, value]) => {
        if (value === "") return true;
        if (name === "text") return textOf(item).includes(value);
        // A property of all items of a group is at the group. It may have several values.
        return (item.closest(`[data-${name}]`)?.dataset[name] ?? "").toLowerCase().split("|").includes(value);
      });
      if (!item.hidden) shown += 1;
    }
    for (const group of all("[data-group]", panel)) {
      const isEmpty = !all("[data-item]", group).some((item) => !item.hidden);
      group.hidden = isActive && isEmpty;
      if (group.tagName === "DETAILS" && !group.hidden && isActive && shown <= 60) group.open = true;
    }
    bar.querySelector(".count").textContent = isActive ? `${shown} of ${items.length}` : "";
  }

  for (const bar of filters) {
    bar.hidden = false;
    bar.addEventListener("input", () => apply(bar));
  }

  addEventListener("hashchange", follow);
  addEventListener("beforeprint", () => {
    for (const details of all("details")) details.open = true;
  });
  // A click on the link of the place where the page already is does not change it.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (link?.getAttribute("href") === location.hash || link?.href?.baseVal === location.hash) setTimeout(follow);
  });
  select(tabs[0]);
  follow();
})();
