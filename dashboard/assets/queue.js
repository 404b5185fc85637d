// The moderation queue in the browser: keys, the next comment at once, and nothing lost on the way.
// Every action is kept in a list until the server has acknowledged it; the whole list is sent each time, and the
// server ignores what it has seen (an action carries a key of its own). The list survives a reload.
(function () {
  "use strict";
  const PENDING = "btl-pending";
  const DECIDED = "btl-decided";
  const RESEND_MS = 3000;
  const ACTIONS = { f: "approve", d: "reject", u: "undo", j: "next", k: "previous", "?": "help" };

  // What the server has not acknowledged yet, and what `u` would take back; both survive a reload.
  let pending = load(PENDING);
  let decided = load(DECIDED);
  let sentAt = 0;

  function load(name) {
    try {
      const list = JSON.parse(window.sessionStorage.getItem(name) || "[]");
      return Array.isArray(list) ? list : [];
    } catch (error) {
      return [];
    }
  }

  function keep() {
    window.sessionStorage.setItem(PENDING, JSON.stringify(pending));
    window.sessionStorage.setItem(DECIDED, JSON.stringify(decided));
  }

  function send() {
    keep();
    if (pending.length) sentAt = sentAt || Date.now();
    if (document.getElementById("queue") && pending.length) {
      window.dash_clientside.set_props("queue-pending", { data: pending.slice() });
    }
  }

  const items = () => [...document.querySelectorAll("[data-item]")];
  const selected = () => document.querySelector("[data-item].selected");
  const entry = (item) => document.querySelector(`[data-select="${CSS.escape(item.dataset.item)}"]`);

  function select(item) {
    if (!item) return;
    for (const other of items()) {
      other.classList.toggle("selected", other === item);
      const listed = entry(other);
      if (listed) listed.setAttribute("aria-current", other === item ? "true" : "false");
    }
    const listed = entry(item);
    if (listed) listed.scrollIntoView({ block: "nearest" });
  }

  function step(by) {
    const all = items();
    const place = all.indexOf(selected()) + by;
    if (place >= 0 && place < all.length) select(all[place]);
  }

  function nextOpen() {
    const all = items();
    const from = all.indexOf(selected());
    const order = all.slice(from + 1).concat(all.slice(0, from + 1));
    return order.find((item) => item.dataset.state === "open");
  }

  function show(item, state) {
    item.dataset.state = state;
    const listed = entry(item);
    if (listed) listed.dataset.state = state;
    item.querySelector("[data-action=approve]").disabled = state === "approved";
    item.querySelector("[data-action=reject]").disabled = state === "rejected";
  }

  function toast(text) {
    const box = document.getElementById("queue-toast");
    if (box) box.textContent = text;
  }

  function act(target, action) {
    pending.push({
      key: crypto.randomUUID(),
      thread_id: target.thread_id,
      comment_id: target.comment_id,
      action,
      expected_version: target.version,
    });
    send();
  }

  function target(item) {
    return {
      name: item.dataset.item,
      thread_id: item.dataset.thread,
      comment_id: item.dataset.comment,
      version: Number(item.dataset.version),
    };
  }

  function decide(action) {
    const item = selected();
    const state = action === "approve" ? "approved" : "rejected";
    if (!item || item.dataset.state === state) return;
    const chosen = target(item);
    decided = decided.filter((other) => other.name !== chosen.name);
    decided.push({ ...chosen, version: chosen.version + 1 });
    item.dataset.version = String(chosen.version + 1);
    show(item, state);
    act(chosen, action);
    const next = nextOpen();
    toast(`${action === "approve" ? "Approved" : "Rejected"} · Undo (u)${next ? "" : " · that was the last one here"}`);
    if (next) select(next);
  }

  function undo() {
    const here = selected();
    const chosen = here && here.dataset.state !== "open" ? target(here) : decided[decided.length - 1];
    if (!chosen) {
      toast("Nothing to undo here");
      return;
    }
    decided = decided.filter((other) => other.name !== chosen.name);
    act(chosen, "undo");
    const item = items().find((candidate) => candidate.dataset.item === chosen.name);
    if (item) {
      item.dataset.version = String(chosen.version + 1);
      show(item, "open");
      select(item);
    }
    toast(item ? "Taken back" : "Taken back: it waits in the queue again");
  }

  function help() {
    const box = document.getElementById("queue-help");
    if (box) box.open = !box.open;
  }

  function perform(name) {
    if (name === "approve" || name === "reject") decide(name);
    else if (name === "undo") undo();
    else if (name === "next") step(1);
    else if (name === "previous") step(-1);
    else if (name === "help") help();
  }

  function typing(target) {
    return target instanceof Element && target.closest("input, textarea, select, [contenteditable], [role=dialog], [role=grid]");
  }

  document.addEventListener("keydown", (event) => {
    if (!document.getElementById("queue") || event.repeat || event.isComposing) return;
    if (event.ctrlKey || event.altKey || event.metaKey || typing(event.target)) return;
    const name = ACTIONS[event.key.toLowerCase()];
    if (!name) return;
    event.preventDefault();
    perform(name);
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-action]");
    if (button && button.closest("#queue")) perform(button.dataset.action);
    const listed = event.target.closest("[data-select]");
    if (listed) select(items().find((item) => item.dataset.item === listed.dataset.select));
  });

  window.addEventListener("beforeunload", (event) => {
    if (pending.length) event.preventDefault();
  });

  // A list that was sent and not acknowledged (the server was away, the tab was reloaded) is sent again.
  window.setInterval(() => {
    send();
    if (pending.length && Date.now() - sentAt > RESEND_MS) {
      toast(`The server does not answer: ${pending.length} kept here, sent again until it does`);
    }
  }, RESEND_MS);

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.queue = {
    acknowledge(answer) {
      if (!answer) return window.dash_clientside.no_update;
      for (const outcome of answer.outcomes) {
        const action = pending.find((candidate) => candidate.key === outcome.key);
        if (!action) continue;
        pending = pending.filter((candidate) => candidate !== action);
        const name = `${action.thread_id}/${action.comment_id}`;
        if (outcome.status !== "done") {
          decided = decided.filter((other) => other.name !== name);
          toast(`Not done: ${outcome.message}`);
        }
        const waiting = pending.some((other) => `${other.thread_id}/${other.comment_id}` === name);
        const item = items().find((candidate) => candidate.dataset.item === name);
        if (item && !waiting) {
          item.dataset.version = String(outcome.version);
          show(item, outcome.state);
        }
      }
      sentAt = 0;
      keep();
      for (const [state, count] of Object.entries(answer.counts)) {
        const box = document.getElementById(`queue-count-${state}`);
        if (box) box.textContent = count.toLocaleString("en");
      }
      const more = document.getElementById("queue-more");
      if (more) more.hidden = pending.length > 0 || !answer.counts.flagged || Boolean(nextOpen());
      const badge = document.getElementById("menu-waiting");
      if (badge) badge.textContent = answer.counts.flagged ? String(answer.counts.flagged) : "";
      return window.dash_clientside.no_update;
    },
  };
})();
