// The moderation queue in the browser: which key does what, and when a page of the queue begins.
// Each file queue_*.js has one job and adds it to `queue`. What React draws is read and never changed: all that
// is marked here has attributes of its own (data-selected, data-now …) or stands in boxes that React leaves empty.
(function () {
  "use strict";
  const queue = (window.btlQueue = window.btlQueue || {});
  const SAID_MS = 8000;
  let drawn = null;

  queue.root = () => document.getElementById("queue");
  queue.second = () => Boolean(queue.root() && queue.root().dataset.second);
  queue.same = (one, other) => one.thread_id === other.thread_id && one.comment_id === other.comment_id;

  queue.element = function (tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
    }
    element.append(...children);
    return element;
  };

  let fading = 0;
  queue.say = function (text) {
    const box = document.getElementById("queue-toast");
    if (!box) return;
    box.textContent = text;
    delete box.dataset.old;
    window.clearTimeout(fading);
    fading = window.setTimeout(() => (box.dataset.old = ""), SAID_MS);
  };

  // Draws the page's address anew, with the same filters and what waits now.
  queue.reload = function (search) {
    window.dash_clientside.set_props("url", { search: search === undefined ? window.location.search : search });
  };

  const PERFORM = {
    next: () => queue.items.step(1),
    previous: () => queue.items.step(-1),
    undo: () => queue.decide.undo(),
    claim: () => queue.team.claim(),
    mark: () => queue.bulk.mark(),
    bulk: () => queue.bulk.open(),
    reason: () => queue.form.focus("queue-reason"),
    note: () => queue.form.focus("queue-note"),
    amend: () => queue.decide.amend(),
    history: () => queue.items.history(),
    search: () => focus("queue-by-text"),
    help: () => queue.keys.open(),
  };
  for (const name of ["approve", "reject", "hold", "escalate", "feature", "not_offensive"]) {
    PERFORM[name] = () => queue.decide.decide(name);
  }

  function focus(id) {
    const box = document.getElementById(id);
    if (box) box.focus();
  }

  function perform(name) {
    const act = PERFORM[name];
    if (act) act();
  }

  const OURS = "input, textarea, select, [contenteditable], dialog, [role=dialog], [role=grid], [role=listbox]";
  const typing = (target) => target instanceof Element && target.closest(OURS);

  document.addEventListener("keydown", (event) => {
    if (!queue.root() || event.isComposing) return;
    const box = event.target instanceof Element && event.target.closest("#queue-form") ? event.target : null;
    if (box && (event.key === "Escape" || (event.key === "Enter" && box.tagName === "SELECT"))) {
      event.preventDefault(); // Enter would open the list
      queue.items.focus();
      return;
    }
    if (event.repeat || event.ctrlKey || event.altKey || event.metaKey || typing(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    const reason = queue.form.reasonOf(event.key);
    const name = reason ? "reject" : queue.keys.actionOf(event.key);
    if (!name) return;
    event.preventDefault();
    if (reason) queue.decide.decide("reject", reason);
    else perform(name);
  });

  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    if (!target || !queue.root()) return;
    const button = target.closest("[data-action]");
    if (button && button.closest("#queue")) perform(button.dataset.action);
    const listed = target.closest("[data-select]");
    if (listed) queue.items.select(queue.items.at(listed.dataset.select));
    const batch = target.closest("[data-undo-batch]");
    if (batch) queue.decide.undoBatch(batch.dataset.undoBatch);
    const more = target.closest("[data-reload]");
    if (more) {
      event.preventDefault();
      queue.reload(more.dataset.reload);
    }
  });

  // A page of the queue carries a mark of its own, so that each is begun once, however React draws it.
  function begin() {
    const root = queue.root();
    const mark = root && root.dataset.drawn;
    if (!mark || mark === drawn) return;
    drawn = mark;
    queue.keys.begin(root);
    queue.items.begin();
    queue.pending.begin(root.dataset.user, Number(root.dataset.cursor));
    queue.decide.begin();
    queue.bulk.begin();
  }
  const watch = { childList: true, subtree: true, attributes: true, attributeFilter: ["data-drawn"] };
  document.addEventListener("DOMContentLoaded", () => new MutationObserver(begin).observe(document.body, watch));
  if (document.readyState !== "loading") new MutationObserver(begin).observe(document.body, watch);
})();
