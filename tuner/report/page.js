"use strict";
(function () {
  var AT_ONCE = 200; // rows of a long table that are drawn
  var FEW = 20; // rows that need no filter
  var order = new Intl.Collator("en", { numeric: true });
  function part(table, name) { return document.getElementById(table.id + "-" + name); }
  function number(count) { return count.toLocaleString("en"); }

  // A row is its cells, each with a text and perhaps more, and the element that shows it once it was drawn.
  function rowsOf(table) {
    var stored = part(table, "rows");
    if (!stored) return Array.from(table.tBodies[0].rows, function (row) { return { element: row, cells: Array.from(row.cells, read) }; });
    var data = JSON.parse(stored.textContent), strong = new Set(data.strong);
    data.columns.forEach(function (column) {
      column.cells = column.cells.map(function (cell) { return typeof cell === "string" ? { text: cell } : cell; });
    });
    return Array.from({ length: data.rows }, function (_, place) {
      var cells = data.columns.map(function (column) { return column.cells[column.codes[place]]; });
      return { cells: cells, strong: strong.has(place) };
    });
  }
  function read(element) {
    var note = element.querySelector("small"), own = note ? note.textContent : "", text = element.textContent;
    var sort = element.dataset.v === undefined ? undefined : parseFloat(element.dataset.v);
    return { text: text.slice(0, text.length - own.length), note: own, sort: sort };
  }
  function draw(row, heads) {
    if (row.element) return row.element;
    row.element = document.createElement("tr");
    if (row.strong) row.element.className = "strong";
    row.cells.forEach(function (cell, index) {
      var made = document.createElement(index ? "td" : "th"), place = made;
      if (!index) made.scope = "row"; else if (heads[index].className) made.className = heads[index].className;
      if (cell.title) made.title = cell.title;
      if (cell.badge) { place = made.appendChild(document.createElement("span")); place.className = cell.badge; }
      place.textContent = cell.text;
      if (cell.note) made.appendChild(document.createElement("small")).textContent = cell.note;
      row.element.append(made);
    });
    return row.element;
  }

  // What a cell sorts by: a number, a text, or null where it shows nothing.
  function value(cell) {
    if (cell.value === undefined) cell.value = cell.sort === undefined ? parsed(cell.text.trim()) : cell.sort;
    return cell.value;
  }
  function parsed(text) {
    if (text === "\u2014" || text === "") return null;
    var plain = text.replace(/\u2212/g, "-").replace(/,/g, "");
    return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(plain) ? parseFloat(plain) : text;
  }
  function compare(a, b) {
    if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
    return typeof a === "number" ? a - b : order.compare(a, b);
  }
  function words(row) {
    if (row.words === undefined) row.words = row.cells.map(function (cell) { return cell.text + " " + (cell.note || ""); }).join(" ").toLowerCase();
    return row.words;
  }

  function sheet(table) {
    var heads = table.tHead.rows[0].cells, body = table.tBodies[0], rows = rowsOf(table), shown = rows, first = 0;
    var pager = part(table, "pager"), size = pager ? AT_ONCE : rows.length;
    var filter = part(table, "filter"), input = filter.querySelector("input"), counted = filter.querySelector("output");

    function turn(to) {
      first = to;
      var last = Math.min(first + size, shown.length);
      body.replaceChildren.apply(body, shown.slice(first, last).map(function (row) { return draw(row, heads); }));
      table.parentNode.scrollTop = 0;
      if (!pager) return;
      pager.hidden = shown.length <= size;
      pager.children[0].disabled = first === 0;
      pager.children[1].disabled = last === shown.length;
      pager.children[2].textContent = "rows " + number(first + 1) + " to " + number(last) + " of " + number(shown.length);
    }
    function choose() {
      var wanted = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      shown = wanted.length ? rows.filter(function (row) { return wanted.every(function (word) { return words(row).includes(word); }); }) : rows;
      counted.textContent = number(shown.length) + " of " + number(rows.length) + " rows";
      turn(0);
    }
    function sort(head, index) {
      var down = head.getAttribute("aria-sort") === "ascending";
      rows.sort(function (one, other) {
        var a = value(one.cells[index]), b = value(other.cells[index]);
        if (a === null || b === null) return (a === null) - (b === null);
        return down ? compare(b, a) : compare(a, b);
      });
      Array.from(heads, function (each) { each.removeAttribute("aria-sort"); });
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      choose();
    }

    Array.from(heads, function (head, index) {
      head.querySelector("button").addEventListener("click", function () { sort(head, index); });
    });
    filter.hidden = rows.length <= FEW;
    input.addEventListener("input", choose);
    if (pager) {
      pager.children[0].addEventListener("click", function () { turn(first - size); });
      pager.children[1].addEventListener("click", function () { turn(first + size); });
    }
    choose();
  }
  document.querySelectorAll("table.sortable").forEach(sheet);
}());
