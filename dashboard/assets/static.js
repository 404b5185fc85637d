// Draws a tree of elements as one component (`static` in dashboard/elements.py). What is text is drawn as text.
(function () {
  "use strict";

  function drawn(part) {
    if (!Array.isArray(part)) return part;
    const [kind, { href, ...properties }, ...within] = part;
    if (href !== undefined) properties.href = window.dash_clientside.clean_url(href);
    const type = kind === "Link" ? window.dash_core_components.Link : kind.toLowerCase();
    return window.React.createElement(type, properties, ...within.map(drawn));
  }

  window.btl_components = { Static: ({ tree }) => drawn(tree) };
})();
