// The page works without this for reading; with it, news arrive by themselves.
"use strict";
(() => {
  const page = document.body;
  const live = document.getElementById("live");
  const said = document.getElementById("said");
  document.documentElement.classList.add("js");

  // --- "Back" before htmx listened: the address has changed, what is shown has not ---
  document.addEventListener("DOMContentLoaded", () => {  // htmx, which came before, listens now
    const bare = (address) => address.split("#", 1)[0];
    const shown = performance.getEntriesByType("navigation")[0]?.name ?? "";
    if (shown.startsWith(location.origin) && bare(shown) !== bare(location.href)) location.reload();
  });

  // --- Times in the reader's own zone ---
  const timeOf = new Intl.DateTimeFormat([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const dayOf = new Intl.DateTimeFormat([], { day: "numeric", month: "short", year: "numeric" });
  const shortDay = new Intl.DateTimeFormat([], { day: "numeric", month: "short" });
  const localize = (root) => {
    const today = dayOf.format(new Date());
    for (const time of root.querySelectorAll("time[data-local]")) {
      const when = new Date(time.dateTime);
      if (Number.isNaN(when.valueOf())) continue;
      const day = dayOf.format(when);
      time.title = time.textContent.trim();
      if (time.classList.contains("row-time")) {
        time.textContent = day === today ? timeOf.format(when).replace(/(\d+:\d+):\d+/, "$1") : shortDay.format(when);
      } else {
        time.textContent = day === today ? timeOf.format(when) : `${day}, ${timeOf.format(when)}`;
      }
      delete time.dataset.local;
    }
  };
  localize(document);

  // --- News: ask for a number while somebody looks; fetch only when it changed ---
  const BETWEEN = 1000;
  const LONGEST = 15000;
  let known = page.dataset.changes;
  let pause = BETWEEN;
  let timer = 0;
  const tell = (text, state) => {
    if (live.textContent === text) return;
    live.dataset.state = state;
    live.textContent = text;
  };
  const look = async () => {
    clearTimeout(timer);
    if (document.hidden) return;
    try {
      const answer = await fetch(page.dataset.changesUrl, { headers: { "If-None-Match": `"${known}"` }, cache: "no-store" });
      if (answer.status === 200) {
        known = (await answer.text()).trim();
        htmx.trigger(page, "inbox-changed");
      } else if (answer.status !== 304) {
        throw new Error(String(answer.status));
      }
      pause = BETWEEN;
      tell("Live", "on");
    } catch (error) {
      pause = Math.min(pause * 2, LONGEST);
      if (error.message === "401") tell("Logged out. Reload to log in.", "off");
      else tell("No connection. Trying again…", "off");
    }
    clearTimeout(timer);
    timer = setTimeout(look, pause);
  };
  document.addEventListener("visibilitychange", look);
  globalThis.addEventListener("online", look);
  for (const failed of ["htmx:responseError", "htmx:sendError"]) {
    page.addEventListener(failed, () => { known = ""; });
  }
  look();

  // --- What is kept over a swap: open details, and what is new in the list ---
  page.addEventListener("htmx:configRequest", (event) => {
    const lead = document.querySelector("[data-lead]");
    if (lead && event.detail.target?.id === "leads") event.detail.parameters.selected = lead.dataset.lead;
  });
  let seen = new Set();
  let open = [];
  const numbers = () => [...document.querySelectorAll("[data-number]")].map((row) => row.dataset.number);
  page.addEventListener("htmx:beforeSwap", (event) => {
    seen = new Set(numbers());
    open = [...event.detail.target.querySelectorAll("details[open][id]")].map((part) => part.id);
  });
  page.addEventListener("htmx:afterSwap", (event) => {
    localize(document);
    ready(document);
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    open = [];
    const byNews = event.detail.requestConfig?.triggeringEvent?.type === "inbox-changed";
    if (byNews && event.detail.target.id === "leads") {
      const rows = [...document.querySelectorAll("[data-number]")].filter((row) => !seen.has(row.dataset.number));
      for (const row of rows) row.classList.add("row-new");
      if (rows.length) said.textContent = rows.length === 1 ? "1 new lead" : `${rows.length} new leads`;
    }
    if (event.detail.target.id === "detail-pane") opened();
  });
  const opened = () => {
    const lead = document.querySelector("[data-lead]");
    for (const row of document.querySelectorAll("[data-number]")) row.removeAttribute("aria-current");
    const back = lead?.querySelector("[data-back]");
    const row = back && document.getElementById(back.dataset.back);
    row?.setAttribute("aria-current", "true");
    document.getElementById("detail-pane")?.scrollTo(0, 0);
    // Where list and lead do not stand side by side, the list is hidden, and the focus moves on.
    if (lead && !(row && row.checkVisibility())) {
      globalThis.scrollTo(0, 0);
      lead.querySelector("h1").focus();
    }
  };

  // --- Copying ---
  const ready = (root) => {
    for (const button of root.querySelectorAll("button.copy")) button.hidden = false;
  };
  ready(document);
  const copy = async (button) => {
    const source = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(source.textContent);
      button.textContent = "Copied";
      said.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(source);
      button.textContent = "Selected";
    }
    setTimeout(() => { button.textContent = "Copy"; said.textContent = ""; }, 1500);
  };

  // --- Dialogs, and the way back ---
  page.addEventListener("click", (event) => {
    const button = event.target.closest("button.copy");
    if (button) copy(button);
    const opener = event.target.closest("[data-dialog]");
    const dialog = opener && document.getElementById(opener.dataset.dialog);
    if (dialog) {
      event.preventDefault();
      dialog.showModal();
    }
    const closer = event.target.closest("dialog [data-close]");
    if (closer) {
      event.preventDefault();
      closer.closest("dialog").close();
    }
  });
  page.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.isComposing) return;
    const row = event.target.closest("[data-number]");
    if (row && ["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) {
      const rows = [...document.querySelectorAll("[data-number]")];
      const at = rows.indexOf(row);
      const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
      event.preventDefault();
      rows[to]?.focus();
    } else if (event.key === "ArrowDown" && event.target.id === "q") {
      event.preventDefault();
      document.querySelector("[data-number]")?.focus();
    } else if (event.key === "Escape" && !event.target.closest("dialog, input, select, textarea")) {
      const back = document.querySelector("[data-back]");
      const from = back && document.getElementById(back.dataset.back);
      if (from?.checkVisibility()) from.focus();
      else back?.click();
    }
  });
})();
