// A table of very many rows: only those in sight are drawn, and they come from the server in blocks, sorted there.
// It stands in a box that React leaves empty; the box says where the rows are, how many, and which columns.
// How they are sorted and which one is on top stands in the address, behind its #, for the way back and for links.
(function () {
  "use strict";
  const _ = (...told) => window.btlWords.say(...told);
  const TALLEST = 8_000_000; // pixels; browsers draw no taller element. More rows than fit share its height.
  const BEYOND = 6; // rows drawn above and below those in sight
  const KEPT = 40; // blocks
  const STILL = 200; // milliseconds without scrolling until the address says where
  let grid = null;

  function element(tag, role, className, ...children) {
    const made = document.createElement(tag);
    if (role) made.setAttribute("role", role);
    if (className) made.className = className;
    made.append(...children);
    return made;
  }

  class Grid {
    constructor(box, sort, down) {
      this.box = box;
      this.source = box.dataset.rows;
      this.columns = JSON.parse(box.dataset.columns);
      this.total = Number(box.dataset.total);
      this.size = Number(box.dataset.block);
      this.sort = sort;
      this.down = down;
      this.blocks = new Map();
    }

    begin(row) {
      this.build();
      this.draw();
      if (row > 0) this.scroll.scrollTop = row * this.step;
    }

    // Say in the address how it is sorted and where it stands; nothing for what comes without being asked for.
    remember() {
      const row = Math.round(this.scroll.scrollTop / this.step);
      const told = new URLSearchParams();
      if (this.sort !== this.box.dataset.sort || !this.down) told.set("sort", this.sort);
      if (told.has("sort") && !this.down) told.set("up", "1");
      if (row > 0) told.set("row", String(row + 1));
      const hash = String(told) && `#${told}`;
      if (hash !== location.hash) history.replaceState(history.state, "", location.pathname + location.search + hash);
    }

    build() {
      this.head = element("div", "row", "grid-row grid-head", ...this.columns.map((column) => this.heading(column)));
      this.rows = element("div", "rowgroup", "grid-rows");
      this.height = element("div", "none", "grid-height", this.rows);
      this.scroll = element("div", "table", "grid-scroll", element("div", "rowgroup", "grid-top", this.head), this.height);
      this.scroll.tabIndex = 0;
      this.scroll.setAttribute("aria-label", this.box.dataset.label);
      this.scroll.setAttribute("aria-rowcount", String(this.total + 1));
      this.said = element("p", "status", "grid-said");
      this.box.replaceChildren(this.scroll, this.said);
      this.scroll.addEventListener("scroll", () => {
        this.draw();
        clearTimeout(this.still);
        this.still = setTimeout(() => this.remember(), STILL);
      });
      this.scroll.addEventListener("keydown", (event) => this.key(event));
      this.measure = new ResizeObserver(() => this.draw());
      this.measure.observe(this.scroll);
    }

    heading([name, text, sortable]) {
      const cell = element("div", "columnheader", `cell-${name}`);
      if (!sortable) {
        cell.textContent = text;
        return cell;
      }
      const button = element("button", "", "sort", text);
      button.type = "button";
      button.addEventListener("click", () => this.sortBy(name));
      cell.append(button);
      if (name === this.sort) cell.setAttribute("aria-sort", this.down ? "descending" : "ascending");
      return cell;
    }

    sortBy(name) {
      this.down = name === this.sort ? !this.down : true;
      this.sort = name;
      for (const [place, [other]] of this.columns.entries()) {
        const cell = this.head.children[place];
        if (other === name) cell.setAttribute("aria-sort", this.down ? "descending" : "ascending");
        else cell.removeAttribute("aria-sort");
      }
      this.blocks.clear();
      this.scroll.scrollTop = 0;
      this.draw();
      this.remember();
    }

    // The height of a row is the style's to say: a phone has taller ones.
    get rowHeight() {
      return parseFloat(getComputedStyle(this.box).getPropertyValue("--row"));
    }

    get inSight() {
      return Math.max(1, Math.floor((this.scroll.clientHeight - this.head.offsetHeight) / this.rowHeight));
    }

    // Pixels of scrolling for a row: its height, or less where all of them would be too tall.
    get step() {
      return Math.min(this.rowHeight, TALLEST / this.total);
    }

    draw() {
      const { rowHeight, inSight, step } = this;
      const last = Math.max(0, this.total - inSight);
      this.height.style.height = `${last * step + inSight * rowHeight}px`;
      const first = Math.min(last, this.scroll.scrollTop / step);
      const from = Math.max(0, Math.floor(first) - BEYOND);
      const to = Math.min(this.total, Math.ceil(first) + inSight + BEYOND);
      // The rows move with the fraction of a row that is scrolled, so that nothing jumps.
      this.rows.style.transform = `translateY(${first * step - (first - from) * rowHeight}px)`;
      const drawn = [];
      for (let place = from; place < to; place++) drawn.push(this.row(place));
      const focused = this.rows.contains(document.activeElement) ? document.activeElement.closest("[aria-rowindex]").getAttribute("aria-rowindex") : null;
      this.rows.replaceChildren(...drawn);
      if (focused) this.rows.querySelector(`[aria-rowindex="${focused}"] a`)?.focus({ preventScroll: true });
    }

    row(place) {
      const block = this.block(Math.floor(place / this.size));
      const values = block && block[place % this.size];
      const cells = this.columns.map(([name], column) => this.cell(name, values, column));
      const row = element("div", "row", "grid-row", ...cells);
      row.setAttribute("aria-rowindex", String(place + 2));
      if (!values) row.setAttribute("aria-busy", "true");
      return row;
    }

    cell(name, values, column) {
      const cell = element("div", "cell", `cell-${name}`);
      cell.dataset.label = this.columns[column][1]; // which a phone shows, where headings do not stand above
      if (!values) return cell;
      const leads = name === (this.box.classList.contains("without-text") ? "discussion" : "text");
      if (!leads) {
        cell.textContent = values[column];
        cell.title = values[column];
        return cell;
      }
      const link = element("a", "", "", values[column] || "–");
      link.href = values[values.length - 1];
      link.dir = "auto";
      cell.append(link);
      return cell;
    }

    // The rows of a block, once they are there; asked for at most once, and those asked for longest ago go.
    block(number) {
      const known = this.blocks.get(number);
      if (known !== undefined) return known;
      this.blocks.set(number, null);
      if (this.blocks.size > KEPT) this.blocks.delete(this.blocks.keys().next().value);
      this.ask(number, this.blocks);
      return null;
    }

    async ask(number, blocks) {
      const { sort, down } = this;
      const query = new URLSearchParams({ start: String(number * this.size), sort });
      if (down) query.set("down", "");
      try {
        const answer = await fetch(`${this.source}${this.source.includes("?") ? "&" : "?"}${query}`);
        if (!answer.ok) throw new Error(String(answer.status));
        const { rows, total } = await answer.json();
        if (this.sort !== sort || this.down !== down) return;
        blocks.set(number, rows);
        this.total = total;
        this.said.textContent = "";
        this.draw();
      } catch (error) {
        blocks.delete(number);
        this.said.textContent = _("The rows could not be read. Scroll to try again.");
      }
    }

    key(event) {
      if (event.target !== this.scroll || event.ctrlKey || event.metaKey || event.altKey) return;
      const { inSight, step } = this;
      const rows = { ArrowDown: 1, ArrowUp: -1, PageDown: inSight, PageUp: -inSight, Home: -this.total, End: this.total }[event.key];
      if (rows === undefined) return;
      event.preventDefault();
      this.scroll.scrollTop = Math.round(this.scroll.scrollTop / step + rows) * step;
    }
  }

  // What the address says, as far as this table can be sorted so.
  function asked(box) {
    const told = new URLSearchParams(location.hash.slice(1));
    const sort = told.get("sort");
    const known = JSON.parse(box.dataset.columns).some(([name, , sortable]) => sortable && name === sort);
    return { sort: known ? sort : box.dataset.sort, down: !known || !told.has("up"), row: Number(told.get("row") || 1) - 1 };
  }

  function leave() {
    grid.measure.disconnect();
    clearTimeout(grid.still);
  }

  function look() {
    const box = document.getElementById("comments-grid");
    if (!box) {
      if (grid) leave();
      grid = null;
    } else if (!grid || grid.box !== box || grid.source !== box.dataset.rows) {
      // Other filters keep the order, and begin at the top.
      const { sort, down, row } = grid ? { sort: grid.sort, down: grid.down, row: 0 } : asked(box);
      const again = grid !== null;
      if (grid) leave();
      grid = new Grid(box, sort, down);
      grid.begin(row); // which changes the page, and so looks again
      if (again) grid.remember();
    }
  }
  new MutationObserver(look).observe(document.documentElement, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ["data-rows"],
  });
})();
