// What Dash leaves out on every page: a title of its own, and a name for the input that takes files.
(function () {
  "use strict";
  const SITE = document.title;

  function complete() {
    const heading = document.querySelector("main h1");
    const title = heading ? `${heading.textContent} · ${SITE}` : SITE;
    if (document.title !== title) document.title = title;
    for (const input of document.querySelectorAll("input[type=file]:not([aria-label])")) {
      input.setAttribute("aria-label", "File to import");
    }
  }

  new MutationObserver(complete).observe(document.body, { childList: true, subtree: true });
})();
