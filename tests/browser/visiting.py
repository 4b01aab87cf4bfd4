"""A page opened from disk, and what a visitor of it may not meet."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog, Page, Request

DESKTOP, PHONE = 1280, 390


@contextmanager
def visit(browser: "Browser", path: Path, *, width: int = DESKTOP, **options: Any) -> "Iterator[Page]":
    """The page, open; at the end, nothing may have been said, asked or fetched besides the file itself."""
    met: list[str] = []
    context = browser.new_context(viewport={"width": width, "height": 900}, **options)
    page = context.new_page()
    page.set_default_timeout(10_000)

    def refuse(dialog: "Dialog") -> None:
        met.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def fetched(request: "Request") -> None:
        if request.url != path.as_uri():
            met.append(f"request: {request.url}")

    page.on("console", lambda message: met.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: met.append(f"error: {error}"))
    page.on("dialog", refuse)
    page.on("request", fetched)
    page.goto(path.as_uri())
    yield page
    context.close()
    assert met == []


def cells(page: "Page", table: str, column: int) -> list[str]:
    """What the rows of a table show in a column, without the second lines."""
    shown: list[str] = page.eval_on_selector_all(
        f"#{table} tbody tr",
        "(rows, column) => rows.map(row => row.cells[column].firstChild?.textContent ?? '')",
        column,
    )
    return shown


def key(text: str) -> tuple[Any, ...] | None:
    """What a text is sorted by: numbers by size and before words, words with numbers in them naturally.

    None where there is nothing, which comes last in both directions.
    """
    if text in ("", "—"):
        return None
    try:
        return (0, float(text.replace("\N{MINUS SIGN}", "-").replace(",", "")))
    except ValueError:
        parts = re.split(r"(\d+)", text.lower())
        return (1, [(int(part), "") if part.isdecimal() else (-1, part) for part in parts])


def in_order(texts: list[str], *, descending: bool = False) -> bool:
    """Whether a column is sorted, with what is empty at its end."""
    keys = [key(text) for text in texts]
    known = [one for one in keys if one is not None]
    return keys[: len(known)] == sorted(known, reverse=descending)


# Texts whose contrast with their ground is under that of WCAG 2.2, level AA (criterion 1.4.3).
POOR_CONTRAST = """() => {
  const parts = (color) => {
    const all = color.match(/[\\d.]+/g).map(Number);
    return all.length < 4 ? [...all, 1] : all;
  };
  const linear = (part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  const luminance = (color) => {
    const [red, green, blue] = color.slice(0, 3).map((part) => linear(part / 255));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const ground = (element) => {
    for (; element; element = element.parentElement) {
      const color = parts(getComputedStyle(element).backgroundColor);
      if (color[3] === 1) return color;
    }
    return [255, 255, 255, 1];
  };
  const poor = new Set();
  for (const element of document.querySelectorAll("body *")) {
    const own = Array.from(element.childNodes).filter((node) => node.nodeType === Node.TEXT_NODE);
    const text = own.map((node) => node.textContent.trim()).join("");
    if (!text || element.disabled || !element.getClientRects().length) continue;
    const style = getComputedStyle(element);
    const [dark, light] = [parts(element.closest("svg") ? style.fill : style.color), ground(element)]
      .map(luminance).sort((a, b) => a - b);
    const ratio = (light + 0.05) / (dark + 0.05);
    const large = parseFloat(style.fontSize) >= 24;
    if (ratio < (large ? 3 : 4.5)) poor.add(`${element.tagName} "${text.slice(0, 30)}": ${ratio.toFixed(2)}`);
  }
  return Array.from(poor);
}"""
