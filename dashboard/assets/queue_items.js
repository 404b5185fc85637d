// The comments of a page of the queue: which one is open, what state each has, what is new about it.
(function () {
  "use strict";
  const _ = (...told) => window.btlWords.say(...told);
  const queue = (window.btlQueue = window.btlQueue || {});
  let items = [];
  let chosen = null;

  function read(element) {
    const { place, thread, comment, version, state, reason, decision } = element.dataset;
    return {
      place,
      element,
      why: document.querySelector(`[data-why="${place}"]`),
      entry: document.querySelector(`[data-select="${place}"]`),
      news: element.querySelector(".news"),
      thread_id: thread,
      comment_id: comment,
      version: Number(version),
      state,
      drawn: state, // as the server drew it
      loaded: state, // from which it still waits for a decision
      reason,
      decision: decision ? Number(decision) : null,
      author: element.dataset.author,
      rules: element.dataset.rules,
      opened: false,
      told: {},
    };
  }

  const parts = (item) => [item.element, item.why, item.entry].filter(Boolean);

  queue.items = {
    begin() {
      items = [...document.querySelectorAll("#queue [data-place]")].map(read);
      chosen = null;
      for (const item of items) {
        for (const part of parts(item)) {
          delete part.dataset.selected;
          delete part.dataset.now;
          delete part.dataset.marked;
        }
        item.news.replaceChildren();
      }
      for (const button of document.querySelectorAll("#queue [data-undo-batch]")) delete button.dataset.asked;
      this.select(items[0], false);
    },

    all: () => items,
    selected: () => chosen,
    at: (place) => items.find((item) => item.place === place),
    find: (other) => items.find((item) => queue.same(item, other)),
    untouched: () => items.filter((item) => item.state === item.loaded && !item.done),

    select(item, focus) {
      if (!item || item === chosen) return;
      if (chosen) {
        for (const part of parts(chosen)) delete part.dataset.selected;
        if (chosen.entry) chosen.entry.removeAttribute("aria-current");
      }
      chosen = item;
      item.opened = true;
      for (const part of parts(item)) part.dataset.selected = "";
      if (item.entry) {
        item.entry.setAttribute("aria-current", "true");
        reveal(item.entry);
      }
      queue.form.enter(item);
      if (focus) this.focus();
      askHistory(item);
    },

    // The reader of a screen reader hears the comment; the page stays where it is.
    focus() {
      if (chosen) chosen.element.focus({ preventScroll: true });
    },

    step(by) {
      const place = items.indexOf(chosen) + by;
      if (place >= 0 && place < items.length) this.select(items[place], true);
      else if (by > 0) offerMore();
      else queue.say(_("This is the first one here"));
    },

    // The next one that nobody has decided since the page was drawn.
    next() {
      const from = items.indexOf(chosen);
      return items
        .slice(from + 1)
        .concat(items.slice(0, from))
        .find((item) => item.state === item.loaded && !item.done);
    },

    // After a decision: on to the next, unless a button was pressed, where the focus stays.
    onward() {
      const next = this.next();
      const pressed = document.activeElement instanceof Element && document.activeElement.closest("[data-action]");
      if (next) this.select(next, !pressed);
      else offerMore();
      return next;
    },

    show(item, state) {
      item.state = state;
      for (const part of parts(item)) {
        if (state === item.drawn) delete part.dataset.now;
        else part.dataset.now = state;
      }
      if (item === chosen) queue.form.allow(item);
    },

    // A line of news about a comment: one of each kind; null takes it away.
    tell(item, kind, ...text) {
      const line = item.told[kind];
      if (line) line.remove();
      delete item.told[kind];
      if (item.entry) item.entry.toggleAttribute(`data-${kind}`, text[0] !== null);
      if (text[0] === null) return;
      item.told[kind] = queue.element("p", { class: kind }, ...text);
      item.news.append(item.told[kind]);
    },

    label(item) {
      const said = item.entry && item.entry.querySelector(".muted");
      return said ? said.textContent : item.comment_id;
    },

    history() {
      const box = document.getElementById("queue-history");
      if (!box || !chosen) return;
      box.open = !box.open;
    },
  };

  // Scrolls the list alone: scrollIntoView would move the page under the reader.
  function reveal(entry) {
    const list = entry.closest(".queue-list");
    if (!list || list.scrollHeight <= list.clientHeight) return;
    const [inner, outer] = [entry.getBoundingClientRect(), list.getBoundingClientRect()];
    if (inner.top < outer.top) list.scrollTop -= outer.top - inner.top;
    else if (inner.bottom > outer.bottom) list.scrollTop += inner.bottom - outer.bottom;
  }

  function offerMore() {
    const more = document.getElementById("queue-more");
    queue.say(_("That was the last one here"));
    if (!more) return;
    more.hidden = false;
    const link = more.querySelector("a");
    if (link) link.focus();
  }

  let asking = 0;
  function askHistory(item) {
    const box = document.getElementById("queue-history");
    window.clearTimeout(asking);
    if (!box || !box.open || !item) return;
    const asked = { thread_id: item.thread_id, comment_id: item.comment_id };
    asking = window.setTimeout(() => window.dash_clientside.set_props("queue-history-of", { data: asked }), 120);
  }
  document.addEventListener(
    "toggle",
    (event) => {
      if (event.target instanceof Element && event.target.id === "queue-history") askHistory(chosen);
    },
    true,
  );
})();
