// Colleagues: their decisions and claims, as the server tells them when asked, every second and a half.
(function () {
  "use strict";
  const _ = (...told) => window.btlWords.say(...told);
  const queue = (window.btlQueue = window.btlQueue || {});

  function who(actor) {
    return actor === queue.pending.user() ? _("You (elsewhere)") : actor;
  }

  function change(made) {
    const item = queue.items.find(made);
    if (!item || made.version <= item.version || queue.pending.on(item).length) return;
    item.version = made.version;
    item.loaded = made.state;
    item.done = true;
    queue.items.show(item, made.state);
    const reason = made.reason ? ` (${queue.form.said(made.reason)})` : "";
    const did = made.action === "undo"
      ? _("took a decision back")
      : _("decided “{action}”", { action: _(made.action.replace("_", " ")) }) + reason;
    queue.items.tell(item, "theirs", _("{who} {did} at {at}. You may decide on it as it is now.", { who: who(made.actor), did, at: made.at }));
    if (item === queue.items.selected()) queue.say(_("{who} {did} just now", { who: who(made.actor), did }));
  }

  function claimed(item, claim) {
    item.claim = claim || null;
    if (!claim) {
      queue.items.tell(item, "claim", null);
      return;
    }
    const left = Math.max(1, Math.ceil(claim.seconds / 60));
    const mine = claim.actor === queue.pending.user();
    const text = mine
      ? _("Claimed by you for {left} more min ({key} gives it up)", { left, key: queue.keys.of("claim") || _("Claim") })
      : _("{actor} has claimed it for {left} more min. You may still decide.", { actor: claim.actor, left });
    if (item.told.claim && item.told.claim.textContent === text) return;
    queue.items.tell(item, "claim", text);
    if (!mine && item === queue.items.selected()) queue.say(text);
  }

  function count(counts) {
    const root = queue.root();
    for (const [view, number] of Object.entries(counts)) {
      const box = document.getElementById(`queue-count-${view}`);
      const text = window.btlWords.number(number);
      if (box && box.textContent !== text) box.textContent = text;
    }
    const all = !document.querySelector("#queue .chips");
    for (const view of all ? ["flagged", "escalated"] : []) {
      const badge = document.getElementById(`menu-${view}`);
      if (badge) badge.textContent = counts[view] ? window.btlWords.number(counts[view]) : "";
    }
    const more = document.getElementById("queue-more");
    if (more) more.hidden = queue.pending.any() || !counts[root.dataset.view] || queue.items.untouched().length > 0;
  }

  // What came since the page was drawn: shown at once on an empty page, else told, for nothing moves under a hand.
  function arrived(number) {
    const box = document.getElementById("queue-arrived");
    if (!box || number === null || number === undefined) return;
    if (number && !queue.items.all().length && !queue.pending.any()) {
      queue.reload();
      return;
    }
    const text = number === 1 ? _("1 new comment.") : _("{count} new comments.", { count: window.btlWords.number(number) });
    if (number && box.textContent !== text) box.textContent = text;
    document.getElementById("queue-new").hidden = !number;
  }

  queue.team = {
    hear(answer) {
      if (answer.counts) count(answer.counts); // none where it answers what was saved
      arrived(answer.arrived);
      if (queue.second()) return; // which is blind
      for (const made of answer.changes) change(made);
      for (const item of queue.items.all()) claimed(item, answer.claims.find((claim) => queue.same(claim, item)));
    },

    claim() {
      const item = queue.items.selected();
      if (!item || queue.second()) return;
      const mine = item.claim && item.claim.actor === queue.pending.user();
      if (item.claim && !mine) {
        queue.say(_("{actor} has claimed it already; you may still decide", { actor: item.claim.actor }));
        return;
      }
      const { thread_id, comment_id } = item;
      queue.pending.claim({ thread_id, comment_id, release: Boolean(mine) });
      queue.say(mine ? _("Given up") : _("Claimed for 10 minutes"));
    },
  };
})();
