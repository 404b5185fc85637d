// Nothing is lost on the way: every action is kept here until the server has acknowledged it. One request at a
// time carries the first of them; the server ignores what it has seen (an action carries a key of its own). The
// list survives a reload, and is that of one person: what somebody else signs in to is not theirs to send.
(function () {
  "use strict";
  const queue = (window.btlQueue = window.btlQueue || {});
  const MOST = 100; // actions in one request; the server takes no more
  const EVERY_MS = 2000;
  const PATIENCE_MS = 15000;

  let user = null;
  let pending = [];
  let claims = [];
  let batches = []; // to take back whole
  let cursor = 0;
  let saving = false;
  let polling = false;
  let alone = false; // one action a request, after a request that was refused whole

  const name = () => `btl-pending:${user}`;

  queue.stored = function (key) {
    try {
      const list = JSON.parse(window.sessionStorage.getItem(key) || "[]");
      return Array.isArray(list) ? list : [];
    } catch (error) {
      return [];
    }
  };

  function keep() {
    window.sessionStorage.setItem(name(), JSON.stringify(pending));
    if (queue.root()) queue.root().dataset.pending = String(pending.length);
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
      if (response.status === 401 || response.redirected) return { problem: "You are signed out" };
      if (response.status === 400 || response.status === 403) return { refused: await response.text() };
      if (!response.ok) return { problem: `The server answers ${response.status}` };
      return await response.json();
    } catch (error) {
      return { problem: "The server does not answer" };
    }
  }

  async function send() {
    if (saving || !(pending.length || claims.length || batches.length)) return;
    saving = true;
    const sent = pending.slice(0, alone ? 1 : MOST);
    const asked = { claims, batches };
    [claims, batches] = [[], []];
    const answer = await ask("save", { actions: sent, ...asked, after: cursor });
    saving = false;
    if (answer.problem || answer.refused) complain(answer, sent, asked);
    else settle(answer);
    if (!answer.problem) send();
  }

  async function poll() {
    if (polling) return;
    polling = true;
    const answer = await ask("poll", { after: cursor, search: queue.root() ? window.location.search : "" });
    polling = false;
    if (answer.problem || answer.refused) queue.say(answer.problem || answer.refused);
    else hear(answer);
    if (answer.more) poll();
  }

  function hear(answer) {
    cursor = Math.max(cursor, answer.cursor);
    if (queue.root()) queue.team.hear(answer);
  }

  function settle(answer) {
    alone = false;
    for (const outcome of answer.outcomes) {
      const action = pending.find((candidate) => candidate.key === outcome.key);
      if (!action) continue;
      pending = pending.filter((candidate) => candidate !== action);
      queue.decide.settle(action, outcome);
    }
    keep();
    if (answer.undone.length) queue.decide.undone(answer.undone);
    hear(answer);
  }

  function complain(answer, sent, asked) {
    if (answer.refused && sent.length === 1) {
      pending = pending.filter((action) => action.key !== sent[0].key);
      keep();
      queue.decide.settle(sent[0], { status: "refused", message: answer.refused });
    } else if (answer.refused && sent.length) {
      alone = true;
    } else {
      claims = asked.claims.concat(claims);
      batches = asked.batches.concat(batches);
    }
    const kept = pending.length ? `: ${pending.length} kept here, sent again until they are saved` : "";
    queue.say(`${answer.problem || answer.refused}${kept}`);
  }

  queue.pending = {
    begin(whose, seen) {
      if (whose !== user) {
        user = whose;
        pending = queue.stored(name());
      }
      cursor = seen;
      keep();
      send();
      poll();
    },
    user: () => user,
    any: () => pending.length > 0,
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
      batches.push(batch);
      send();
    },
    claim(claim) {
      claims.push(claim);
      send();
    },
  };

  window.addEventListener("beforeunload", (event) => {
    if (pending.length) event.preventDefault();
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
