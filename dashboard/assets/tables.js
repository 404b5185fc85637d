// Tables sorted by a click on a heading: numbers by size, the rest by the alphabet, what is missing last.
(function () {
  "use strict";

  function compare(one, other) {
    if (one === "" || other === "") return (one === "") - (other === "");
    const [a, b] = [Number(one), Number(other)];
    return Number.isNaN(a) || Number.isNaN(b) ? one.localeCompare(other) : a - b;
  }

  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("table.sortable th > button.sort");
    if (!button) return;
    const heading = button.parentElement;
    const table = heading.closest("table");
    const down = heading.getAttribute("aria-sort") !== "descending";
    for (const other of heading.parentElement.children) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", down ? "descending" : "ascending");
    const place = heading.cellIndex;
    const key = (row) => row.cells[place].dataset.key || "";
    const rows = [...table.tBodies[0].rows];
    rows.sort((one, other) => {
      const [a, b] = [key(one), key(other)];
      return a === "" || b === "" || !down ? compare(a, b) : -compare(a, b);
    });
    table.tBodies[0].append(...rows);
  });
})();
