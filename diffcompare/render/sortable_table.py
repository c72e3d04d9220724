"""Sortable tables of a page: the script that sorts and filters their rows, its digest, and their style."""

from __future__ import annotations

import base64
import hashlib

# The script of sortable tables.  It is inline, so that the page stays one file; the content security policy allows it
# by its digest and nothing else.  Without it the table is still readable.

# In both directions of sorting, numbers come before words and missing values.
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
  if (rows.length > 5) table.parentElement.before(line);
  const show = () => {
    const wanted = field.value.toLowerCase();
    let visible = 0;
    for (const row of rows) {
      row.hidden = !row.textContent.toLowerCase().includes(wanted);
      visible += !row.hidden;
    }
    count.textContent = `${visible} of ${rows.length} rows`;
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
      heads.forEach(other => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const keyed = rows.map((row, number) => {
        const text = row.cells[place].textContent;
        return [text, text.trim() === "" ? NaN : Number(text), number, row];
      });
      keyed.sort((a, b) => {
        const numbers = [a, b].filter(key => !Number.isNaN(key[1])).length;
        if (numbers === 1) return Number.isNaN(a[1]) ? 1 : -1;
        const order = numbers === 2 ? a[1] - b[1] : a[0].localeCompare(b[0]);
        return (down ? -order : order) || a[2] - b[2];
      });
      body.append(...keyed.map(key => key[3]));
    });
  });
}
"""

DIGEST = "sha256-" + base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()

STYLE = """\
.diffcompare .filter input { font: inherit; padding: .2em .5em; border: 1px solid; background: none; color: inherit; }
.diffcompare .sortable thead button { font: inherit; color: inherit; background: none; border: 0; padding: 0;
  cursor: pointer; text-decoration: underline dotted; }
.diffcompare .sortable td code { white-space: normal; }
.diffcompare .sortable td.prose { min-width: 12em; }
main:has(.sortable) { max-width: 80rem; }
.diffcompare .sortable [aria-sort=ascending] button::after { content: " \\25B4"; }
.diffcompare .sortable [aria-sort=descending] button::after { content: " \\25BE"; }
"""
