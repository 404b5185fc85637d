// The words of the scripts in the reader's language: `_("page {page} of {last}", { page: 1, last: 2 })`, looked up
// in what the page brought along. Scripts write `const _ = (...told) => window.btlWords.say(...told);`, as what
// gathers words looks for `_`.
(function () {
  "use strict";
  const brought = () => {
    const box = document.getElementById("words");
    return box ? JSON.parse(box.textContent) : {};
  };
  const words = brought();

  function filled(text, values) {
    return values ? text.replace(/\{(\w+)\}/g, (place, name) => (name in values ? String(values[name]) : place)) : text;
  }

  window.btlWords = {
    say(message, values) {
      const told = words.messages && words.messages[message];
      return filled(typeof told === "string" && told ? told : message, values);
    },
    number(value) {
      return value.toLocaleString(document.documentElement.lang || "en");
    },
  };

  // Names of months and days in the controls of dates, which look for them here.
  const dates = words.dates;
  if (dates) window[`dayjs_locale_${dates.name}`] = { ...dates, formats: {}, ordinal: (day) => `${day}.` };
})();
