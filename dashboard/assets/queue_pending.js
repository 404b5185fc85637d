// Nothing is lost on the way: what is asked for is kept here until the server has acknowledged it. One request at
// a time carries the first of it; the server ignores what it has seen (an action carries a key of its own, a batch
// is taken back once). Both lists survive a reload, and are those of one person: what somebody else signs in to is
// not theirs to send. A claim is a hint, and is forgotten with the page.
(function () {
  "use strict";
  const _ = (...told) => window.btlWords.say(...told);
  const queue = (window.btlQueue = window.btlQueue || {});
  const MOST = 100; // of each kind in one request; the server takes no more
  const EVERY_MS = 1500;
  const PATIENCE_MS = 15000;

  let user = null;
  let pending = [];
  let batches = []; // to take back whole
  let claims = [];
  let cursor = 0;
  let saving = false;
  let polling = false;
  let alone = false; // one thing a request, after a request that was refused whole

  const name = (what) => `btl-${what}:${user}`;
  const waiting = () => pending.length + batches.length;

  queue.stored = function (key) {
    try {
      const list = JSON.parse(window.sessionStorage.getItem(key) || "[]");
      return Array.isArray(list) ? list : [];
    } catch (error) {
      return [];
    }
  };

  function keep() {
    window.sessionStorage.setItem(name("pending"), JSON.stringify(pending));
    window.sessionStorage.setItem(name("batches"), JSON.stringify(batches));
    if (queue.root()) queue.root().dataset.pending = String(waiting());
  }

  function token() {
    const found = document.cookie.split("; ").find((part) => part.startsWith("_csrf_token="));
    return found ? { "X-CSRFToken": decodeURIComponent(found.slice("_csrf_token=".length)) } : {};
  }

  async function ask(path, body) {
    try {
      const response = await fetch(`/moderation/${path}`, {
        method: "POST",
        headers: { "Content-Type": "application/json", ...token() },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      if (response.status === 401 || response.redirected) return { problem: _("You are signed out") };
      if (response.status === 409) return { problem: _("Somebody else has signed in with this browser") };
      if (response.status === 403) return { refused: _("Your account may not do this") };
      if (response.status === 400) return { refused: await response.text() };
      if (!response.ok) return { problem: _("The server answers {status}", { status: response.status }) };
      return await response.json();
    } catch (error) {
      return { problem: _("The server does not answer") };
    }
  }

  // What the next request carries. One thing alone, so that a refusal is of that thing.
  function next() {
    const most = alone ? 1 : MOST;
    const actions = pending.slice(0, most);
    const asked = { actions, batches: batches.slice(0, most), claims: claims.slice(0, most) };
    if (alone && actions.length) return { ...asked, batches: [], claims: [] };
    return alone && asked.batches.length ? { ...asked, claims: [] } : asked;
  }

  async function send() {
    if (saving || !(waiting() || claims.length)) return;
    saving = true;
    const sent = next();
    const answer = await ask("save", { ...sent, user, after: cursor });
    saving = false;
    if (answer.problem) queue.say(`${answer.problem}${still()}`);
    else if (answer.refused) refuse(answer.refused, sent);
    else settle(answer, sent);
    if (!answer.problem) send();
  }

  const still = () => (waiting() ? _(": {count} kept here, sent again until saved", { count: waiting() }) : "");

  async function poll() {
    if (polling) return;
    polling = true;
    const root = queue.root();
    const drawn = root && root.dataset.drawn;
    const newest = root && root.dataset.newest ? Number(root.dataset.newest) : null;
    const answer = await ask("poll", { after: cursor, search: root ? window.location.search : "", newest });
    if (!queue.root() || queue.root().dataset.drawn !== drawn) answer.arrived = null; // of another page
    polling = false;
    if (answer.problem || answer.refused) queue.say(answer.problem || answer.refused);
    else hear(answer);
    if (answer.more) poll();
  }

  function hear(answer) {
    cursor = Math.max(cursor, answer.cursor);
    if (queue.root()) queue.team.hear(answer);
  }

  function settle(answer, sent) {
    alone = false;
    forget(sent);
    for (const outcome of answer.outcomes) {
      const action = pending.find((candidate) => candidate.key === outcome.key);
      if (!action) continue;
      pending = pending.filter((candidate) => candidate !== action);
      queue.decide.settle(action, outcome);
    }
    keep();
    if (sent.batches.length) queue.decide.undone(answer.undone);
    hear(answer);
  }

  // What needs no outcome of its own is done with.
  function forget(sent) {
    batches = batches.filter((batch) => !sent.batches.includes(batch));
    claims = claims.filter((claim) => !sent.claims.includes(claim));
  }

  // A request is refused whole; what of it was wrong shows when each thing goes alone.
  function refuse(message, sent) {
    if (sent.actions.length + sent.batches.length + sent.claims.length > 1) {
      alone = true;
      return;
    }
    forget(sent);
    pending = pending.filter((action) => !sent.actions.includes(action));
    keep();
    for (const action of sent.actions) queue.decide.settle(action, { status: "refused", message });
    if (sent.batches.length) queue.say(_("The batch was not taken back. {message}", { message }));
    if (sent.claims.length) queue.say(_("Not claimed. {message}", { message }));
  }

  queue.pending = {
    begin(whose, seen) {
      if (whose !== user) {
        user = whose;
        queue.forgetAllBut(user);
        [pending, batches, claims] = [queue.stored(name("pending")), queue.stored(name("batches")), []];
      }
      cursor = seen;
      keep();
      send();
      poll();
    },
    user: () => user,
    any: () => waiting() > 0,
    on: (item) => pending.filter((action) => queue.same(action, item)),
    add(...actions) {
      pending.push(...actions);
      keep();
      send();
    },
    drop(actions) {
      pending = pending.filter((action) => !actions.includes(action));
    },
    undoBatch(batch) {
      if (!batches.includes(batch)) batches.push(batch);
      keep();
      send();
    },
    claim(claim) {
      claims.push(claim);
      send();
    },
  };

  window.addEventListener("beforeunload", (event) => {
    if (waiting()) event.preventDefault();
  });

  // What colleagues do is asked for while somebody looks; what is not acknowledged is sent in any case.
  window.setInterval(() => {
    send();
    if (queue.root() && !document.hidden) poll();
  }, EVERY_MS);
  document.addEventListener("visibilitychange", () => {
    if (queue.root() && !document.hidden) poll();
  });
})();
