// What the theme writes into its pages as handlers, and what its scripts take from the keyboard.
"use strict";
{
  const calls = {
    "toggleFullScreen()": () => toggleFullScreen(),
    "window.print()": () => print(),
  };
  for (const button of document.querySelectorAll("[data-call]")) {
    button.addEventListener("click", calls[button.dataset.call]);
  }

  // The theme drops the focus of a button that is pressed: who came by key would start over.
  const pressed = ".theme-switch-button, .search-button, .primary-toggle, .secondary-toggle";
  for (const button of document.querySelectorAll(pressed)) {
    button.blur = () => {};
  }

  // The search shows a few words of each page that it finds. From a disk it may not read them.
  if (location.protocol === "file:") {
    DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
  }

  // A wide formula scrolls: by key, too.
  const reach = (entries) => {
    for (const { target } of entries) {
      target.tabIndex = target.scrollWidth > target.clientWidth ? 0 : -1;
    }
  };
  const observer = new ResizeObserver(reach);
  for (const formula of document.querySelectorAll(".math-block")) {
    observer.observe(formula);
  }
}
