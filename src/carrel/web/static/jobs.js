// Times as the reader's own clock shows them; without this they are told in UTC.
"use strict";
{
  const format = new Intl.DateTimeFormat(undefined, {
    weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit",
  });
  const localise = (root) => root.querySelectorAll("time[data-at]").forEach((element) => {
    const date = new Date(Number(element.dataset.at) * 1000);
    element.textContent = format.format(date);
    element.title = date.toLocaleString();
  });
  const settle = () => localise(document);
  settle();
  document.body.addEventListener("htmx:afterSettle", settle);
  document.body.addEventListener("htmx:beforeRequest", () => document.getElementById("refusal").replaceChildren());
}
