// Dash resets the state of what is within a component when it draws it for the first time, and every component of the
// page looks at every reset: of 2,500 components that is twelve seconds (https://github.com/plotly/dash/issues/3929).
// A reset of nothing is left out. The renderer, which comes after, tells of its store by `window.store`.
(function () {
  "use strict";

  function resetsNothing(action, state) {
    if (!action || action.type !== "RESET_COMPONENT_STATE") return false;
    const path = action.payload.itempath;
    return Array.isArray(path) && !Object.keys(state.layoutHashes).some((one) => one.startsWith(path.join(",")));
  }

  let known;
  Object.defineProperty(window, "store", {
    configurable: true,
    get: () => known,
    set(store) {
      const dispatch = store.dispatch;
      store.dispatch = (action) => (resetsNothing(action, store.getState()) ? action : dispatch(action));
      known = store;
    },
  });
})();
