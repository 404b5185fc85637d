// Which key does what: as the moderator has set it, with every clash refused.
(function () {
  "use strict";
  const _ = (...told) => window.btlWords.say(...told);
  const queue = (window.btlQueue = window.btlQueue || {});
  const LOCAL = "btl-keys";
  let actions = {}; // key → action
  let defaults = {}; // action → key
  let local = true; // no account: the browser remembers

  function invert(keys) {
    return Object.fromEntries(Object.entries(keys).filter(([, key]) => key).map(([action, key]) => [key, action]));
  }

  function remembered() {
    try {
      return JSON.parse(window.localStorage.getItem(LOCAL) || "{}") || {};
    } catch (error) {
      return {};
    }
  }

  function use(keys) {
    actions = invert(keys);
    for (const label of document.querySelectorAll("#queue [data-key-of]")) {
      const key = keys[label.dataset.keyOf] || "";
      if (label.textContent !== key) label.textContent = key;
      label.hidden = !key;
      const button = label.closest("button");
      if (button && key) button.setAttribute("aria-keyshortcuts", key);
    }
    for (const box of boxes()) box.value = keys[box.dataset.actionOf] || "";
  }

  const dialog = () => document.getElementById("queue-keys");
  const boxes = () => [...document.querySelectorAll("#queue-keys input[data-action-of]")];
  const complain = (text) => {
    document.getElementById("queue-keys-problem").textContent = text;
  };

  function build() {
    for (const place of document.querySelectorAll("#queue-keys [data-key-for]:empty")) {
      const attributes = { maxlength: 1, size: 2, autocomplete: "off", "data-action-of": place.dataset.keyFor };
      place.append(queue.element("input", attributes));
    }
  }

  // What is wrong with the keys in the boxes, or "".
  function problem(keys) {
    const taken = {};
    for (const [action, key] of Object.entries(keys)) {
      if (!key) continue;
      if (/[0-9]/.test(key)) return _("{key} is taken: digits are the reasons of a rejection", { key });
      if (key.trim().length !== 1 || key !== key.toLowerCase()) return _("{key} cannot be a key: take one small letter or sign", { key });
      if (taken[key]) return _("{key} is given twice: to {one} and to {other}", { key, one: said(taken[key]), other: said(action) });
      taken[key] = action;
    }
    return keys.help ? "" : _("The list of keys needs a key: without one nobody finds it again");
  }

  function said(action) {
    const box = boxes().find((one) => one.dataset.actionOf === action);
    return box ? `“${box.parentElement.dataset.said}”` : action;
  }

  function save() {
    const keys = Object.fromEntries(boxes().map((box) => [box.dataset.actionOf, box.value]));
    const wrong = problem(keys);
    complain(wrong);
    if (wrong) return;
    if (local) window.localStorage.setItem(LOCAL, JSON.stringify(keys));
    else window.dash_clientside.set_props("queue-keys-chosen", { data: keys });
    use(keys);
    dialog().close();
    queue.say(_("The keys are changed"));
  }

  queue.keys = {
    begin(root) {
      build();
      defaults = JSON.parse(root.dataset.keys);
      local = root.dataset.account === undefined;
      const kept = local ? remembered() : JSON.parse(root.dataset.account);
      const known = Object.fromEntries(Object.entries(kept).filter(([action]) => action in defaults));
      use({ ...defaults, ...known });
    },
    actionOf: (key) => actions[key.length === 1 ? key.toLowerCase() : key],
    of: (action) => Object.keys(actions).find((key) => actions[key] === action) || "",
    open() {
      complain("");
      dialog().showModal();
    },
  };

  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("#queue-keys [data-do]");
    if (!button) return;
    if (button.dataset.do === "save") save();
    if (button.dataset.do === "defaults") for (const box of boxes()) box.value = defaults[box.dataset.actionOf] || "";
    if (button.dataset.do === "close") dialog().close();
  });
})();
