// Says when the session has ended: a page that is open looks alive, and nothing that is done on it is done.
// What somebody typed or looked at in the queue goes with them when they sign out; what is not saved yet waits.
(function () {
  "use strict";
  const _ = (...told) => window.btlWords.say(...told);
  const THEIRS = /^btl-(?:drafts|done|conflicts):/;
  const queue = (window.btlQueue = window.btlQueue || {});

  // Forgets what is kept here of everybody but one.
  queue.forgetAllBut = function (user) {
    for (const key of Object.keys(window.sessionStorage)) {
      if (THEIRS.test(key) && key.replace(THEIRS, "") !== user) window.sessionStorage.removeItem(key);
    }
  };

  document.addEventListener("submit", (event) => {
    if (event.target.getAttribute("action") !== "/sign-out") return;
    window.addEventListener("pagehide", () => queue.forgetAllBut(null)); // unless they stay for what is not saved
  });

  const original = window.fetch;

  function tell() {
    if (document.getElementById("signed-out")) return;
    const box = document.createElement("p");
    box.id = "signed-out";
    box.setAttribute("role", "alert");
    const link = document.createElement("a");
    link.href = `/sign-in?next=${encodeURIComponent(window.location.pathname + window.location.search)}`;
    link.textContent = _("Sign in again");
    box.append(`${_("Your session has ended.")} `, link, _(": what is not saved yet waits in this tab."));
    document.body.prepend(box);
  }

  window.fetch = async function (...asked) {
    const answer = await original.apply(this, asked);
    if (answer.status === 401 && new URL(answer.url).origin === window.location.origin) tell();
    return answer;
  };
})();
