// A page that has moved leads on to where it is now. A refresh without scripts does that too, but
// it would lose the part behind the "#".
"use strict";

{
  const link = document.querySelector("main a");
  link.hash = location.hash;
  location.replace(link.href);
}
