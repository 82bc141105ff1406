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
}
