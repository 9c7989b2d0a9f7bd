"use strict";
// What goes in: typing, files, buttons and keys.
(() => {
  const { all, paneOf, toEnd, atEnd } = carrel;
  const most = { file: Number(document.body.dataset.file), files: Number(document.body.dataset.files) };
  const unsure = "The gateway does not answer. Your text is still here; send it again in a moment.";
  const make = (tag, what, data = {}) => {
    const element = Object.assign(document.createElement(tag), what);
    Object.assign(element.dataset, data);
    return element;
  };
  const size = (bytes) => (bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${Number((bytes / 1e6).toFixed(1))} MB`);
  const formOf = (pane) => pane.querySelector(".composer");
  const running = (pane) => pane.querySelector(".item.progress .stop");
  const refuse = (pane, words) => pane.querySelector(".refusal").replaceChildren(...(words ? [make("p", { textContent: words })] : []));

  // The same id again is the same message again; once it was changed it is another message.
  const keep = (form, id) => {
    const area = form.elements.text, kept = { [form.action]: area.value, [`${form.action}#id`]: area.value && id };
    form.elements.id.value = id;
    Object.entries(kept).forEach(([key, value]) => (value ? sessionStorage.setItem(key, value) : sessionStorage.removeItem(key)));
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight + 2}px`;
  };
  const changed = (form) => keep(form, crypto.randomUUID());
  // A draft outlives a reload with its id: its answer may have been lost, and it must not be doubled.
  const restore = (form) => {
    form.elements.text.value = sessionStorage.getItem(form.action) ?? "";
    keep(form, sessionStorage.getItem(`${form.action}#id`) ?? crypto.randomUUID());
  };
  const write = (form, text) => { form.elements.text.value = text; delete form.dataset.begun; changed(form); };
  // The first letter has the agent made ready; nobody waits for that.
  const begins = (form) => {
    if (form.dataset.begun) return;
    form.dataset.begun = "1";
    fetch(form.action.replace(/messages$/, "typing"), { method: "POST" }).catch(() => {});
  };

  // What may follow a command; a late answer to what was typed before is passed over.
  const complete = async (form) => {
    const text = form.elements.text.value, list = form.querySelector(".completions");
    const url = `${form.action.replace(/messages$/, "complete")}?text=${encodeURIComponent(text)}`;
    const found = /^\/\w+ \S*$/.test(text) ? await fetch(url).then((answer) => answer.json()).catch(() => []) : [];
    if (form.elements.text.value !== text) return;
    list.replaceChildren(...found.map(([label, whole]) => {
      const item = make("li", {});
      item.append(make("button", { type: "button", textContent: label }, { do: "complete", text: whole }));
      return item;
    }));
  };
  const chosen = (form) => form.chosen ?? [];
  const setFiles = (form, files) => {
    form.chosen = files;
    const carrier = new DataTransfer();
    files.forEach((file) => carrier.items.add(file));
    form.elements.files.files = carrier.files;
    form.querySelector(".chips").replaceChildren(...files.map((file, n) => {
      const chip = make("li", { className: "chip" });
      if (file.type.startsWith("image/")) chip.append(make("img", { src: URL.createObjectURL(file), alt: "" }));
      const remove = make("button", { type: "button", textContent: "✕", ariaLabel: `Do not send ${file.name}` }, { do: "drop", n });
      chip.append(file.name, make("small", { textContent: size(file.size) }), remove);
      return chip;
    }));
    changed(form);
    form.elements.text.focus();
  };
  const addFiles = (form, added) => {
    const files = [...chosen(form), ...added].filter((file) => file.size <= most.file);
    const large = [...added].find((file) => file.size > most.file);
    if (large) refuse(paneOf(form), `${large.name} is over ${size(most.file)}, the most a file may have.`);
    else refuse(paneOf(form), files.length > most.files ? `At most ${most.files} files fit one message.` : "");
    setFiles(form, files.slice(0, most.files));
  };

  const say = (button, text) => {
    const pane = paneOf(button), values = { id: crypto.randomUUID(), text };
    button.disabled = true;
    htmx.ajax("POST", formOf(pane).action, { values, target: pane.querySelector(".refusal"), source: button });
  };
  const menu = (open) => {
    document.body.classList.toggle("side-open", open);
    document.querySelector(".menu").setAttribute("aria-expanded", open);
    if (open) document.getElementById("new").focus();
  };
  const acts = {
    stop: (button) => say(button, "/stop"),
    say: (button) => say(button, button.dataset.text),
    copy: async (button) => {
      await navigator.clipboard.writeText(button.closest(".code").querySelector("code").textContent);
      button.textContent = "Copied";
    },
    suggest: (button, form) => { write(form, button.textContent); form.elements.text.focus(); },
    complete: (button, form) => { write(form, button.dataset.text); complete(form); form.elements.text.focus(); },
    attach: (button, form) => form.elements.pick.click(),
    drop: (button, form) => setFiles(form, chosen(form).filter((_, n) => n !== Number(button.dataset.n))),
    jump: (button) => toEnd(paneOf(button)),
    menu: () => menu(!document.body.classList.contains("side-open")),
  };
  const on = (kind, act) => document.addEventListener(kind, act);
  on("click", ({ target }) => {
    const button = target.closest("button[data-do]");
    if (button) acts[button.dataset.do](button, formOf(paneOf(button)));
    else if (!target.closest("#side")) menu(false);
  });
  on("submit", (event) => {
    const form = event.target;
    if (!form.matches(".asks")) return;
    event.preventDefault();
    const words = form.elements.why.value.replace(/\s+/g, " ");
    say(form.querySelector("[type=submit]"), `${form.dataset.command} ${words}`.trim());
  });
  on("input", ({ target }) => { if (target.name === "text") { changed(target.form); begins(target.form); complete(target.form); } });
  on("change", ({ target }) => { if (target.name === "pick") { addFiles(target.form, target.files); target.value = ""; } });
  on("paste", (event) => {
    if (!event.clipboardData.files.length || !paneOf(event.target)) return;
    event.preventDefault();
    addFiles(formOf(paneOf(event.target)), event.clipboardData.files);
  });
  on("keydown", (event) => {
    const { key, target } = event, writing = target.name === "text";
    const pane = paneOf(target) ?? all(".pane").find(running) ?? all(".pane")[0];
    if (((event.ctrlKey || event.metaKey) && key === "k") || (event.altKey && event.code === "KeyN")) {
      event.preventDefault();
      location.assign("/new");
    } else if (key === "Escape") {
      if (document.body.classList.contains("side-open")) menu(false);
      else running(pane)?.click();
    } else if (key === "/" && !target.closest("input, textarea")) formOf(pane).elements.text.focus();
    else if (key === "Enter" && writing && !event.shiftKey && !event.isComposing) {
      if (matchMedia("(pointer: coarse)").matches) return; // a thumb's Enter is a new line
      event.preventDefault();
      target.form.requestSubmit();
    }
  });
  on("htmx:configRequest", (event) => {
    const form = event.detail.elt;
    if (!form.matches(".composer")) return;
    const sent = { text: form.elements.text.value, files: chosen(form) };
    if (sent.text.trim() || sent.files.length) form.sent = sent;
    else event.preventDefault();
  });
  on("htmx:afterRequest", ({ detail: { elt, successful, xhr } }) => {
    const pane = paneOf(elt);
    if (!pane) return;
    if (successful || !xhr.status) refuse(pane, successful ? "" : unsure);
    if (elt.matches("button")) setTimeout(() => { elt.disabled = false; }, successful ? 2000 : 0);
    if (!successful || !elt.matches(".composer")) return;
    const { text, files } = elt.sent;
    if (elt.elements.text.value === text) write(elt, "");
    complete(elt);
    setFiles(elt, chosen(elt).filter((file) => !files.includes(file)));
    toEnd(pane);
  });
  for (const pane of all(".pane")) {
    const form = formOf(pane), drop = (yes) => (event) => {
      if (yes) event.preventDefault();
      pane.classList.toggle("dropping", yes && event.type === "dragover");
      if (event.type === "drop") addFiles(form, event.dataTransfer.files);
    };
    restore(form);
    pane.querySelector(".scroll").addEventListener("scroll", () => { if (atEnd(pane)) pane.querySelector(".jump").hidden = true; });
    pane.addEventListener("dragover", drop(true));
    pane.addEventListener("dragleave", drop(false));
    pane.addEventListener("drop", drop(true));
  }
})();
