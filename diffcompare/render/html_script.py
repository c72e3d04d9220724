"""The script of pages with a table that readers sort and filter; other pages have none.

It is inline, so that the page stays one file, and the page's content security policy allows it by its digest and
nothing else.  Without it the table is there all the same.
"""

from __future__ import annotations

import base64
import hashlib

SCRIPT = """
"use strict";
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const count = document.createElement("span");
  const field = document.createElement("input");
  field.type = "search";
  field.setAttribute("aria-label", "Show the rows with this text");
  field.placeholder = "filter rows";
  const line = document.createElement("p");
  line.className = "filter";
  line.append(field, " ", count);
  table.parentElement.before(line);
  const show = () => {
    const wanted = field.value.toLowerCase();
    let shown = 0;
    for (const row of rows) {
      row.hidden = !row.textContent.toLowerCase().includes(wanted);
      shown += !row.hidden;
    }
    count.textContent = `${shown} of ${rows.length} rows`;
  };
  field.addEventListener("input", show);
  show();
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, place) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      heads.forEach(each => each.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const keyed = rows.map((row, number) => {
        const text = row.cells[place].textContent;
        return [text, text.trim() === "" ? NaN : Number(text), number, row];
      });
      keyed.sort((a, b) => {
        const numbers = [a, b].filter(each => !Number.isNaN(each[1])).length;
        if (numbers === 1) return Number.isNaN(a[1]) ? 1 : -1;
        const order = numbers === 2 ? a[1] - b[1] : a[0].localeCompare(b[0]);
        return (down ? -order : order) || a[2] - b[2];
      });
      body.append(...keyed.map(each => each[3]));
    });
  });
}
"""
"""Numbers come before words and before what is missing, whichever way the column is sorted."""

DIGEST = "sha256-" + base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()

STYLE = """\
.diffcompare .filter input { font: inherit; padding: .2em .5em; border: 1px solid; background: none; color: inherit; }
.diffcompare .sortable thead button { font: inherit; color: inherit; background: none; border: 0; padding: 0;
  cursor: pointer; text-decoration: underline dotted; }
.diffcompare .sortable [aria-sort=ascending] button::after { content: " \\25B4"; }
.diffcompare .sortable [aria-sort=descending] button::after { content: " \\25BE"; }
"""
