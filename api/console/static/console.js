"use strict";
// The page's own few habits: lists that change in place, ages and the clock, and news of alarms.
(() => {
  const own = document.currentScript.dataset;
  const units = JSON.parse(own.units);
  const words = JSON.parse(own.words);

  // --- Lists that change in place -------------------------------------------------------------
  // A line whose text is as before stays the same element: what is being typed, opened or focused stays.
  const said = new WeakMap();

  function carryOver(before, after) {
    const open = before.querySelector("details[open]");
    if (open) {
      const details = after.querySelector("details");
      const loaded = before.querySelector(".happened");
      if (details) details.open = true;
      if (loaded && after.querySelector(".happened")) after.querySelector(".happened").innerHTML = loaded.innerHTML;
    }
    for (const input of before.querySelectorAll("input[id], select[id]")) {
      const successor = after.querySelector("#" + CSS.escape(input.id));
      if (successor) successor.value = input.value;
    }
  }

  // A form of a page of its own that somebody writes in, or that was sent back with what is wrong, stays as it
  // is, with what it was made for: what is sent is then refused where something else stands, and never mixed.
  const ticks = (input) => input.type === "checkbox" || input.type === "radio";
  const chosen = (select) => Math.max(0, [...select.options].findIndex((one) => one.defaultSelected));

  function written(input) {
    if (input.validity.badInput) return true;
    if (input.options) return input.selectedIndex !== chosen(input);
    return ticks(input) ? input.checked !== input.defaultChecked : input.value !== input.defaultValue;
  }

  function inHand(line) {
    if (!line.matches(".act")) return false;
    if (line.matches("[data-held]")) return true;
    const inputs = [...line.querySelectorAll("input, select, textarea")];
    return inputs.some((input) => input === document.activeElement || written(input));
  }

  const tagOf = (form) => form.querySelector("[name=tag]")?.value;

  function place(target, fragment) {
    const present = new Map([...target.children].map((line) => [line.id, line]));
    const focused = document.activeElement && target.contains(document.activeElement) ? document.activeElement.id : "";
    const fresh = [];
    const wanted = [...fragment.children].map((line) => {
      const before = present.get(line.id);
      const text = line.outerHTML;
      if (before && said.get(before) === text) return before;
      if (before && inHand(before)) {
        before.classList.toggle("outdated", tagOf(before) !== tagOf(line));
        return before;
      }
      said.set(line, text);
      if (before && !before.matches(".act")) carryOver(before, line);
      fresh.push(line);
      return line;
    });
    [...target.children].forEach((line, index) => {
      if (wanted.includes(line) || !inHand(line)) return;
      line.classList.add("outdated");
      wanted.splice(index, 0, line);
    });
    wanted.forEach((line, index) => {
      if (target.children[index] !== line) target.insertBefore(line, target.children[index] || null);
    });
    while (target.children.length > wanted.length) target.lastElementChild.remove();
    if (focused && document.activeElement.id !== focused) document.getElementById(focused)?.focus();
    return fresh;
  }

  for (const list of document.querySelectorAll("[hx-swap=keyed]")) {
    for (const line of list.children) said.set(line, line.outerHTML);
  }

  htmx.defineExtension("keyed", {
    isInlineSwap: (style) => style === "keyed",
    handleSwap: (style, target, fragment) => {
      if (style !== "keyed") return false;
      const fresh = place(target, fragment);
      for (const line of fresh) htmx.process(line);
      tick();
      return fresh.length ? fresh : true;
    },
  });

  // What is drawn anew between press and release would take the click with it: the next time will do.
  let pressed = false;
  for (const [name, holds] of [["pointerdown", true], ["pointerup", false], ["pointercancel", false]]) {
    addEventListener(name, () => { pressed = holds; }, true);
  }
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    if (pressed && event.detail.requestConfig.verb === "get") event.detail.shouldSwap = false;
  });

  // --- The clock and the ages -----------------------------------------------------------------
  // By the server's clock: a screen's own may be wrong.
  const clock = document.getElementById("clock");
  const begun = performance.now();
  const origin = clock ? Number(clock.dataset.now) : Date.now() / 1000;
  const serverNow = () => origin + (performance.now() - begun) / 1000;
  const format = (fields) => clock && new Intl.DateTimeFormat("en-GB", { timeZone: clock.dataset.zone, hourCycle: "h23", ...fields });
  const timeFormat = format({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const dateFormat = format({ month: "2-digit", day: "2-digit" });

  function age(seconds) {
    if (seconds < 0) seconds = 0;
    if (seconds < 120) return Math.floor(seconds) + " " + units[0];
    if (seconds < 7200) return Math.floor(seconds / 60) + " " + units[1];
    if (seconds < 172800) return Math.floor(seconds / 3600) + " " + units[2];
    return Math.floor(seconds / 86400) + " " + units[3];
  }

  function tick() {
    const now = serverNow();
    if (clock) {
      const at = new Date(now * 1000);
      clock.lastElementChild.textContent = timeFormat.format(at);
      clock.firstElementChild.textContent = dateFormat.format(at).split("/").reverse().join("-");
    }
    for (const one of document.querySelectorAll(".age")) {
      const text = one.dataset.since ? age(now - Number(one.dataset.since)) : own.never;
      if (one.textContent !== text) one.textContent = text;
    }
  }
  tick();
  setInterval(tick, 1000);
  document.body.addEventListener("htmx:afterSwap", tick);

  // --- News of alarms -------------------------------------------------------------------------
  // Lists ask for themselves every few seconds anyway; the stream only makes them ask at once.
  const connection = () => document.getElementById("connection");
  function show(place) {
    const shown = connection();
    if (!shown) return;
    shown.className = "connection " + ["live", "polling", "lost"][place];
    shown.textContent = words[place];
  }
  let reached = true;
  let streaming = false;
  const refreshIndicator = () => show(!reached ? 2 : streaming ? 0 : 1);
  const stream = new EventSource("/console/alarms/stream");
  stream.addEventListener("open", () => { streaming = true; refreshIndicator(); htmx.trigger(document.body, "alarm"); });
  stream.addEventListener("error", () => { streaming = false; refreshIndicator(); });
  stream.addEventListener("alarm", () => htmx.trigger(document.body, "alarm"));
  addEventListener("pagehide", () => stream.close());
  // A list asks no second time while it waits: what nothing answers is given up after a while (htmx-config).
  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.body.addEventListener(name, (event) => {
      reached = false;
      refreshIndicator();
      if (event.detail.requestConfig.verb !== "get") notify(notice.dataset.unanswered);
    });
  }
  document.body.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.xhr && event.detail.xhr.status) { reached = true; refreshIndicator(); }
  });

  // --- Printing ---------------------------------------------------------------------------------
  document.querySelector("button.print")?.addEventListener("click", () => print());

  // --- What did not work ----------------------------------------------------------------------
  const notice = document.getElementById("notice");
  let noticeTimer = 0;
  function notify(text) {
    notice.textContent = text;
    notice.hidden = false;
    clearTimeout(noticeTimer);
    noticeTimer = setTimeout(() => { notice.hidden = true; }, 8000);
  }
  document.body.addEventListener("htmx:responseError", (event) => {
    if (event.detail.requestConfig.verb === "get") return;
    let detail = event.detail.xhr.statusText;
    try { detail = JSON.parse(event.detail.xhr.responseText).detail; } catch { /* not a problem document */ }
    notify(notice.dataset.failed + " " + detail);
    htmx.trigger(document.body, "alarm");
  });
})();
