// Decisions: shown at once, taken back with one key, and never silently lost to a colleague's.
(function () {
  "use strict";
  const _ = (...told) => window.btlWords.say(...told);
  const queue = (window.btlQueue = window.btlQueue || {});
  const N_ = (message) => message;
  const AFTER = {
    approve: ["approved", N_("Approved")],
    not_offensive: ["approved", N_("Marked as not offensive")],
    feature: ["featured", N_("Featured")],
    reject: ["rejected", N_("Rejected")],
    hold: ["held", N_("Held")],
    escalate: ["escalated", N_("Escalated")],
  };
  const MOST_TAKEN_BACK = 200;
  const MOST_CONFLICTS = 5; // shown at once

  // What `u` takes back, the latest last, also after a reload: {members: [{thread_id, comment_id, version, …}]}.
  let done = [];
  let amending = null; // the rejection that the next one takes the place of
  const name = () => `btl-done:${queue.pending.user()}`;
  const keep = () => window.sessionStorage.setItem(name(), JSON.stringify(done.slice(-MOST_TAKEN_BACK)));

  function action(member, what, more) {
    return {
      key: crypto.randomUUID(),
      thread_id: member.thread_id,
      comment_id: member.comment_id,
      action: what,
      expected_version: member.version,
      ...more,
    };
  }

  // Takes a comment one version on, as the server will: what is decided next is decided on that.
  function move(item, state) {
    item.version += 1;
    queue.items.tell(item, "conflict", null);
    queue.items.tell(item, "theirs", null);
    queue.items.show(item, state);
  }

  function forget(member) {
    done = done
      .map((entry) => ({ ...entry, members: entry.members.filter((other) => !queue.same(other, member)) }))
      .filter((entry) => entry.members.length);
  }

  function member(item, what, given) {
    return {
      thread_id: item.thread_id,
      comment_id: item.comment_id,
      version: item.version + 1,
      before: item.state,
      action: what,
      label: queue.items.label(item),
      ...given,
    };
  }

  function reasonOf(what, given) {
    return what === "reject" && given ? `: ${queue.form.said(given)}` : "";
  }

  const undoKey = () => queue.keys.of("undo") || _("in the bar");

  function opine(item, what, given) {
    item.done = true;
    queue.items.show(item, "seen");
    const { thread_id, comment_id } = item;
    const wanted = action({ thread_id, comment_id, version: 0 }, what, { second: item.decision, ...given });
    queue.pending.add(wanted);
    queue.items.onward();
    const left = document.getElementById("queue-count-second");
    if (left) left.textContent = String(queue.items.untouched().length);
    queue.say(_("Your second look: {state}. It stays as it was decided; agreement is counted.", { state: _(AFTER[what][0]) }));
  }

  queue.decide = {
    begin() {
      done = queue.stored(name());
      showConflicts();
    },

    after: (what) => _(AFTER[what][0]),
    action,

    decide(what, reason) {
      const item = queue.items.selected();
      if (!item || item.done) return;
      const [state, said] = AFTER[what];
      if (queue.second()) {
        opine(item, what, {});
        return;
      }
      const anew = what === "reject" && amending && queue.same(amending, item);
      if (item.state === state && what !== "not_offensive" && !anew) {
        queue.say(_("It is {state} already", { state: _(state) }));
        return;
      }
      const given = queue.form.take(item, what, reason);
      if (!given) return;
      if (item.state === state && anew) this.takeBack([amending]);
      amending = null;
      forget(item);
      done.push({ members: [member(item, what, given)] });
      keep();
      const wanted = action(item, what, given);
      move(item, state);
      queue.pending.add(wanted);
      const next = queue.items.onward();
      const last = next ? "" : ` · ${_("that was the last one here")}`;
      queue.say(`${_(said)}${reasonOf(what, given.reason)} · ${_("Undo ({key})", { key: undoKey() })}${last}`);
    },

    // Decides on many at once; what was not done is told by bulk, one by one.
    decideAll(members, what, given) {
      const batch = crypto.randomUUID();
      const wanted = members.map((one) => action(one, what, { ...given, batch }));
      for (const one of members) forget(one);
      done.push({ members: members.map((one) => ({ ...one, version: one.version + 1, before: one.state || "open" })) });
      keep();
      for (const one of members) {
        const item = queue.items.find(one);
        if (item) move(item, AFTER[what][0]);
      }
      queue.pending.add(...wanted);
      return batch;
    },

    // Takes back what is open where that was decided here, else the latest decision of all.
    undo() {
      if (queue.second()) {
        queue.say(_("A second look is given once"));
        return;
      }
      const here = queue.items.selected();
      const decided = here && here.state !== "open";
      const touched = decided && (here.state !== here.loaded || queue.root().dataset.view === "decided");
      const latest = done[done.length - 1];
      const isLatest = here && latest && latest.members.some((one) => queue.same(one, here));
      const own = here && done.flatMap((entry) => entry.members).find((one) => queue.same(one, here));
      const stands = latest ? latest.members : decided ? [here] : [];
      const members = touched && !isLatest ? [own || here] : stands;
      if (!members.length) {
        queue.say(_("Nothing to undo here"));
        return;
      }
      this.takeBack(members);
      const first = queue.items.find(members[0]);
      if (first && members.length === 1) queue.form.giveBack(first, members[0]);
    },

    takeBack(members) {
      const batch = members.length > 1 ? { batch: crypto.randomUUID() } : {};
      const wanted = [];
      for (const one of members) {
        const item = queue.items.find(one);
        const target = item || one;
        wanted.push(action(target, "undo", batch));
        if (item) move(item, one.before || "open");
        forget(one);
      }
      keep();
      queue.pending.add(...wanted);
      const first = queue.items.find(members[0]);
      if (first && members.length === 1) queue.items.select(first, true);
      const what = members.length > 1 ? _("{count} decisions taken back", { count: members.length }) : _("Taken back");
      queue.say(first ? what : _("{what}: it waits in the queue again", { what }));
      return batch.batch;
    },

    // Opens reason and note of the rejection that is open here, or of the latest; only the next `reject` takes it back.
    amend() {
      const here = queue.items.selected();
      const decided = done.flatMap((entry) => entry.members);
      const latest = done.length && done[done.length - 1].members.length === 1 ? done[done.length - 1].members[0] : null;
      const item = here && here.state === "rejected" ? here : latest && queue.items.find(latest);
      if (!item || item.state !== "rejected") {
        queue.say(_("No rejection stands here: open one, or undo the latest"));
        return;
      }
      const one = decided.find((other) => queue.same(other, item)) || item;
      if (item !== here) queue.items.select(item, true);
      amending = one;
      queue.form.give(item, one);
      queue.form.focus("queue-reason");
      queue.say(_("Choose a reason (Enter), write a note, and reject: that takes the place of the rejection"));
    },

    // Takes a batch back of which only the server knows the members.
    undoBatch(batch) {
      for (const button of document.querySelectorAll("#queue [data-undo-batch]")) {
        if (button.dataset.undoBatch === batch) button.dataset.asked = "";
      }
      queue.say(_("Taking the whole batch back …"));
      queue.pending.undoBatch(batch);
    },

    undone(outcomes) {
      for (const outcome of outcomes) {
        forget(outcome);
        const item = queue.items.find(outcome);
        if (!item || outcome.version === null) continue;
        item.version = outcome.version;
        queue.items.show(item, outcome.state);
      }
      keep();
      const missed = outcomes.filter((outcome) => outcome.status !== "done");
      const said = outcomes.length
        ? _("{done} of a batch of {all} taken back", { done: outcomes.length - missed.length, all: outcomes.length })
        : _("Nothing of that batch stands any more");
      queue.say([said, ...new Set(missed.map((outcome) => outcome.message))].join(" · "));
    },

    settle(wanted, outcome) {
      const later = queue.pending.on(wanted);
      const item = queue.items.find(wanted);
      if (outcome.status === "done") {
        if (item && !later.length && !wanted.second) {
          item.version = outcome.version;
          queue.items.show(item, outcome.state);
        }
        const taken = outcome.taken_back;
        if (taken && !wanted.batch && taken.actor !== queue.pending.user()) {
          const action = _(taken.action.replace("_", " "));
          queue.say(_("Taken back: {actor}’s “{action}”", { actor: taken.actor, action }));
        }
      } else {
        // What was asked for on top of it was asked for on a state that never was.
        queue.pending.drop(later);
        forget(wanted);
        keep();
        lost(wanted, outcome, item);
      }
      queue.bulk.told(wanted, outcome);
    },
  };

  // A decision that met a colleague's, or was refused: said at the comment, and listed until somebody has looked.
  function lost(wanted, outcome, item) {
    const asked = _(wanted.action.replace("_", " "));
    const text = _("Not saved: your “{asked}”. {message}", { asked, message: outcome.message });
    if (item && outcome.version !== undefined && outcome.version !== null) {
      item.version = outcome.version;
      item.loaded = outcome.state;
      queue.items.show(item, outcome.state);
    }
    if (item) queue.items.tell(item, "conflict", `${text}. ${_("Look again: you may decide on it as it is now.")}`);
    if (!wanted.batch) {
      if (item) queue.form.giveBack(item, wanted);
      const { thread_id, comment_id } = wanted;
      const list = conflicts().filter((other) => !queue.same(other, wanted));
      saveConflicts([...list, { thread_id, comment_id, text, label: item ? queue.items.label(item) : "" }]);
    }
    queue.say(text);
  }

  const conflictName = () => `btl-conflicts:${queue.pending.user()}`;
  const conflicts = () => queue.stored(conflictName());
  function saveConflicts(list) {
    window.sessionStorage.setItem(conflictName(), JSON.stringify(list));
    showConflicts();
  }

  function showConflicts() {
    const box = document.getElementById("queue-conflicts");
    if (!box) return;
    const list = conflicts();
    const earlier = list.length - MOST_CONFLICTS;
    const more = earlier > 0 ? [queue.element("p", {}, _("and {earlier} earlier", { earlier }))] : [];
    box.replaceChildren(...list.slice(-MOST_CONFLICTS).map(conflictLine), ...more);
    box.hidden = !list.length;
  }

  function conflictLine(conflict) {
    const item = queue.items.find(conflict);
    const path = `/thread/${encodeURIComponent(conflict.thread_id)}?at=${encodeURIComponent(conflict.comment_id)}`;
    const look = item
      ? queue.element("button", { type: "button", class: "link" }, _("Look at it"))
      : queue.element("a", { href: path }, _("See it in its thread"));
    if (item) look.addEventListener("click", () => queue.items.select(item, true));
    const away = queue.element("button", { type: "button", class: "link" }, _("Seen"));
    away.addEventListener("click", () => saveConflicts(conflicts().filter((other) => !queue.same(other, conflict))));
    const text = conflict.label ? `“${conflict.label}” · ${conflict.text}` : conflict.text;
    return queue.element("p", {}, text, " ", look, " ", away);
  }
})();
