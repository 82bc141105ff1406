// Every section, figure, equation, question and exercise has a link to itself. Following it also
// copies its full address, where the browser lets us, and says so.
"use strict";

{
  const SHOWN = 2000; // milliseconds
  const LONGEST = 60; // letters of a name
  // What the theme gives no link, and where in it the link goes.
  const UNLINKED = {
    ".question[id]": ".question-text",
    ".exercise[id]": ".admonition-title",
    ".math-block[id]": ".eqno",
  };

  const said = document.createElement("p");
  said.className = "link-copied";
  said.setAttribute("role", "status");

  const clean = (element) => {
    const copy = element.cloneNode(true);
    copy.querySelectorAll(".headerlink, .viewcode-link").forEach((each) => each.remove());
    return copy.textContent.trim().replace(/\s+/g, " ");
  };

  const describe = (link) => {
    const around = link.parentElement;
    if (around.matches(".eqno")) return `equation ${link.textContent}`;
    if (/^H[1-6]$/.test(around.tagName)) {
      const title = clean(around);
      // Else the heading's own name would hold the link's.
      around.setAttribute("aria-label", title);
      return `section: ${title}`;
    }
    const number = around.closest("figcaption")?.querySelector(".caption-number");
    const text = clean(number || around).slice(0, LONGEST);
    return around.matches(".question-text") ? `question: ${text}` : text;
  };

  let timer;
  const say = (text) => {
    said.textContent = text;
    clearTimeout(timer);
    timer = setTimeout(() => (said.textContent = ""), SHOWN);
  };

  const copy = async (link) => {
    try {
      await navigator.clipboard.writeText(link.href);
      say("Address copied");
    } catch {
      // No clipboard here: the address is in the browser's address bar, as after any link.
    }
  };

  for (const [part, title] of Object.entries(UNLINKED)) {
    for (const each of document.querySelectorAll(part)) {
      const link = document.createElement("a");
      link.className = "headerlink";
      link.href = `#${each.id}`;
      const at = each.querySelector(title);
      // There is no room beside an equation's number: the number is the link.
      link.append(...(title === ".eqno" ? at.childNodes : ["#"]));
      at.append(link);
    }
  }

  for (const link of document.querySelectorAll("a.headerlink")) {
    const name = `Link to ${describe(link)}`;
    link.setAttribute("aria-label", name);
    link.title = name;
    link.addEventListener("click", () => copy(link));
  }
  document.body.append(said);

  // A part that has left this page: its old address goes on to the new one.
  const forward = () => {
    const note = document.getElementById(location.hash.slice(1));
    if (note?.matches(".moved")) location.replace(note.querySelector("a").href);
  };
  window.addEventListener("hashchange", forward);
  forward();
}
