"use strict";
(function () {
  var key = "tuner " + location.pathname, input = document.getElementById("filter-text");
  try {
    var kept = JSON.parse(sessionStorage.getItem(key) || "{}");
    if (input && kept.filter) {
      input.value = kept.filter;
      input.dispatchEvent(new Event("input"));
    }
    if (kept.top) scrollTo({ top: kept.top, behavior: "instant" });
  } catch (error) { /* nothing is kept where the browser keeps nothing */ }
  addEventListener("pagehide", function () {
    try {
      sessionStorage.setItem(key, JSON.stringify({ top: scrollY, filter: input ? input.value : "" }));
    } catch (error) { /* as above */ }
  });
}());
