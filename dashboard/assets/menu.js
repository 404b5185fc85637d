// The menu: a button unfolds a part of it, and on a narrow window all of it. Escape, a click elsewhere, a page that
// is opened and a step out of it by keyboard fold it again.
(function () {
  "use strict";
  const OPENS = "#menu-toggle, #menu .unfolds-part";

  const isOpen = (button) => button.getAttribute("aria-expanded") === "true";
  const opened = () => [...document.querySelectorAll(OPENS)].filter(isOpen);
  const inside = (button) => document.getElementById(button.getAttribute("aria-controls"));

  function set(button, open) {
    button.setAttribute("aria-expanded", String(open));
  }

  function within(button, target) {
    return button.contains(target) || inside(button)?.contains(target);
  }

  document.addEventListener("click", ({ target }) => {
    const button = target instanceof Element && target.closest(OPENS);
    const chosen = target instanceof Element && target.closest("#menu a");
    for (const other of opened()) {
      if (other !== button && (chosen || !within(other, target))) set(other, false);
    }
    if (button) set(button, !isOpen(button));
  });

  document.addEventListener("focusout", ({ relatedTarget }) => {
    if (!relatedTarget) return;
    for (const button of opened()) if (!within(button, relatedTarget)) set(button, false);
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const button of opened().reverse()) {
      if (!within(button, document.activeElement)) continue;
      set(button, false);
      button.focus();
      return;
    }
  });
})();
