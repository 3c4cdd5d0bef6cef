/**
 * Narrows and sorts the rows that a page already holds, as narrowing.ts does on the server: on a site of files there is
 * none, and where there is one this saves the way. Without this script the form and the columns' heads are plain links.
 */
(() => {
  const asked = () => new URLSearchParams(location.search);

  function compare(a, b, sign) {
    if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
    return a < b ? -sign : a > b ? sign : 0;
  }

  /** The rows of one body, in the order in which the server wrote them. */
  const bodies = new Map();
  for (const body of document.querySelectorAll("table[data-table] tbody[data-rows]")) {
    const rows = [...body.rows].map((row) => ({ row, ...JSON.parse(row.dataset.row) }));
    bodies.set(body, rows);
  }

  function apply(query) {
    const words = (query.get("q") ?? "").toLowerCase().split(/\s+/).filter(Boolean);
    const facets = [...query].filter(([name, value]) => !["q", "sort"].includes(name) && value !== "");
    const sort = query.get("sort") ?? "";
    const key = sort.replace(/^-/, "");
    const sign = sort.startsWith("-") ? -1 : 1;
    const shown = new Map();
    for (const [body, rows] of bodies) {
      const kept = rows.filter(({ text, is }) =>
        words.every((word) => text.toLowerCase().includes(word)) &&
        facets.every(([name, value]) => !Object.hasOwn(is, name) || is[name].includes(value))
      );
      const sorted = key === "" ? kept : kept.toSorted((a, b) => compare(a.by[key], b.by[key], sign));
      for (const { row } of rows) row.hidden = true;
      for (const { row } of sorted) {
        row.hidden = false;
        body.append(row);
      }
      const table = body.closest("table").dataset.table;
      if (!shown.has(table)) shown.set(table, [kept.length, rows.length]);
    }
    for (const head of document.querySelectorAll("th[data-sort]")) {
      const by = head.dataset.sort;
      head.setAttribute("aria-sort", sort === by ? "ascending" : sort === `-${by}` ? "descending" : "none");
    }
    for (const form of document.querySelectorAll("form[data-narrows]")) say(form, query, shown);
  }

  function say(form, query, shown) {
    for (const field of form.elements) {
      if (!field.name) continue;
      const value = query.get(field.name) ?? "";
      if (field.value === value) continue;
      if (field.tagName === "SELECT" && ![...field.options].some((option) => option.value === value)) {
        field.append(new Option(value, value));
      }
      field.value = value;
    }
    const [kept, all] = shown.get(form.dataset.narrows) ?? [0, 0];
    const words = form.querySelector("[data-shown]");
    const isNarrowed = [...query].some(([name, value]) => name !== "sort" && value !== "");
    form.querySelector(".clear").hidden = !isNarrowed;
    if (form.dataset.paged === undefined) {
      // Where the server has narrowed already, its own count stands.
      if (kept < all || form.dataset.live !== undefined) {
        words.textContent = `${kept} of ${form.dataset.total} ${words.dataset.shown} shown`;
      }
    } else if (kept < all) {
      words.textContent = `${kept} of the ${all} ${words.dataset.shown} of this page shown`;
    }
  }

  /** Shows what is asked and keeps it in the address; on a file's page some browsers allow no other address. */
  function ask(query) {
    const text = String(query);
    try {
      history.replaceState(null, "", text === "" ? location.pathname : `?${text}`);
    } catch {
      // Narrowed all the same.
    }
    apply(query);
  }

  const held = (form) => {
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (value !== "") query.set(name, value);
    return query;
  };

  for (const form of document.querySelectorAll("form[data-narrows]")) {
    const whole = form.dataset.paged === undefined && form.dataset.total === form.dataset.here;
    if (!whole) continue;
    form.dataset.live = "";
    form.addEventListener("input", () => ask(held(form)));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      ask(held(form));
    });
    form.querySelector("[data-clear]").addEventListener("click", (event) => {
      event.preventDefault();
      const sort = asked().get("sort");
      ask(new URLSearchParams(sort ? { sort } : {}));
      form.elements.namedItem("q").focus();
    });
    form.querySelector("button[type=submit]").hidden = true;
  }

  for (const head of document.querySelectorAll("th[data-sort]")) {
    head.querySelector("a.sort").addEventListener("click", (event) => {
      const table = head.closest("table").dataset.table;
      const form = document.querySelector(`form[data-narrows="${table}"]`);
      // Rows that are not on this page are sorted by who has them.
      if (form !== null && form.dataset.live === undefined) return;
      event.preventDefault();
      const query = asked();
      const by = head.dataset.sort;
      const now = head.getAttribute("aria-sort");
      const next = now === "none" ? head.dataset.best : now === "ascending" ? "descending" : "ascending";
      query.set("sort", next === "descending" ? `-${by}` : by);
      ask(query);
    });
  }

  if (location.search !== "") apply(asked());
})();
