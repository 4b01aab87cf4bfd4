"use strict";
(function () {
  function value(cell) {
    if (cell.dataset.v !== undefined) return parseFloat(cell.dataset.v);
    var text = cell.textContent.trim().replace(/\u2212/g, "-").replace(/,/g, "");
    if (text === "\u2014" || text === "") return null;
    return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? parseFloat(text) : text;
  }
  function compare(a, b) {
    if (typeof a === "number" && typeof b === "number") return a - b;
    return String(a).localeCompare(String(b), undefined, { numeric: true });
  }
  function sort(head, index) {
    var body = head.closest("table").tBodies[0];
    var down = head.getAttribute("aria-sort") === "ascending";
    var rows = Array.from(body.rows, function (row) { return { row: row, value: value(row.cells[index]) }; });
    rows.sort(function (a, b) {
      if (a.value === null || b.value === null) return (a.value === null) - (b.value === null);
      return down ? compare(b.value, a.value) : compare(a.value, b.value);
    });
    Array.from(head.parentNode.cells, function (other) { other.removeAttribute("aria-sort"); });
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    body.append.apply(body, rows.map(function (entry) { return entry.row; }));
  }
  document.querySelectorAll("table.sortable thead th").forEach(function (head, index) {
    head.querySelector("button").addEventListener("click", function () { sort(head, head.cellIndex); });
  });
  var runs = document.getElementById("table-runs");
  if (!runs) return;
  var input = document.getElementById("filter-text"), output = document.getElementById("filter-count");
  var texts = Array.from(runs.tBodies[0].rows, function (row) { return { row: row, text: row.innerText.toLowerCase() }; });
  function filter() {
    var words = input.value.toLowerCase().split(/\s+/).filter(Boolean), shown = 0;
    texts.forEach(function (entry) {
      var fits = words.every(function (word) { return entry.text.includes(word); });
      entry.row.hidden = !fits;
      shown += fits;
    });
    output.textContent = shown.toLocaleString("en") + " of " + texts.length.toLocaleString("en") + " rows";
  }
  document.getElementById("filter").hidden = false;
  input.addEventListener("input", filter);
  filter();
}());
