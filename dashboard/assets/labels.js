// dcc.Upload gives its file input no name, which a screen reader needs.
(function () {
  "use strict";
  new MutationObserver(() => {
    for (const input of document.querySelectorAll("input[type=file]:not([aria-label])")) {
      input.setAttribute("aria-label", "File to import");
    }
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
