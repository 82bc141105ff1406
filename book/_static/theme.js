// Light or dark, before the page is first painted: the theme's own script comes too late for that.
"use strict";
{
  const root = document.documentElement;
  const mode = localStorage.getItem("mode") || "auto";
  const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.mode = mode;
  root.dataset.theme = mode === "auto" ? (isDark ? "dark" : "light") : mode;
}
