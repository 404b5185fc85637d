// A chart's numbers as a table and as CSV, its picture as PNG or SVG: all made in the browser.
(function () {
  "use strict";
  const _ = (...told) => window.btlWords.say(...told);

  const [TITLE_HEIGHT, BESIDE_TITLE] = [56, 10]; // pixels over a chart that is taken away, and at its side

  function save(content, type, name) {
    const address = URL.createObjectURL(new Blob([content], { type }));
    const link = Object.assign(document.createElement("a"), { href: address, download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  }

  // As plotly's labels are read: a subset of HTML. What has no room is cut.
  function label(text, size, width) {
    const room = Math.floor(width / (0.55 * size));
    const cut = text.length > room ? `${text.slice(0, room - 1).trimEnd()}…` : text;
    return cut.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  }

  // The heading over a chart, or else that of its panel.
  function heading(chart) {
    const before = chart.previousElementSibling;
    const over = before && before.matches("h3") ? before : (chart.closest(".panel") || document).querySelector("h2");
    return over ? over.textContent : "";
  }

  // The figure as it stands alone: with what it is about on top, on the ground of the page.
  function alone(plot) {
    const [width, height] = [plot.clientWidth, plot.clientHeight];
    const colours = getComputedStyle(document.body);
    const [ground, ink, mute] = ["--card", "--ink", "--mute"].map((name) => colours.getPropertyValue(name).trim());
    const page = document.querySelector("main h1");
    const line = (text, size, color) => ({ text: label(text, size, width - 2 * BESIDE_TITLE), font: { size, color } });
    const title = {
      ...line(heading(plot.closest(".chart")), 16, ink),
      subtitle: line(page ? page.textContent : "", 12, mute),
      ...{ x: 0, xanchor: "left", y: 1, yref: "container", yanchor: "top" },
      pad: { l: BESIDE_TITLE, t: 12 },
    };
    const { layout } = plot;
    const margin = { ...layout.margin, t: plot._fullLayout._size.t + TITLE_HEIGHT };
    return {
      data: plot.data,
      layout: {
        ...layout,
        ...{ title, margin, width, height: height + TITLE_HEIGHT },
        ...{ paper_bgcolor: ground, plot_bgcolor: ground, font: { ...layout.font, color: mute } },
      },
      config: plot._context.locale ? { locale: plot._context.locale, locales: plot._context.locales } : {},
    };
  }

  // Plotly's own PNG goes by a blob's address, which on a busy machine at times never loads.
  async function picture(plot, take, name) {
    const figure = alone(plot);
    const { width, height } = figure.layout;
    const address = await window.Plotly.toImage(figure, { format: "svg", width, height });
    if (take === "svg") {
      save(decodeURIComponent(address.slice(address.indexOf(",") + 1)), "image/svg+xml", `${name}.svg`);
      return;
    }
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: 2 * width, height: 2 * height });
    canvas.getContext("2d").drawImage(image, 0, 0, 2 * width, 2 * height);
    canvas.toBlob((content) => save(content, "image/png", `${name}.png`));
  }

  function numbers(chart) {
    return JSON.parse(chart.querySelector("[data-numbers]").dataset.numbers);
  }

  // A text that a spreadsheet would run stays text.
  function field(value) {
    if (value === null) return "";
    const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
    return `"${text.replaceAll('"', '""')}"`;
  }

  function csv({ columns, rows }) {
    return "\ufeff" + [columns, ...rows].map((row) => row.map(field).join(",")).join("\r\n") + "\r\n";
  }

  function shown(value) {
    if (value === null) return "–";
    return typeof value === "string" ? value.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)Z$/, "$1 $2") : String(value);
  }

  function row(cells, tag) {
    const line = document.createElement("tr");
    for (const value of cells) {
      const cell = document.createElement(tag);
      cell.textContent = shown(value);
      if (tag === "th") cell.scope = "col";
      line.append(cell);
    }
    return line;
  }

  function table({ columns, rows, total }) {
    const made = document.createElement("table");
    made.append(document.createElement("thead"), document.createElement("tbody"));
    made.tHead.append(row(columns, "th"));
    for (const cells of rows) made.tBodies[0].append(row(cells, "td"));
    const around = document.createElement("div");
    around.className = "scroll figures";
    around.tabIndex = 0;
    around.setAttribute("role", "region");
    around.setAttribute("aria-label", _("Numbers"));
    around.append(made);
    if (total > rows.length) {
      const more = document.createElement("p");
      more.className = "muted";
      more.textContent = _("The first {shown} of {all} rows.", {
        shown: window.btlWords.number(rows.length),
        all: window.btlWords.number(total),
      });
      around.append(more);
    }
    return around;
  }

  function fill(details) {
    for (const old of details.querySelectorAll(":scope > :not(summary)")) old.remove();
    if (details.open) details.append(table(JSON.parse(details.dataset.numbers)));
  }

  // What is open keeps up with the filters.
  const follow = new MutationObserver((changes) => changes.forEach(({ target }) => fill(target)));
  document.addEventListener("toggle", ({ target }) => {
    if (!(target instanceof HTMLDetailsElement) || !target.dataset.numbers) return;
    fill(target);
    follow.observe(target, { attributeFilter: ["data-numbers"] });
  }, true);

  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("[data-take]");
    if (!button) return;
    const chart = button.closest(".chart");
    const { take, name } = button.dataset;
    if (take === "csv") {
      save(csv(numbers(chart)), "text/csv", `${name}.csv`);
      return;
    }
    picture(chart.querySelector(".js-plotly-plot"), take, name);
  });
})();
