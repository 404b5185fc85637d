// Says when the session has ended: a page that is open looks alive, and nothing that is done on it is done.
(function () {
  "use strict";
  const original = window.fetch;

  function tell() {
    if (document.getElementById("signed-out")) return;
    const box = document.createElement("p");
    box.id = "signed-out";
    box.setAttribute("role", "alert");
    const link = document.createElement("a");
    link.href = `/sign-in?next=${encodeURIComponent(window.location.pathname + window.location.search)}`;
    link.textContent = "Sign in again";
    box.append("Your session has ended. ", link, ": what is not saved yet waits in this tab.");
    document.body.prepend(box);
  }

  window.fetch = async function (...asked) {
    const answer = await original.apply(this, asked);
    if (answer.status === 401 && new URL(answer.url).origin === window.location.origin) tell();
    return answer;
  };
})();
