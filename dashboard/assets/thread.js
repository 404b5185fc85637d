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

  window.btl = {
    selectedTimes(selected) {
      const range = selected && selected.range && selected.range.x;
      if (!range) return [NOTHING(), NOTHING()];
      return [minute(range[0]), minute(range[1])];
    },
    goToComment(click) {
      const point = click && click.points && click.points[0];
      if (point && point.customdata && point.customdata[3]) reveal(`comment-${point.customdata[3]}`);
      return NOTHING();
    },
  };

  function decoded(text) {
    try {
      return decodeURIComponent(text);
    } catch (error) {
      return text; // a stray % in an address that somebody made
    }
  }

  // A comment named in the address is there only after the page is drawn.
  let sought = null;
  function seek() {
    const wanted = window.location.pathname + window.location.search + window.location.hash;
    if (!/^#(comment-|conversation$|labelling$)/.test(window.location.hash) || wanted === sought) return;
    if (reveal(decoded(window.location.hash.slice(1)))) sought = wanted;
  }
  new MutationObserver(seek).observe(document.documentElement, { childList: true, subtree: true });
  window.addEventListener("hashchange", () => { sought = null; seek(); });
})();
