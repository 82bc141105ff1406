// Every section, figure, equation, question and exercise has a link to itself. Following it also
// copies its full address, where the browser lets us, and says so.
"use strict";

{
  const SHOWN = 2000; // milliseconds
  const NAMED = ".question[id], .exercise[id]";

  const said = document.createElement("p");
  said.className = "link-copied";
  said.setAttribute("role", "status");

  const clean = (element) => {
    const copy = element.cloneNode(true);
    copy.querySelectorAll(".headerlink").forEach((each) => each.remove());
    return copy.textContent.trim().replace(/\s+/g, " ");
  };

  const describe = (link) => {
    const around = link.parentElement;
    if (/^H[1-6]$/.test(around.tagName)) {
      const title = clean(around);
      // Else the heading's own name would hold the link's.
      around.setAttribute("aria-label", title);
      return `section: ${title}`;
    }
    const number = around.querySelector(".caption-number");
    if (number) return clean(number);
    return `this: ${clean(around).slice(0, 60)}`;
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

  for (const part of document.querySelectorAll(NAMED)) {
    const title = part.querySelector(".question-text, .admonition-title");
    const link = document.createElement("a");
    link.className = "headerlink";
    link.href = `#${part.id}`;
    link.textContent = "#";
    title.append(link);
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
    const note = location.hash && document.getElementById(location.hash.slice(1));
    if (note?.matches(".moved")) location.replace(note.querySelector("a").href);
  };
  window.addEventListener("hashchange", forward);
  forward();
}
