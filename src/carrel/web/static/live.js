"use strict";
// What comes out: the live channel, and how it is put into the log.
const carrel = (() => {
  const all = (query, root = document) => [...root.querySelectorAll(query)];
  const paneOf = (element) => element?.closest(".pane");
  const paneNamed = (name) => all(".pane").find((pane) => pane.dataset.c === name);
  const sources = new WeakMap(); // element -> the HTML it came as, so that the unchanged stays
  let wait = 400, source = null, timer = 0;

  const parse = (html) => {
    const template = document.createElement("template");
    template.innerHTML = html;
    return [...template.content.children].map(remember);
  };
  const remember = (element) => sources.set(element, element.outerHTML) && element;
  const duration = (seconds) => {
    const s = Math.round(seconds), m = Math.floor(s / 60), h = Math.floor(m / 60);
    return h ? `${h} h ${m % 60} min` : m ? `${m} min ${s % 60} s` : `${s} s`;
  };
  const clock = (date) => date.toDateString() === new Date().toDateString()
    ? date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })
    : date.toLocaleDateString([], { day: "numeric", month: "short" });
  // Times as people here read them; running clocks go on from where the server's stood.
  const dress = (root) => {
    for (const element of all("time[data-at]", root)) {
      const date = new Date(Number(element.dataset.at) * 1000);
      element.textContent = clock(date);
      element.title = date.toLocaleString();
    }
    all("[data-elapsed]", root).forEach((element) => { element.began = performance.now() - Number(element.dataset.elapsed) * 1000; });
  };
  const tick = () => all("[data-elapsed]").forEach((element) => {
    element.textContent = duration((performance.now() - element.began) / 1000);
  });

  // Replaces without taking the focus from whoever is inside.
  const swap = (old, next) => {
    const focus = old.contains(document.activeElement) ? document.activeElement : null;
    old.replaceWith(next);
    const heir = next.querySelector(`[data-key="${focus?.dataset.key}"]`);
    if (focus) (heir ?? paneOf(next).querySelector("textarea")).focus({ preventScroll: true });
  };

  const atEnd = (pane) => {
    const scroll = pane.querySelector(".scroll");
    return scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 90;
  };
  const toEnd = (pane) => {
    pane.querySelector(".scroll").scrollTop = pane.querySelector(".log").clientHeight && 1e9;
    pane.querySelector(".jump").hidden = true;
  };
  // Whoever reads the end goes on reading the end; whoever reads above is told of news.
  const keepingPlace = (pane, news, change) => {
    const follow = atEnd(pane);
    change(pane.querySelector(".log"));
    if (follow) toEnd(pane);
    else if (news) pane.querySelector(".jump").hidden = false;
  };

  // Everything afresh: the same stays, the new and the changed are put in place, the rest goes.
  const snapshot = ({ c, html }) => keepingPlace(paneNamed(c), false, (log) => {
    const fresh = parse(html), wanted = new Set(fresh.map((element) => element.id));
    for (const element of [...log.children]) if (!wanted.has(element.id)) element.remove();
    fresh.forEach((element, n) => {
      const old = document.getElementById(element.id);
      const same = old && sources.get(old) === sources.get(element);
      if (old && !same) swap(old, element);
      const put = same ? old : element;
      if (log.children[n] !== put) log.insertBefore(put, log.children[n] ?? null);
      if (!same) dress(put);
      if (!old) announce(put);
    });
  });

  const show = ({ c, id, html, new: added, last, kind }) => {
    keepingPlace(paneNamed(c), !["mark", "gone", "progress", "edited"].includes(kind), (log) => {
      const old = document.getElementById(id), [element] = parse(html);
      if (!element) return old?.remove();
      if (old) swap(old, element);
      else if (added) log.insertBefore(element, last ? null : log.querySelector("[data-last]"));
      dress(element);
      announce(element);
    });
    if (kind !== "progress") htmx.trigger(document.body, "carrel:changed");
  };
  const more = ({ c, id, text }) => keepingPlace(paneNamed(c), false, () => {
    document.getElementById(id)?.querySelector(".partial").append(text);
  });

  // One quiet voice for screen readers.
  const announce = (element) => {
    const words = { answer: ".prose", approval: "header", notice: "p", file: "b" }[element.classList[1]];
    if (!words) return;
    document.getElementById("announcer").textContent = 
      `${element.ariaLabel}: ${element.querySelector(words).innerText.slice(0, 600)}`;
  };

  const away = (words) => all(".away").forEach((line) => Object.assign(line, { hidden: !words, textContent: words }));
  // A browser has six lines to one host, so a page that nobody sees gives its own back.
  const leave = () => {
    clearTimeout(timer);
    source?.close();
    source = null;
    timer = 0;
  };
  const connect = () => {
    leave();
    if (document.hidden) return;
    const query = new URLSearchParams({ show: document.body.dataset.show });
    all(".pane").forEach((pane) => query.append("c", pane.dataset.c));
    const mine = source = new EventSource(`/events?${query}`);
    const on = (kind, act) => mine.addEventListener(kind, (event) => act(JSON.parse(event.data)));
    on("snapshot", (data) => { wait = 400; away(""); snapshot(data); });
    on("show", show);
    on("more", more);
    on("trouble", ({ text }) => again(text));
    mine.onerror = () => again("reconnecting…");
  };
  const again = (words) => {
    leave();
    away(words);
    if (document.hidden) return;
    wait = Math.min(wait * 1.6, 5000);
    const mine = timer = setTimeout(async () => {
      const answer = await fetch("/ping").catch(() => null);
      if (timer !== mine) return; // hidden meanwhile
      if (answer?.status === 401) location.reload();
      else if (answer?.ok) connect();
      else again(words);
    }, wait);
  };

  all(".log > *").forEach(remember);
  dress(document);
  all(".pane").forEach(toEnd);
  setInterval(tick, 1000);
  connect();
  document.addEventListener("visibilitychange", () => {
    connect();
    if (!document.hidden) htmx.trigger(document.body, "carrel:changed");
  });
  document.addEventListener("htmx:afterSettle", () => dress(document.getElementById("side")));
  return { all, paneOf, toEnd, atEnd };
})();
