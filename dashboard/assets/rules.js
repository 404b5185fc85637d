// The form of the rules: what was previewed is of the limits as they were, and goes when one of them changes.
(function () {
  "use strict";
  const _ = (...told) => window.btlWords.say(...told);

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.rules = {
    // Takes the previewed numbers away, of which the last argument has those of each rule; nothing where there are none.
    outdated(...given) {
      const previews = given[given.length - 1];
      const nothing = window.dash_clientside.no_update;
      if (!previews.some(Boolean)) return [nothing, nothing, previews.map(() => nothing)];
      const said = _("Changed since the preview: it is gone.");
      return [said, null, previews.map(() => null)];
    },
  };
})();
