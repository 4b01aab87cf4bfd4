"use strict";
(function () {
  var key = "tuner " + location.pathname, inputs = Array.from(document.querySelectorAll(".filter input"));
  try {
    var kept = JSON.parse(sessionStorage.getItem(key) || "{}"), words = kept.words || {};
    inputs.forEach(function (input) {
      if (!words[input.id]) return;
      input.value = words[input.id];
      input.dispatchEvent(new Event("input"));
    });
    if (kept.top) scrollTo({ top: kept.top, behavior: "instant" });
  } catch (error) { /* nothing is kept where the browser keeps nothing */ }
  addEventListener("pagehide", function () {
    var now = {};
    inputs.forEach(function (input) { now[input.id] = input.value; });
    try {
      sessionStorage.setItem(key, JSON.stringify({ top: scrollY, words: now }));
    } catch (error) { /* as above */ }
  });
}());
