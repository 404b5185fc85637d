// Many at once: only what was looked at and marked, or a stretch of the scores after a sample of it was looked
// through and its number typed. What became of each is told, and the whole can be taken back.
(function () {
  "use strict";
  const _ = (...told) => window.btlWords.say(...told);
  const queue = (window.btlQueue = window.btlQueue || {});
  const LONGEST = 200; // characters of a comment in the list
  let members = []; // what the dialog decides on
  let reason = ""; // of the rules, for a rejection
  let sample = null; // {shown, of} while a stretch is looked through
  let batch = null; // {id, action, members, open, refused: []} once decided

  const dialog = () => document.getElementById("queue-bulk");
  const box = (name) => document.getElementById(`queue-bulk-${name}`);

  const marked = () => queue.items.all().filter((item) => item.marked);

  function title() {
    const button = document.getElementById("queue-bulk-open");
    const count = marked().length;
    if (button) button.textContent = count ? _("Decide on the {count} marked", { count }) : _("None marked");
  }

  function memberOf(item) {
    const { thread_id, comment_id, version, state } = item;
    return { thread_id, comment_id, version, state, label: queue.items.label(item) };
  }

  // The reason that all would be rejected for one by one; where they differ, none.
  function reasonFor(items) {
    const found = new Set(items.map((item) => item.reason));
    return found.size === 1 ? [...found][0] : "";
  }

  // A comment as it is decided on: who wrote it, why it is here, what it says.
  function line(item) {
    const text = item.element.querySelector(".text.large").textContent;
    const cut = text.length > LONGEST ? `${text.slice(0, LONGEST)} …` : text;
    const head = [queue.element("strong", {}, item.author), ` · ${item.rules}`];
    return queue.element("li", {}, queue.element("p", { class: "muted" }, ...head), queue.element("p", { dir: "auto" }, cut));
  }

  function show(heading, lines, ofRules) {
    batch = null;
    reason = ofRules;
    box("reason").value = reason;
    box("note").value = "";
    box("problem").textContent = "";
    box("title").textContent = heading;
    box("list").replaceChildren(...lines);
    box("list").hidden = !lines.length;
    box("result").replaceChildren();
    box("choice").hidden = false;
    box("confirm").hidden = !sample;
    box("sample").hidden = !sample;
    box("back").hidden = true;
    if (!dialog().open) dialog().showModal();
    box("title").focus();
  }

  // The sample is looked through one by one before a number can be typed.
  function step() {
    const shown = [...box("sample").querySelectorAll("[data-sample]")];
    shown.forEach((item, place) => {
      item.dataset.hidden = place === sample.shown ? "" : "true";
    });
    const last = sample.shown >= shown.length - 1;
    box("seen").textContent = _("{place} of a sample of {all}", {
      place: Math.min(sample.shown + 1, shown.length),
      all: shown.length,
    });
    box("next").hidden = last;
    box("number").disabled = !last;
    ready();
  }

  function ready() {
    const typed = box("number").value.replace(/[,.\s]/g, "");
    const held = sample && (box("number").disabled || typed !== String(members.length));
    for (const button of dialog().querySelectorAll("[data-bulk]")) button.disabled = Boolean(held) || !members.length;
  }

  function decide(what, chosen) {
    const given = what === "reject" ? { reason: chosen || box("reason").value } : {};
    const note = box("note").value.trim();
    if (note) given.note = note;
    const missing = what === "reject" ? queue.form.missing(given, reason) : "";
    box("problem").textContent = missing;
    if (missing) {
      box("reason").value = given.reason;
      box(given.reason ? "note" : "reason").focus();
      return;
    }
    for (const item of marked()) unmark(item);
    title();
    const id = queue.decide.decideAll(members, what, given);
    batch = { id, said: queue.decide.after(what), members, open: members.length, refused: [] };
    box("choice").hidden = true;
    box("confirm").hidden = true;
    box("sample").hidden = true;
    box("back").hidden = false;
    box("back").focus();
    sample = null;
    report();
  }

  function unmark(item) {
    item.marked = false;
    for (const part of [item.element, item.entry]) delete part.dataset.marked;
  }

  function report() {
    const done = batch.members.length - batch.open - batch.refused.length;
    const waiting = batch.open ? _(", {open} not yet saved", { open: batch.open }) : "";
    const said = _("{said}: {done} of {all}", { said: _(batch.said), done, all: batch.members.length }) + waiting;
    const name = (member) => member.label || _("comment {id}", { id: member.comment_id });
    const lines = batch.refused.map((one) => queue.element("li", {}, `“${name(one.member)}” · ${one.message}`));
    const missed = lines.length ? _(", {count} not saved:", { count: lines.length }) : "";
    box("result").replaceChildren(queue.element("p", {}, `${said}${missed}`), queue.element("ul", {}, ...lines));
  }

  queue.bulk = {
    begin() {
      title();
      const place = box("number-box");
      if (!place || place.firstChild) return;
      const attributes = { id: "queue-bulk-number", inputmode: "numeric", autocomplete: "off", size: 8 };
      place.append(queue.element("input", attributes));
    },

    mark() {
      const item = queue.items.selected();
      if (!item || queue.second()) return;
      if (item.marked) unmark(item);
      else {
        item.marked = true;
        for (const part of [item.element, item.entry]) part.dataset.marked = "";
      }
      title();
      queue.say(item.marked ? _("Marked, {count} in all", { count: marked().length }) : _("Not marked any more"));
    },

    open() {
      const items = marked();
      if (!items.length) {
        queue.say(_("Nothing is marked: look at a comment and press {key}", { key: queue.keys.of("mark") }));
        return;
      }
      members = items.map(memberOf);
      sample = null;
      show(_("Decide on {count} marked", { count: members.length }), items.map(line), reasonFor(items));
      ready();
    },

    told(wanted, outcome) {
      if (!batch || wanted.batch !== batch.id) return;
      batch.open -= 1;
      if (outcome.status !== "done") {
        const member = batch.members.find((other) => queue.same(other, wanted));
        batch.refused.push({ member, message: outcome.message });
      }
      report();
    },

    // A stretch of the scores as the server found it: what is in it, and the sample that is shown.
    range(found) {
      if (!found || !dialog()) return;
      if (found.problem) {
        queue.say(found.problem);
        return;
      }
      members = found.members.map(([thread_id, comment_id, version, state]) => ({ thread_id, comment_id, version, state }));
      sample = { shown: 0 };
      box("number").value = "";
      const all = window.btlWords.number(members.length);
      show(_("Decide on all {all} that match {filters}", { all, filters: found.said }), [], "");
      step();
    },
  };

  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    if (!target || !queue.root()) return;
    if (target.closest("#queue-bulk-open")) queue.bulk.open();
    if (target.closest("#queue-range-open")) {
      window.dash_clientside.set_props("queue-range-of", { data: { search: window.location.search, at: Date.now() } });
    }
    const chosen = target.closest("[data-bulk]");
    if (chosen) decide(chosen.dataset.bulk);
    if (target.closest("#queue-bulk-next")) onward();
    if (target.closest("#queue-bulk-close")) dialog().close();
    if (target.closest("#queue-bulk-back") && batch) takeBack();
  });

  function onward() {
    sample.shown += 1;
    step();
  }

  function takeBack() {
    const done = batch.members.filter((one) => !batch.refused.some((other) => other.member === one));
    const id = queue.decide.takeBack(done.map((one) => ({ ...one, version: one.version + 1, before: one.state })));
    batch = { id, said: _("Taken back"), members: done, open: done.length, refused: [] };
    box("back").hidden = true;
    report();
  }

  // The same keys as for one comment, wherever nothing is typed.
  const shown = (element) => element && !element.hidden && !element.disabled;
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || !dialog() || !dialog().open) return;
    if (event.repeat || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target instanceof Element && event.target.closest("input, textarea, select")) return;
    const chosen = queue.form.reasonOf(event.key);
    const name = chosen ? "reject" : queue.keys.actionOf(event.key);
    if (!perform(name, chosen)) return;
    event.preventDefault();
  });

  // Returns whether the key meant something here.
  function perform(name, chosen) {
    const button = !box("choice").hidden && dialog().querySelector(`[data-bulk="${name}"]`);
    if (button) {
      if (shown(button)) decide(name, chosen);
    } else if (name === "next" && sample && shown(box("next"))) onward();
    else if (name === "undo" && batch && shown(box("back"))) takeBack();
    else return false;
    return true;
  }
  document.addEventListener("input", (event) => {
    if (event.target instanceof Element && event.target.id === "queue-bulk-number") ready();
  });

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.queue = {
    range(found) {
      queue.bulk.range(found);
      return window.dash_clientside.no_update;
    },
    // The address of the filters as they stand; nothing where the page shows them already.
    search(...values) {
      const nothing = window.dash_clientside.no_update;
      const root = queue.root();
      if (!root || !root.dataset.controls) return nothing;
      const drawn = JSON.parse(root.dataset.controls);
      const same = Object.values(drawn).every((value, place) => written(value) === written(values[place]));
      if (same) return nothing;
      const found = new URLSearchParams(JSON.parse(root.dataset.kept));
      Object.keys(drawn).forEach((name, place) => {
        if (written(values[place])) found.set(name, written(values[place]));
      });
      return `?${found}`;
    },
  };

  const written = (value) => (value === null || value === undefined ? "" : String(value).trim());
})();
