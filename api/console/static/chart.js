"use strict";
// Charts of a meter and of a station: stacked panes over one time axis.
(() => {
  const box = document.getElementById("charts");
  const spans = document.querySelector(".spans");
  const words = JSON.parse(box.dataset.words);
  const zone = document.getElementById("clock").dataset.zone;
  const kind = spans.dataset.chart;
  const around = spans.dataset.around;
  const marks = JSON.parse(spans.dataset.marks);
  const sync = uPlot.sync("panes");
  const figures = new Intl.NumberFormat("en", { maximumFractionDigits: 3 });
  const hand = { format: (number) => figures.format(number).replaceAll(",", "\u202f") };
  let span = spans.querySelector("[aria-pressed=true]").dataset.span;
  let plots = [];
  let latest = null;

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
  const inZone = (seconds) => uPlot.tzDate(new Date(seconds * 1000), zone);
  const two = (number) => String(number).padStart(2, "0");
  const stamp = (seconds) => { const at = inZone(seconds); return two(at.getMonth() + 1) + "-" + two(at.getDate()) + " " + two(at.getHours()) + ":" + two(at.getMinutes()); };

  function timeLabels(_, ticks, __, ___, increment) {
    let day = "";
    return ticks.map((tick) => {
      const at = inZone(tick);
      const date = two(at.getMonth() + 1) + "-" + two(at.getDate());
      const clock = two(at.getHours()) + ":" + two(at.getMinutes());
      const text = increment >= 86400 ? date : date === day ? clock : clock + "\n" + date;
      day = date;
      return text;
    });
  }

  function pane(title, unit, height, series, extra = {}) {
    const figure = document.createElement("figure");
    const caption = document.createElement("figcaption");
    const name = document.createElement("span");
    const value = document.createElement("b");
    name.textContent = title + ", " + unit;
    caption.append(name, value);
    figure.append(caption);
    box.append(figure);
    const font = "11px system-ui, 'Noto Sans CJK SC', sans-serif";
    const axis = { stroke: colour("muted"), font, grid: { stroke: colour("line"), width: 1 }, ticks: { stroke: colour("line"), width: 1, size: 4 } };
    const options = {
      width: box.clientWidth, height, tzDate: inZone,
      cursor: { sync: { key: sync.key }, points: { size: 6 }, drag: { x: true, y: false } },
      legend: { show: false },
      scales: { x: { time: true }, y: extra.range ? { range: extra.range } : {} },
      axes: [
        { ...axis, values: timeLabels, show: true, size: extra.last ? 38 : 8, ...(extra.last ? {} : { values: () => [], ticks: { show: false } }) },
        { ...axis, size: 58, space: 22, values: (_, ticks) => ticks.map((tick) => hand.format(tick)) },
      ],
      series: [{}, ...series.map((one) => ({ spanGaps: false, points: { show: false }, width: 1.5, ...one.look }))],
      bands: extra.bands,
      hooks: {
        setCursor: [(plot) => {
          const at = plot.cursor.idx;
          const number = at == null ? null : series[extra.read || 0].data[at];
          value.textContent = at == null ? (extra.note || "") : stamp(plot.data[0][at]) + "   " + (number == null ? "–" : hand.format(number) + " " + unit) + (extra.word ? "   " + (extra.word(at) || "") : "");
        }],
        draw: [...(extra.draw ? [extra.draw] : []), markTimes],
      },
    };
    value.textContent = extra.note || "";
    plots.push(new uPlot(options, [latest.at, ...series.map((one) => one.data)], figure));
  }

  // A strip under the bars: how good each hour is. A pattern where nothing is known, not colour alone.
  function qualityStrip(plot) {
    const { ctx } = plot;
    const looks = { measured: "#93a0a9", interpolated: "#c2cacf", substituted: "#b48a3c", estimated: colour("high"), edited: colour("low") };
    const top = plot.bbox.top + plot.bbox.height + 3 * devicePixelRatio;
    const height = 6 * devicePixelRatio;
    ctx.save();
    latest.at.forEach((at, index) => {
      const quality = latest.quality[index];
      if (!quality) return;
      const left = plot.valToPos(at, "x", true);
      const width = Math.max(1, plot.valToPos(at + 3600, "x", true) - left - 1);
      if (left < plot.bbox.left - 1 || left + width > plot.bbox.left + plot.bbox.width + 1) return;
      if (looks[quality]) { ctx.fillStyle = looks[quality]; ctx.fillRect(left, top, width, height); }
      else { ctx.strokeStyle = colour("critical"); ctx.setLineDash([2, 2]); ctx.strokeRect(left + .5, top + .5, width - 1, height - 1); }
    });
    ctx.restore();
  }

  // When an alarm began and ended, on the chart around it.
  function markTimes(plot) {
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.font = 11 * devicePixelRatio + "px system-ui, 'Noto Sans CJK SC', sans-serif";
    ctx.strokeStyle = colour("critical");
    ctx.fillStyle = colour("critical-text");
    ctx.lineWidth = 1.5 * devicePixelRatio;
    ctx.textBaseline = "bottom";
    for (const [at, word] of marks) {
      // What began in the last hour shown lies beyond the last point.
      const last = plot.data[0][plot.data[0].length - 1];
      const x = Math.round(plot.valToPos(at > last && at < last + 3600 ? last : at, "x", true)) + .5;
      if (x < bbox.left || x > bbox.left + bbox.width + 1) continue;
      ctx.beginPath(); ctx.moveTo(x, bbox.top); ctx.lineTo(x, bbox.top + bbox.height); ctx.stroke();
      const inRightHalf = x > bbox.left + bbox.width / 2;
      ctx.textAlign = inRightHalf ? "right" : "left";
      ctx.fillText(word, x + (inRightHalf ? -4 : 4) * devicePixelRatio, bbox.top + bbox.height - 2 * devicePixelRatio);
    }
    ctx.restore();
  }

  function limitLines(stream) {
    const lines = [["high_high", stream.limits?.high_high_kpa], ["high", stream.limits?.high_kpa], ["set", stream.set_kpa], ["low", stream.limits?.low_kpa], ["low_low", stream.limits?.low_low_kpa]];
    return (plot) => {
      const { ctx } = plot;
      ctx.save();
      ctx.font = 11 * devicePixelRatio + "px system-ui, 'Noto Sans CJK SC', sans-serif";
      for (const [name, kpa] of lines) {
        if (kpa == null) continue;
        const y = Math.round(plot.valToPos(kpa, "y", true)) + .5;
        if (y < plot.bbox.top || y > plot.bbox.top + plot.bbox.height) continue;
        ctx.strokeStyle = colour(name === "set" ? "faint" : "ink");
        ctx.fillStyle = colour("muted");
        ctx.lineWidth = (name.length > 4 ? 2 : 1) * devicePixelRatio;
        ctx.setLineDash(name === "set" ? [2 * devicePixelRatio, 4 * devicePixelRatio] : [7 * devicePixelRatio, 4 * devicePixelRatio]);
        ctx.beginPath(); ctx.moveTo(plot.bbox.left, y); ctx.lineTo(plot.bbox.left + plot.bbox.width, y); ctx.stroke();
        // Limits lie close together: the outer ones are named at the right end.
        const outer = name.length > 4;
        ctx.textAlign = outer ? "right" : "left";
        ctx.textBaseline = "bottom";
        ctx.fillText(words[name] + " " + hand.format(kpa), plot.bbox.left + (outer ? plot.bbox.width - 6 * devicePixelRatio : 6 * devicePixelRatio), y - 2 * devicePixelRatio);
      }
      ctx.restore();
    };
  }

  function padded(values) {
    return (_, low, high) => {
      const all = [low, high, ...values].filter((one) => one != null && isFinite(one));
      if (!all.length) return [0, 1];
      const least = Math.min(...all), most = Math.max(...all), margin = (most - least || Math.abs(most) || 1) * .12;
      return [least - margin, most + margin];
    };
  }

  function drawMeter(found) {
    const bars = uPlot.paths.bars({ size: [.8, 60], align: 1 });
    const fromZero = (_, low, high) => [Math.min(0, low || 0), (high || 1) * 1.08];
    const conditions = found.pressure_is_gauge ? words.gauge : words.absolute;
    pane(words.base_volume, "m³", 210, [{ data: found.base_volume_m3, look: { fill: colour("series-2"), stroke: colour("series-2"), width: 0, paths: bars } }],
      { range: fromZero, draw: qualityStrip, word: (at) => words.quality[found.quality[at]], note: found.total_m3 == null ? "" : words.total + " " + hand.format(found.total_m3) + " m³" });
    pane(words.pressure, "kPa " + conditions, 120, [{ data: found.pressure_kpa, look: { stroke: colour("series"), spanGaps: true } }], { range: padded([]) });
    pane(words.temperature, "°C", 134, [{ data: found.temperature_degc, look: { stroke: colour("series"), spanGaps: true } }], { range: padded([]), last: true });
  }

  function drawStation(found) {
    const spoken = found.streams.filter((one) => one.outlet_kpa.some((value) => value != null));
    spoken.forEach((one) => {
      const name = one.stream ? " " + one.stream : "";
      const limits = one.limits || {};
      pane(words.outlet + name, "kPa " + words.gauge, 210, [
        { data: one.outlet_max_kpa, look: { stroke: "transparent", width: 0, spanGaps: true } },
        { data: one.outlet_min_kpa, look: { stroke: "transparent", width: 0, spanGaps: true } },
        { data: one.outlet_kpa, look: { stroke: colour("series"), width: 2, spanGaps: true } },
      ], { read: 2, bands: [{ series: [1, 2], fill: colour("track") }], range: padded([one.set_kpa, limits.low_kpa, limits.high_kpa]), draw: limitLines(one) });
    });
    spoken.forEach((one, index) => {
      const name = one.stream ? " " + one.stream : "";
      if (one.inlet_kpa.some((value) => value != null)) pane(words.inlet + name, "kPa " + words.gauge, 110, [{ data: one.inlet_kpa, look: { stroke: colour("series"), spanGaps: true } }], { range: padded([]) });
      pane(words.flow + name, "m³/h", 134, [{ data: one.flow_m3h, look: { stroke: colour("series"), spanGaps: true } }], { range: padded([0]), last: index === spoken.length - 1 });
    });
  }

  function draw() {
    const height = box.clientHeight;
    box.style.minHeight = height + "px"; // nothing jumps while panes are made anew
    for (const one of plots) one.destroy();
    plots = [];
    box.replaceChildren();
    const empty = !latest.at.length || (kind === "meter" && ![...latest.base_volume_m3, ...latest.pressure_kpa, ...latest.temperature_degc].some((one) => one != null));
    if (empty) {
      const note = document.createElement("p");
      note.className = "empty";
      note.textContent = words.no_data;
      box.append(note);
    } else if (kind === "meter") drawMeter(latest);
    else drawStation(latest);
    box.style.minHeight = "";
    box.dataset.drawn = span;
  }

  async function load() {
    const asked = span;
    const query = new URLSearchParams({ span: asked, ...(around ? { around } : {}) });
    const answer = await fetch(spans.dataset.address + "?" + query, { headers: { Accept: "application/json" } });
    if (answer.status === 401) { location.href = "/login"; return; }
    if (!answer.ok || asked !== span) return;
    latest = await answer.json();
    if (!document.querySelector(".u-over:hover")) draw();
  }
  const attempt = () => load().catch(() => { /* the head says that the connection is lost */ });

  spans.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    span = button.dataset.span;
    for (const one of spans.children) one.setAttribute("aria-pressed", String(one === button));
    attempt();
  });
  let resizing = 0;
  addEventListener("resize", () => { clearTimeout(resizing); resizing = setTimeout(() => latest && draw(), 150); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => latest && draw());
  attempt();
  setInterval(attempt, kind === "station" ? 10000 : 60000);
})();
