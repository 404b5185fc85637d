// The menu: a button unfolds a part of it, and on a narrow window all of it. Escape, a click elsewhere, a page that
// is opened and a step out of it by keyboard fold it again. How narrow is measured: words and counts differ in length.
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

  const PHONE = window.matchMedia("(max-width: 760px)");
  const HEAD = "header:has(> .word)";

  function fit(head) {
    for (const how of PHONE.matches ? ["folded"] : ["whole", "closer", "folded"]) {
      document.documentElement.dataset.menu = how;
      const room = head.getBoundingClientRect().right - parseFloat(getComputedStyle(head).paddingRight);
      if (head.lastElementChild.getBoundingClientRect().right <= room) return;
    }
  }

  const waiting = new MutationObserver(() => {
    const head = document.querySelector(HEAD);
    if (!head) return;
    waiting.disconnect();
    new MutationObserver(() => fit(head)).observe(head, { childList: true, characterData: true, subtree: true });
    window.addEventListener("resize", () => fit(head));
    fit(head);
  });
  waiting.observe(document.documentElement, { childList: true, subtree: true });
})();
