// What Dash leaves out: a title for each page, a name for the input that takes files, a word on refused ones.
(function () {
  "use strict";
  const _ = (...told) => window.btlWords.say(...told);
  const SITE = document.title;

  function complete() {
    const heading = document.querySelector("main h1");
    const title = heading ? `${heading.textContent} · ${SITE}` : SITE;
    if (document.title !== title) document.title = title;
    for (const input of document.querySelectorAll("input[type=file]:not([aria-label])")) {
      input.setAttribute("aria-label", _("File to import"));
    }
  }

  // dcc.Upload passes over a file that is too large without a word.
  function refuseLarge(event) {
    const area = event.target instanceof Element && event.target.closest("[data-largest-file]");
    const file = area && ((event.dataTransfer || event.target).files || [])[0];
    if (!file || file.size <= Number(area.dataset.largestFile)) return;
    const { number } = window.btlWords;
    window.dash_clientside.set_props("import-file", { contents: null, filename: null });
    window.dash_clientside.set_props("import-result", {
      children: _(
        "{name} has {size} bytes, more than the {largest} that are read. Use btl import on the command line after raising BTL_MAX_INPUT_BYTES.",
        { name: file.name, size: number(file.size), largest: number(Number(area.dataset.largestFile)) },
      ),
    });
  }
  document.addEventListener("change", refuseLarge, true);
  document.addEventListener("drop", refuseLarge, true);

  new MutationObserver(complete).observe(document.body, { childList: true, subtree: true });
})();
