// What the theme's scripts take from the keyboard, and what they ask for in vain.
"use strict";
{
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
