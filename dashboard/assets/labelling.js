// Keys of the panel where comments are labelled: each presses its button, unless that waits for an answer.
(function () {
  "use strict";
  document.addEventListener("keydown", (event) => {
    if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const at = event.target instanceof Element ? event.target : document.body;
    if (at.closest("input, textarea, select, [contenteditable], dialog, [role=listbox]")) return;
    for (const button of document.querySelectorAll("#labelling [data-label-key]")) {
      if (button.dataset.labelKey !== event.key.toLowerCase() || button.disabled) continue;
      event.preventDefault();
      button.click();
    }
  });
})();
