// The bar under a comment: the reason of a rejection, a note to any decision. What is typed stays with its comment,
// through reloads too, until it is decided or its author signs out (session.js).
(function () {
  "use strict";
  const _ = (...told) => window.btlWords.say(...told);
  const queue = (window.btlQueue = window.btlQueue || {});
  const MOST = 200; // drafts that are kept, the latest
  const name = (item) => JSON.stringify([item.thread_id, item.comment_id]);
  const kept = () => `btl-drafts:${queue.root().dataset.user}`;
  const drafts = () => new Map(queue.stored(kept()));
  const reasonBox = () => document.getElementById("queue-reason");
  const noteBox = () => document.getElementById("queue-note");
  const reasons = () => [...reasonBox().options].map((option) => option.value).filter(Boolean);

  // Keeps what is typed for a comment; nothing where it is as at first.
  function keep(item, draft) {
    const all = drafts();
    all.delete(name(item));
    if (draft.note || draft.reason !== item.reason) all.set(name(item), draft);
    window.sessionStorage.setItem(kept(), JSON.stringify([...all].slice(-MOST)));
  }

  document.addEventListener("input", (event) => {
    const item = queue.root() && queue.items.selected();
    if (item && [reasonBox(), noteBox()].includes(event.target)) {
      keep(item, { reason: reasonBox().value, note: noteBox().value });
    }
  });

  queue.form = {
    enter(item) {
      if (!reasonBox()) return;
      const draft = drafts().get(name(item)) || {};
      reasonBox().value = draft.reason || item.reason;
      noteBox().value = draft.note || "";
      this.allow(item);
    },

    // Puts a reason and a note in the boxes of a comment.
    give(item, given) {
      keep(item, { reason: given.reason || item.reason, note: given.note || "" });
      if (item === queue.items.selected()) this.enter(item);
    },

    // Puts back what went with a decision that was not saved or was taken back; what was typed since stays.
    giveBack(item, given) {
      if (given.note && !drafts().has(name(item))) this.give(item, given);
    },

    // Greys the button of what the comment is already.
    allow(item) {
      for (const button of document.querySelectorAll("#queue-form .key[data-state]")) {
        button.setAttribute("aria-disabled", String(button.dataset.state === item.state));
      }
    },

    // Reason and note as they go with a decision, and the draft is done with; null where something is missing,
    // which is said and asked for.
    take(item, what, reason) {
      const given = what === "reject" ? { reason: reason || reasonBox().value } : {};
      const note = noteBox().value.trim();
      if (note) given.note = note;
      const missing = what === "reject" && this.missing(given, item.reason);
      if (missing) {
        if (given.reason) this.give(item, given);
        this.focus(given.reason ? "queue-note" : "queue-reason");
        queue.say(missing);
        return null;
      }
      keep(item, { reason: item.reason, note: "" });
      this.enter(item);
      return given;
    },

    // What a rejection lacks, or "". The reason of a rule needs no note: the flag says why.
    missing(given, ofRule) {
      if (!given.reason) return _("No rule says why: choose a reason, or press 1 to 9, or 0 after writing a note");
      if (given.reason !== "other" || given.note || ofRule === "other") return "";
      return _("“Another reason” needs a note that says which: write it, then reject");
    },

    said(reason) {
      const option = reasonBox() && [...reasonBox().options].find((one) => one.value === reason);
      return option ? option.dataset.said : reason;
    },

    // 1 to 9 and 0 are the reasons in their order.
    reasonOf(key) {
      if (!/^[0-9]$/.test(key) || !reasonBox() || queue.second()) return null;
      return reasons()[key === "0" ? 9 : Number(key) - 1] || null;
    },

    focus(id) {
      const box = document.getElementById(id);
      if (box) box.focus();
    },
  };
})();
