// The thread page in the browser: from a chart to the filters and to a comment.
(function () {
  "use strict";
  const NOTHING = () => window.dash_clientside.no_update;

  function minute(value) {
    // plotly gives times of a date axis as text in UTC, such as "2024-05-17 20:41:12.5"
    return String(value).slice(0, 16).replace("T", " ") + ":00";
  }

  function reveal(id) {
    const target = document.getElementById(id);
    if (!target) return false;
    target.scrollIntoView({ block: id.startsWith("comment-") ? "center" : "start" });
    for (const other of document.querySelectorAll(".found")) other.classList.remove("found");
    if (id.startsWith("comment-")) target.classList.add("found");
    return true;
  }

  const LEAST_PX = 8; // a drag of less than that chooses nothing

  const FIGURE = "#sentiment-figure .js-plotly-plot";

  // Plotly takes a touch for a drag, and a thumb that scrolls passes here; a tap still comes as a click.
  document.addEventListener("touchstart", (event) => {
    if (event.target instanceof Element && event.target.closest(FIGURE)) event.stopPropagation();
  }, { capture: true, passive: true });

  function milliseconds(value) {
    return typeof value === "number" ? value : Date.parse(`${String(value).replace(" ", "T")}Z`);
  }

  function isNarrow([from, to]) {
    const plot = document.querySelector(FIGURE);
    if (from === to || !plot) return true;
    const [first, last] = plot.layout.xaxis.range.map(milliseconds);
    const share = Math.abs(milliseconds(to) - milliseconds(from)) / (last - first);
    return share * plot.clientWidth < LEAST_PX;
  }

  function unselect() {
    const plot = document.querySelector(FIGURE);
    if (plot) window.Plotly.update(plot, { selectedpoints: [null] }, { selections: [] });
  }

  function goTo(search, hash) {
    window.dash_clientside.set_props("filter-url", { search, hash });
  }

  window.btl = {
    selectedTimes(selected) {
      const range = selected && selected.range && selected.range.x;
      if (!range) return [NOTHING(), NOTHING()];
      if (isNarrow(range)) {
        unselect();
        return [NOTHING(), NOTHING()];
      }
      return [minute(range[0]), minute(range[1])];
    },
    // The click is taken back, so that another on the same mark is heard.
    goToComment(click) {
      const point = click && click.points && click.points[0];
      const id = point && point.customdata && point.customdata[3];
      if (id && !reveal(`comment-${id}`)) {
        const query = new URLSearchParams(window.location.search);
        query.delete("page");
        query.set("at", id);
        goTo(`?${query}`, `#${encodeURIComponent(`comment-${id}`)}`);
      }
      return null;
    },
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.matches(".page-choice")) return;
    event.preventDefault();
    const query = new URLSearchParams(window.location.search);
    for (const name of ["at", "page"]) query.delete(name);
    const page = Number(form.elements.page.value);
    if (page > 1) query.set("page", page);
    goTo(`?${query}`, `#${form.dataset.target}`);
  });

  function decoded(text) {
    try {
      return decodeURIComponent(text);
    } catch (error) {
      return text; // a stray % in an address that somebody made
    }
  }

  // A comment named in the address is there only after the page is drawn; filters that change after that are
  // looked at where they are.
  let sought = null;
  function seek() {
    const { pathname, search, hash } = window.location;
    const wanted = pathname + search + hash;
    if (!/^#(comment-|conversation$|labelling$)/.test(hash) || wanted === sought) return;
    const led = !hash.startsWith("#comment-") || /[?&](at|page)=/.test(search);
    if (!led && sought && sought.startsWith(pathname) && sought.endsWith(hash)) return;
    if (reveal(decoded(hash.slice(1)))) sought = wanted;
  }
  new MutationObserver(seek).observe(document.documentElement, { childList: true, subtree: true });
  window.addEventListener("hashchange", () => { sought = null; seek(); });
})();
