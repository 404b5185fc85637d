// What Dash's renderer tells every component of a page, and none needs to hear; of 2,500 components that took twelve
// seconds (https://github.com/plotly/dash/issues/3929). The renderer, which comes after, tells of its store by
// `window.store`.
(function () {
  "use strict";

  // Dash resets the state of what is within a component when it draws it for the first time, mostly nothing.
  function resetsNothing({ type, payload }, state) {
    if (type !== "RESET_COMPONENT_STATE" || !Array.isArray(payload.itempath)) return false;
    return !Object.keys(state.layoutHashes).some((one) => one.startsWith(payload.itempath.join(",")));
  }

  // That filters wait for an answer draws each of them anew, twice, and shows nothing.
  function filtersWait({ type, payload }) {
    return (type === "LOADING" || type === "LOADED") && payload.every(({ id }) => /^filter/.test(id));
  }

  let known;
  Object.defineProperty(window, "store", {
    configurable: true,
    get: () => known,
    set(store) {
      const dispatch = store.dispatch;
      store.dispatch = (action) =>
        filtersWait(action) || resetsNothing(action, store.getState()) ? action : dispatch(action);
      known = store;
    },
  });
})();
