// An open discussion while comments come: asks often whether it has changed, and draws it anew, or says
// that there are more where drawing takes long. A page that nobody looks at does not ask.
(function () {
  "use strict";
  const _ = (...told) => window.btlWords.say(...told);
  const EVERY_MS = 1000;
  const PATIENCE_MS = 10000;
  let asking = false;
  let seen = null; // the state for which the page was asked to be drawn anew

  const mark = () => document.getElementById("live");

  function drawAnew(stamp) {
    seen = stamp;
    window.dash_clientside.set_props("filter-anew", { data: stamp });
  }

  function tell(box, stamp, comments) {
    const more = comments - Number(box.dataset.comments);
    const counted = more === 1 ? _("1 new comment.") : _("{count} new comments.", { count: window.btlWords.number(more) });
    const text = more > 0 ? counted : _("The discussion has changed.");
    const said = document.getElementById("live-said");
    if (said.textContent !== text) said.textContent = text;
    box.dataset.latest = stamp;
    box.hidden = false;
  }

  async function ask() {
    const box = mark();
    if (!box || asking || document.hidden || !window.dash_clientside) return;
    asking = true;
    try {
      const thread = encodeURIComponent(box.dataset.thread);
      const response = await fetch(`/thread-changes?thread=${thread}`, { signal: AbortSignal.timeout(PATIENCE_MS) });
      if (!response.ok || response.redirected) return;
      const { stamp, comments } = await response.json();
      const now = mark();
      if (!now || now.dataset.thread !== box.dataset.thread || now.dataset.stamp === stamp) return;
      if (now.dataset.waits) tell(now, stamp, comments);
      else if (seen !== stamp) drawAnew(stamp);
    } catch (error) {
      // The server is away for a moment; the next time tells.
    } finally {
      asking = false;
    }
  }

  document.addEventListener("click", (event) => {
    const box = mark();
    if (!box || !(event.target instanceof Element) || !event.target.closest("#live-show")) return;
    box.hidden = true;
    drawAnew(box.dataset.latest);
  });
  window.setInterval(ask, EVERY_MS);
})();
