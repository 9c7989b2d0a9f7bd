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
    const area = form.elements.text, { edits, draft } = form.dataset;
    const kept = { "": area.value, "#id": area.value && id, "#edits": edits, "#draft": draft };
    form.elements.id.value = id;
    for (const [part, value] of Object.entries(kept)) {
      if (value) sessionStorage.setItem(form.action + part, value);
      else sessionStorage.removeItem(form.action + part);
    }
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight + 2}px`;
  };
  const changed = (form) => keep(form, crypto.randomUUID());
  // A draft outlives a reload with its id: its answer may have been lost, and it must not be doubled.
  const restore = (form) => {
    const kept = (part) => sessionStorage.getItem(form.action + part);
    form.elements.text.value = kept("") ?? "";
    if (kept("#edits")) Object.assign(form.dataset, { edits: kept("#edits"), draft: kept("#draft") ?? "" });
    keep(form, kept("#id") ?? crypto.randomUUID());
    showEditing(form);
  };
  const write = (form, text) => { form.elements.text.value = text; delete form.dataset.begun; changed(form); };
  // What is edited takes the place of the draft, which comes back afterwards.
  const itemOf = (pane, message) => all(".said[data-message]", pane).find((item) => item.dataset.message === message);
  const wordsOf = (item) => item?.querySelector(".bubble").textContent;
  const showEditing = (form) => {
    const pane = paneOf(form), { edits } = form.dataset, words = edits ? wordsOf(itemOf(pane, edits)) : "";
    all(".said", pane).forEach((item) => item.classList.toggle("changing", item.dataset.message === edits));
    form.querySelector(".editing p").textContent = edits ? `Editing “${(words ?? "an earlier message").trim().slice(0, 200)}”` : "";
  };
  const edit = (form, item) => {
    if (!form.dataset.edits) form.dataset.draft = form.elements.text.value;
    form.dataset.edits = item.dataset.message;
    write(form, wordsOf(item));
    refuse(paneOf(form), "");
    showEditing(form);
    form.elements.text.focus();
  };
  const leave = (form) => {
    const { draft } = form.dataset;
    delete form.dataset.edits;
    delete form.dataset.draft;
    write(form, draft ?? "");
    refuse(paneOf(form), "");
    showEditing(form);
    form.elements.text.focus();
  };
  const editable = (pane) => all(".said[data-message]", pane).filter((item) => !item.querySelector(".receipt.working")).at(-1);
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
    edit: (button, form) => edit(form, button.closest(".said")),
    leave: (button, form) => leave(form),
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
      else if (formOf(pane).dataset.edits) leave(formOf(pane));
      else running(pane)?.click();
    } else if (key === "/" && !target.closest("input, textarea")) formOf(pane).elements.text.focus();
    else if (key === "ArrowUp" && writing && !target.value && editable(pane)) {
      event.preventDefault();
      edit(target.form, editable(pane));
    } else if (key === "Enter" && writing && !event.shiftKey && !event.isComposing) {
      if (matchMedia("(pointer: coarse)").matches) return; // a thumb's Enter is a new line
      event.preventDefault();
      target.form.requestSubmit();
    }
  });
  on("htmx:configRequest", (event) => {
    const form = event.detail.elt;
    if (!form.matches(".composer")) return;
    const { edits } = form.dataset, sent = { text: form.elements.text.value, files: edits ? [] : chosen(form), edits };
    if (edits && sent.text === wordsOf(itemOf(paneOf(form), edits))) leave(form);
    else if (edits || sent.text.trim() || sent.files.length) form.sent = sent;
    if (form.sent !== sent) event.preventDefault();
    else if (edits) {
      event.detail.path = `${form.action}/${edits}`;
      event.detail.formData.delete("files");
    }
  });
  on("htmx:afterRequest", ({ detail: { elt, successful, xhr } }) => {
    const pane = paneOf(elt);
    if (!pane) return;
    if (successful || !xhr.status) refuse(pane, successful ? "" : unsure);
    if (elt.matches("button")) setTimeout(() => { elt.disabled = false; }, successful ? 2000 : 0);
    if (!successful || !elt.matches(".composer")) return;
    const { text, files, edits } = elt.sent;
    if (edits) {
      if (elt.dataset.edits === edits && elt.elements.text.value === text) leave(elt);
      return;
    }
    if (elt.dataset.edits) {
      if (elt.dataset.draft === text) elt.dataset.draft = "";
    } else if (elt.elements.text.value === text) write(elt, "");
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
