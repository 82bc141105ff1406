/* The search page: first the terms, symbols and functions of that name, then the pages that hold
   the words. Sphinx finds the words (searchtools.js); the names are in places.js, which the build
   writes. Nothing is fetched, so it works from a file as well. */
"use strict";

(() => {
  const { pages, places } = globalThis.bookPlaces;
  const root = document.documentElement.dataset.content_root;

  // --- Finding by name ---------------------------------------------------------------------

  // "learning-rate", "Learning_rate" and "learning rate" are one name; so are "ΔA" and "\Delta A".
  const plain = (text) =>
    text.toLowerCase().replace(/[\\${}]|\(\)/g, "").replace(/[\s_-]+/g, " ").trim();
  const tight = (text) => plain(text).replaceAll(" ", "");
  const stems = (text) => {
    const stemmer = new Stemmer();
    return plain(text).split(" ").map((word) => stemmer.stemWord(word)).join("");
  };

  // A function answers to each end of its full name: "train", "network.train".
  const ends = (name) => name.split(".").map((_, i, parts) => parts.slice(i).join("."));
  const isCode = ({ kind }) => kind !== "term" && kind !== "symbol";
  const namesOf = (place) => [
    ...(isCode(place) ? ends(place.name) : place.name.split(", ")),
    ...place.names,
  ];

  const ORDER = ["term", "symbol", "function", "class", "method", "module"];
  const LEVEL = { same: 40, title: 30, part: 20, section: 10, words: 0 };

  /** How well a place's names fit a query: 0 where they do not. */
  const fit = (place, query) => {
    const names = namesOf(place);
    const rank = ORDER.includes(place.kind) ? ORDER.length - ORDER.indexOf(place.kind) : 0;
    const level = rank ? LEVEL.same : LEVEL.part;
    // Of two symbols, "E" and "e", the one that was typed.
    if (names.includes(query)) return level + rank + 1.5;
    if (names.some((name) => tight(name) === tight(query))) return level + rank;
    if (query.length > 2 && names.some((name) => stems(name) === stems(query))) {
      return level + rank - 0.5;
    }
    const part = tight(query);
    const holds = part.length > 1 && names.some((name) => tight(name).includes(part));
    return holds ? LEVEL.part + rank + part.length / tight(place.name).length : 0;
  };

  const byName = (query) =>
    places
      .map((place) => ({
        kind: place.kind,
        name: place.name,
        address: `${pages[place.page].address}#${place.anchor}`,
        text: place.text,
        shown: place.shown,
        score: tight(query) ? fit(place, query) : 0,
      }))
      .filter(({ score }) => score > 0);

  // --- Finding by words --------------------------------------------------------------------

  const order = Object.keys(pages);

  /** The share of a query's words that a page's title and description hold. */
  const told = (page, words) => {
    const text = plain(`${pages[page].title} ${pages[page].text}`);
    return words.filter((word) => text.includes(word)).length / words.length;
  };

  const byWords = (query) => {
    const [, words, ...more] = Search._parseQuery(query);
    return Search._performSearch(query, words, ...more)
      .filter(([page, , , , , , kind]) => page in pages && (kind === "title" || kind === "text"))
      .sort(([a], [b]) => order.indexOf(a) - order.indexOf(b))
      .map(([page, name, anchor]) => {
        const isTitle = plain(pages[page].title).includes(plain(query));
        const level = anchor ? LEVEL.section : isTitle ? LEVEL.title : LEVEL.words;
        return {
          kind: anchor ? "section" : "page",
          name: anchor ? name.split(" > ").pop() : pages[page].title,
          address: pages[page].address + anchor,
          text: anchor ? `On the page “${pages[page].title}”` : pages[page].text,
          shown: [],
          score: level + told(page, [...words]),
        };
      });
  };

  const find = (query) => {
    const found = [...byName(query), ...byWords(query)];
    // What fits equally well stays in the book's order.
    found.sort((a, b) => b.score - a.score);
    const first = new Map();
    found.forEach((each) => first.has(each.address) || first.set(each.address, each));
    return [...first.values()];
  };

  // --- Showing -----------------------------------------------------------------------------

  const make = (tag, className, ...content) => {
    const element = document.createElement(tag);
    element.className = className;
    element.append(...content);
    return element;
  };
  const link = (text, address) => {
    const anchor = make("a", "", text);
    anchor.href = root + address;
    return anchor;
  };
  const linkPage = (page) => link(pages[page].title, pages[page].address);
  const listed = (links) => links.flatMap((each, i) => (i ? [", ", each] : [each]));

  const KINDS = { data: "constant" };

  const show = ({ kind, name, address, text, shown }) => {
    const label = make("span", "search-kind", KINDS[kind] ?? kind);
    const item = make("li", `kind-${kind}`, link(name, address), " ", label);
    if (text) item.append(make("p", "context", text));
    if (shown.length) {
      const label = kind === "term" ? "First used on: " : "Shown on: ";
      item.append(make("p", "search-shown", label, ...listed(shown.map(linkPage))));
    }
    return item;
  };

  /** What to do where nothing was found: the words one by one, and the lists to look through. */
  const help = (query) => {
    const words = query.split(/\s+/).filter((word) => find(word).length);
    const lists = [...new Set(places.map(({ page }) => page))];
    const box = make("div", "search-help");
    if (words.length) {
      const links = words.map((word) => link(word, `search.html?q=${encodeURIComponent(word)}`));
      box.append(make("p", "", "These words are found on their own: ", ...listed(links), "."));
    }
    box.append(
      make("p", "", "The book is written in British English. Look through these lists: ",
        ...listed(lists.map(linkPage)), ".")
    );
    return box;
  };

  Search.query = (query) => {
    const found = find(query.trim());
    const count = found.length === 1 ? "One result" : `${found.length} results`;
    Search.stopPulse();
    Search.title.textContent = "Results";
    Search.status.setAttribute("role", "status");
    Search.status.textContent = found.length
      ? `${count} for “${query}”.`
      : `Nothing in the book fits “${query}”.`;
    Search.output.append(...found.map(show));
    if (!found.length) Search.output.replaceWith(help(query.trim()));
  };

  if (!new URLSearchParams(location.search).get("q")) {
    document.getElementById("book-search-query").focus();
  }
})();
